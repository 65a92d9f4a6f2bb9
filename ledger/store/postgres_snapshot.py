"""A ledger in PostgreSQL as an auditor reads it: one moment, read-only, every column of every row.

The snapshot is exported, so that several processes of one audit read the same moment.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import Connection
from sqlalchemy import Table

from ledger.errors import LedgerError, Unavailable
from ledger.ports import HeadStore
from ledger.store import postgres_schema as schema
from ledger.store.logfile import RawLog, Row
from ledger.store.postgres_link import PostgresDriver, connect, read_url, reading_errors, reason
from ledger.store.postgres_view import DIALECT, StreamedRecords, one_moment
from ledger.store.snapshot import ATTEMPTS, PAUSE_SECONDS, Moment
from ledger.store.sql import everything


class PostgresLog(RawLog):
    """The log tables over one connection, raising as reading does."""

    def __init__(self, driver: PostgresDriver) -> None:
        self._driver = driver

    def _all(self, statement: str, values: tuple[int, int]) -> list[Row]:
        with reading_errors():
            return list(self._driver.execute(statement.replace("?", "%s"), values).fetchall())


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A moment of a ledger, for as long as the snapshot `name` that another process took is open.

    The URL may hold a password: it is for processes of this audit alone.
    """

    url: str
    name: str

    @contextmanager
    def open(self) -> Iterator[PostgresLog]:
        """The log at that moment. Raises `Unavailable` when it is over."""
        with _connected(self.url) as connection, one_moment(connection, 0, self.name):
            yield PostgresLog(PostgresDriver(connection))


class PostgresSnapshot(Moment):
    """Log, records and raw rows of one moment, with the signed head taken just before it."""

    STRAY = "SELECT seq FROM disclosure WHERE seq < 0 OR seq >= %s ORDER BY seq"

    def __init__(self, connection: Connection, place: PostgresPlace, heads: HeadStore) -> None:
        driver = PostgresDriver(connection)

        @contextmanager
        def lend() -> Iterator[PostgresDriver]:
            with reading_errors():
                yield driver

        super().__init__(lend, DIALECT, heads)
        self.records = StreamedRecords(lend)
        """The derived records."""
        self.file = PostgresLog(driver)
        self.place = place
        self._connection = connection

    def schema_faults(self) -> list[str]:
        """What `postgres_schema.faults` finds, one sentence each; never raises."""
        try:
            with reading_errors():
                return schema.faults(self._connection)
        except LedgerError as error:
            return [str(error)]

    def damages(self) -> list[str]:
        """Nothing: the server checks each page that is read, and its error is told where it is."""
        return []

    def _rows(self, table: Table) -> Iterator[Row]:
        with reading_errors():
            yield from PostgresDriver(self._connection).stream(everything(table, DIALECT))


@contextmanager
def open_postgres_snapshot(url: str, heads: HeadStore) -> Iterator[PostgresSnapshot]:
    """The ledger at `url` as of one commit; a standby will do. Nothing is locked or changed.

    Raises `Unavailable` when it cannot be opened.
    """
    with _connected(url) as connection:
        for attempt in range(ATTEMPTS):
            time.sleep(PAUSE_SECONDS if attempt else 0.0)
            # A commit comes before its signed head: this head may be awaited.
            with one_moment(connection, 0):
                name = _export(connection)
                snapshot = PostgresSnapshot(connection, PostgresPlace(url, name), heads)
                behind = snapshot.size() > (snapshot.head.size if snapshot.head else 0)
                if not behind or attempt == ATTEMPTS - 1:
                    yield snapshot
                    return


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        connection = connect(read_url(url))
    except psycopg.Error as error:
        raise Unavailable(f"The ledger cannot be opened: {reason(error)}.") from None
    with contextlib.closing(connection):
        yield connection


def _export(connection: Connection) -> str:
    """The name by which others read this moment."""
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    return str(row[0]) if row else ""
