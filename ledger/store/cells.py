"""Fields of records as columns: what is stored of each, and both directions for whole rows.

Scalars are columns of their own, an amount is two (`…_minor`, `…_currency`), everything nested is
canonical JSON. `Cell` says exactly what is stored and what is damaged; `row_writer` and
`row_reader` do the same for the rows of a kind by functions written once (`ledger.model.source`),
and leave to the cells whatever is not as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any

from ledger import canonical
from ledger.model.annotations import hints, optional, split
from ledger.model.compiled import odd_if, read_plain, written
from ledger.model.source import Source, give
from ledger.money import Money


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
            return self._decoded(values[0])
        return values[0]

    def _decoded(self, text: str) -> Any:
        tree = canonical.decode(text.encode())
        if tree is None:
            raise ValueError(f"column {self.field} holds a null that is not the database's")
        return tree


def cells_of(kind: type) -> tuple[Cell, ...]:
    """The cells of a record kind, in the order of its fields."""
    return tuple(
        Cell(field, _shape(split(hint)[0]), optional(hint)) for field, hint in hints(kind).items()
    )


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


def row_writer(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """The function from a record to its column values. It raises one of `compiled.ODD`."""
    source, values = Source("record"), list[str]()
    for cell in cells_of(kind):
        value = source.new()
        source.line(f"{value} = record.{cell.field}")
        hint = hints(kind)[cell.field]
        if not cell.optional:
            values += _stored(source, cell.shape, hint, value)
            continue
        names = [source.new() for _ in cell.columns]
        with source.block(f"if {value} is None:"):
            source.line(f"{' = '.join(names)} = None")
        with source.block("else:"):
            expressions = _stored(source, cell.shape, hint, value)
            source.line(f"{', '.join(names)} = {', '.join(expressions)}")
        values += names
    source.line(f"return ({', '.join(values)},)")
    return source.function()


def _stored(source: Source, shape: str, hint: Any, value: str) -> list[str]:
    """The expressions of the column values of the variable `value`."""
    if shape == "money":
        return [f"{value}.minor", f"{value}.currency"]
    tree = written(source, hint, value)
    if shape == "bool":
        return [f"1 if {tree} else 0"]
    return [f"{source.name(canonical.encode_again)}({tree}).decode()" if shape == "json" else tree]


# Amounts recur, nought most of all. Only for true integers: to a cache, 1 and True are the same.
_amount = lru_cache(maxsize=4096)(Money)


def row_reader(kind: type) -> Callable[[Sequence[Any]], Any]:
    """The function from column values to the record. It raises one of `compiled.ODD`."""
    source, parts = Source("row"), dict[str, str]()
    cells = [(cell, [source.new() for _ in cell.columns]) for cell in cells_of(kind)]
    source.line(f"({', '.join(name for _, names in cells for name in names)},) = row")
    for cell, names in cells:
        parts[cell.field] = names[0]
        if not cell.optional:
            _take(source, cell.shape, hints(kind)[cell.field], names)
            continue
        with source.block(f"if {' is not None or '.join(names)} is not None:"):
            _take(source, cell.shape, hints(kind)[cell.field], names)
    give(source, kind, parts)
    return source.function()


def _take(source: Source, shape: str, hint: Any, names: Sequence[str]) -> None:
    """The variable of the first of these column values becomes the field's value."""
    value = names[0]
    if shape == "money":
        odd_if(source, f"type({value}) is not int")
        source.line(f"{value} = {source.name(_amount)}({value}, {names[1]})")
    elif shape == "bool":
        odd_if(source, f"type({value}) is not int or not 0 <= {value} <= 1")
        source.line(f"{value} = {value} == 1")
    else:
        if shape == "json":
            source.line(f"{value} = {source.name(canonical.decode)}({value}.encode())")
        read_plain(source, hint, value)
