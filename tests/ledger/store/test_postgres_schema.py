"""What a PostgreSQL store opens, makes anew, or refuses to guess about."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from ledger.errors import Unavailable
from ledger.parties.state import Spent
from ledger.store import postgres_link
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from tests.ledger.store.contract import TEXTS
from tests.ledger.store.sample import Writer, spent_of
from tests.support.postgres import Cluster


def open_store(url: str) -> PostgresStore:
    """The store at `url`, with a head store that nobody uses."""
    return PostgresStore(url, MemoryHeadStore())


def spoil(url: str, *statements: str) -> None:
    """Run statements in the ledger's schema."""
    with closing(postgres_link.connect(postgres_link.read_url(url))) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DROP TABLE tip", "another program"),
        ("UPDATE tip SET layout = 2", "layout 2"),
        ("DELETE FROM tip", "layout None"),
        ("ALTER TABLE entry DISABLE TRIGGER ALL; ALTER TABLE entry ADD x text", "Table entry"),
        ('ALTER TABLE spent ALTER id TYPE text COLLATE "POSIX"', "Table spent"),
        ("ALTER TABLE spent ALTER last_seq TYPE int", "Table spent"),
        ("ALTER TABLE spent DROP payload", "Table spent"),
        ("DROP TABLE spent", "Table spent"),
    ],
)
def test_another_shape_is_refused(postgres_url: str, statement: str, says: str) -> None:
    """A schema that this release did not make is not guessed about."""
    open_store(postgres_url).close()
    spoil(postgres_url, statement)
    with pytest.raises(Unavailable, match=says):
        open_store(postgres_url)


def test_another_programs_schema_and_none_are_refused(postgres: Cluster, postgres_url: str) -> None:
    """Nothing is made beside strange tables, nor where no schema is."""
    spoil(postgres_url, "CREATE TABLE theirs (x int)")
    with pytest.raises(Unavailable, match="another program"):
        open_store(postgres_url)
    with pytest.raises(Unavailable, match="no such schema"):
        open_store(postgres.url("nowhere"))
    with pytest.raises(Unavailable, match="cannot be opened"):
        open_store(postgres.url("nowhere").replace("/postgres?", "/none?"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://h/d?schema=A",
        "postgresql://h/d?schema=a;b",
        "postgresql://user:secret@h/d?nonsense=1",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    """A mistake in the URL is told without the password in it."""
    with pytest.raises(Unavailable) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_two_that_open_an_empty_schema_at_once(postgres_url: str) -> None:
    """Several servers may start on a new ledger together."""
    opened: list[PostgresStore] = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_store(postgres_url))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for store in opened:
        store.close()


# -- rebuilding ---------------------------------------------------------------------------------
def give_up(store: PostgresStore) -> None:
    """Begin to rebuild, and fail."""
    with store.rebuilding() as records:
        assert list(records.scan(Spent)) == []
        raise ZeroDivisionError


def test_rebuilding_replaces_all_or_nothing(postgres_url: str) -> None:
    """Derived rows of another shape give way; readers see the old ones until the block ends."""
    with open_store(postgres_url) as store:
        store.commit(Writer().batch(3, disclosures=TEXTS))
    spoil(postgres_url, "ALTER TABLE programme ADD x text")
    with PostgresStore(postgres_url, MemoryHeadStore(), rebuild=True) as store:
        with pytest.raises(ZeroDivisionError):
            give_up(store)
        assert len(list(store.records.scan(Spent))) == 3
        with store.rebuilding() as records:
            records.put([spent_of(7)], {"paper": b"x"})
            assert len(list(store.records.scan(Spent))) == 1  # in this turn
            with store.reading() as view:
                assert len(list(view.records.scan(Spent))) == 3
        assert list(store.records.scan(Spent)) == [spent_of(7)]
    open_store(postgres_url).close()  # the shape is right again
