"""The log tables as `ledger.ports.LogReader` reads them: bytes in order, not yet believed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import BindParameter, bindparam, func, select

from ledger.base64url import b64url_encode
from ledger.chain.tiles import TILE_WIDTH, TileId, derive_tile
from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE
from ledger.errors import Halted
from ledger.ports import Batch
from ledger.store.records import put_documents, put_records
from ledger.store.sql import Connect, Driver, everything, insert, text_of
from ledger.store.tables import DISCLOSURE, DOCUMENT, ENTRY, TILE

PAGE = 1_024
"""Entries read per statement, so that a slow consumer holds no connection in between."""

_BETWEEN: tuple[BindParameter[int], BindParameter[int]] = (bindparam("first"), bindparam("last"))
_STATEMENTS = {
    "last": select(func.max(ENTRY.c.seq)),
    "entries": select(ENTRY.c.seq, ENTRY.c.data)
    .where(ENTRY.c.seq.between(*_BETWEEN))
    .order_by(ENTRY.c.seq),
    "leaves": select(ENTRY.c.leaf).where(ENTRY.c.seq.between(*_BETWEEN)).order_by(ENTRY.c.seq),
    "tile": select(TILE.c.data).where(
        TILE.c.level == bindparam("level"), TILE.c.position == bindparam("position")
    ),
    "disclosures": select(DISCLOSURE.c.seq, DISCLOSURE.c.text)
    .where(DISCLOSURE.c.seq.between(*_BETWEEN))
    .order_by(DISCLOSURE.c.seq, DISCLOSURE.c.digest),
}


@lru_cache(maxsize=64)
def _sql(name: str, dialect: str) -> str:
    return text_of(_STATEMENTS[name], dialect)


class SqlLog:
    """Entries, tiles, disclosures and documents over connections that `connect` lends."""

    def __init__(self, connect: Connect, dialect: str = "sqlite") -> None:
        self.connect = connect
        self.dialect = dialect

    def size(self) -> int:
        """How many entries are there: one more than the highest sequence number."""
        with self.connect() as driver:
            return size_of(driver, self.dialect)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries start … stop-1, in order; one that is missing is left out."""
        statement = f"{_sql('entries', self.dialect)} LIMIT {PAGE}"
        while start < stop:
            with self.connect() as driver:
                rows = driver.execute(statement, _within(start, stop)).fetchall()
            for _, data in rows:
                yield as_bytes(data)
            # By rows, not by numbers: a forged row with a giant number must not keep us busy.
            start = rows[-1][0] + 1 if rows else stop

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile: a full one as stored, a partial one derived if need be.

        Raises `Halted` when the log does not hold what the tile covers.
        """
        with self.connect() as driver:
            row = driver.execute(_sql("tile", self.dialect), (tile.level, tile.index)).fetchone()
        if row is not None:
            return as_bytes(row[0])[: tile.width * HASH_BYTES]
        if tile.width == TILE_WIDTH:
            raise Halted(f"The store does not hold {tile.path}.")
        return derive_tile(tile, self.tile) if tile.level else self._leaves(tile)

    def _leaves(self, tile: TileId) -> bytes:
        first = tile.index * TILE_WIDTH
        within = _within(first, first + tile.width)
        with self.connect() as driver:
            leaves = driver.execute(_sql("leaves", self.dialect), within).fetchall()
        if len(leaves) != tile.width:
            raise Halted(f"The store does not hold the entries under {tile.path}.")
        return b"".join(as_bytes(leaf) for (leaf,) in leaves)

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosure texts of entries start … stop-1, by entry, each list in digest order."""
        found: dict[int, list[str]] = {}
        with self.connect() as driver:
            statement = _sql("disclosures", self.dialect)
            for number, text in driver.execute(statement, _within(start, stop)):
                found.setdefault(number, []).append(text if isinstance(text, str) else "")
        return found

    def documents(self) -> Mapping[str, bytes]:
        """All rule documents by the digest under which they are kept."""
        with self.connect() as driver:
            rows = driver.execute(everything(DOCUMENT, self.dialect)).fetchall()
        return {digest: as_bytes(data) for digest, data in rows}


def write_batch(driver: Driver, batch: Batch, size: int, dialect: str = "sqlite") -> None:
    """Write all of `batch` inside the open transaction, behind the `size` entries of the log.

    `batch.head` is not kept: it follows from entries and tiles. Raises `Halted` when the entries
    do not go on where the log ends.
    """
    check_order(batch, size)
    added = (
        (ENTRY, [(entry.seq, entry.data, entry.leaf) for entry in batch.entries]),
        (TILE, [(tile.level, tile.index, data) for tile, data in batch.tiles]),
        (DISCLOSURE, batch.disclosures),
    )
    for table, rows in added:
        if rows:
            driver.executemany(insert(table, dialect), rows)
    put_documents(driver, batch.documents, dialect)
    put_records(driver, batch.records, dialect)


def check_order(batch: Batch, size: int) -> None:
    """Raises `Halted` unless the entries of `batch` are those from `size` on."""
    for due, entry in enumerate(batch.entries, start=size):
        if entry.seq != due:
            raise Halted(f"Entry {entry.seq} was to be stored where {due} belongs.")


def size_of(driver: Driver, dialect: str = "sqlite") -> int:
    """How many entries are there: one more than the highest sequence number."""
    (last,) = driver.execute(_sql("last", dialect)).fetchone()
    return 0 if last is None else int(last) + 1


def as_bytes(value: object) -> bytes:
    """`value` if it is bytes, else none: SQLite keeps any type in any column."""
    return value if isinstance(value, bytes) else b""


def digest_of(data: bytes) -> str:
    """The base64url SHA-256 under which disclosures and documents are kept."""
    return b64url_encode(hashlib.sha256(data).digest())


def _within(start: int, stop: int) -> tuple[int, int]:
    """The first and the last number, of any size: SQL knows 64-bit numbers only."""
    return min(start, LARGEST_SIZE), min(stop - 1, LARGEST_SIZE)
