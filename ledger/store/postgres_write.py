"""A batch in PostgreSQL: one round trip, and a note for other processes of what it changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection
from sqlalchemy import Table

from ledger.ports import Batch, Place
from ledger.store import postgres_schema as schema
from ledger.store.postgres_view import DIALECT
from ledger.store.records import rows_of
from ledger.store.sql import DIALECTS, changing
from ledger.store.tables import DISCLOSURE, DOCUMENT, ENTRY, TILE

_ADVANCE = b"UPDATE tip SET size = %s, groups = %s"
_REMEMBER = (
    b"INSERT INTO recent VALUES (%b, %b, %b, %b, %b) ON CONFLICT (slot) DO UPDATE"
    b" SET first_seq = excluded.first_seq, last_seq = excluded.last_seq,"
    b" kinds = excluded.kinds, ids = excluded.ids"
)
_CHANGED = b"SELECT first_seq, last_seq, kinds, ids FROM recent WHERE last_seq >= %s"


def write_batch(connection: Connection, batch: Batch, size: int, groups: int) -> None:
    """Write all of `batch` inside the open transaction that holds the row of the tip.

    `size` and `groups` are what that row says. Raises `psycopg.Error`; `IntegrityError` when the
    log contradicts the batch.
    """
    end = size + len(batch.entries)
    places: list[Place] = []
    with connection.pipeline():
        _insert(connection, ENTRY, [(e.seq, e.data, e.leaf) for e in batch.entries])
        _insert(connection, TILE, [(tile.level, tile.index, data) for tile, data in batch.tiles])
        _insert(connection, DISCLOSURE, batch.disclosures)
        _insert(connection, DOCUMENT, list(batch.documents.items()), "DO NOTHING")
        for image, rows in rows_of(batch.records):
            _insert(connection, image.table, rows, _replacing(image.table))
            places += [(image.table.name, row[0]) for row in rows]
        if batch.entries:
            kinds, ids = [kind for kind, _ in places], [name for _, name in places]
            connection.execute(_REMEMBER, (groups % schema.RING, size, end - 1, kinds, ids))
        connection.execute(_ADVANCE, (end, groups + 1))


def changed_since(connection: Connection, since: int, size: int) -> Collection[Place] | None:
    """What the entries from `since` to the last of `size` changed; None when that is forgotten."""
    rows = connection.execute(_CHANGED, (since,), binary=True).fetchall()
    places: set[Place] = set()
    known = since
    for first, last, kinds, ids in sorted(rows, key=lambda row: int(row[0])):
        if first > known:
            return None
        known = last + 1
        places.update(zip(kinds, ids, strict=True))
    return places if known >= size else None


def _insert(
    connection: Connection, table: Table, rows: Sequence[Sequence[Any]], conflict: str = ""
) -> None:
    """Add rows in one statement, column by column; on a conflict do what `conflict` says."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(_insert_text(table, conflict), columns)


@lru_cache(maxsize=256)
def _insert_text(table: Table, conflict: str) -> bytes:
    # A list per column takes two thirds of the time of executemany, and a quarter of ours. COPY
    # is as fast, but the server cannot throw out a client that stops in the middle of one.
    dialect = DIALECTS[DIALECT]
    lists = ", ".join(f"%b::{column.type.compile(dialect)}[]" for column in table.columns)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    otherwise = f" ON CONFLICT {conflict}" if conflict else ""
    text = f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({lists}){otherwise}'  # noqa: S608 - names of our own tables
    return text.encode()


@lru_cache(maxsize=256)
def _replacing(table: Table) -> str:
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in changing(table))
    return f"(id) DO UPDATE SET {changes}"
