"""Records in SQL: reading them by id, index or kind, and writing many at once.

Statements are compiled once and sent by the driver (`ledger.store.sql`); no object-relational
mapping, which costs ten times as much on this path.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from ledger.model.records import R, Record
from ledger.store.images import Image, image_of
from ledger.store.sql import Connect, Driver, batches, by_ids, by_key, everything, text_of, upsert
from ledger.store.tables import DERIVED_TABLES, DOCUMENT

_DOCUMENT = select(DOCUMENT.c.data).where(DOCUMENT.c.digest == bindparam("digest"))


class SqlRecords:
    """The derived records as `ledger.ports.Records`, over connections that `connect` lends.

    Any method raises `Halted` for a row that no record makes, `KeyError` for a kind that the
    book does not list.
    """

    def __init__(self, connect: Connect, dialect: str = "sqlite") -> None:
        self.connect = connect
        self.dialect = dialect
        self._document = text_of(_DOCUMENT, dialect)

    def get(self, kind: type[R], ids: Iterable[str]) -> Mapping[str, R]:
        """The records of these ids; those that do not exist are left out."""
        image = image_of(kind)
        found: dict[str, R] = {}
        with self.connect() as driver:
            for width, some in batches(list(dict.fromkeys(ids))):
                for row in driver.execute(by_ids(image.table, width, self.dialect), some):
                    record = image.record(row)
                    found[record.id] = record
        return found

    def find(self, kind: type[R], key: Mapping[str, str | int | bool]) -> Sequence[R]:
        """All records whose fields equal `key`, ordered by id.

        Raises `ValueError` unless the fields of `key` are one of the kind's `INDEXES`.
        """
        image = image_of(kind)
        names = tuple(sorted(key))
        statement = _finding(kind, names, self.dialect)
        with self.connect() as driver:
            found = driver.execute(statement, [_scalar(key[name]) for name in names])
            return [image.record(row) for row in found]

    def scan(self, kind: type[R]) -> Iterator[R]:
        """All records of a kind, ordered by id, as of one moment.

        A reader that stops half-way should close the iterator: it holds a connection.
        """
        image = image_of(kind)
        for row in self.rows(kind):
            yield image.record(row)

    def rows(self, kind: type[Any]) -> Iterator[tuple[Any, ...]]:
        """As `scan`, each row as it stands in its table, the id first; not believed."""
        with self.connect() as driver:
            yield from driver.execute(everything(image_of(kind).table, self.dialect))

    def document(self, digest: str) -> bytes | None:
        """A rule document by its base64url SHA-256, or None."""
        with self.connect() as driver:
            row = driver.execute(self._document, (digest,)).fetchone()
        return row[0] if row and isinstance(row[0], bytes) else None


@lru_cache(maxsize=256)
def _finding(kind: type[Any], names: tuple[str, ...], dialect: str) -> str:
    if not any(set(names) == set(index) for index in kind.INDEXES):
        raise ValueError(f"{kind.__name__} has no index on {', '.join(names)}")
    return by_key(image_of(kind).table, names, dialect)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value


class WritableRecords(SqlRecords):
    """Records that can be written, too, for replay and audit.

    `connect` lends one connection, inside one open transaction.
    """

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Keep each record in place of the one with its id, and documents by their digests."""
        with self.connect() as driver:
            put_records(driver, records, self.dialect)
            put_documents(driver, documents or {}, self.dialect)


@contextmanager
def temporary_records(path: Path | None = None) -> Iterator[WritableRecords]:
    """Records in a SQLite file of their own, without durability.

    The file is a temporary one, or `path`, which is kept; what was put stays in it only when the
    block ends without an exception.
    """
    with (
        tempfile.TemporaryDirectory(prefix="duebill-") as folder,
        closing(_scratch(path or Path(folder) / "records.db")) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        create_scratch(connection)
        yield WritableRecords(lambda: nullcontext(connection))
        connection.execute("COMMIT")


def create_scratch(driver: Driver) -> None:
    """Make the tables of records and documents that are not there, inside the transaction."""
    for statement in scratch_shape():
        driver.execute(statement)


@lru_cache(maxsize=1)
def scratch_shape() -> tuple[str, ...]:
    """The statements that make them: the shape of this release."""
    found: list[DDLElement] = []
    for table in (*DERIVED_TABLES, DOCUMENT):
        found.append(CreateTable(table, if_not_exists=True))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [CreateIndex(index, if_not_exists=True) for index in indexes]
    return tuple(text_of(item, "sqlite") for item in found)


def rows_of(records: Iterable[Record]) -> Iterator[tuple[Image[Any], list[tuple[Any, ...]]]]:
    """The records as rows, kind by kind; of several with one id the last counts."""
    kinds: dict[type, dict[str, Record]] = {}
    for record in records:
        kinds.setdefault(type(record), {})[record.id] = record
    for kind, by_id in kinds.items():
        image: Image[Any] = image_of(kind)
        yield image, [image.values(record) for record in by_id.values()]


def put_records(driver: Driver, records: Iterable[Record], dialect: str = "sqlite") -> None:
    """Insert or replace records, one statement per kind."""
    for image, rows in rows_of(records):
        driver.executemany(upsert(image.table, dialect), rows)


def put_documents(driver: Driver, documents: Mapping[str, bytes], dialect: str = "sqlite") -> None:
    """Keep rule documents that are not there yet, by their digests."""
    if documents:
        statement = f"{text_of(DOCUMENT.insert(), dialect)} ON CONFLICT DO NOTHING"
        driver.executemany(statement, list(documents.items()))


def _scratch(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = MEMORY").fetchall()
    connection.execute("PRAGMA synchronous = OFF")
    return connection
