"""The PostgreSQL store: the contract, and what only PostgreSQL can get wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from ledger.chain.tiles import TileId
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.parties.state import Spent, TakenIdentifier
from ledger.ports import Batch, Store
from ledger.store import postgres, postgres_link, postgres_schema
from ledger.store.heads import MemoryHeadStore
from ledger.store.pages import page
from ledger.store.postgres import PostgresStore, check_durable
from ledger.store.tables import LOG_TABLES
from tests.ledger.store.contract import TEXTS, StoreContract
from tests.ledger.store.sample import Writer, spent_of
from tests.support.postgres import Cluster
from tests.support.waiting import wait_until


class TestPostgresStore(StoreContract):
    """The contract, over a schema."""

    @pytest.fixture
    def store(self, heads: MemoryHeadStore, postgres_url: str) -> Iterator[Store]:
        """A store in a new schema."""
        with PostgresStore(postgres_url, heads) as store:
            yield store


def open_store(url: str) -> PostgresStore:
    """The store at `url`, with a head store that nobody uses."""
    return PostgresStore(url, MemoryHeadStore())


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    """A store in a new schema."""
    with open_store(postgres_url) as store:
        yield store


@pytest.fixture
def other(store: PostgresStore, postgres_url: str) -> Iterator[PostgresStore]:
    """Another process's store on the same schema."""
    with open_store(postgres_url) as other:
        yield other


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait is over after a second: long beside what a turn takes on a busy machine."""
    for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
        monkeypatch.setitem(postgres_link._SETTINGS, name, "1s")


def fill(store: PostgresStore, count: int = 300) -> Writer:
    """Every log table in use."""
    writer = Writer()
    store.commit(writer.batch(count, disclosures=TEXTS, documents={"digest": b"document"}))
    return writer


def client(url: str) -> psycopg.Connection:
    """A plain SQL client in the ledger's schema, with all rights."""
    return postgres_link.connect(postgres_link.read_url(url))


def test_what_was_committed_outlives_the_store(postgres_url: str) -> None:
    """A store opened again on the same schema goes on where the first one ended."""
    with open_store(postgres_url) as store:
        writer = fill(store)
    with open_store(postgres_url) as store:
        assert store.size() == 300
        store.commit(writer.batch(1))
        assert list(store.entries(0, 400)) == [entry.data for entry in writer.entries]


@pytest.mark.parametrize("table", [table.name for table in LOG_TABLES])
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_log_tables_refuse_change(
    store: PostgresStore, postgres_url: str, table: str, role: str
) -> None:
    """Even the owner is stopped at changing the log, also where a session claims to replicate."""
    fill(store)
    column = {"disclosure": "text"}.get(table, "data")
    with closing(client(postgres_url)) as connection:
        connection.execute(f"SET session_replication_role = {role}".encode())
        for statement in (
            f"UPDATE {table} SET {column} = {column}",  # noqa: S608 - our own names
            f"DELETE FROM {table}",  # noqa: S608 - the same
            f"TRUNCATE {table}",
        ):
            with pytest.raises(psycopg.Error, match=f"{table} is append-only"):
                connection.execute(statement.encode())
    assert store.size() == 300


def test_settings_of_every_connection(store: PostgresStore, postgres_url: str) -> None:
    """Commits are durable and waits bounded, whatever the database's own defaults are."""
    postgres_link_settings = {
        "synchronous_commit": "on",
        "idle_in_transaction_session_timeout": "5s",
        "lock_timeout": "10s",
        "statement_timeout": "15s",
        "transaction_isolation": "read committed",
    }
    with closing(client(postgres_url)) as connection:
        connection.execute("ALTER ROLE ledger_owner SET synchronous_commit = off")
        try:
            with store.turn(), store._lend() as held, store._lend_reader() as lent:
                for driver in (held, lent):
                    for name, value in postgres_link_settings.items():
                        assert driver.execute(f"SHOW {name}").fetchone() == (value,)
        finally:
            connection.execute("ALTER ROLE ledger_owner RESET synchronous_commit")


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_commits_is_refused(name: str) -> None:
    """A durable answer needs a server that flushes."""

    class Careless:
        """A connection to a server with one setting off."""

        def execute(self, _statement: str, values: tuple[str]) -> Careless:
            """Remember what is asked."""
            self.asked = values[0]
            return self

        def fetchone(self) -> tuple[str]:
            """The setting."""
            return ("off" if self.asked == name else "on",)

    with pytest.raises(Unavailable, match=f"{name} off"):
        check_durable(Careless())  # type: ignore[arg-type] # all that it uses


