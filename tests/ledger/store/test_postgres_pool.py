"""The connections for reading: bounded, kept, and replaced when the server has ended them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ledger.errors import Unavailable
from ledger.store import postgres_pool
from ledger.store.postgres_pool import Pool
from tests.support.postgres import Cluster


@pytest.fixture
def pool(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Two connections at most, awaited for a moment only."""
    monkeypatch.setattr(postgres_pool, "SECONDS", 0.1)
    opened = Pool(lambda: psycopg.connect(postgres.address(), autocommit=True), 2)
    yield opened
    opened.close()


def backend(connection: psycopg.Connection) -> int:
    """The number of the server's process behind a connection."""
    return connection.info.backend_pid


def test_a_connection_is_lent_again(pool: Pool) -> None:
    """What comes back is kept for the next who asks; who asks meanwhile gets another one."""
    with pool.lend() as first:
        one = backend(first)
        with pool.lend() as second:
            assert backend(second) != one
    with pool.lend() as again:
        assert backend(again) == one


def test_no_more_than_its_size_are_lent(pool: Pool) -> None:
    """The one too many hears so in time, and finds one when another has come back."""
    with pool.lend():
        with pool.lend(), pytest.raises(Unavailable, match="Too many"), pool.lend():
            pass
        with pool.lend():
            pass


def test_an_open_transaction_is_not_lent_on(pool: Pool) -> None:
    """A connection that comes back in the middle of something is closed."""
    with pool.lend() as first:
        first.execute("BEGIN")
        one = backend(first)
    with pool.lend() as second:
        assert backend(second) != one


def test_what_the_server_ended_is_replaced(pool: Pool, postgres: Cluster) -> None:
    """The dead connection is noticed without asking the server, and a new one is made."""
    with pool.lend() as first:
        one = backend(first)
    postgres.run(f"SELECT pg_terminate_backend({one}, 5000)")
    with pool.lend() as second:
        assert backend(second) != one
        assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_closed_pool_lends_nothing(pool: Pool) -> None:
    """What is lent when the pool closes is closed when it comes back."""
    with pool.lend() as first:
        pool.close()
    assert first.closed
    with pytest.raises(Unavailable, match="closed"), pool.lend():
        pass
