"""Records page by page: those that name a party in some field, after an id, in the order of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from ledger.model.records import R
from ledger.store.images import image_of
from ledger.store.records import SqlRecords
from ledger.store.sql import bound


@dataclass(frozen=True, slots=True)
class Via:
    """Records of a kind whose `field` is named by a record `of` in its `link` field.

    ``Via("id", Holding, "receivable", "holder")``: receivables of which a party holds a part.
    """

    field: str
    of: type[Any]
    link: str
    party: str


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
        for way in via:
            others = image_of(way.of).table.c
            linked = select(others[way.link]).where(others[way.party] == party)
            ways.append(columns[way.field].in_(linked))
        statement = statement.where(or_(*ways))
    with records.connect() as driver:
        return [image.record(row) for row in driver.execute(*bound(statement, records.dialect))]
