"""What a log should not have signed, kept by the witness that was shown it.

A line of JSON for each, in a file that only grows: the note that was cosigned, the note
that was sent, and how it was sent. The heads carry the signatures of the log, so whoever reads
the file need not believe the witness.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import Counter
from pathlib import Path

from ledger.witness.judging import Conflict, Signed
from ledger.witness.request import AddCheckpoint
from ledger.witness.state import Cosigned

MOST_KEPT = 100
"""Conflicts of one kind and log that are kept: anybody may send, and one fork is enough."""


class Conflicts:
    """The conflicts in the file at `path`, made with the first. Safe for threads.

    `counted` has all conflicts since the start by kind, those kept before or not kept included;
    `lost` those that could not be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._busy = threading.Lock()
        self._known: set[tuple[str, ...]] = set()
        self._kept: Counter[tuple[str, str]] = Counter()
        self.counted: Counter[str] = Counter({kind.value: 0 for kind in Conflict})
        self.lost = 0
        self._torn = False
        data = path.read_bytes() if path.exists() else b""
        for line in data.splitlines(keepends=True):
            self._torn = not line.endswith(b"\n")
            self._remember(_name(line))

    def keep(
        self, kind: Conflict, known: Cosigned, new: Signed, request: AddCheckpoint, at_s: int
    ) -> None:
        """Keep what contradicts `known`, once. The file is durable when this returns.

        A file that cannot be written is counted and stops nothing: the head is refused all the
        same.
        """
        tree = {
            "at": at_s,
            "cosigned": known.note,
            "kind": kind.value,
            "old": str(request.old),
            "origin": new.head.origin,
            "proof": [base64.b64encode(item).decode() for item in request.proof],
            "root": base64.b64encode(new.head.root).decode(),
            "size": str(new.head.size),
            "submitted": new.note,
        }
        line = json.dumps(tree, sort_keys=True).encode()
        name = _name(line)
        with self._busy:
            self.counted[kind.value] += 1
            if name in self._known or self._kept[kind.value, new.head.origin] >= MOST_KEPT:
                return
            try:
                self._append(line)
            except OSError:
                self._torn = True
                self.lost += 1
            else:
                self._remember(name)

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write((b"\n" if self._torn else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._torn = False

    def _remember(self, name: tuple[str, ...]) -> None:
        if name:
            self._known.add(name)
            self._kept[name[0], name[1]] += 1


def _name(line: bytes) -> tuple[str, ...]:
    """Kind, origin, size and root of a line; nothing for one that a crash cut off."""
    try:
        tree = json.loads(line)
    except ValueError:
        return ()
    return (tree["kind"], tree["origin"], tree["size"], tree["root"])
