"""The log of a ledger's database as an audit reads it page by page, in any of its processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from ledger.audit.source import Disclosures, Entries, Irregularity, Source
from ledger.chain.tiles import TileId
from ledger.errors import Halted
from ledger.store.logfile import Opening, RawLog


class LogPages:
    """What of `ledger.audit.source.Source` a part of the log is checked with."""

    def __init__(self, rows: RawLog) -> None:
        self._rows = rows

    def entry_page(self, start: int, stop: int) -> Entries:
        """The rows of entries; one that has another number than its place is irregular."""
        rows = self._rows.entry_rows(start, stop)
        numbered = zip(range(start, stop), rows, strict=False)
        odd = next(((due, row[0]) for due, row in numbered if row[0] != due), None)
        return Entries(
            [data if isinstance(data, bytes) else b"" for _, data, _ in rows],
            [leaf for _, _, leaf in rows],
            [] if odd is None else [_misplaced(*odd)],
        )

    def disclosure_page(self, start: int, stop: int) -> Disclosures:
        """The disclosure texts of entries, and under which digests they are kept."""
        rows = self._rows.disclosure_rows(start, stop)
        return Disclosures(
            [seq for seq, _, _ in rows],
            [text if isinstance(text, str) else "" for _, _, text in rows],
            [digest for _, digest, _ in rows],
        )

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a full tile. Raises `Halted` where it is not there."""
        row = self._rows.tile_row(tile.level, tile.index)
        if row is None:
            raise Halted(f"The store does not hold {tile.path}.")
        return row[0] if isinstance(row[0], bytes) else b""


def _misplaced(due: int, number: object) -> Irregularity:
    return Irregularity("entry", f"Row {due} has the number {number!r}.", due)


@dataclass(frozen=True, slots=True)
class FilePlace:
    """`ledger.audit.source.Elsewhere` for a database."""

    place: Opening

    @contextmanager
    def open(self) -> Iterator[Source]:
        """The pages of the log: parts of the log need no more of a source."""
        with self.place.open() as rows:
            yield cast(Source, LogPages(rows))
