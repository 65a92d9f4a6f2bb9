"""What a log should not have signed, kept by the witness that was shown it.

Each line of the file is an evidence file of its own (docs/spec/evidence.md): the note that was
cosigned, the note that was sent, and what proves that they contradict each other, if anything
does. Both carry the signatures of the log, so whoever reads them need not believe the witness.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import Counter
from pathlib import Path
from typing import TypeAlias

from ledger.chain.contradiction import Contradiction, Relation
from ledger.store.lock import sync_folder

MOST_KEPT = 100
"""Conflicts of one kind and log that are kept: anybody may send, and one fork is enough."""

_Name: TypeAlias = tuple[str, tuple[str, ...]]


class Conflicts:
    """The conflicts in the file at `path`, made with the first. Safe for threads.

    `counted` has all conflicts since the start by kind, those kept before or not kept included;
    `lost` those that could not be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._busy = threading.Lock()
        self._known: set[_Name] = set()
        self._torn = False
        self.counted = Counter({kind.value: 0 for kind in (Relation.FORK, Relation.UNPROVEN)})
        self.lost = 0
        data = path.read_bytes() if path.exists() else b""
        for line in data.splitlines(keepends=True):
            self._torn = not line.endswith(b"\n")
            name = _name(line)
            if name is not None:
                self._known.add(name)

    def keep(self, found: Contradiction) -> None:
        """Keep a conflict, once. The file is durable when this returns.

        A file that cannot be written is counted and stops nothing: the head is refused all the
        same.
        """
        line = found.data()
        name = _name(line)
        with self._busy:
            self.counted[found.relation.value] += 1
            if name is None or name in self._known or self._is_full(name):
                return
            try:
                self._append(line)
            except OSError:
                self._torn = True
                self.lost += 1
            else:
                self._known.add(name)

    def _is_full(self, name: _Name) -> bool:
        kind, (origin, *_) = name
        return sum((kind, origin) == (other, head[0]) for other, head in self._known) >= MOST_KEPT

    def _append(self, line: bytes) -> None:
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write((b"\n" if self._torn else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self._path.parent)
        self._torn = False


def _name(line: bytes) -> _Name | None:
    """Whether it is proven, and the head that was shown; None for a line that was cut off."""
    try:
        tree = json.loads(line)
    except ValueError:
        return None
    kind = Relation.FORK if "root" in tree else Relation.UNPROVEN
    return kind.value, tuple(base64.b64decode(tree["shown"]).decode().split("\n")[:3])
