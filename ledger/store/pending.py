"""Half-signed commands that wait beside the log. Volatile: losing them loses no decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from ledger.store.records import SqlRecords
from ledger.store.sql import bound
from ledger.store.sqlite import SqliteStore
from ledger.store.tables import PENDING


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


def put_waiting(store: SqliteStore, item: Waiting) -> None:
    """Keep a command in place of the one with its id. Raises as `SqliteStore.commit`."""
    row = {
        "id": item.id,
        "party": item.party,
        "payload": item.payload,
        "text": item.text,
        "created_ms": item.created_ms,
    }
    with store._transaction() as connection:  # noqa: SLF001 - the one writer
        connection.execute(delete(PENDING).where(PENDING.c.id == item.id))
        connection.execute(PENDING.insert(), row)


def drop_waiting(store: SqliteStore, ids: Sequence[str]) -> None:
    """Let go of commands that were submitted or are over. Raises as `SqliteStore.commit`."""
    if ids:
        with store._transaction() as connection:  # noqa: SLF001 - the one writer
            connection.execute(delete(PENDING).where(PENDING.c.id.in_(list(ids))))
