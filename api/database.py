"""A ledger's database as the auditor reads it: every column of every row, none believed.

The audit checks what the log's own readers show. Beside it stand here the columns and rows that
they skip: stored leaf hashes, rows that belong to nothing, changed tables and triggers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.logfile import FilePlace, LogPages
from ledger.audit.source import Elsewhere, Irregularity, Row
from ledger.chain.tiles import TILE_WIDTH, TileId
from ledger.chain.tree import HASH_BYTES
from ledger.errors import LedgerError
from ledger.feeding.kept import with_cosignatures
from ledger.store.images import image_of
from ledger.store.log import digest_of
from ledger.store.snapshot import Moment


class DatabaseSource(LogPages):
    """`ledger.audit.source.Source` over a snapshot; `cosigned` is where cosignatures are kept."""

    has_records = True
    has_partial_tiles = False

    def __init__(self, snapshot: Moment, cosigned: Path | None = None) -> None:
        super().__init__(snapshot.file)
        self._snapshot = snapshot
        self._cosigned = cosigned

    def checkpoint(self) -> str | None:
        """The note of the signed head, with the cosignatures that are kept for it."""
        note = self._snapshot.checkpoint()
        return with_cosignatures(self._cosigned, note) if self._cosigned and note else note

    def size(self) -> int:
        """How many entries are there."""
        return self._snapshot.size()

    def elsewhere(self) -> Elsewhere | None:
        """The file or the exported moment, which any process of this machine can read."""
        return FilePlace(self._snapshot.place)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries."""
        return self._snapshot.entries(start, stop)

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosure texts of entries."""
        return self._snapshot.disclosures(start, stop)

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile: a full one as stored, a partial one derived."""
        return super().tile(tile) if tile.width == TILE_WIDTH else self._snapshot.tile(tile)

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

    def damages(self) -> Iterator[str]:
        """What the database finds broken in pages and indexes."""
        return iter(self._snapshot.damages())

    def derived(self, kind: type[Any]) -> Iterator[Row]:
        """Every derived row as it stands."""
        return self._snapshot.rows(kind)

    def damage(self, kind: type[Any], row: Row) -> str:
        """Why the row is no record."""
        try:
            image_of(kind).record(row)
        except LedgerError as error:
            return str(error)
        return ""

    def _entries(self) -> Iterator[Irregularity]:
        lowest = self._snapshot.first_number()
        if lowest is not None and lowest < 0:
            yield Irregularity("entry", f"Row 0 has the number {lowest}.", 0)

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
        for (seq,) in self._snapshot.stray_rows(size):
            yield Irregularity("disclosure", f"It is kept for entry {seq!r}, which is none.")

    def _papers(self) -> Iterator[Irregularity]:
        for digest, data in self._snapshot.document_rows():
            if not isinstance(data, bytes) or digest != digest_of(data):
                yield Irregularity("document", f"{digest!r} is not the digest of its bytes.")
