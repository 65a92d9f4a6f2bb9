"""The shape of a SQLite ledger file: tables, append-only triggers, settings, version."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Table, inspect

from ledger.errors import Unavailable
from ledger.store.tables import DERIVED_TABLES, LOG_TABLES, METADATA

APPLICATION_ID = 0x44756542
"""``DueB``, in the header of the file (`PRAGMA application_id`)."""
VERSION = 1
"""The shape of the log tables (`PRAGMA user_version`)."""
OLDEST_SAFE_SQLITE = (3, 51, 3)
"""Before this release a rare race of two checkpoints could corrupt a WAL database."""

_COMMON = {
    "foreign_keys": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    "busy_timeout": "5000",
    "mmap_size": "0",
}
# With recursive triggers INSERT OR REPLACE, too, is stopped by the triggers against DELETE.
WRITER = {
    **_COMMON,
    "journal_mode": "WAL",
    "wal_autocheckpoint": "8192",  # pages of 4 KiB: a large group would else copy itself at once
    "cache_size": "-65536",  # KiB: the pages that inserts at random places touch
    "synchronous": "FULL",
    "recursive_triggers": "ON",
}
READER = {**_COMMON, "query_only": "ON", "wal_autocheckpoint": "0"}


def configure(connection: sqlite3.Connection, settings: dict[str, str]) -> None:
    """Set the PRAGMAs of a new connection. Raises `sqlite3.Error`."""
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()


def prepare(connection: Connection, *, rebuild: bool = False) -> None:
    """Check an existing ledger file, or make a new one, inside the open transaction.

    Raises `Unavailable` for a file of another program, of a newer release, or with a table that
    has another shape than this release gives it (with `rebuild`: a log table).
    """
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    found = set(inspect(connection).get_table_names())
    if application != APPLICATION_ID and (found or application or version):
        raise Unavailable("The file is a database of another program.")
    if version > VERSION:
        raise Unavailable(f"The file has layout {version}; this release knows {VERSION}.")
    if not found or rebuild:
        create(connection)
    # A missing derived table is not made by itself: an empty one beside a full log would be
    # believed.
    for table in LOG_TABLES if rebuild else METADATA.sorted_tables:
        if not _fits(connection, table):
            raise Unavailable(f"Table {table.name} is of another release: run duebill rebuild.")


def create(connection: Connection) -> None:
    """Make what is missing of tables, indexes and triggers."""
    METADATA.create_all(connection)
    for name, statement in _triggers().items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def faults(connection: Connection) -> list[str]:
    """One sentence for each thing in the file that is not as `create` makes it.

    Tables and their columns, triggers, and strangers beside them.
    """
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all()
    there = {(kind, name): sql for kind, name, sql in rows if kind != "index"}
    due = {("table", table.name) for table in METADATA.sorted_tables}
    due |= {("trigger", name) for name in _triggers()}
    found = [
        f"Table {table.name} is not there or has another shape."
        for table in METADATA.sorted_tables
        if not _fits(connection, table)
    ]
    found += [
        f"Trigger {name} is not there or does something else."
        for name, statement in _triggers().items()
        if there.get(("trigger", name)) != statement
    ]
    found += [
        f"There is a {kind} {name} that is none of ours."
        for kind, name in sorted(there.keys() - due)
        if not name.startswith("sqlite_")
    ]
    return found


def damages(connection: Connection) -> list[str]:
    """What SQLite's own `integrity_check` finds in pages and indexes: at most 100 sentences."""
    checks = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [f"SQLite says: {check}" for check in checks if check != "ok"]


def _triggers() -> dict[str, str]:
    """Each append-only trigger's name and statement."""
    return {
        f"{table.name}_no_{act.lower()}": (
            f"CREATE TRIGGER {table.name}_no_{act.lower()} BEFORE {act} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        )
        for table in LOG_TABLES
        for act in ("UPDATE", "DELETE")
    }


def drop_derived(connection: Connection) -> None:
    """Drop the derived tables, for a replay to fill them anew."""
    METADATA.drop_all(connection, tables=list(DERIVED_TABLES))


def _fits(connection: Connection, table: Table) -> bool:
    """Whether the table is there with exactly the columns it should have."""
    columns = connection.exec_driver_sql(f'PRAGMA table_info("{table.name}")').all()
    there = [(name, kind, bool(notnull), bool(key)) for _, name, kind, notnull, _, key in columns]
    return there == [
        (
            column.name,
            column.type.compile(connection.dialect),
            not column.nullable,
            column.primary_key,
        )
        for column in table.columns
    ]
