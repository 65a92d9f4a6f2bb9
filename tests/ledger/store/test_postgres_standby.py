"""Commits that wait for a synchronous standby: nothing counts before the standby has it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from ledger.errors import LedgerError, OutcomeUnknown, Unavailable
from ledger.store import postgres_link
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from tests.ledger.store.sample import Writer
from tests.support.postgres import Cluster, cluster, new_schema
from tests.support.waiting import wait_until

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def lonely() -> Iterator[Cluster]:
    """A server that can be told to wait for a standby which there is not."""
    with cluster() as server:
        yield server


@pytest.fixture
def stores(
    lonely: Cluster, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[PostgresStore, PostgresStore]]:
    """Two processes' stores on one ledger of that server, that wait for a turn half a second."""
    monkeypatch.setitem(postgres_link._SETTINGS, "lock_timeout", "500ms")
    url = new_schema(lonely)
    with (
        PostgresStore(url, MemoryHeadStore()) as one,
        PostgresStore(url, MemoryHeadStore()) as other,
    ):
        yield one, other
        await_standby(lonely, "''")


def await_standby(server: Cluster, names: str) -> None:
    """Let commits wait for these standbys from now on."""
    server.run(f"ALTER SYSTEM SET synchronous_standby_names = {names}")
    server.reload()
    wanted = [(names.strip("'"),)]
    wait_until(lambda: server.run("SHOW synchronous_standby_names") == wanted)
    for _ in range(2):  # it is the checkpointer that tells the others, before its second round
        server.run("CHECKPOINT")
    if names == "''":
        wait_until(lambda: not server.run(WAITING))


def waits(server: Cluster) -> int:
    """The process of the server that waits for a standby, once there is one."""
    wait_until(lambda: server.run(WAITING))
    return int(str(server.run(WAITING)[0][0]))


def test_a_standby_that_is_away_is_a_doubt_and_passes(
    lonely: Cluster,
    stores: tuple[PostgresStore, PostgresStore],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No answer in time is an unknown outcome; nobody writes or sees anything until it is known."""
    one, other = stores
    writer = Writer()
    one.commit(writer.batch(1))
    await_standby(lonely, "'absent'")
    monkeypatch.setattr(postgres_link, "COMMIT_SECONDS", 0.5)
    with pytest.raises(OutcomeUnknown, match="no answer"):
        one.commit(writer.batch(1))
    for store in stores:
        assert store.size() == 1
        with pytest.raises(Unavailable, match="Nothing was written"), store.turn():
            pass
    await_standby(lonely, "''")
    with other.turn() as turn:
        assert turn.size == other.size() == 2
    one.commit(writer.batch(1))
    assert other.size() == 3


def test_a_cancelled_wait_is_no_commit(
    lonely: Cluster,
    stores: tuple[PostgresStore, PostgresStore],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody cancels the wait: the server says COMMIT, but the standby has nothing.

    Whoever committed hears of a doubt; and although others see the entry now, nobody gets a turn
    to build on it or to sign its head before the standby has it.
    """
    one, other = stores
    writer, heard = Writer(), []

    def commit() -> None:
        try:
            one.commit(writer.batch(1))
        except LedgerError as error:
            heard.append(error)

    await_standby(lonely, "'absent'")
    thread = threading.Thread(target=commit)
    thread.start()
    lonely.run(f"SELECT pg_cancel_backend({waits(lonely)})")
    thread.join()
    assert [type(error) for error in heard] == [OutcomeUnknown]
    assert other.size() == 1
    monkeypatch.setattr(postgres_link, "COMMIT_SECONDS", 0.5)
    for store in stores:
        with pytest.raises(Unavailable, match="not safe yet"), store.turn():
            pass
    await_standby(lonely, "''")
    for store in stores:
        with store.turn() as turn:
            assert turn.size == 1


def entries(standby: Cluster, schema: str) -> int:
    """How many entries a standby shows: what it has safe it may not have applied yet."""
    try:
        ((count,),) = standby.run(f"SELECT count(*) FROM {schema}.entry")  # noqa: S608 - names of our own
    except psycopg.errors.UndefinedTable:
        return 0
    return int(str(count))


def test_a_standby_makes_commits_safe(lonely: Cluster) -> None:
    """With a synchronous standby every commit is on it, too, and the operator is not warned."""
    standby = Cluster(lonely.folder.with_name("standby"), lonely)
    standby.start()
    try:
        url = new_schema(lonely)
        with PostgresStore(url, MemoryHeadStore()) as store:
            follows = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
            wait_until(lambda: lonely.run(follows))
            await_standby(lonely, "'*'")
            assert store.warning is None
            store.commit(Writer().batch(5))
            schema = url.rpartition("=")[2]
            wait_until(lambda: entries(standby, schema) == 5)
            with pytest.raises(Unavailable, match="read-only"):
                PostgresStore(standby.url(schema), MemoryHeadStore())
    finally:
        await_standby(lonely, "''")
        standby.kill()
