"""Half-signed commands that wait beside the log. Volatile: losing them loses no decision."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from typing import Protocol

from sqlalchemy import delete, select

from ledger.store.records import SqlRecords
from ledger.store.sql import Driver, bound, upsert
from ledger.store.tables import PENDING


class Beside(Protocol):
    """A store with tables beside the log."""

    dialect: str

    def volatile(self) -> AbstractContextManager[Driver]:
        """A transaction over the volatile tables."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that waits: `id` is its payload's digest, `text` the submission as it stands."""

    id: str
    party: str
    payload: str
    text: str
    created_ms: int


def waiting_of(records: SqlRecords, party: str) -> Sequence[Waiting]:
    """The commands that wait for people of a party, oldest first."""
    columns = PENDING.c
    statement = (
        select(columns.id, columns.party, columns.payload, columns.text, columns.created_ms)
        .where(columns.party == party)
        .order_by(columns.created_ms, columns.id)
    )
    with records.connect() as driver:
        return [Waiting(*row) for row in driver.execute(*bound(statement, records.dialect))]


def put_waiting(store: Beside, item: Waiting) -> None:
    """Keep a command in place of the one with its id. Raises as the store's `commit`."""
    with store.volatile() as driver:
        driver.execute(upsert(PENDING, store.dialect), astuple(item))


def drop_waiting(store: Beside, ids: Sequence[str]) -> None:
    """Let go of commands that were submitted or are over. Raises as the store's `commit`."""
    if ids:
        statement = delete(PENDING).where(PENDING.c.id.in_(list(ids)))
        with store.volatile() as driver:
            driver.execute(*bound(statement, store.dialect))
