"""What witnesses said, kept beside the head store: volatile, small, found again after a restart.

Nothing here decides anything. What is read back is verified again, and a file that is lost or
damaged costs one more round of asking.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ledger import canonical
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, lines_by, note_body
from ledger.chain.trust import LogLine, TrustPolicy
from ledger.errors import Refused
from ledger.ports import SignedHead
from ledger.store.lock import replace_file, waiting_lock

MOST_HEADS = 64
"""Heads whose cosignatures are kept: the newest, and the newest that meets the quorum."""
MOST_WITNESSES = 32
"""Witnesses of one policy file: with the log's own signatures their lines fit into a note."""
FILE = "cosignatures.json"
"""The name of the file in the ledger's folder."""
LARGEST_FILE = 4 * 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CosignedHead:
    """A signed head and the cosignature lines over it, by the witnesses' names in the policy."""

    head: SignedHead
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """The note that the log signed, with all cosignatures."""
        return self.head.note + "".join(line for _, line in sorted(self.lines.items()))

    def by(self, name: str, line: str) -> CosignedHead:
        """As this, with one more cosignature; the first of a witness stays."""
        return CosignedHead(self.head, {name: line, **self.lines})


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads notes of the log `origin`, with its own keys and those of the `policy`.

    `log_keys` gives the keys that sign its head of a size: a key that was retired since, and
    perhaps stolen, signs no later head.
    """

    origin: str
    log_keys: Callable[[int], list[NoteKey]]
    policy: TrustPolicy

    def read(self, note: str) -> tuple[Checkpoint, CosignedHead]:
        """The head that this log signed, with the lines of known witnesses.

        Raises `Refused` as `TrustPolicy.open`.
        """
        said_size = parse_checkpoint(note_body(note)).size
        own = self.log_keys(said_size)
        policy = replace(self.policy, logs=tuple(map(LogLine, own)))
        checkpoint = policy.open(note, self.origin).checkpoint
        signed = f"{checkpoint.body}\n{''.join(lines_by(note, own).values())}"
        lines = lines_by(note, policy.witness_keys())
        return checkpoint, CosignedHead(
            SignedHead(checkpoint.size, checkpoint.root, signed),
            {it.name: lines[it.key] for it in policy.witnesses if it.key in lines},
        )


class Kept:
    """The cosignatures that are known, and the size that each witness had last. Safe for threads.

    They are read from the file at `path` and written to it whole (new file, flush, rename).
    """

    def __init__(self, path: Path, reader: Reader) -> None:
        self._path = path
        self._reader = reader
        self._lock = threading.Lock()
        self._heads: dict[int, CosignedHead] = {}
        self._sizes: dict[str, int] = {}
        self._best: CosignedHead | None = None
        if path.exists():
            self._load(path)

    @property
    def witnessed(self) -> CosignedHead | None:
        """The newest head that meets the quorum, of those with any cosignature."""
        return self._best

    @property
    def largest(self) -> CosignedHead | None:
        """The largest head that anybody cosigned."""
        with self._lock:
            return self._heads[max(self._heads)] if self._heads else None

    def over(self, head: SignedHead) -> CosignedHead:
        """A signed head with the cosignatures over it."""
        known = self._known(head)
        return CosignedHead(head, known.lines if known else {})

    def size_of(self, key: NoteKey) -> int:
        """The size that the witness with this key was last known to have; 0 at first."""
        return self._sizes.get(key.text(), 0)

    def learn(self, key: NoteKey, size: int) -> None:
        """The witness with this key has a head of `size` entries."""
        with self._lock:
            self._sizes = {**self._sizes, key.text(): size}

    def add(self, head: SignedHead, lines: Mapping[str, str]) -> None:
        """Verified cosignature lines over a head that this log signed. Raises `OSError`."""
        with self._lock:
            self._take(CosignedHead(head, lines))
            self._save()

    def _known(self, head: SignedHead) -> CosignedHead | None:
        found = self._heads.get(head.size)
        return found if found and found.head.root == head.root else None

    def _take(self, said: CosignedHead) -> None:
        known = self._known(said.head)
        # Whoever sends a note may leave out a line of the log's: what has more of them stays.
        if known is None or len(known.head.note) < len(said.head.note):
            known = self.over(said.head)
        for name, line in said.lines.items():
            known = known.by(name, line)
        size = said.head.size
        self._heads = {**self._heads, size: known}
        if self._reader.policy.met_by(known.lines) and (
            self._best is None or size >= self._best.head.size
        ):
            self._best = known
        best = self._best.head.size if self._best else -1
        kept = sorted(self._heads)[-MOST_HEADS:]
        self._heads = {n: item for n, item in self._heads.items() if n in kept or n == best}

    def _save(self) -> None:
        heads = [said.note for _, said in sorted(self._heads.items())]
        best = self._best.note if self._best else ""
        tree: canonical.Tree = {"notes": heads, "sizes": self._sizes, "v": 1, "witnessed": best}
        text = canonical.encode(tree)
        with waiting_lock(self._path.with_name(f"{self._path.name}.lock"), 5.0):
            replace_file(self._path, text)

    def _load(self, path: Path) -> None:
        try:
            tree = _read(path)
            known = {line.key.text() for line in self._reader.policy.witnesses}
            self._sizes = {
                vkey: size
                for vkey, size in tree["sizes"].items()
                if vkey in known and type(size) is int and size >= 0
            }
            for note in tree["notes"]:
                _, said = self._reader.read(note)
                if said.lines:
                    self._take(said)
        except (OSError, Refused, LookupError, TypeError, AttributeError) as error:
            _log.warning("%s is not read: %s", path.name, error)


def with_cosignatures(path: Path, note: str) -> str:
    """A note that the log signed, with the lines that the file at `path` has over the same text.

    Nothing of them is verified here; without the file, or where it cannot be read, the note alone.
    """
    body = note_body(note)
    for kept in _notes(path):
        if note_body(kept) == body:
            lines = kept[len(body) + 1 :].splitlines(keepends=True)
            return note + "".join(line for line in lines if line not in note)
    return note


def witnessed_note(path: Path) -> str | None:
    """The newest note with its quorum, as the file says; not verified here."""
    with suppress(OSError, Refused, LookupError, TypeError):
        note = str(_read(path)["witnessed"])
        parse_checkpoint(note_body(note))
        return note
    return None


def _notes(path: Path) -> list[str]:
    with suppress(OSError, Refused, LookupError, TypeError):
        return [str(note) for note in _read(path)["notes"]]
    return []


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return canonical.parse(file.read(LARGEST_FILE))
