"""Log and records of a PostgreSQL ledger for readers, who may see all of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

from psycopg import Connection
from psycopg.sql import SQL

from ledger.store.images import image_of
from ledger.store.postgres_link import PostgresDriver
from ledger.store.records import SqlRecords
from ledger.store.sql import everything
from ledger.store.sqlite import View

DIALECT = "postgresql"
READING_SECONDS = 60
"""How long a reader of one moment may do nothing: its snapshot keeps old rows from being freed."""

Lend: TypeAlias = Callable[[], AbstractContextManager[PostgresDriver]]


class StreamedRecords(SqlRecords):
    """Records of which all of a kind are never in memory at once."""

    def __init__(self, lend: Lend) -> None:
        super().__init__(lend, DIALECT)
        self._lend = lend

    def rows(self, kind: type[Any]) -> Iterator[tuple[Any, ...]]:
        """Each row of a kind as it stands in its table, in the order of ids."""
        with self._lend() as driver:
            yield from driver.stream(everything(image_of(kind).table, DIALECT))


class PostgresView(View):
    """The log and the records as of one commit."""

    def __init__(self, lend: Lend) -> None:
        super().__init__(lend, DIALECT)
        self.records = StreamedRecords(lend)
        """The derived records."""


@contextmanager
def one_moment(
    connection: Connection, seconds: int = READING_SECONDS, name: str = ""
) -> Iterator[None]:
    """A block in which the connection sees one commit, whatever is committed meanwhile.

    It is over when nothing is asked for `seconds` (0: never). With `name` the moment is that of a
    snapshot which another connection exported.
    """
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        if name:
            connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(name))
        # Any first statement fixes what is seen.
        connection.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, true),"
            " set_config('statement_timeout', '0', true)",
            (f"{seconds}s",),
        )
        yield
    finally:
        connection.execute("ROLLBACK")
