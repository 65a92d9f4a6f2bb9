"""A ledger's database as the auditor reads it: every column of every row, none believed.

The audit checks what the log's own readers show. Beside it stand here the columns and rows that
they skip: stored leaf hashes, rows that belong to nothing, changed tables and triggers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.audit.source import Irregularity
from ledger.base64url import b64url_encode
from ledger.chain.tiles import TILE_WIDTH, TileId
from ledger.chain.tree import HASH_BYTES, leaf_hash
from ledger.errors import LedgerError
from ledger.store.snapshot import Snapshot


class DatabaseSource:
    """`ledger.audit.source.Source` over a snapshot."""

    has_records = True

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def checkpoint(self) -> str | None:
        """The note of the signed head."""
        return self._snapshot.checkpoint()

    def size(self) -> int:
        """How many entries are there."""
        return self._snapshot.size()

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries."""
        return self._snapshot.entries(start, stop)

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile."""
        return self._snapshot.tile(tile)

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosure texts of entries."""
        return self._snapshot.disclosures(start, stop)

    def documents(self) -> Mapping[str, bytes]:
        """The rule documents."""
        return self._snapshot.documents()

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """What is stray, doubled or mislabelled in the tables; never raises."""
        for fault in self._snapshot.schema_faults():
            yield Irregularity("schema", fault)
        for rows in (self._entries(), self._tiles(size), self._disclosures(size), self._papers()):
            try:
                yield from rows
            except LedgerError as error:
                yield Irregularity("database", str(error))

    def derived(self, kind: type[Any]) -> Iterator[tuple[str, Any]]:
        """(id, record) of every derived row, or (id, a sentence) where it is damaged."""
        for key, record in self._snapshot.derived_rows(kind):
            yield str(key), record

    def _entries(self) -> Iterator[Irregularity]:
        for expected, (seq, data, leaf) in enumerate(self._snapshot.entry_rows()):
            if seq != expected:
                yield Irregularity("entry", f"Row {expected} has the number {seq!r}.", expected)
                return
            if not isinstance(data, bytes) or leaf_hash(data) != leaf:
                yield Irregularity("entry", "The leaf hash beside the entry is not its own.", seq)

    def _tiles(self, size: int) -> Iterator[Irregularity]:
        for level, position, data in self._snapshot.tile_rows():
            place = f"tile {level!r} {position!r}"
            if type(level) is not int or type(position) is not int or min(level, position) < 0:
                yield Irregularity(place, "The tile has no place.")
            elif level > 7 or (position + 1) * TILE_WIDTH > size >> (8 * level):
                yield Irregularity(place, f"A log of {size} entries has no such full tile.")
            elif not isinstance(data, bytes) or len(data) != TILE_WIDTH * HASH_BYTES:
                yield Irregularity(place, "The tile has not the size of a full one.")

    def _disclosures(self, size: int) -> Iterator[Irregularity]:
        for seq, digest, text in self._snapshot.disclosure_rows():
            if type(seq) is not int or not 0 <= seq < size:
                yield Irregularity("disclosure", f"It is kept for entry {seq!r}, which is none.")
            elif digest != _digest(text):
                yield Irregularity("disclosure", "Its digest is not that of its text.", seq)

    def _papers(self) -> Iterator[Irregularity]:
        for digest, data in self._snapshot.document_rows():
            if digest != _digest(data):
                yield Irregularity("document", f"{digest!r} is not the digest of its bytes.")


def _digest(value: Any) -> str | None:
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return b64url_encode(hashlib.sha256(data).digest()) if isinstance(data, bytes) else None
