"""SQL as text, compiled once for each database and sent by its own driver.

SQLAlchemy describes the tables and builds the statements; running them through it costs more
than the database does. Values are given by position, in the order of the text's placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from sqlalchemy import BindParameter, ClauseElement, Dialect, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

Row: TypeAlias = Sequence[Any]


class Driver(Protocol):
    """A driver's own connection, or a cursor that stands for one."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement; what it gives is the driver's cursor."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each row of values."""
        ...


Connect: TypeAlias = Callable[[], AbstractContextManager[Driver]]
"""Lends a connection for one read."""

FIXED = "fixed"
"""What a table's `info` calls the columns whose value in a row never changes."""

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call] # untyped there
}
"""How each database spells SQL."""

WIDTHS = (1, 20, 400)
"""Ids per statement, the last one repeated where there are fewer: a list of variable length would
be compiled anew each time, which costs more than the reading."""


def text_of(statement: ClauseElement, dialect: str) -> str:
    """The statement as `dialect` spells it."""
    return str(statement.compile(dialect=DIALECTS[dialect]))


def bound(statement: ClauseElement, dialect: str) -> tuple[str, list[Any]]:
    """A statement that was built with its values: the text, and the values in their order."""
    compiled: Any = statement.compile(
        dialect=DIALECTS[dialect], compile_kwargs={"render_postcompile": True}
    )
    return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]


@lru_cache(maxsize=256)
def insert(table: Table, dialect: str) -> str:
    """Add a row: the values of all columns, in the table's order."""
    return text_of(table.insert(), dialect)


@lru_cache(maxsize=256)
def upsert(table: Table, dialect: str) -> str:
    """Add a row, or put it in place of the one with its primary key."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {name: statement.excluded[name] for name in changing(table)}
    return text_of(statement.on_conflict_do_update(index_elements=keys, set_=changed), dialect)


def changing(table: Table) -> list[str]:
    """The columns that an update writes: a column that is set is written to its indexes, too.

    `FIXED` columns have the same value for ever, and the primary key says which row it is.
    """
    fixed = table.info.get(FIXED, frozenset())
    return [c.name for c in table.columns if not c.primary_key and c.name not in fixed]


@lru_cache(maxsize=512)
def by_ids(table: Table, width: int, dialect: str) -> str:
    """The rows with these `width` ids."""
    names: list[BindParameter[str]] = [bindparam(f"id{at}") for at in range(width)]
    return text_of(select(table).where(table.c.id.in_(names)), dialect)


@lru_cache(maxsize=512)
def by_key(table: Table, names: tuple[str, ...], dialect: str) -> str:
    """The rows whose columns `names` equal the values, in the order of ids."""
    equal = (table.c[name] == bindparam(name) for name in names)
    return text_of(select(table).where(*equal).order_by(table.c.id), dialect)


@lru_cache(maxsize=256)
def everything(table: Table, dialect: str) -> str:
    """All rows in the order of the primary key."""
    return text_of(select(table).order_by(*table.primary_key.columns), dialect)


def batches(ids: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The ids in lists of one of `WIDTHS`, each with its width, the last one padded."""
    for start in range(0, len(ids), WIDTHS[-1]):
        some = list(ids[start : start + WIDTHS[-1]])
        width = next(width for width in WIDTHS if width >= len(some))
        yield width, some + some[-1:] * (width - len(some))
