"""The log tables as `ledger.ports.LogReader` reads them: bytes in order, not yet believed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select

from ledger.base64url import b64url_encode
from ledger.chain.tiles import TILE_WIDTH, TileId, derive_tile
from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE
from ledger.errors import Halted
from ledger.ports import Batch
from ledger.store.records import Connect, put_documents, put_records
from ledger.store.tables import DISCLOSURE, DOCUMENT, ENTRY, TILE

PAGE = 1_024
"""Entries read per statement, so that a slow consumer holds no connection in between."""

# Built once: SQLAlchemy spends longer on building a statement than SQLite on running it.
_SIZE = select(func.coalesce(func.max(ENTRY.c.seq) + 1, 0))
_ADD_ENTRIES, _ADD_TILES, _ADD_DISCLOSURES = ENTRY.insert(), TILE.insert(), DISCLOSURE.insert()


class SqlLog:
    """Entries, tiles, disclosures and documents over connections that `connect` lends."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def size(self) -> int:
        """How many entries are there: one more than the highest sequence number."""
        with self._connect() as connection:
            return _size(connection)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries start … stop-1, in order; one that is missing is left out."""
        seq = ENTRY.c.seq
        page = select(seq, ENTRY.c.data).order_by(seq).limit(PAGE)
        while start < stop:
            with self._connect() as connection:
                rows = connection.execute(page.where(_within(seq, start, stop))).all()
            for _, data in rows:
                yield as_bytes(data)
            # By rows, not by numbers: a forged row with a giant number must not keep us busy.
            start = rows[-1].seq + 1 if rows else stop

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile: a full one as stored, a partial one derived if need be.

        Raises `Halted` when the log does not hold what the tile covers.
        """
        statement = select(TILE.c.data).where(
            TILE.c.level == tile.level, TILE.c.position == tile.index
        )
        with self._connect() as connection:
            stored = connection.execute(statement).scalar_one_or_none()
        if stored is not None:
            return as_bytes(stored)[: tile.width * HASH_BYTES]
        if tile.width == TILE_WIDTH:
            raise Halted(f"The store does not hold {tile.path}.")
        return derive_tile(tile, self.tile) if tile.level else self._leaves(tile)

    def _leaves(self, tile: TileId) -> bytes:
        first = tile.index * TILE_WIDTH
        seq = ENTRY.c.seq
        statement = (
            select(ENTRY.c.leaf).where(_within(seq, first, first + tile.width)).order_by(seq)
        )
        with self._connect() as connection:
            leaves = connection.execute(statement).scalars().all()
        if len(leaves) != tile.width:
            raise Halted(f"The store does not hold the entries under {tile.path}.")
        return b"".join(map(as_bytes, leaves))

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosure texts of entries start … stop-1, by entry, each list in digest order."""
        seq = DISCLOSURE.c.seq
        statement = (
            select(seq, DISCLOSURE.c.text)
            .where(_within(seq, start, stop))
            .order_by(seq, DISCLOSURE.c.digest)
        )
        found: dict[int, list[str]] = {}
        with self._connect() as connection:
            for number, text in connection.execute(statement):
                found.setdefault(number, []).append(text if isinstance(text, str) else "")
        return found

    def documents(self) -> Mapping[str, bytes]:
        """All rule documents by the digest under which they are kept."""
        with self._connect() as connection:
            rows = connection.execute(select(DOCUMENT.c.digest, DOCUMENT.c.data)).all()
        return {row.digest: as_bytes(row.data) for row in rows}


def write_batch(connection: Connection, batch: Batch) -> None:
    """Write all of `batch` inside the open transaction.

    `batch.head` is not kept: it follows from entries and tiles. Raises `Halted` when the entries
    do not go on where the log ends.
    """
    due = _size(connection)
    for at, entry in enumerate(batch.entries):
        if entry.seq != due + at:
            raise Halted(f"Entry {entry.seq} was to be stored where {due + at} belongs.")
    rows = [{"seq": entry.seq, "data": entry.data, "leaf": entry.leaf} for entry in batch.entries]
    tiles = [{"level": t.level, "position": t.index, "data": data} for t, data in batch.tiles]
    disclosures = [
        {"seq": seq, "digest": digest_of(text.encode()), "text": text}
        for seq, text in batch.disclosures
    ]
    adding = ((_ADD_ENTRIES, rows), (_ADD_TILES, tiles), (_ADD_DISCLOSURES, disclosures))
    for statement, values in adding:
        if values:
            connection.execute(statement, values)
    put_documents(connection, batch.documents)
    put_records(connection, batch.records)


def as_bytes(value: object) -> bytes:
    """`value` if it is bytes, else none: SQLite keeps any type in any column."""
    return value if isinstance(value, bytes) else b""


def digest_of(data: bytes) -> str:
    """The base64url SHA-256 under which disclosures and documents are kept."""
    return b64url_encode(hashlib.sha256(data).digest())


def _within(number: Column[Any], start: int, stop: int) -> ColumnElement[bool]:
    """From `start` to before `stop`, bounds of any size: SQL knows 64-bit numbers only."""
    return number.between(min(start, LARGEST_SIZE), min(stop - 1, LARGEST_SIZE))


def _size(connection: Connection) -> int:
    return int(connection.execute(_SIZE).scalar_one())
