"""Who may do what in a ledger's schema: the owner made it, the app writes, the auditor reads.

The append-only triggers stop a mistake; the grants stop a program that was taken over: the role
under which the API runs has no right at all to change the log or to take the triggers away.
"""

from __future__ import annotations

import contextlib

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier

from ledger.errors import OutcomeUnknown, Unavailable
from ledger.store.postgres_link import commit, connect, read_url, reason
from ledger.store.tables import TABLES

APP = "duebill_app"
AUDITOR = "duebill_auditor"
_RIGHTS = {
    "log": "SELECT, INSERT",
    "derived": "SELECT, INSERT, UPDATE, DELETE",
    "volatile": "SELECT, INSERT, UPDATE, DELETE",
}
_SHARED = {"tip": "SELECT, UPDATE", "recent": "SELECT, INSERT, UPDATE"}


def grant_roles(url: str, app: str = APP, auditor: str = AUDITOR) -> None:
    """Give the two roles their rights in the ledger at `url`, as its owner, and no others.

    Roles that are missing are made, without log-in: grant them to the users of the servers and of
    the auditors. May be repeated. Raises `Unavailable` when it cannot be done.
    """
    try:
        with contextlib.closing(connect(read_url(url))) as connection:
            connection.execute("BEGIN")
            for role in (app, auditor):
                _make_role(connection, role)
            _grant(connection, app, auditor)
            commit(connection)
    except (psycopg.Error, OutcomeUnknown) as error:
        raise Unavailable(f"The roles cannot be set up: {reason(error)}.") from None


def _grant(connection: Connection, app: str, auditor: str) -> None:
    row = connection.execute("SELECT current_schema()").fetchone()
    schema = Identifier(row[0] if row and row[0] else "public")
    both = SQL(", ").join([Identifier(app), Identifier(auditor)])
    for text in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM PUBLIC, {}",
        "REVOKE ALL ON SCHEMA {} FROM PUBLIC, {}",
        "GRANT USAGE ON SCHEMA {} TO {}",
    ):
        connection.execute(SQL(text).format(schema, both))
    for table, worth in TABLES.items():
        _give(connection, _RIGHTS[worth], table, Identifier(app))
        if worth != "volatile":  # half-signed commands are nobody's but their signers'
            _give(connection, "SELECT", table, Identifier(auditor))
    for table, rights in _SHARED.items():
        _give(connection, rights, table, Identifier(app))
        _give(connection, "SELECT", table, Identifier(auditor))


def _give(connection: Connection, rights: str, table: str, to: Composable) -> None:
    text = f"GRANT {rights} ON {{}} TO {{}}"
    connection.execute(SQL(text).format(Identifier(table), to))


def _make_role(connection: Connection, role: str) -> None:
    there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if there is None:
        connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(role)))
