"""The store in PostgreSQL: several processes on one ledger, one of them writing at a time.

The right to append is the lock on the one row of `tip`, held from the first look at the records
to COMMIT: whoever has it sees all that was committed before. A holder that falls silent is thrown
out by the server within seconds, and then nothing of it was written. A commit that fails before
COMMIT was sent surely did not happen; afterwards nobody knows, and the caller hears so.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from ledger.closing import Closing
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.ports import Batch, HeadStore, Place, Turn
from ledger.store import postgres_schema as schema
from ledger.store.log import check_order
from ledger.store.postgres_link import (
    PostgresDriver,
    commit,
    connect,
    read_url,
    reading_errors,
    reason,
)
from ledger.store.postgres_pool import Pool, is_alive
from ledger.store.postgres_view import DIALECT, PostgresView, one_moment
from ledger.store.postgres_write import changed_since, write_batch
from ledger.store.records import WritableRecords

READERS = 16
"""Reading connections at most."""

_TAKE = (
    b"BEGIN; SELECT size, groups, current_setting('synchronous_standby_names') <> ''"
    b" FROM tip FOR UPDATE"
)
HOLDER_SECONDS = 20
"""After so long a turn is over, whatever its holder is doing."""
_REBUILDING = "duebill rebuild"
# A process that is stopped in the middle of what it sends is beyond the server's own timeouts.
# One that waits for a standby has done its part, and one that rebuilds takes its time.
_THROW_OUT = """
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE l.relation = 'tip'::regclass AND l.granted AND a.usename = current_user
  AND a.xact_start < clock_timestamp() - make_interval(secs => %s)
  AND a.wait_event IS DISTINCT FROM 'SyncRep' AND a.application_name <> %s
