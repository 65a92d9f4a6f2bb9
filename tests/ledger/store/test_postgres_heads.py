"""Head stores by URL: the cell as a row in another cluster, and the URLs that mean one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger.errors import Halted, Unavailable
from ledger.ports import SignedHead
from ledger.store import postgres_link
from ledger.store.head_urls import PostgresHeadStore, open_heads
from ledger.store.heads import FileHeadStore
from tests.support.postgres import Cluster, cluster

FIRST = SignedHead(1, bytes(32), "origin\n1\nroot\n\n— origin sig\n")
SECOND = SignedHead(2, bytes([1]) * 32, "second")
THIRD = SignedHead(3, bytes([2]) * 32, "third")


@pytest.fixture
def cell(postgres_url: str) -> Iterator[PostgresHeadStore]:
    """An empty cell."""
    with PostgresHeadStore(postgres_url) as cell:
        yield cell


def test_swap_and_read(cell: PostgresHeadStore, postgres_url: str) -> None:
    """The cell is empty at first and then holds what was put there last, for everybody."""
    assert cell.read() is None
    assert cell.swap(None, FIRST) == FIRST
    assert cell.swap(FIRST, SECOND) == SECOND
    with PostgresHeadStore(postgres_url) as other:
        assert cell.read() == other.read() == SECOND


def test_a_swap_that_is_done_counts_as_done(cell: PostgresHeadStore) -> None:
    """After an answer that was lost the same swap again changes nothing; a longer head stays."""
    cell.swap(None, FIRST)
    assert cell.swap(None, FIRST) == FIRST
    cell.swap(FIRST, SECOND)
    assert cell.swap(None, FIRST) == SECOND
    assert cell.read() == SECOND


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, SECOND),
        (SECOND, THIRD),
        (FIRST, SignedHead(0, bytes(32), "shorter")),
        (FIRST, SignedHead(1, bytes([1]) * 32, "another root")),
    ],
)
def test_a_swap_that_contradicts_is_refused(
    cell: PostgresHeadStore, old: SignedHead | None, new: SignedHead
) -> None:
    """Another old head, a shorter new one or another root at one size: halt, and keep the cell."""
    cell.swap(None, FIRST)
    with pytest.raises(Halted):
        cell.swap(old, new)
    assert cell.read() == FIRST
    assert cell.swap(FIRST, SECOND) == SECOND


def test_the_row_never_goes_back(cell: PostgresHeadStore, postgres_url: str) -> None:
    """Not even its owner takes a signed head away with plain SQL."""
    cell.swap(None, SECOND)
    with closing(postgres_link.connect(postgres_link.read_url(postgres_url))) as connection:
        for statement in (
            "UPDATE signed_head SET size = 1",
            "UPDATE signed_head SET size = NULL",
            "DELETE FROM signed_head",
            "TRUNCATE signed_head",
        ):
            with pytest.raises(psycopg.Error, match="never goes back"):
                connection.execute(statement.encode())
    assert cell.read() == SECOND


def test_a_lost_connection_is_replaced(cell: PostgresHeadStore) -> None:
    """A server that was restarted in between is no reason to fail."""
    cell.swap(None, FIRST)
    for act in (cell.read, lambda: cell.swap(FIRST, SECOND)):
        assert cell._connection is not None
        cell._connection.pgconn.finish()
        act()
    assert cell.read() == SECOND


def test_many_swaps_at_once(postgres_url: str) -> None:
    """Eight threads push the cell on; each swap is made by one of them, and none is undone."""
    heads = [SignedHead(size, bytes([size]) * 32, f"{size}") for size in range(1, 41)]
    with PostgresHeadStore(postgres_url) as first:
        first.swap(None, heads[0])
    failures: list[BaseException] = []

    def push() -> None:
        try:
            with PostgresHeadStore(postgres_url) as cell:
                for old, new in itertools.pairwise(heads):
                    there = cell.read()
                    assert there is not None
                    if there.size <= old.size:
                        assert cell.swap(old, new).size >= new.size
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    threads = [threading.Thread(target=push) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with PostgresHeadStore(postgres_url) as cell:
        assert cell.read() == heads[-1]


# -- where the cell may be ----------------------------------------------------------------------
@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Cluster]:
    """Another cluster."""
    with cluster() as server:
        yield server


def test_the_cell_is_outside_the_ledgers_cluster(
    postgres: Cluster, postgres_url: str, elsewhere: Cluster
) -> None:
    """In the cluster of the ledger it would be restored with it; in another it is welcome."""
    with pytest.raises(Unavailable, match="own cluster"):
        open_heads(postgres_url, ledger=postgres.url("anything"))
    heads = open_heads(elsewhere.url(), ledger=postgres_url)
    assert isinstance(heads, PostgresHeadStore)
    assert heads.swap(None, FIRST) == FIRST
    heads.close()


def test_a_file(tmp_path: Path) -> None:
    """A file URL means the head file of the embedded ledger; blanks are escaped in it."""
    heads = open_heads(f"file://{tmp_path}/the%20head.json")
    assert isinstance(heads, FileHeadStore)
    heads.swap(None, FIRST)
    assert FileHeadStore(tmp_path / "the head.json").read() == FIRST


@pytest.mark.parametrize(
    "url", ["", "head.json", "file://host/head.json", "file:///", "sqlite:///x", "redis://h/0"]
)
def test_any_other_url_is_refused(url: str) -> None:
    """What is no head store is told with what is one."""
    with pytest.raises(Unavailable, match="file:///folder"):
        open_heads(url)


def test_a_server_that_is_away(postgres: Cluster) -> None:
    """A head store that cannot be reached is told so."""
    url = postgres.url().replace("/postgres?", "/none?")
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_heads(url)
