"""Owner, app and auditor: the server itself refuses what a role may not do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest

from ledger.errors import Unavailable
from ledger.parties.state import Spent
from ledger.store import postgres_link
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from ledger.store.postgres_roles import grant_roles
from ledger.store.tables import LOG_TABLES, TABLES
from tests.ledger.store.contract import TEXTS
from tests.ledger.store.sample import Writer, spent_of
from tests.support.postgres import OWNER, Cluster

_numbers = itertools.count()


@dataclass(frozen=True)
class Users:
    """The URLs of one ledger for its owner, the servers and an auditor."""

    owner: str
    app: str
    auditor: str
    writer: Writer


@pytest.fixture
def users(postgres: Cluster, postgres_url: str) -> Iterator[Users]:
    """A ledger of three entries with a user of each role."""
    number = next(_numbers)
    names = [f"app{number}", f"auditor{number}"]
    writer = Writer()
    with PostgresStore(postgres_url, MemoryHeadStore()) as store:
        store.commit(writer.batch(3, disclosures=TEXTS, documents={"digest": b"document"}))
    grant_roles(postgres_url)
    grant_roles(postgres_url)  # again: nothing more
    for name, role in zip(names, ("duebill_app", "duebill_auditor"), strict=True):
        postgres.run(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    app, auditor = (postgres_url.replace(f"//{OWNER}@", f"//{name}@") for name in names)
    yield Users(postgres_url, app, auditor, writer)
    postgres.run(f"DROP ROLE {names[0]}, {names[1]}")


def refused(url: str, statement: str) -> bool:
    """Whether the server refuses a statement for want of a right."""
    with closing(postgres_link.connect(postgres_link.read_url(url))) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
        return False


def test_the_app_writes_the_ledger(users: Users) -> None:
    """The role of the API opens the ledger, appends, changes records, and reads all."""
    with PostgresStore(users.app, MemoryHeadStore()) as store:
        store.commit(users.writer.batch(2))
        with store.turn() as turn:
            assert turn.moved(3) == {("spent", spent_of(seq).id) for seq in (3, 4)}
        assert [record.id for record in store.records.scan(Spent)] == [
            spent_of(seq).id for seq in range(5)
        ]


@pytest.mark.parametrize("table", [table.name for table in LOG_TABLES])
def test_the_app_cannot_change_the_log(users: Users, table: str) -> None:
    """UPDATE, DELETE, TRUNCATE, and taking away what stops them, are refused by the server."""
    column = {"disclosure": "text"}.get(table, "data")
    for statement in (
        f"UPDATE {table} SET {column} = {column}",  # noqa: S608 - our own names
        f"DELETE FROM {table}",  # noqa: S608 - the same
        f"TRUNCATE {table}",
        f"DROP TRIGGER {table}_append_only ON {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table}",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "DELETE FROM tip",
    ):
        assert refused(users.app, statement), statement


@pytest.mark.parametrize("table", [*TABLES, "tip", "recent"])
def test_the_auditor_only_reads(users: Users, table: str) -> None:
    """An auditor reads the log and what follows from it, and can change nothing."""
    name = f'"{table}"'  # a table may be called like a word of SQL
    reads = not refused(users.auditor, f"SELECT * FROM {name}")  # noqa: S608 - our own names
    assert reads == (TABLES.get(table) != "volatile")
    for statement in (
        f"INSERT INTO {name} SELECT * FROM {name}",  # noqa: S608 - the same
        f"DELETE FROM {name}",  # noqa: S608 - the same
        f"TRUNCATE {name}",
    ):
        assert refused(users.auditor, statement), statement
    with pytest.raises(Unavailable, match="permission denied"):
        PostgresStore(users.auditor, MemoryHeadStore())


def test_nobody_else_reads(users: Users, postgres: Cluster) -> None:
    """Another user of the database sees nothing of the ledger."""
    postgres.run("CREATE ROLE stranger LOGIN")
    try:
        url = users.owner.replace(f"//{OWNER}@", "//stranger@")
        schema = url.rpartition("=")[2]
        assert refused(url, f"SELECT * FROM {schema}.entry")  # noqa: S608 - our own names
    finally:
        postgres.run("DROP ROLE stranger")


def test_a_table_of_a_new_shape_keeps_its_readers_and_writers(
    users: Users, postgres: Cluster
) -> None:
    """When a rebuild makes a table anew, the app and the auditor go on as before."""
    with closing(postgres_link.connect(postgres_link.read_url(users.owner))) as connection:
        connection.execute("ALTER TABLE spent ADD x text")
    with (
        PostgresStore(users.owner, MemoryHeadStore(), rebuild=True) as store,
        store.rebuilding() as records,
    ):
        records.put([spent_of(seq) for seq in range(3)])
    assert not refused(users.auditor, "SELECT * FROM spent")
    with PostgresStore(users.app, MemoryHeadStore()) as store:
        store.commit(users.writer.batch(1))
        assert len(list(store.records.scan(Spent))) == 4


def test_roles_need_an_owner(users: Users) -> None:
    """Who does not own the tables cannot hand out rights."""
    with pytest.raises(Unavailable, match="roles cannot be set up"):
        grant_roles(users.auditor)
