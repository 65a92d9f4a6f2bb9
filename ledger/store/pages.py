"""Records page by page: those that name a party in some field, after an id, in the order of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from ledger.model.records import R
from ledger.store.images import image_of
from ledger.store.records import SqlRecords
from ledger.store.sql import bound


@dataclass(frozen=True, slots=True)
class Via:
    """Records of a kind whose `field` is named by a record `of` in its `link` field.

    ``Via("id", Holding, "receivable", "holder")``: receivables of which a party holds a part.
    `party` is the field of `of` that names the party, or the way on from there.
    """

    field: str
    of: type[Any]
    link: str
    party: str | Via


def page(
    records: SqlRecords,
    kind: type[R],
    *,
    where: Mapping[str, str | int],
    after: str,
    limit: int,
    party: str | None = None,
    named_in: Sequence[str] = (),
    via: Sequence[Via] = (),
) -> list[R]:
    """At most `limit` records with an id after `after` whose fields equal `where`.

    With `party`, only those that name it in a field of `named_in` or by way of `via`. Field
    names must be the kind's own. Raises `Halted` for a row that no record makes.
    """
    image = image_of(kind)
    columns = image.table.c
    statement = select(image.table).where(columns.id > after).order_by(columns.id).limit(limit)
    for name, value in where.items():
        statement = statement.where(columns[name] == value)
    if party is not None:
        ways: list[ColumnElement[bool]] = [columns[name] == party for name in named_in]
        ways += [_names(columns, way, party) for way in via]
        statement = statement.where(or_(*ways))
    with records.connect() as driver:
        return [image.record(row) for row in driver.execute(*bound(statement, records.dialect))]


def _names(
    columns: ReadOnlyColumnCollection[str, Column[Any]], way: str | Via, party: str
) -> ColumnElement[bool]:
    """Whether a row names the party in this field, or by this way."""
    if isinstance(way, str):
        return columns[way] == party
    others = image_of(way.of).table.c
    linked = select(others[way.link]).where(_names(others, way.party, party))
    return columns[way.field].in_(linked)
