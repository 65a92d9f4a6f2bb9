"""The embedded store: one SQLite file, one writing process, many reading threads.

The writer keeps one connection with durable commits (WAL, `synchronous=FULL`) behind a lock file;
readers use read-only connections from a pool and never wait for it. A commit that fails before
COMMIT is known not to have happened; one that fails in COMMIT is not known, and then nothing more
is written until the file is opened and read again. A full disk is the one failure that passes by
itself: SQLite has then surely written nothing that counts.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError as SqlDatabaseError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool, StaticPool

from ledger.closing import Closing
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.ports import Batch, HeadStore, Turn
from ledger.store import schema
from ledger.store.lock import LockFile, sync_folder
from ledger.store.log import SqlLog, size_of, write_batch
from ledger.store.records import SqlRecords, WritableRecords
from ledger.store.sql import Connect

READERS = 16
"""Reading connections kept open; as many again may be opened for a moment."""
_ABANDONED: list[sqlite3.Connection] = []
"""Connections whose commit failed: left to the end of the process."""
ROOM = 0.05
"""How much of a disk that was full must be free again before anything is written."""


class View(SqlLog):
    """The log and the records as of one commit."""

    def __init__(self, connect: Connect, dialect: str = "sqlite") -> None:
        super().__init__(connect, dialect)
        self.records = SqlRecords(connect, dialect)
        """The derived records."""


class SqliteStore(View, Closing):
    """`ledger.ports.Store` in the SQLite file at `path`, made when it is not there.

    `heads` holds the signed heads, whose notes are the checkpoints. With `rebuild` the derived
    tables may be missing or of another release's shape: the caller fills them by `rebuilding`.
    Safe for threads. Close it, or use it as a context manager. Raises `Unavailable` when another
    process writes there (at once) or the file cannot be opened or is none of ours.
    """

    def __init__(self, path: Path, heads: HeadStore, *, rebuild: bool = False) -> None:
        self.path = path.resolve()
        self._heads = heads
        self._writing = threading.RLock()
        self._began = False
        self._turn_of: int | None = None
        self._in_doubt = False
        self._full = False
        self._lock = LockFile(self.path.with_name(f"{self.path.name}.lock"), f"The ledger {path}")
        self._readers = _reader_engine(self.path)
        super().__init__(self._lend)
        try:
            _make_file(self.path)
            self._driver = connect_file(self.path, "mode=rw", schema.WRITER)
            self._writer = create_engine(
                "sqlite://", creator=lambda: self._driver, poolclass=StaticPool
            )
            with self._transaction() as connection:
                schema.prepare(connection, rebuild=rebuild)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            self.close()
            raise Unavailable(f"The ledger {path} cannot be opened: {reason(error)}.") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file, then let the next writer in."""
        self._readers.dispose()
        if self._in_doubt:
            # Closing would flush again what a flush has failed on, and might hear that all is well.
            _ABANDONED.append(self._driver)
        elif hasattr(self, "_driver"):
            self._driver.close()
        self._lock.close()

    @property
    def warning(self) -> str | None:
        """What the operator should know about the SQLite library in use, or None."""
        if sqlite3.sqlite_version_info >= schema.OLDEST_SAFE_SQLITE:
            return None
        return (
            f"SQLite {sqlite3.sqlite_version} has a rare fault in WAL mode that 3.51.3 corrects; "
            "the lock file keeps a second process, which it needs, away."
        )

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint, or None before the first. Raises as `HeadStore.read`."""
        head = self._heads.read()
        return None if head is None else head.note

    @contextmanager
    def reading(self) -> Iterator[View]:
        """Log and records as of one commit, whatever is committed meanwhile. For one thread."""
        with lend(self._readers) as driver:
            view = View(lambda: contextlib.nullcontext(driver))
            driver.execute("BEGIN")
            try:
                view.size()  # the first statement after BEGIN fixes what is seen
                yield view
            finally:
                driver.execute("ROLLBACK")

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """The right to append; nobody else has it, since one process writes.

        Raises `Halted` after an `OutcomeUnknown` until the file is opened anew; `Unavailable`
        while the disk is full.
        """
        with self._begun():
            self._turn_of = threading.get_ident()
            yield Turn(size_of(self._driver), lambda _since: ())

    def commit(self, batch: Batch) -> None:
        """All of `batch` durably, or nothing of it; in a turn of its own unless one is held.

        Raises `Unavailable` when surely nothing was written, `OutcomeUnknown` when that is open,
        `Halted` when the log contradicts the batch (then nothing was written either), and as
        `turn`.
        """
        with self._begun():
            write_batch(self._driver, batch, size_of(self._driver))
            self._finish()
            self._turn_of = None  # what is read from here on is what other readers see

    @contextmanager
    def rebuilding(self) -> Iterator[WritableRecords]:
        """Empty derived records to fill by replay, all in one transaction; raises as `commit`.

        Readers see the old records until the block ends; after an exception in it, for good.
        """
        with self._transaction() as connection:
            schema.drop_derived(connection)
            schema.create(connection)
            yield WritableRecords(lambda: contextlib.nullcontext(self._driver))

    @contextmanager
    def volatile(self) -> Iterator[sqlite3.Connection]:
        """A transaction over the volatile tables, after which it is durable; raises as `commit`."""
        with self._begun():
            yield self._driver
            self._finish()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A durable transaction for SQLAlchemy; raises as `commit`."""
        # SQLAlchemy rolls back whatever it finds when it takes and returns a connection.
        with self._writing, self._writer.connect() as connection, self._begun():
            yield connection
            self._finish()

    @contextmanager
    def _begun(self) -> Iterator[None]:
        """Inside BEGIN … ; what is not finished when the block ends is rolled back."""
        with self._writing:
            if self._began:  # this thread's turn, which began already
                yield
                return
            self._check_writable()
            try:
                self._driver.execute("BEGIN IMMEDIATE")
                self._began = True
                yield
            except sqlite3.IntegrityError as error:
                raise Halted(f"The store contradicts what was to be added: {error}.") from None
            except (sqlite3.Error, SQLAlchemyError) as error:
                self._full = self._full or code_of(error) == sqlite3.SQLITE_FULL
                raise Unavailable(f"Nothing was written: {reason(error)}.") from None
            finally:
                self._began, self._turn_of = False, None
                self._roll_back()

    def _check_writable(self) -> None:
        if self._in_doubt:
            raise Halted("A commit ended in doubt: open the ledger again to read what is stored.")
        if self._full:
            disk = os.statvfs(self.path.parent)
            if disk.f_bavail < ROOM * disk.f_blocks:
                raise Unavailable("The disk is full: nothing is written until there is room.")
            self._full = False

    def _roll_back(self) -> None:
        """SQLite has done so itself after some errors; an error here changes nothing either."""
        if self._driver.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._driver.execute("ROLLBACK")

    def _finish(self) -> None:
        """COMMIT. When it fails nobody knows what a restart will find; never tried again."""
        try:
            self._commit()
        except sqlite3.Error as error:
            if code_of(error) == sqlite3.SQLITE_FULL:
                raise  # the frame that makes a commit count could not be written
            self._in_doubt = True
            raise OutcomeUnknown(f"The commit failed: {error}.") from None

    def _commit(self) -> None:
        self._driver.execute("COMMIT")

    @contextmanager
    def _lend(self) -> Iterator[sqlite3.Connection]:
        """For one read: the writer's connection in its turn, else one from the pool."""
        if self._turn_of == threading.get_ident():
            with reading_errors():
                yield self._driver
        else:
            with lend(self._readers) as driver:
                yield driver


