"""What storage must promise, and no more than the write path, readers and auditors need now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from ledger.chain.entry import Entry, Head
from ledger.chain.tiles import TileId
from ledger.chain.tree import EMPTY_ROOT
from ledger.model.records import R, Record


class Records(Protocol):
    """The derived records, as of the last commit."""

    def get(self, kind: type[R], ids: Iterable[str]) -> Mapping[str, R]:
        """The records of these ids; those that do not exist are left out."""
        ...

    def find(self, kind: type[R], key: Mapping[str, str | int | bool]) -> Sequence[R]:
        """All records whose fields equal `key` (one of the kind's `INDEXES`), ordered by id."""
        ...

    def scan(self, kind: type[R]) -> Iterator[R]:
        """All records of a kind, ordered by id."""
        ...

    def document(self, digest: str) -> bytes | None:
        """A rule document by its base64url SHA-256, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction adds: entries in order, what lies beside them, and changed records."""

    entries: Sequence[Entry]
    tiles: Sequence[tuple[TileId, bytes]]
    disclosures: Sequence[tuple[int, str, str]]
    """(seq, base64url SHA-256 of the text, disclosure text), append-only."""
    documents: Mapping[str, bytes]
    records: Sequence[Record]
    head: Head = field(default_factory=Head)


class EntryReader(Protocol):
    """Entries with what lies beside them, and the tree over them: bytes, not yet believed."""

    def size(self) -> int:
        """How many entries are there."""
        ...

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries start … stop-1, in order."""
        ...

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile, full or partial."""
        ...

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosure texts kept for entries start … stop-1."""
        ...


class LogReader(EntryReader, Protocol):
    """The log as files or rows hold it."""

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint (a C2SP signed note), or None before the first."""
        ...

    def documents(self) -> Mapping[str, bytes]:
        """All rule documents by the digest under which they are kept."""
        ...


Place: TypeAlias = tuple[str, str]
"""Where a record is: the name of its table, and its id."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The exclusive right to append, while it is held.

    `size` is how many entries the log has now. `moved` gives the places of the records that
    others changed in entries from a sequence number on; None when that is no longer known.
    """

    size: int
    moved: Callable[[int], Collection[Place] | None]


class Store(LogReader, Protocol):
    """The one place where entries are kept. One writer at a time."""

    @property
    def records(self) -> Records:
        """The derived records; inside a turn, as of that turn."""
        ...

    def turn(self) -> AbstractContextManager[Turn]:
        """The right to append, held for one `commit` at most; others wait.

        Raises `Unavailable` when it cannot be had within seconds.
        """
        ...

    def commit(self, batch: Batch) -> None:
        """All of `batch` durably, or nothing of it, in this thread's turn, which it ends.

        Raises `Unavailable` when surely nothing was written, `OutcomeUnknown` when that is open.
        """
        ...


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The last head that was signed: what must never be contradicted."""

    size: int
    root: bytes
    note: str


NOTHING_SIGNED = SignedHead(0, EMPTY_ROOT, "")
"""The signed head before genesis."""


class HeadStore(Protocol):
    """One durable cell outside the database that holds the last signed head."""

    def read(self) -> SignedHead | None:
        """The last signed head, or None before the first."""
        ...

    def swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """Put `new` in place of `old`, durably; returns what is there then.

        That is `new`, or a longer head when another process of this ledger was faster. Raises
        `Halted` when what is there contradicts `new`.
        """
        ...
