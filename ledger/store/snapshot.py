"""A ledger file as an auditor reads it: one moment, read-only, and every column of every row.

What the ledger's own readers skip or trust, the auditor must see: rows that belong to nothing,
hashes that are stored beside what they are hashes of, tables and triggers that were changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, Table, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from ledger.errors import LedgerError, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.store import schema
from ledger.store.logfile import LogFile, Opening, Place, RawLog, Row
from ledger.store.sql import Connect, everything
from ledger.store.sqlite import View, reading_errors, reason
from ledger.store.tables import DOCUMENT, TILE

ATTEMPTS = 5
PAUSE_SECONDS = 0.02
"""A commit comes before its signed head: so often, and so long apart, the head is awaited."""


class Moment(View):
    """Log, records and raw rows of one moment, of whichever database.

    `heads` is asked for the signed head first: a commit comes before its head.
    """

    file: RawLog
    """The log tables, raw."""
    place: Opening
    """How another process can open the ledger, too."""
    STRAY: ClassVar[str]
    """Selects the (seq,) of disclosures of none of the first so many entries."""

    def __init__(self, connect: Connect, dialect: str, heads: HeadStore | None) -> None:
        super().__init__(connect, dialect)
        self.head: SignedHead | None = None
        """The last signed head, or None before the first."""
        self._damage: LedgerError | None = None
        try:
            self.head = heads.read() if heads else None
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
            yield from driver.execute(self.STRAY, (size,))

    def first_number(self) -> int | None:
        """The lowest number of an entry, which should be 0; None where there is none."""
        with self.connect() as driver:
            (lowest,) = driver.execute("SELECT min(seq) FROM entry").fetchone()
        return None if lowest is None else int(lowest)

    def tile_rows(self) -> Iterator[Row]:
        """Every row of the tiles as (level, index, data), in that order; of any type."""
        return self._rows(TILE)

    def document_rows(self) -> Iterator[Row]:
        """Every row of the rule documents as (digest, data), in that order; of any type."""
        return self._rows(DOCUMENT)

    def schema_faults(self) -> list[str]:
        """What is not as this release makes it, one sentence each; never raises."""
        raise NotImplementedError

    def damages(self) -> list[str]:
        """What the database itself finds broken, one sentence each; never raises."""
        raise NotImplementedError

    def _rows(self, table: Table) -> Iterator[Row]:
        with self.connect() as driver:
            yield from driver.execute(everything(table, self.dialect))


class Snapshot(Moment):
    """Log, records and raw rows of one moment, with the signed head taken just before it.

    Reading raises `Halted` when the file is damaged so that SQLite gives up.
    """

    STRAY = "SELECT seq FROM disclosure WHERE typeof(seq) != 'integer' OR seq < 0 OR seq >= ?"

    def __init__(
        self, connection: Connection, place: Place, heads: HeadStore | None = None
    ) -> None:
        driver: Any = connection.connection.driver_connection

        @contextmanager
        def connect() -> Iterator[Any]:
            with reading_errors():
                yield driver

        super().__init__(connect, "sqlite", heads)
        self.file = LogFile(driver)
        self._connection = connection
        self.place = place

    def schema_faults(self) -> list[str]:
        """What `schema.faults` finds, one sentence each; never raises."""
        try:
            with reading_errors():
                return schema.faults(self._connection)
        except LedgerError as error:
            return [str(error)]

    def damages(self) -> list[str]:
        """What SQLite finds broken in pages and indexes, one sentence each; never raises."""
        try:
            with reading_errors():
                return schema.damages(self._connection)
        except LedgerError as error:
            return [str(error)]


@contextmanager
def open_snapshot(url: str | Path, heads: HeadStore) -> Iterator[Snapshot]:
    """The ledger at `url` (``sqlite:///…`` or a path) as of one commit, for one thread.

    Nothing is created, locked or changed, and a writer may go on meanwhile. Raises `Unavailable`
    when the file cannot be opened, or when at the end it turns out that a file read as closed
    was written to (then what was read counts for nothing); `Halted` when it is no database or too
    damaged to begin; what `heads.read` raises.
    """
    path = _path_of(url)
    # A file without WAL is closed: then SQLite is told so, for it would else make a WAL, which a
    # writer of another user could not open afterwards.
    closed, state = not path.with_name(f"{path.name}-wal").exists(), _state_of(path)
    query = "immutable=1" if closed else "mode=ro"
    place = Place(path, query, tuple(schema.READER.items()), state if closed else None)
    with _connected(place) as connection:
        yield _begin(connection, place, heads)
    if closed and _state_of(path) != state:
        raise Unavailable(f"{path} was opened and written while it was read: start again.")


@contextmanager
def _connected(place: Place) -> Iterator[Connection]:
    engine = create_engine("sqlite://", creator=place.connect, poolclass=StaticPool)
    try:
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise Unavailable(f"{place.path} cannot be opened: {reason(error)}.") from None
        with connection:
            yield connection
    finally:
        engine.dispose()


def _begin(connection: Connection, place: Place, heads: HeadStore) -> Snapshot:
    """The snapshot whose signed head covers all its entries, or after some attempts any."""
    for attempt in range(ATTEMPTS):
        if attempt:
            connection.exec_driver_sql("ROLLBACK")
            time.sleep(PAUSE_SECONDS)
        snapshot = Snapshot(connection, place, heads)
        with reading_errors():
            connection.exec_driver_sql("BEGIN")
        if snapshot.size() <= (snapshot.head.size if snapshot.head else 0):
            break
    return snapshot


def _path_of(url: str | Path) -> Path:
    if isinstance(url, Path) or "://" not in url:
        return Path(url).resolve()
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Unavailable("The address of the database cannot be read.") from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Unavailable(f"{parsed.render_as_string()} is not the address of a SQLite file.")
    return Path(parsed.database).resolve()


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise Unavailable(f"{path} cannot be opened: {error.strerror}.") from None
    return state.st_ino, state.st_size, state.st_mtime_ns