def _reader_engine(path: Path) -> Engine:
    """Read-only connections; each statement sees the last commit unless BEGIN was said."""
    return create_engine(
        "sqlite://",
        creator=lambda: connect_file(path, "mode=ro", schema.READER),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
    )


def connect_file(path: Path, query: str, settings: dict[str, str]) -> sqlite3.Connection:
    """A connection without implicit transactions, with `settings` as PRAGMAs, for any thread."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{query}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        schema.configure(connection, settings)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def lend(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A connection from the pool, for reading; raises as `reading_errors`."""
    with reading_errors(), contextlib.closing(engine.raw_connection()) as pooled:
        yield cast("sqlite3.Connection", pooled.driver_connection)


@contextmanager
def reading_errors() -> Iterator[None]:
    """Errors of the database as ours: `Unavailable` when busy or away, `Halted` when damaged."""
    try:
        yield
    except (sqlite3.OperationalError, OperationalError, PoolTimeout) as error:
        raise Unavailable(f"The ledger cannot be read now: {reason(error)}.") from None
    except (sqlite3.DatabaseError, SqlDatabaseError) as error:
        raise Halted(f"The database is damaged: {reason(error)}.") from None


def reason(error: Exception) -> str:
    """The database's own words, without the statement and its values."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def code_of(error: Exception) -> int | None:
    """SQLite's own number for what went wrong, where it gave one."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlite_errorcode", None)


def _make_file(path: Path) -> None:
    """An empty file that only its owner may read: disclosures are confidential."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        sync_folder(path.parent)
