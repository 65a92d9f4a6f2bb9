"""Hands on a ledger's file: rows changed, taken out, put in or swapped, as an intruder would.

The append-only triggers are put back after each act, so that only the data can tell.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.store.tables import METADATA

Row = dict[str, Any]


@dataclass(frozen=True)
class Hands:
    """A connection to a copy of a ledger's file, whose triggers do not work."""

    connection: sqlite3.Connection

    def rows(self, table: str) -> list[Row]:
        """All rows, by primary key, each with the values of that key under the name of ``_``."""
        order = ", ".join(f'"{name}"' for name in keys(table))
        cursor = self.connection.execute(f'SELECT * FROM "{table}" ORDER BY {order}')  # noqa: S608 - names from the schema
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        return [row | {"_": [row[name] for name in keys(table)]} for row in rows]

    def set(self, table: str, row: Row, **values: Any) -> None:
        """Change columns of a row."""
        names = ", ".join(f'"{name}" = ?' for name in values)
        text = f'UPDATE "{table}" SET {names} WHERE {_where(table)}'  # noqa: S608 - names from the schema
        self.connection.execute(text, [*values.values(), *row["_"]])
        there = zip(keys(table), row["_"], strict=True)
        row["_"] = [values.get(name, value) for name, value in there]

    def delete(self, table: str, row: Row) -> None:
        """Take a row out."""
        self.connection.execute(f'DELETE FROM "{table}" WHERE {_where(table)}', row["_"])  # noqa: S608 - names from the schema

    def insert(self, table: str, row: Row) -> None:
        """Put a row in."""
        values = {name: value for name, value in row.items() if name != "_"}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        text = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - names from the schema
        self.connection.execute(text, list(values.values()))

    def swap(self, table: str, one: Row, other: Row, columns: list[str]) -> None:
        """Exchange these columns of two rows."""
        self.set(table, one, **{name: _aside(one[name]) for name in columns})
        self.set(table, other, **{name: one[name] for name in columns})
        self.set(table, one, **{name: other[name] for name in columns})


def keys(table: str) -> list[str]:
    """The columns of a table's primary key."""
    return [column.name for column in METADATA.tables[table].primary_key.columns]


def _where(table: str) -> str:
    return " AND ".join(f'"{name}" = ?' for name in keys(table))


def columns(table: str) -> list[str]:
    """All columns of a table."""
    return [column.name for column in METADATA.tables[table].columns]


def _aside(value: Any) -> Any:
    """Something that stands in a row for a moment, unlike everything that is there."""
    return -1 if isinstance(value, int) else b"aside" if isinstance(value, bytes) else "aside"


def other_value(value: Any, seen: list[Any], *, key: bool) -> Any:
    """A fitting value that is not `value`: one that stands in another row, else one like it.

    A key gets one that stands nowhere.
    """
    fitting = [item for item in seen if type(item) is type(value) and item != value]
    if fitting and not key:
        return fitting[0]
    if isinstance(value, int):
        return max([value, *(item for item in seen if isinstance(item, int))]) + 1
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if value is None:
        return next((item for item in seen if item is not None), "1")
    return value[:-1] + ("b" if value[-1:] != "b" else "c")


@contextmanager
def hands_on(original: Path, copy: Path) -> Iterator[Hands]:
    """Hands on a fresh copy of a closed ledger's file."""
    shutil.copyfile(original, copy)
    connection = sqlite3.connect(copy)
    try:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield Hands(connection)
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


Change = Callable[[Hands], None]
