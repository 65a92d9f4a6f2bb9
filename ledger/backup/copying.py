"""A copy of a ledger's database as of one commit, while its writer goes on.

SQLite's own backup copies the pages that one read transaction sees; any other database is read
table by table in such a transaction. Readers and the writer wait for neither.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from ledger.backup.folder import create_private
from ledger.chain.entry import Head, read_entry
from ledger.chain.tree import Frontier, leaf_hash
from ledger.errors import Halted, RefusalCode, Refused, Unavailable
from ledger.ports import HeadStore, LogReader, SignedHead
from ledger.store import schema
from ledger.store.sql import everything, insert
from ledger.store.sqlite import View
from ledger.store.tables import METADATA

Stage: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Opens a stage of the work, by its name and its end; what it gives is told how far it is."""

Moments: TypeAlias = Callable[[], AbstractContextManager[View]]
"""Opens the ledger as of its last commit, read-only."""

PERMILLE = 1_000
PAGES = 2_048
"""Database pages of one step of a copy."""
ROWS = 1_024
"""Rows, or entries, that are handled at once."""
ATTEMPTS = 50
PATIENCE_S = 5.0
"""A commit comes before its signed head: so many heads are missed, or so long is one awaited."""
PAUSE_S = 0.002


class Streaming(Protocol):
    """A connection that gives the rows of a statement some at a time."""

    def stream(self, sql: str) -> Iterator[Any]:
        """The rows."""
        ...


@contextmanager
def silent(_what: str, _total: int) -> Iterator[Callable[[int], None]]:
    """A stage that nobody watches."""
    yield lambda _done: None


@contextmanager
def signed_moment(moments: Moments, heads: HeadStore) -> Iterator[tuple[View, SignedHead]]:
    """The ledger as of a commit whose signed head is known, and that head.

    Raises `Refused` (`ledger_not_open`) for an empty log, `Halted` for one behind its signed head,
    `Unavailable` when the last entries stay unsigned, and what reading raises.
    """
    for _ in range(ATTEMPTS):
        before = heads.read()
        with moments() as view:
            size = view.size()
            if size == 0:
                raise Refused(RefusalCode.LEDGER_NOT_OPEN, "The log has no entries.")
            if before is not None and before.size > size:
                raise Halted(f"The log has {size} entries and {before.size} were signed.")
            head = _await_head(size, heads)
            if head.size == size:
                yield view, head
                return
    raise Unavailable("The ledger signs faster than its heads can be read: try again.")


def _await_head(size: int, heads: HeadStore) -> SignedHead:
    """The signed head once it covers `size` entries; it may have gone beyond them meanwhile."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        head = heads.read()
        if head is not None and head.size >= size:
            return head
        if time.monotonic() > deadline:
            raise Unavailable("The last entries are not signed: open the ledger once for that.")
        time.sleep(PAUSE_S)


def copy_database(view: View, target: Path, stage: Stage = silent) -> None:
    """Copy the database that `view` reads, as of its moment, into a new SQLite file.

    Raises `Unavailable` when the copy cannot be written, and what reading raises.
    """
    create_private(target)
    with (
        view.connect() as source,
        closing(_connect(target)) as connection,
        stage("copying", PERMILLE) as tell,
    ):
        try:
            if isinstance(source, sqlite3.Connection):
                _copy_pages(source, connection, tell)
            else:
                _copy_tables(cast(Streaming, source), view.dialect, connection, tell)
        except sqlite3.OperationalError as error:
            raise Unavailable(f"The copy cannot be written: {error}.") from None


def _connect(target: Path) -> sqlite3.Connection:
    """What is made here counts for nothing until its folder is published: no journal, no sync."""
    connection = sqlite3.connect(target, isolation_level=None)
    for setting in ("journal_mode = OFF", "synchronous = OFF"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def _copy_pages(
    source: sqlite3.Connection, target: sqlite3.Connection, tell: Callable[[int], None]
) -> None:
    def progress(_status: int, remaining: int, total: int) -> None:
        tell(PERMILLE * (total - remaining) // max(1, total))

    source.backup(target, pages=PAGES, progress=progress)


def _copy_tables(
    source: Streaming, dialect: str, target: sqlite3.Connection, tell: Callable[[int], None]
) -> None:
    tables = METADATA.sorted_tables
    engine = create_engine("sqlite://", creator=lambda: target, poolclass=StaticPool)
    with engine.begin() as connection:
        schema.create(connection)
    target.execute("BEGIN")
    for at, table in enumerate(tables, start=1):
        rows = source.stream(everything(table, dialect))
        while some := list(itertools.islice(rows, ROWS)):
            target.executemany(insert(table, "sqlite"), some)
        tell(PERMILLE * at // len(tables))
    target.execute("COMMIT")


def head_of(log: LogReader, stage: Stage = silent) -> Head:
    """The head that follows from the bytes of all entries. Raises as reading and `read_entry`."""
    size, frontier, last = log.size(), Frontier(), b""
    with stage("hashing", size) as tell:
        entries = log.entries(0, size)
        while some := list(itertools.islice(entries, ROWS)):
            frontier, last = frontier.extend(map(leaf_hash, some)), some[-1]
            tell(frontier.size)
    return (
        Head(frontier.size, leaf_hash(last), read_entry(last).at_ms, frontier) if last else Head()
    )
