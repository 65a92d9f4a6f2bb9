"""Connections to PostgreSQL: what the URL means, how each one is set up, what its errors mean.

One ledger lives in one schema: ``postgresql://user@host/database?schema=name``. All the rest of
the URL is libpq's own (several hosts, TLS, a service file).

A COMMIT is answered when it is flushed here and on the synchronous standby, if there is one. Two
ways of ending it early would show others what the standby does not have: a `statement_timeout`
and a cancelled wait, after which the server says COMMIT all the same, with a warning. So COMMIT
has no such timeout, and a warning is a doubt.
"""

from __future__ import annotations

import itertools
import re
import select
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus

from ledger.errors import Halted, OutcomeUnknown, Unavailable

SCHEMES = ("postgresql://", "postgres://")
SECONDS = 5
"""How long a connection and a silent lock holder are waited for; for a lock twice as long, so
that whoever waits outlives a holder that is thrown out.
"""
_DEFAULTS: dict[str, Any] = {
    "application_name": "duebill",
    "connect_timeout": SECONDS,
    # A network that swallows everything is noticed as soon as a stopped process is.
    "keepalives_idle": SECONDS,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 2_000 * SECONDS,
}
_SETTINGS = {
    "client_encoding": "UTF8",
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": f"{SECONDS}s",
    "lock_timeout": f"{2 * SECONDS}s",
    "statement_timeout": f"{3 * SECONDS}s",
}
COMMIT_SECONDS = 10
"""How long COMMIT is waited for: a synchronous standby that is away answers when it is back."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a ledger is: what libpq needs, and the schema ("" for the server's own choice)."""

    conninfo: str
    schema: str

    @property
    def says(self) -> str:
        """The address for people: without password."""
        known = conninfo_to_dict(self.conninfo)
        database = known.get("dbname") or known.get("service") or known.get("user") or ""
        return f"postgresql://{known.get('host') or ''}/{database}" + (
            f"?schema={self.schema}" if self.schema else ""
        )


def read_url(url: str, **defaults: str | int) -> Address:
    """The address in a URL; `defaults` are libpq's parameters where the URL is silent.

    Raises `Unavailable` for a URL that libpq does not understand, or for a schema whose name is
    not made of lower-case ASCII letters, digits and underscores.
    """
    base, _, query = url.partition("?")
    said = [item.partition("=") for item in query.split("&") if item]
    schema = next((unquote(value) for name, _, value in said if name == "schema"), "")
    if not re.fullmatch(r"([a-z_][a-z0-9_]{0,62})?", schema):
        raise Unavailable(f"{schema[:80]!r} is not the name of a schema: lower-case letters.")
    others = "&".join("".join(item) for item in said if item[0] != "schema")
    try:
        known = conninfo_to_dict(f"{base}?{others}")
        return Address(make_conninfo("", **{**_DEFAULTS, **defaults, **known}), schema)
    except psycopg.ProgrammingError:
        # Its own words would repeat the URL, and the password with it.
        raise Unavailable("The address of the database cannot be read.") from None


def connect(address: Address) -> Connection:
    """A connection in autocommit, set up as all of ours are. Raises `psycopg.Error`."""
    connection = psycopg.connect(address.conninfo, autocommit=True)
    try:
        set_up(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


def set_up(connection: Connection, address: Address) -> None:
    """Timeouts, encoding, schema; and commits that are durable before they are answered."""
    settings = _SETTINGS | ({"search_path": address.schema} if address.schema else {})
    values = [value for item in settings.items() for value in item]
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    connection.execute(f"SELECT {calls}".encode(), values)
    # `remote_apply` promises more than `on` and stays.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
    )


_numbers = itertools.count()


class PostgresDriver:
    """`ledger.store.sql.Driver` over a psycopg connection: each statement has its own cursor."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement; values travel in binary form."""
        values = [_findable(value) for value in parameters]
        return self.connection.execute(sql.encode(), values or None, binary=True)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each row of values."""
        cursor = self.connection.cursor()
        cursor.executemany(sql.encode(), rows)
        return cursor

    def stream(self, sql: str) -> Iterator[Any]:
        """The rows of a statement as of one moment, some at a time, however many there are."""
        begun = self.connection.info.transaction_status != TransactionStatus.IDLE
        name = f"rows_{next(_numbers)}"
        with (
            nullcontext() if begun else self.connection.transaction(),
            self.connection.cursor(name, binary=True) as cursor,
        ):
            cursor.itersize = 1_000
            yield from cursor.execute(sql.encode())


_DAMAGE = (
    psycopg.errors.DataCorrupted,
    psycopg.errors.IndexCorrupted,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
)


def commit(connection: Connection) -> None:
    """COMMIT, waited for `COMMIT_SECONDS`. Raises `OutcomeUnknown` for the least doubt.

    The connection is closed then; the server goes on and keeps the transaction's locks until it
    knows. PostgreSQL cancels nothing meanwhile (see above).
    """
    warnings: list[str] = []

    def heed(said: Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING":
            warnings.append(said.message_primary or "")

    connection.add_notice_handler(heed)
    try:
        # Both in one round trip, and the timeout ends before COMMIT begins.
        connection.pgconn.send_query(b"SET LOCAL statement_timeout = 0; COMMIT")
        failure = _outcome(connection) or next(iter(warnings), None)
    except psycopg.Error as error:
        failure = reason(error)
    finally:
        connection.remove_notice_handler(heed)
    if failure is not None:
        connection.close()
        raise OutcomeUnknown(f"The commit may not have happened: {failure.rstrip('.')}.")


def _outcome(connection: Connection) -> str | None:
    """What went wrong with the COMMIT that was sent, or None."""
    until = time.monotonic() + COMMIT_SECONDS
    said = b""
    while True:
        while connection.pgconn.is_busy():
            left = until - time.monotonic()
            if left <= 0 or not select.select([connection.fileno()], [], [], left)[0]:
                return f"no answer in {COMMIT_SECONDS} seconds"
            connection.pgconn.consume_input()
        result = connection.pgconn.get_result()
        if result is None:
            return None if said == b"COMMIT" else "the server rolled it back"
        if result.error_message:
            return result.error_message.decode("utf-8", "replace").strip()
        said = result.command_status or b""


def _findable(value: Any) -> Any:
    """`value`, or a text that is in no row in place of one that can be in none.

    PostgreSQL refuses U+0000 even to look for it. U+FFFF is in no text of a ledger: it is no
    character.
    """
    return value.replace("\0", "\uffff") if isinstance(value, str) and "\0" in value else value


@contextmanager
def reading_errors() -> Iterator[None]:
    """Errors of the server as ours: `Halted` when damaged, else `Unavailable`: busy or away."""
    try:
        yield
    except _DAMAGE as error:
        raise Halted(f"The database is damaged: {reason(error)}.") from None
    except psycopg.Error as error:  # the pool's errors are among them
        raise Unavailable(f"The ledger cannot be read now: {reason(error)}.") from None


def reason(error: Exception) -> str:
    """The server's own words in one line, without the statement and its values."""
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return " ".join((said or str(error)).split()).rstrip(".")
