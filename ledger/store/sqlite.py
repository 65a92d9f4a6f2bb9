"""The embedded store: one SQLite file, one writing process, many reading threads.

The writer keeps one connection with durable commits (WAL, `synchronous=FULL`) behind a lock file;
readers use read-only connections from a pool and never wait for it. A commit that fails before
COMMIT is known not to have happened; one that fails in COMMIT is not known, and then nothing more
is written until the file is opened and read again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool, StaticPool

from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.ports import Batch, HeadStore
from ledger.store import schema
from ledger.store.lock import LockFile, sync_folder
from ledger.store.log import SqlLog, write_batch
from ledger.store.records import Connect, SqlRecords, WritableRecords

READERS = 16
"""Reading connections kept open; as many again may be opened for a moment."""


class View(SqlLog):
    """The log and the records as of one commit."""

    def __init__(self, connect: Connect) -> None:
        super().__init__(connect)
        self.records = SqlRecords(connect)
        """The derived records."""


class SqliteStore(View):
    """`ledger.ports.Store` in the SQLite file at `path`, made when it is not there.

    `heads` holds the signed heads, whose notes are the checkpoints. With `rebuild` the derived
    tables may be missing or of another release's shape: the caller fills them by `rebuilding`.
    Safe for threads. Close it, or use it as a context manager. Raises `Unavailable` when another
    process writes there (at once) or the file cannot be opened or is none of ours.
    """

    def __init__(self, path: Path, heads: HeadStore, *, rebuild: bool = False) -> None:
        self.path = path.resolve()
        self._heads = heads
        self._writing = threading.Lock()
        self._in_doubt = False
        self._lock = LockFile(self.path.with_name(f"{self.path.name}.lock"), f"The ledger {path}")
        self._writer = _writer_engine(self.path)
        self._readers = _reader_engine(self.path)
        super().__init__(lambda: lend(self._readers))
        try:
            _make_file(self.path)
            with self._writer.begin() as connection:
                schema.prepare(connection, rebuild=rebuild)
        except (SQLAlchemyError, OSError) as error:
            self.close()
            raise Unavailable(f"The ledger {path} cannot be opened: {reason(error)}.") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, then let the next writer in."""
        self._readers.dispose()
        self._writer.dispose()
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
        with lend(self._readers) as connection:
            view = View(lambda: contextlib.nullcontext(connection))
            connection.exec_driver_sql("BEGIN")
            try:
                view.size()  # the first statement after BEGIN fixes what is seen
                yield view
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def commit(self, batch: Batch) -> None:
        """All of `batch` durably, or nothing of it.

        Raises `Unavailable` when surely nothing was written, `OutcomeUnknown` when that is open,
        `Halted` when the log contradicts the batch (then nothing was written either) or after an
        `OutcomeUnknown`, until the file is opened anew.
        """
        with self._writing, self._transaction() as connection:
            write_batch(connection, batch)

    @contextmanager
    def rebuilding(self) -> Iterator[WritableRecords]:
        """Empty derived records to fill by replay, all in one transaction; raises as `commit`.

        Readers see the old records until the block ends; after an exception in it, for good.
        """
        with self._writing, self._transaction() as connection:
            schema.drop_derived(connection)
            schema.create(connection)
            yield WritableRecords(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._in_doubt:
            raise Halted("A commit ended in doubt: open the ledger again to read what is stored.")
        try:
            with self._writer.connect() as connection:
                transaction = connection.begin()
                try:
                    yield connection
                except BaseException:
                    transaction.rollback()
                    raise
                self._finish(transaction)
        except IntegrityError as error:
            raise Halted(f"The store contradicts what was to be added: {reason(error)}.") from None
        except SQLAlchemyError as error:
            raise Unavailable(f"Nothing was written: {reason(error)}.") from None

    def _finish(self, transaction: RootTransaction) -> None:
        """COMMIT. When it fails nobody knows what a restart will find; never tried again."""
        try:
            self._commit(transaction)
        except SQLAlchemyError as error:
            self._in_doubt = True
            raise OutcomeUnknown(f"The commit failed: {reason(error)}.") from None

    def _commit(self, transaction: RootTransaction) -> None:
        transaction.commit()


def _writer_engine(path: Path) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect_file(path, "mode=rw", schema.WRITER),
        poolclass=StaticPool,
    )

    # The driver would begin late and without the write lock: then two could read, and one fail.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


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
def lend(engine: Engine) -> Iterator[Connection]:
    """A connection from the pool, for reading; raises as `reading_errors`."""
    with reading_errors(), engine.connect() as connection:
        yield connection


@contextmanager
def reading_errors() -> Iterator[None]:
    """Errors of the database as ours: `Unavailable` when busy or away, `Halted` when damaged."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable(f"The ledger cannot be read now: {reason(error)}.") from None
    except DatabaseError as error:
        raise Halted(f"The database is damaged: {reason(error)}.") from None


def reason(error: Exception) -> str:
    """The database's own words, without the statement and its values."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def _make_file(path: Path) -> None:
    """An empty file that only its owner may read: disclosures are confidential."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        sync_folder(path.parent)