# -- turns --------------------------------------------------------------------------------------
def test_turns_follow_each_other(store: PostgresStore, other: PostgresStore) -> None:
    """While one has its turn another waits, and then sees all that was written."""
    writer, seen = Writer(), []

    def follow() -> None:
        with other.turn() as turn:
            seen.append((turn.size, len(list(other.records.scan(Spent)))))

    with store.turn() as turn:
        assert turn.size == 0
        thread = threading.Thread(target=follow)
        thread.start()
        thread.join(0.2)
        assert seen == []
        store.commit(writer.batch(5))
        thread.join()
    assert seen == [(5, 5)]


def test_what_moved_is_known(
    store: PostgresStore, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn tells the places that others changed since, as long as the ring remembers them."""
    monkeypatch.setattr(postgres_schema, "RING", 3)
    writer = Writer()
    for _ in range(4):
        store.commit(writer.batch(2))
    with other.turn() as turn:
        assert turn.size == 8
        assert turn.moved(8) == set()
        assert turn.moved(6) == {("spent", spent_of(seq).id) for seq in (6, 7)}
        assert turn.moved(3) == {("spent", spent_of(seq).id) for seq in range(2, 8)}
        assert turn.moved(1) is None


def test_a_silent_holder_is_thrown_out(
    store: PostgresStore, hasty: None, postgres_url: str
) -> None:
    """Whoever holds the turn and does nothing loses it, and then can write nothing in it."""
    writer = Writer()

    def dawdle(dawdler: PostgresStore) -> None:
        with dawdler.turn():
            store.commit(writer.batch(1))  # waits until the server has thrown the other one out
            dawdler.commit(Writer().batch(1))

    with open_store(postgres_url) as dawdler:
        with pytest.raises(Unavailable, match="Nothing was written"):
            dawdle(dawdler)
        assert store.size() == 1
        dawdler.commit(writer.batch(1))
    assert store.size() == 2


def test_a_holder_beyond_the_servers_own_timeouts_is_thrown_out(
    hasty: None, store: PostgresStore, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle of a pipeline a process is neither idle nor at work for the server:
    the one that waits ends it.
    """
    with closing(client(postgres_url)) as stopped:
        stopped.execute("BEGIN; SELECT size FROM tip FOR UPDATE")
        stopped.pgconn.enter_pipeline_mode()
        stopped.pgconn.send_query_params(b"SELECT 1", None)
        stopped.pgconn.send_flush_request()
        stopped.pgconn.flush()
        for _ in range(2):
            with pytest.raises(Unavailable, match="lock timeout"), store.turn():
                pass
        monkeypatch.setattr(postgres, "HOLDER_SECONDS", 0.5)
        with pytest.raises(Unavailable, match="lock timeout"), store.turn():
            pass
        pid, known = stopped.info.backend_pid, b"SELECT 1 FROM pg_stat_activity WHERE pid = %s"
        with closing(client(postgres_url)) as onlooker:
            # It has been told to end, and does so when it has its turn.
            wait_until(lambda: not onlooker.execute(known, [pid]).fetchall())
        store.commit(Writer().batch(1))
    assert store.size() == 1


def test_a_turn_that_is_not_had_in_time(
    store: PostgresStore, hasty: None, postgres_url: str
) -> None:
    """Who waits too long for the turn hears so, and may try again."""
    with open_store(postgres_url) as waiting:
        with store.turn(), pytest.raises(Unavailable, match="lock timeout"):
            waiting.commit(Writer().batch(1))
        waiting.commit(Writer().batch(1))


def throw_out(url: str) -> None:
    """End every other connection to the server."""
    with closing(client(url)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_a_connection_lost_before_commit_wrote_nothing(
    store: PostgresStore, postgres_url: str
) -> None:
    """The server may throw us out at any time: before COMMIT that is no doubt."""
    writer = Writer()
    store.commit(writer.batch(1))
    batch = writer.batch(1)

    def lose() -> None:
        with store.turn():
            throw_out(postgres_url)
            store.commit(batch)

    with pytest.raises(Unavailable, match="Nothing was written"):
        lose()
    assert store.size() == 1
    store.commit(batch)
    assert store.size() == 2


def test_readers_get_over_a_restart(store: PostgresStore, postgres_url: str) -> None:
    """Connections that died in the pool are replaced before anybody notices."""
    fill(store, 3)
    throw_out(postgres_url)
    assert store.size() == 3


class DoubtfulStore(PostgresStore):
    """The answer to its next COMMIT is lost: before it is sent, or after the work is done."""

    lose: Callable[[Callable[[], None]], None] | None = None

    def _commit(self) -> None:
        lose, self.lose = self.lose, None
        if lose is None:
            super()._commit()
        else:
            lose(super()._commit)


@pytest.mark.parametrize("persist", [False, True])
def test_a_commit_without_answer_is_a_doubt(postgres_url: str, *, persist: bool) -> None:
    """Whether COMMIT happened is then open; the store can be used on and shows which."""

    def lose(commit: Callable[[], None]) -> None:
        if persist:
            commit()
        else:
            throw_out(postgres_url)
            commit()
        raise OutcomeUnknown("The answer is lost.")

    writer = Writer()
    with DoubtfulStore(postgres_url, MemoryHeadStore()) as store:
        store.commit(writer.batch(1))
        batch = writer.batch(2)
        store.lose = lose
        with pytest.raises(OutcomeUnknown):
            store.commit(batch)
        assert store.size() == (3 if persist else 1)
        store.commit(writer.batch(1) if persist else batch)
        assert store.size() == (4 if persist else 3)


def test_a_batch_is_one_round_trip_and_its_fault_is_told(store: PostgresStore) -> None:
    """Of a batch that contradicts the log nothing stays, and the store goes on."""
    writer = Writer()
    batch = writer.batch(1)
    with pytest.raises(Halted, match="contradicts"):
        store.commit(replace(batch, tiles=[*batch.tiles, *_one_tile_twice()]))
    store.commit(batch)
    store.commit(Batch([], [], [], {}, []))
    assert store.size() == 1


def _one_tile_twice() -> list[tuple[TileId, bytes]]:
    tile = Writer().batch(256).tiles[0]
    return [tile, tile]


# -- order and characters -----------------------------------------------------------------------
def test_order_is_that_of_code_points(postgres: Cluster) -> None:
    """Lists come in the order of Python and SQLite, whatever language the database is set to."""
    # A server that was built with it has brought hundreds of its languages along.
    has_icu = postgres.run("SELECT 1 FROM pg_collation WHERE collprovider = 'i' OFFSET 99 LIMIT 1")
    language = "LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'" if has_icu else ""
    postgres.run(f"CREATE DATABASE german TEMPLATE template0 {language}")
    ids = ["B:1", "a:1", "A:2", "a-b:1", "ab:1", "é:1", "e:9", "z:1", "公:1", "𐍈:1", "~:1"]
    taken = [TakenIdentifier(id=name, party="p") for name in ids]
    due = sorted(taken, key=lambda record: record.id)
    with open_store(postgres.url().replace("/postgres?", "/german?")) as store:
        store.commit(Writer().batch(1, records=taken))
        assert list(store.records.scan(TakenIdentifier)) == due
        assert store.records.find(TakenIdentifier, {"party": "p"}) == due
        after = page(store.records, TakenIdentifier, where={}, after="a", limit=3)
        assert after == [record for record in due if record.id > "a"][:3]


def test_what_postgresql_cannot_hold_is_not_there(store: PostgresStore) -> None:
    """A text with U+0000 is looked for in vain, as in SQLite, and is no fault."""
    store.commit(Writer().batch(1))
    assert store.records.get(Spent, ["a\0b", spent_of(0).id]) == {spent_of(0).id: spent_of(0)}
    assert store.records.find(TakenIdentifier, {"party": "\0"}) == []
    assert store.records.document("\0") is None


# -- reading one moment -------------------------------------------------------------------------
def test_reading_is_of_one_moment(store: PostgresStore) -> None:
    """What is committed meanwhile is not seen, in the log nor in the records."""
    writer = Writer()
    store.commit(writer.batch(3))
    with store.reading() as view:
        store.commit(writer.batch(2))
        assert view.size() == 3
        both = zip(view.records.scan(Spent), view.records.scan(Spent), strict=True)
        assert [one.id for one, other in both if one == other] == [
            spent_of(seq).id for seq in range(3)
        ]
    assert store.size() == 5


def test_the_operator_is_warned(store: PostgresStore) -> None:
    """Without a synchronous standby an acknowledged entry is on one machine only."""
    assert store.warning is not None
    assert "standby" in store.warning
