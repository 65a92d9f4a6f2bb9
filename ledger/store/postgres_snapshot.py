"""A ledger in PostgreSQL as an auditor reads it: one moment, read-only, every column of every row.

The snapshot is exported, so that several processes of one audit read the same moment.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection
from sqlalchemy import Table

from ledger.errors import LedgerError, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.store import postgres_schema as schema
from ledger.store.logfile import LARGEST_NUMBER, Row
from ledger.store.postgres_link import PostgresDriver, connect, read_url, reading_errors, reason
from ledger.store.postgres_view import DIALECT, PostgresView, one_moment
from ledger.store.snapshot import ATTEMPTS, PAUSE_SECONDS
from ledger.store.sql import everything
from ledger.store.tables import DOCUMENT, TILE

_ENTRIES = "SELECT seq, data, leaf FROM entry WHERE seq BETWEEN %s AND %s ORDER BY seq"
_DISCLOSURES = (
    "SELECT seq, digest, text FROM disclosure WHERE seq BETWEEN %s AND %s ORDER BY seq, digest"
)
_TILE = "SELECT data FROM tile WHERE level = %s AND position = %s"
_STRAY = "SELECT seq FROM disclosure WHERE seq < 0 OR seq >= %s ORDER BY seq"


class PostgresLog:
    """The log tables over one connection, as they stand in their rows. Raises as reading does."""

    def __init__(self, driver: PostgresDriver) -> None:
        self._driver = driver

    def entry_rows(self, start: int, stop: int) -> list[Row]:
        """The rows of entries start … stop-1 as (seq, data, leaf), in order."""
        return self._all(_ENTRIES, _within(start, stop))

    def disclosure_rows(self, start: int, stop: int) -> list[Row]:
        """The rows kept for them as (seq, digest, text), in that order."""
        return self._all(_DISCLOSURES, _within(start, stop))

    def tile_row(self, level: int, index: int) -> Row | None:
        """The row of a full tile as (data,); None where there is none."""
        return next(iter(self._all(_TILE, (level, index))), None)

    def _all(self, statement: str, values: tuple[int, int]) -> list[Row]:
        with reading_errors():
            return list(self._driver.execute(statement, values).fetchall())


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


class PostgresSnapshot(PostgresView):
    """Log, records and raw rows of one moment, with the signed head taken just before it."""

    def __init__(self, connection: Connection, place: PostgresPlace, heads: HeadStore) -> None:
        driver = PostgresDriver(connection)

        @contextmanager
        def lend() -> Iterator[PostgresDriver]:
            with reading_errors():
                yield driver

        super().__init__(lend)
        self.file = PostgresLog(driver)
        """The log tables, raw."""
        self.place = place
        self.head: SignedHead | None = None
        """The last signed head, or None before the first."""
        self._connection = connection
        self._damage: LedgerError | None = None
        try:
            self.head = heads.read()
        except LedgerError as error:
            self._damage = error

    def checkpoint(self) -> str | None:
        """The note of the signed head, or None before the first.

        Raises what reading the head store raised: the log is there to be read all the same.
        """
        if self._damage is not None:
            raise self._damage
        return None if self.head is None else self.head.note

    def rows(self, kind: type[Any]) -> Iterator[Row]:
        """Every derived row of a kind as it stands, in the order of the bytes of its id."""
        return self.records.rows(kind)

    def stray_rows(self, size: int) -> Iterator[Row]:
        """The (seq,) of every disclosure that is of none of the first `size` entries."""
        with self.connect() as driver:
            yield from driver.execute(_STRAY, (size,))

    def first_number(self) -> int | None:
        """The lowest number of an entry, which should be 0; None where there is none."""
        with self.connect() as driver:
            (lowest,) = driver.execute("SELECT min(seq) FROM entry").fetchone()
        return None if lowest is None else int(lowest)

    def tile_rows(self) -> Iterator[Row]:
        """Every row of the tiles as (level, index, data), in that order."""
        return self._rows(TILE)

    def document_rows(self) -> Iterator[Row]:
        """Every row of the rule documents as (digest, data), in that order."""
        return self._rows(DOCUMENT)

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


def _within(start: int, stop: int) -> tuple[int, int]:
    return min(start, LARGEST_NUMBER), min(stop - 1, LARGEST_NUMBER)