"""
_BARRIER = b"BEGIN; SELECT pg_logical_emit_message(true, 'duebill', '')"


class PostgresStore(PostgresView, Closing):
    """`ledger.ports.Store` in a schema of a PostgreSQL database, made when it is empty.

    `url` is ``postgresql://…?schema=name`` (`postgres_link.read_url`). `heads` holds the signed
    heads, whose notes are the checkpoints. With `rebuild` the derived tables may be missing or of
    another release's shape: the caller fills them by `rebuilding`. Safe for threads. Close it, or
    use it as a context manager. Raises `Unavailable` when the database cannot be used: away, a
    standby, another program's, or one that does not flush what it says is committed.
    """

    def __init__(self, url: str, heads: HeadStore, *, rebuild: bool = False) -> None:
        self._address = read_url(url, target_session_attrs="read-write")
        self._heads = heads
        self._writing = threading.RLock()
        self._writer: Connection | None = None
        self._writer_thread: int | None = None
        self._size = self._groups = 0
        self._settled = -1
        """The size of the log up to which the synchronous standby surely has everything."""
        self._readers = Pool(lambda: connect(self._address), READERS)
        super().__init__(self._lend)
        try:
            self._prepare(rebuild=rebuild)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of all connections."""
        self._let_go()
        self._readers.close()

    @property
    def warning(self) -> str | None:
        """What the operator should know about this server, or None."""
        with self._lend() as driver:
            (checksums, standbys) = driver.execute(
                "SELECT current_setting('data_checksums'),"
                " current_setting('synchronous_standby_names')"
            ).fetchone()
        if not standbys:
            return "No standby is synchronous: what is acknowledged lives on one machine only."
        return "The cluster has no data checksums." if checksums != "on" else None

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint, or None before the first. Raises as `HeadStore.read`."""
        head = self._heads.read()
        return None if head is None else head.note

    @contextmanager
    def reading(self) -> Iterator[PostgresView]:
        """Log and records as of one commit, whatever is committed meanwhile. For one thread."""
        with self._lend_reader() as driver, one_moment(driver.connection):
            yield PostgresView(lambda: contextlib.nullcontext(driver))

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """The right to append, waited for behind the other processes.

        Raises `Unavailable` when it is not had within seconds.
        """
        with self._begun() as size:
            yield Turn(size, self._moved)

    def commit(self, batch: Batch) -> None:
        """All of `batch` durably, or nothing of it; in a turn of its own unless one is held.

        An empty batch makes durable, on a synchronous standby too, what others wrote before.
        Raises `Unavailable` when surely nothing was written, `OutcomeUnknown` when that is open,
        `Halted` when the log contradicts the batch (then nothing was written either), and as
        `turn`.
        """
        with self._begun() as size:
            check_order(batch, size)
            write_batch(self._held(), batch, size, self._groups)
            self._size = size + len(batch.entries)
            self._finish()
            self._writer_thread = None  # what is read from here on is what other readers see

    @contextmanager
    def rebuilding(self) -> Iterator[WritableRecords]:
        """Empty derived records to fill by replay, all in one transaction; raises as `commit`.

        Readers see the old records until the block ends; after an exception in it, for good.
        """
        with self._begun():
            connection = self._held()
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute(f"SET LOCAL application_name = '{_REBUILDING}'".encode())
            schema.renew_derived(connection)
            driver = PostgresDriver(connection)
            yield WritableRecords(lambda: contextlib.nullcontext(driver), DIALECT)
            self._finish()

    @contextmanager
    def volatile(self) -> Iterator[PostgresDriver]:
        """A transaction over the volatile tables, beside the log; nobody waits for it."""
        with self._lend_reader() as driver, driver.connection.transaction():
            yield driver

    # -- inside a turn -------------------------------------------------------------------------
    @contextmanager
    def _begun(self) -> Iterator[int]:
        """Inside the turn, with the size of the log; what is not finished is rolled back."""
        with self._writing, self._writing_errors():
            if self._writer_thread is not None:  # this thread's turn, which began already
                yield self._size
                return
            try:
                self._take()
                self._writer_thread = threading.get_ident()
                yield self._size
            finally:
                self._writer_thread = None
                self._roll_back()

    @contextmanager
    def _writing_errors(self) -> Iterator[None]:
        """Errors of the server before COMMIT as ours."""
        try:
            yield
        except psycopg.IntegrityError as error:
            raise Halted(f"The store contradicts what was to be added: {reason(error)}.") from None
        except psycopg.Error as error:
            self._let_go()
            raise Unavailable(f"Nothing was written: {reason(error)}.") from None

    def _take(self) -> None:
        """Wait for the row of the tip, which says how many entries and groups there are."""
        if self._writer is not None and not is_alive(self._writer):
            self._let_go()
        try:
            cursor = self._held().execute(_TAKE)
        except psycopg.errors.LockNotAvailable:
            with self._lend_reader() as driver:
                driver.execute(_THROW_OUT, (HOLDER_SECONDS, _REBUILDING))
            raise
        cursor.nextset()
        row = cursor.fetchone()
        if row is None:
            raise Halted("The row of the tip is gone: the schema was changed by hand.")
        size, self._groups, replicated = row
        if replicated and size != self._settled:
            self._settle()
        self._size = self._settled = size

    def _settle(self) -> None:
        """Wait until the synchronous standby has all that can be read here.

        After a crash, or when somebody cancelled a wait for the standby, a server shows entries
        that the standby lacks. Nothing may be built on them, nor their head signed, before it
        has them: it has when it has anything that was written later.
        """
        with self._lend_reader() as driver:
            driver.connection.execute(_BARRIER)
            try:
                commit(driver.connection)
            except OutcomeUnknown as doubt:
                raise Unavailable(f"What others wrote is not safe yet: {doubt}") from None

    def _moved(self, since: int) -> Collection[Place] | None:
        with reading_errors():
            return changed_since(self._held(), since, self._size)

    def _finish(self) -> None:
        """COMMIT. After a doubt the next turn settles what can be read then."""
        try:
            self._commit()
        except OutcomeUnknown:
            self._let_go()
            raise
        self._settled = self._size

    def _commit(self) -> None:
        commit(self._held())

    def _held(self) -> Connection:
        """The writer's connection; a new one when there is none and no turn has begun."""
        if self._writer is None:
            if self._writer_thread is not None:
                raise psycopg.OperationalError("the connection is lost")
            self._writer = connect(self._address)
        return self._writer

    def _roll_back(self) -> None:
        """End a transaction that was not finished; a connection that fails at it is let go."""
        if self._writer is None:
            return
        try:
            if self._writer.info.transaction_status != TransactionStatus.IDLE:
                self._writer.execute("ROLLBACK")
        except psycopg.Error:
            self._let_go()

    def _let_go(self) -> None:
        self._settled = -1
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _prepare(self, *, rebuild: bool) -> None:
        """Check or make the schema, and wait until all that is there is safe."""
        try:
            with contextlib.closing(connect(self._address)) as connection:
                check_durable(connection)
                connection.execute("BEGIN")
                schema.prepare(connection, rebuild=rebuild)
                commit(connection)
        except (psycopg.Error, OutcomeUnknown) as error:
            raise Unavailable(
                f"The ledger {self._address.says} cannot be opened: {reason(error)}."
            ) from None
        with self._begun():
            pass

    # -- reading -------------------------------------------------------------------------------
    @contextmanager
    def _lend(self) -> Iterator[PostgresDriver]:
        """For one read: the writer's connection in its turn, else one from the pool."""
        if self._writer_thread == threading.get_ident():
            with reading_errors():
                yield PostgresDriver(self._held())
        else:
            with self._lend_reader() as driver:
                yield driver

    @contextmanager
    def _lend_reader(self) -> Iterator[PostgresDriver]:
        with reading_errors(), self._readers.lend() as connection:
            yield PostgresDriver(connection)


def check_durable(connection: Connection) -> None:
    """Raises `Unavailable` for a server that may lose what it says is committed."""
    for name in ("fsync", "full_page_writes"):
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row != ("on",):
            raise Unavailable(f"The server runs with {name} off: it may lose what it commits.")
