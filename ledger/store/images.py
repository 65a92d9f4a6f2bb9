"""Derived tables: the image of every record kind as one SQL table, generated from its class.

A table cannot differ from its record because nobody writes it: columns, indexes and both
directions (record to row, row to record) follow from the field annotations (`ledger.store.cells`).
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from ledger.catalogue import RECORDS
from ledger.errors import Halted, LedgerError
from ledger.model.codec import read, write
from ledger.model.compiled import ODD
from ledger.model.records import R
from ledger.store.cells import Cell, cells_of, row_reader, row_writer
from ledger.store.sql import FIXED


class Base(SQLModel, registry=registry()):
    """All tables of a ledger database, apart from anybody else's."""


Whole = BigInteger().with_variant(Integer, "sqlite")
"""64-bit whole numbers; on SQLite under the name that makes a primary key the row id."""


NARROW = 4
"""Columns up to which a SQLite table is its own key's index. Small rows then take a quarter less
room, since their ids stand there once; with wide rows (600 bytes) inserting took half as long
again."""


@dataclass(frozen=True, slots=True)
class Image(Generic[R]):
    """One record kind, its SQLModel class and its table."""

    kind: type[R]
    model: type[Base]
    table: Table
    cells: tuple[Cell, ...]
    columns: tuple[str, ...]
    _write: Callable[[R], tuple[Any, ...]]
    _read: Callable[[Sequence[Any]], R]

    def values(self, record: R) -> tuple[str | int | None, ...]:
        """The row of a record: the values of `columns`."""
        try:
            return self._write(record)
        except ODD:
            tree = write(record)
            return tuple(v for cell in self.cells for v in cell.values(tree.get(cell.field)))

    def record(self, row: Sequence[Any]) -> R:
        """The record of a row whose values are in the order of `columns`.

        Raises `Halted` for a row that `values` cannot have made.
        """
        try:
            return self._read(row)
        except ODD:
            pass
        try:
            return read(self.kind, self._tree(row))
        except (LedgerError, LookupError, TypeError, ValueError) as error:
            raise Halted(f"Row {row[0]!r:.60} of table {self.table.name}: {error}") from None

    def _tree(self, row: Sequence[Any]) -> dict[str, Any]:
        tree, at = {}, 0
        for cell in self.cells:
            width = len(cell.columns)
            value = cell.tree(row[at : at + width])
            if value is not None:
                tree[cell.field] = value
            at += width
        return tree


def _image(kind: type[Any]) -> Image[Any]:
    """The table of a record kind, made from its annotations."""
    cells = cells_of(kind)
    model = _model(kind, cells)
    table: Table = Base.metadata.tables[str(model.__tablename__)]
    table.info[FIXED] = frozenset(getattr(kind, "FIXED", ()))
    for index in kind.INDEXES:
        # With the id last, `find` reads its order straight from the index.
        columns = (*(table.c[field] for field in index), table.c.id)
        Index(f"ix_{table.name}_{'_'.join(index)}", *columns)
    return Image(
        kind=kind,
        model=model,
        table=table,
        cells=cells,
        columns=tuple(column.name for column in table.columns),
        _write=row_writer(kind),
        _read=row_reader(kind),
    )


def _model(kind: type[Any], cells: Sequence[Cell]) -> type[Base]:
    """The SQLModel class of a record kind."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
    body: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": kind.__doc__,
        "__tablename__": name,
        "__table_args__": {"sqlite_with_rowid": sum(len(cell.columns) for cell in cells) > NARROW},
    }
    annotations = body["__annotations__"] = {}
    for cell in cells:
        for column, python in cell.columns:
            sql = Column(
                column,
                Whole if python is int else Text,
                primary_key=column == "id",
                nullable=cell.optional,
            )
            annotations[column] = python | None if cell.optional else python
            body[column] = Field(sa_column=sql)
    row_name = f"{kind.__name__}Row"
    return types.new_class(row_name, (Base,), {"table": True}, lambda space: space.update(body))


IMAGES: dict[type[Any], Image[Any]] = {kind: _image(kind) for kind in RECORDS}
"""The derived table of every record kind."""


def image_of(kind: type[R]) -> Image[R]:
    """The image of a record kind. Raises `KeyError` for a kind that the book does not list."""
    return IMAGES[kind]
