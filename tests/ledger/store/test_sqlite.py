"""The SQLite store: the contract, and what only SQLite can get wrong."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.parties.state import Spent
from ledger.ports import Store
from ledger.store import schema
from ledger.store.heads import MemoryHeadStore
from ledger.store.sqlite import SqliteStore
from ledger.store.tables import LOG_TABLES
from tests.ledger.store.contract import TEXTS, StoreContract
from tests.ledger.store.sample import Writer, spent_of

IO_ERROR = sqlite3.OperationalError("disk I/O error")


class TestSqliteStore(StoreContract):
    """The contract, over a file."""

    @pytest.fixture
    def store(self, heads: MemoryHeadStore, tmp_path: Path) -> Iterator[Store]:
        """A store on a new file."""
        with SqliteStore(tmp_path / "ledger.db", heads) as store:
            yield store


class FailingStore(SqliteStore):
    """Its COMMIT reports an I/O error; with `persist`, after having done the work."""

    fail = False
    persist = False

    def _commit(self) -> None:
        if not self.fail:
            return super()._commit()
        if self.persist:
            super()._commit()
        raise IO_ERROR


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger lies."""
    return tmp_path / "ledger.db"


def open_store(path: Path) -> SqliteStore:
    """The store on `path`, with a head store that nobody uses."""
    return SqliteStore(path, MemoryHeadStore())


def filled(path: Path, count: int = 300) -> Writer:
    """A closed ledger file with every table in use."""
    writer = Writer()
    with open_store(path) as store:
        store.commit(writer.batch(count, disclosures=TEXTS, documents={"digest": b"document"}))
    return writer


def test_what_was_committed_outlives_the_store(path: Path) -> None:
    """A store opened again on the same file goes on where the first one ended."""
    writer = filled(path)
    with open_store(path) as store:
        assert store.size() == 300
        store.commit(writer.batch(1))
        assert list(store.entries(0, 400)) == [entry.data for entry in writer.entries]


@pytest.mark.parametrize("table", [table.name for table in LOG_TABLES])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_log_tables_refuse_update_and_delete(path: Path, table: str, statement: str) -> None:
    """Even a plain SQL client is stopped at changing what is in the log."""
    filled(path)
    column = {"disclosure": "text"}.get(table, "data")
    client = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        client.execute(statement.format(table, column, column))
    client.close()


def test_the_writer_cannot_replace_a_log_row(path: Path) -> None:
    """INSERT OR REPLACE, which deletes in silence, is stopped on the writer's connection."""
    filled(path)
    with open_store(path) as store, store._writer.connect() as connection:
        with pytest.raises(Exception, match="append-only"):
            connection.exec_driver_sql("INSERT OR REPLACE INTO entry VALUES (0, x'00', x'01')")
        connection.rollback()


def test_settings_of_both_connections(path: Path) -> None:
    """Commits are durable (WAL, FULL), readers cannot write, and the file is marked as ours."""
    with open_store(path) as store:
        with store._writer.connect() as writer:
            asked = {
                name: writer.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
            }
            assert asked == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "recursive_triggers": 1,
            }
            marks = [
                writer.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("application_id", "user_version", "trusted_schema")
            ]
            assert marks == [schema.APPLICATION_ID, schema.VERSION, 0]
        with store._readers.connect() as reader, pytest.raises(DBAPIError, match="readonly"):
            reader.exec_driver_sql("DELETE FROM spent")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_writer_is_refused_at_once(path: Path) -> None:
    """Another process that opens the file hears who has it, and waits for nothing first."""
    code = (
        "import fcntl, sys, time; from pathlib import Path\n"
        "from ledger.errors import Unavailable\n"
        "from ledger.store.heads import MemoryHeadStore\n"
        "from ledger.store.sqlite import SqliteStore\n"
        "flock, time.sleep, asked = fcntl.flock, None, []\n"
        "fcntl.flock = lambda file, how: (asked.append(how), flock(file, how))\n"
        "try: SqliteStore(Path(sys.argv[1]), MemoryHeadStore())\n"
        "except Unavailable as error: print(list(map(int, asked)), error)\n"
    )

    with open_store(path) as store:
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        asked, _, message = done.stdout.partition(" ")
        assert asked == f"[{fcntl.LOCK_EX | fcntl.LOCK_NB:d}]"  # once, and not to wait
        assert f"open for writing in another process (pid {os.getpid()})" in message
        store.commit(Writer().batch(1))
    with open_store(path) as store:
        assert store.size() == 1


def test_another_name_of_the_file_has_the_same_lock(path: Path) -> None:
    """A symbolic link is no way around the lock."""
    link = path.with_name("link.db")
    link.symlink_to(path)
    with open_store(path), pytest.raises(Unavailable, match="another process"):
        open_store(link)


