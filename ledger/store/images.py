"""Derived tables: the image of every record kind as one SQL table, generated from its dataclass.

A table cannot differ from its record because nobody writes it: columns, indexes and both
directions (record to row, row to record) follow from the field annotations. Scalars are columns
of their own, an amount is two (`…_minor`, `…_currency`), everything nested is canonical JSON.
Reading is strict: a row that is not exactly what writing makes is damaged, never "close enough".
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Generic, cast

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from ledger import canonical
from ledger.catalogue import RECORDS
from ledger.errors import Halted, LedgerError
from ledger.model.codec import hints, read, write
from ledger.model.records import R
from ledger.money import Money


class Base(SQLModel, registry=registry()):
    """All tables of a ledger database, apart from anybody else's."""


Whole = BigInteger().with_variant(Integer, "sqlite")
"""64-bit whole numbers; on SQLite under the name that makes a primary key the row id."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one field is kept: its columns, and between which tree and which values.

    `shape` is `text`, `int`, `bool`, `money` or `json`; only an `optional` field may be absent.
    """

    field: str
    shape: str
    optional: bool

    @property
    def columns(self) -> tuple[tuple[str, type[Any]], ...]:
        """Each column's name and Python type."""
        if self.shape == "money":
            return (f"{self.field}_minor", int), (f"{self.field}_currency", str)
        return ((self.field, int if self.shape in ("int", "bool") else str),)

    def values(self, tree: Any) -> tuple[str | int | None, ...]:
        """The column values of a field's plain tree (None: absent)."""
        if self.shape == "money":
            return (None, None) if tree is None else (tree["minor"], tree["currency"])
        if self.shape == "json" and tree is not None:
            return (canonical.encode(tree).decode(),)
        return (int(tree) if isinstance(tree, bool) else tree,)

    def tree(self, values: Sequence[Any]) -> Any:
        """The inverse of `values`; raises `ValueError` or `Refused` for any other value."""
        if self.optional and all(value is None for value in values):
            return None
        for value, (name, kind) in zip(values, self.columns, strict=True):
            if type(value) is not kind:
                raise ValueError(f"column {name} holds {value!r:.40}")
        if self.shape == "money":
            return {"minor": values[0], "currency": values[1]}
        if self.shape == "bool" and values[0] not in (0, 1):
            raise ValueError(f"column {self.field} holds {values[0]}, neither 0 nor 1")
        if self.shape == "bool":
            return bool(values[0])
        if self.shape == "json":
            return canonical.decode(values[0].encode())
        return values[0]


@dataclass(frozen=True, slots=True)
class Image(Generic[R]):
    """One record kind, its SQLModel class and its table."""

    kind: type[R]
    model: type[Base]
    table: Table
    cells: tuple[Cell, ...]

    def row(self, record: R) -> dict[str, str | int | None]:
        """The row of a record, by column name."""
        tree = write(record)
        row: dict[str, str | int | None] = {}
        for cell in self.cells:
            values = cell.values(tree.get(cell.field))
            row.update((name, value) for (name, _), value in zip(cell.columns, values, strict=True))
        return row

    def record(self, row: Sequence[Any]) -> R:
        """The record of a row whose values are in the order of the table's columns.

        Raises `Halted` for a row that `row` cannot have made.
        """
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

    def key(self, key: Mapping[str, object]) -> dict[str, Any]:
        """`key` as column values. Raises `ValueError` unless its fields are a declared index."""
        if not any(set(key) == set(index) for index in self.kind.INDEXES):
            raise ValueError(f"{self.kind.__name__} has no index on {', '.join(sorted(key))}")
        return {name: _scalar(value) for name, value in key.items()}


def _scalar(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value


def _bare(hint: Any) -> tuple[Any, bool]:
    """A field's type without marks and None, and whether it may be None."""
    optional = False
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
            optional = True
            (hint,) = (member for member in typing.get_args(hint) if member is not type(None))
        else:
            return hint, optional


def _shape(base: Any) -> str:
    if base is Money:
        return "money"
    if base in (bool, int):
        return str(base.__name__)
    textual = (str, date)
    if isinstance(base, type) and (
        base in textual
        or (issubclass(base, Enum) and all(isinstance(member.value, str) for member in base))
    ):
        return "text"
    return "json"


def _image(kind: type[Any]) -> Image[Any]:
    """The table of a record kind, made from its annotations."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()
    cells: list[Cell] = []
    body: dict[str, Any] = {"__module__": __name__, "__doc__": kind.__doc__, "__tablename__": name}
    annotations = body["__annotations__"] = {}
    for field, hint in hints(cast(type, kind)).items():
        base, optional = _bare(hint)
        cell = Cell(field, _shape(base), optional)
        cells.append(cell)
        for column, python in cell.columns:
            sql = Column(
                column,
                Whole if python is int else Text,
                primary_key=column == "id",
                nullable=optional,
            )
            annotations[column] = python | None if optional else python
            body[column] = Field(sa_column=sql)
    row_name = f"{kind.__name__}Row"
    model = types.new_class(row_name, (Base,), {"table": True}, lambda space: space.update(body))
    table = Base.metadata.tables[name]
    for index in kind.INDEXES:
        # With the id last, `find` reads its order straight from the index.
        Index(f"ix_{name}_{'_'.join(index)}", *(table.c[field] for field in index), table.c.id)
    return Image(kind, model, table, tuple(cells))


IMAGES: dict[type[Any], Image[Any]] = {kind: _image(kind) for kind in RECORDS}
"""The derived table of every record kind."""


def image_of(kind: type[R]) -> Image[R]:
    """The image of a record kind. Raises `KeyError` for a kind that the book does not list."""
    return IMAGES[kind]
