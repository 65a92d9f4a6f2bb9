"""Records in SQL: reading them by id, index or kind, and writing many at once.

Plain SQLAlchemy Core with statements built once per kind; no object-relational mapping, which
costs ten times as much on this path.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, bindparam, create_engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import StaticPool

from ledger.model.records import R, Record
from ledger.store.images import image_of
from ledger.store.tables import DERIVED_TABLES, DOCUMENT, METADATA

Connect: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Lends a connection for one read."""

WIDTHS = (1, 20, 400)
"""Ids per statement, the last one repeated where there are fewer: a list of variable length would
be compiled anew each time, which costs more than the reading."""


class SqlRecords:
    """The derived records as `ledger.ports.Records`, over connections that `connect` lends.

    Any method raises `Halted` for a row that no record makes, `KeyError` for a kind that the
    book does not list.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def get(self, kind: type[R], ids: Iterable[str]) -> Mapping[str, R]:
        """The records of these ids; those that do not exist are left out."""
        wanted = list(dict.fromkeys(ids))
        image = image_of(kind)
        found: dict[str, R] = {}
        with self._connect() as connection:
            for start in range(0, len(wanted), WIDTHS[-1]):
                some = wanted[start : start + WIDTHS[-1]]
                width = next(width for width in WIDTHS if width >= len(some))
                padded = some + some[-1:] * (width - len(some))
                values = {f"id{at}": value for at, value in enumerate(padded)}
                for row in connection.execute(_by_ids(kind, width), values):
                    record = image.record(row)
                    found[record.id] = record
        return found

    def find(self, kind: type[R], key: Mapping[str, str | int | bool]) -> Sequence[R]:
        """All records whose fields equal `key`, ordered by id.

        Raises `ValueError` unless the fields of `key` are one of the kind's `INDEXES`.
        """
        image = image_of(kind)
        values = image.key(key)
        with self._connect() as connection:
            rows = connection.execute(_by_key(kind, tuple(sorted(values))), values).all()
        return [image.record(row) for row in rows]

    def scan(self, kind: type[R]) -> Iterator[R]:
        """All records of a kind, ordered by id, as of one moment.

        A reader that stops half-way should close the iterator: it holds a connection.
        """
        image = image_of(kind)
        with self._connect() as connection:
            for row in connection.execute(select(image.table).order_by(image.table.c.id)):
                yield image.record(row)

    def document(self, digest: str) -> bytes | None:
        """A rule document by its base64url SHA-256, or None."""
        statement = select(DOCUMENT.c.data).where(DOCUMENT.c.digest == digest)
        with self._connect() as connection:
            data = connection.execute(statement).scalar_one_or_none()
        return data if isinstance(data, bytes) else None


class WritableRecords(SqlRecords):
    """Records that can be written, too, inside one open transaction: for replay and audit."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(lambda: nullcontext(connection))
        self._connection = connection

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Keep each record in place of the one with its id, and documents by their digests."""
        put_records(self._connection, records)
        put_documents(self._connection, documents or {})


@contextmanager
def temporary_records(path: Path | None = None) -> Iterator[WritableRecords]:
    """Records in a SQLite file of their own, without durability.

    The file is a temporary one, or `path`, which is kept; what was put stays in it only when the
    block ends without an exception.
    """
    with tempfile.TemporaryDirectory(prefix="duebill-") as folder:
        file = path or Path(folder) / "records.db"
        engine = create_engine("sqlite://", creator=lambda: _scratch(file), poolclass=StaticPool)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                METADATA.create_all(connection, tables=[*DERIVED_TABLES, DOCUMENT])
                yield WritableRecords(connection)
                connection.commit()
        finally:
            engine.dispose()


def put_records(connection: Connection, records: Iterable[Record]) -> None:
    """Insert or replace records, one statement per kind; of several with one id the last counts."""
    rows: dict[type, dict[str, Mapping[str, Any]]] = {}
    for record in records:
        kind = type(record)
        rows.setdefault(kind, {})[record.id] = image_of(kind).row(record)
    for kind, by_id in rows.items():
        connection.execute(_upsert(kind, connection.dialect.name), list(by_id.values()))


def put_documents(connection: Connection, documents: Mapping[str, bytes]) -> None:
    """Keep rule documents that are not there yet, by their digests."""
    for digest, data in documents.items():
        there = select(DOCUMENT.c.digest).where(DOCUMENT.c.digest == digest)
        if connection.execute(there).first() is None:
            connection.execute(DOCUMENT.insert(), {"digest": digest, "data": data})


@lru_cache(maxsize=512)
def _by_ids(kind: type, width: int) -> Select[Any]:
    table = image_of(kind).table
    return select(table).where(table.c.id.in_([bindparam(f"id{at}") for at in range(width)]))


@lru_cache(maxsize=512)
def _by_key(kind: type, names: tuple[str, ...]) -> Select[Any]:
    table = image_of(kind).table
    return (
        select(table)
        .where(*(table.c[name] == bindparam(name) for name in names))
        .order_by(table.c.id)
    )


@lru_cache(maxsize=256)
def _upsert(kind: type, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """SQLite and PostgreSQL share the statement but not the class that builds it."""
    table = image_of(kind).table
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    changed = {column.name: insert.excluded[column.name] for column in table.columns}
    del changed["id"]
    return insert.on_conflict_do_update(index_elements=["id"], set_=changed)


def _scratch(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = MEMORY").fetchall()
    connection.execute("PRAGMA synchronous = OFF")
    return connection