def test_a_failed_opening_lets_go_of_the_lock(path: Path) -> None:
    """A file that is no database is refused in words, and can be opened once it is one."""
    path.write_bytes(b"this is not a database, " * 100)
    with pytest.raises(Unavailable, match="not a database"):
        open_store(path)
    path.unlink()
    open_store(path).close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """No folder, no ledger."""
    with pytest.raises(Unavailable, match="No such file"):
        open_store(tmp_path / "no" / "ledger.db")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("CREATE TABLE customers (name TEXT)", "another program"),
        (f"PRAGMA application_id = {schema.APPLICATION_ID + 1}", "another program"),
    ],
)
def test_a_file_of_another_program(path: Path, statement: str, says: str) -> None:
    """Somebody else's database is left alone."""
    client = sqlite3.connect(path)
    client.execute(statement)
    client.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match=says):
        open_store(path)
    client = sqlite3.connect(path)
    assert client.execute("SELECT count(*) FROM sqlite_master WHERE name='entry'").fetchone() == (
        0,
    )
    client.close()
    assert len(path.read_bytes()) == len(before)


def test_a_file_of_a_newer_release(path: Path) -> None:
    """What a newer release wrote is not guessed at."""
    filled(path)
    client = sqlite3.connect(path)
    client.execute("PRAGMA user_version = 99")
    client.close()
    with pytest.raises(Unavailable, match="layout 99"):
        open_store(path)


@pytest.mark.parametrize("statement", ["ALTER TABLE spent ADD COLUMN x", "DROP TABLE spent"])
def test_derived_tables_of_another_shape_are_rebuilt(path: Path, statement: str) -> None:
    """Another shape is refused, never filled up silently; a rebuild makes it right."""
    filled(path)
    client = sqlite3.connect(path)
    client.execute(statement)
    client.close()
    with pytest.raises(Unavailable, match="duebill rebuild"):
        open_store(path)
    store = SqliteStore(path, MemoryHeadStore(), rebuild=True)
    with store, store.rebuilding() as records:
        records.put(spent_of(seq) for seq in range(300))
    with open_store(path) as store:
        assert list(store.records.scan(Spent)) == [spent_of(seq) for seq in range(300)]


def test_a_rebuild_that_fails_changes_nothing(path: Path) -> None:
    """Until a rebuild ends well, the old records are what everybody reads."""
    filled(path)

    def fail(store: SqliteStore) -> None:
        with store.rebuilding() as records:
            records.put([spent_of(1)])
            assert len(list(records.scan(Spent))) == 1
            assert len(list(store.records.scan(Spent))) == 300
            raise ZeroDivisionError

    with open_store(path) as store:
        with pytest.raises(ZeroDivisionError):
            fail(store)
        assert len(list(store.records.scan(Spent))) == 300


def test_reading_sees_one_moment(path: Path) -> None:
    """What is committed while a reader looks stays out of its sight."""
    writer = Writer()
    with open_store(path) as store:
        store.commit(writer.batch(3))
        with store.reading() as view:
            store.commit(writer.batch(4))
            assert view.size() == 3
            assert len(list(view.records.scan(Spent))) == 3
            assert store.size() == 7
        with store.reading() as view:
            assert view.size() == 7


@pytest.mark.parametrize("persist", [False, True])
def test_an_error_of_commit_itself(path: Path, *, persist: bool) -> None:
    """When COMMIT fails nobody knows: it is said so, and nothing is written until a new start."""
    writer = Writer()
    with FailingStore(path, MemoryHeadStore()) as store:
        store.commit(writer.batch(2))
        store.fail, store.persist = True, persist
        with pytest.raises(OutcomeUnknown, match="disk I/O error"):
            store.commit(writer.batch(1))
        store.fail = False
        assert store.size() == 2 + persist
        with pytest.raises(Halted, match="in doubt"):
            store.commit(writer.batch(1))
    with open_store(path) as store:
        assert store.size() == 2 + persist
        assert len(list(store.records.scan(Spent))) == 2 + persist


def test_a_full_disk_writes_nothing(path: Path) -> None:
    """When there is no room the batch is refused as unavailable, and later ones go through."""
    writer = Writer()
    with open_store(path) as store:
        store.commit(writer.batch(1))
        with store._writer.connect() as connection:
            most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
            connection.rollback()
        batch = writer.batch(2000)
        with pytest.raises(Unavailable, match="full"):
            store.commit(batch)
        assert store.size() == 1
        with store._writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            connection.rollback()
        store.commit(batch)
        assert store.size() == 2001


def test_a_locked_file_is_unavailable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign client that holds the write lock makes us busy, not broken."""
    monkeypatch.setitem(schema.WRITER, "busy_timeout", "50")
    with open_store(path) as store:
        client = sqlite3.connect(path, isolation_level=None)
        client.execute("BEGIN IMMEDIATE")
        batch = Writer().batch(1)
        with pytest.raises(Unavailable, match="locked"):
            store.commit(batch)
        client.close()
        store.commit(batch)
        assert store.size() == 1


def test_many_threads_commit_one_at_a_time(path: Path) -> None:
    """Commits from several threads queue up; none is lost or half there."""
    with open_store(path) as store:

        def commit(number: int) -> None:
            for at in range(20):
                store.commit(Writer().batch(0, records=[spent_of(number * 20 + at)]))

        run_all([partial(commit, number) for number in range(4)])
        assert list(store.records.scan(Spent)) == [spent_of(seq) for seq in range(80)]


def run_all(jobs: list[Callable[[], None]]) -> None:
    """Run the jobs in a thread each, to the end."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_warning_about_an_old_library(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SQLite before 3.51.3 is named to the operator; a later one is not."""
    with open_store(path) as store:
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
        assert store.warning is not None
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
        assert store.warning is None
