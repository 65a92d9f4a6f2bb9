"""The head store: one durable cell outside the database that holds the last signed head.

A restored backup is a perfectly good database. Only something that was not restored with it can
tell that it is behind what was signed: this cell, which never goes back.
"""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.tree import HASH_BYTES
from ledger.errors import Halted, OutcomeUnknown, Refused, Unavailable
from ledger.ports import SignedHead
from ledger.store.lock import sync_folder, waiting_lock

LONGEST_S = 5.0
"""How long another process may keep its hand on the head file before a caller hears of it."""


class MemoryHeadStore:
    """A head store that ends with the process: for tests and throw-away ledgers."""

    def __init__(self) -> None:
        self._head: SignedHead | None = None
        self._lock = threading.Lock()

    def read(self) -> SignedHead | None:
        """The last signed head, or None before the first."""
        return self._head

    def swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """Put `new` in place of `old`; returns what is there then, as `after_swap` says."""
        with self._lock:
            self._head = after_swap(self._head, old, new)
            return self._head


class FileHeadStore:
    """The cell as one small canonical JSON file ``{"note", "root", "size"}``.

    It is replaced whole (new file, fsync, rename, fsync of the folder), so a reader without the
    lock sees the old head or the new one. What a crash leaves beside it (``.new``) counts for
    nothing. The file belongs on another disk than the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f"{path.name}.new")
        self._lock = path.with_name(f"{path.name}.lock")
        self._broken: str | None = None

    def read(self) -> SignedHead | None:
        """The last signed head, or None before the first.

        Raises `Halted` for a file that is no head, and after a failed write or flush: what a disk
        says then is not believed before a restart. `Unavailable` when it cannot be read.
        """
        if self._broken is not None:
            raise Halted(f"The head file could not be written: {self._broken}.")
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"The head file cannot be read: {error.strerror}.") from None
        return _parse(data)

    def swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """Put `new` in place of `old`, durably; returns what is there then, as `after_swap` says.

        Raises `Unavailable` when surely nothing was replaced (no room, no folder, no right, or
        another process that stopped in the middle of a swap),
        `OutcomeUnknown` after a failed write or flush; from then on `Halted`.
        """
        try:
            with waiting_lock(self._lock, LONGEST_S):
                there = self.read()
                kept = after_swap(there, old, new)
                if kept != there:
                    self._write_beside(_text(kept))
                    self._new.replace(self._path)
                    self._make_durable()
                return kept
        except OSError as error:
            if error.errno == errno.EIO:
                raise self._doubt(error) from None
            raise Unavailable(f"The head file cannot be written: {error.strerror}.") from None

    def _doubt(self, error: OSError) -> OutcomeUnknown:
        """Nobody knows what is on the disk, and a second flush might say that all is well."""
        self._broken = error.strerror
        return OutcomeUnknown(f"The head file may not be durable: {error.strerror}.")

    def _write_beside(self, data: bytes) -> None:
        with self._new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _make_durable(self) -> None:
        try:
            sync_folder(self._path.parent)
        except OSError as error:
            raise self._doubt(error) from None


def after_swap(there: SignedHead | None, old: SignedHead | None, new: SignedHead) -> SignedHead:
    """What the cell holds after a swap: `new`, or a head that another process put there before.

    A signed head may be followed by a longer one, or by the same tree with another note (more
    signatures); never by a shorter one, nor by another root at its size. Where another process
    of the same ledger was faster, its head stays: it is longer, or the very same. Raises `Halted`
    for anything else.
    """
    if there == old:
        if old is not None and new.size < old.size:
            raise Halted(f"A head of {new.size} entries cannot follow one of {old.size}.")
        if old is not None and new.size == old.size and new.root != old.root:
            raise Halted(f"Another root was signed for {new.size} entries before.")
        return new
    if there is None or there.size < new.size:
        raise Halted(f"The head store holds {_says(there)}, not {_says(old)}: who else writes?")
    if there.size == new.size and there != new:
        raise Halted(f"Another head was signed for {new.size} entries before.")
    return there


def _says(head: SignedHead | None) -> str:
    return "no head" if head is None else f"a head of {head.size} entries"


def _text(head: SignedHead) -> bytes:
    return canonical.encode(
        {"note": head.note, "root": b64url_encode(head.root), "size": head.size}
    )


def _parse(data: bytes) -> SignedHead:
    try:
        tree = canonical.decode(data)
        if not isinstance(tree, dict) or tree.keys() != {"note", "root", "size"}:
            raise Halted("The head file does not hold a note, a root and a size.")
        size, note, root = tree["size"], tree["note"], b64url_decode(tree["root"])
    except Refused as refused:
        raise Halted(f"The head file is damaged: {refused.detail}") from None
    if type(size) is not int or size < 0 or not isinstance(note, str) or len(root) != HASH_BYTES:
        raise Halted("The head file is damaged: a field is not what it should be.")
    return SignedHead(size, root, note)
