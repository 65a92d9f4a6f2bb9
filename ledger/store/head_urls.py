"""Head stores by URL: a file, or one row in a PostgreSQL cluster that is not the ledger's.

The cell must not be restored, promoted or lost together with the log. So a row in the cluster of
the ledger itself, its standbys included, is refused: they share one system identifier.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import Connection

from ledger.closing import Closing
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.store.heads import FileHeadStore, after_swap
from ledger.store.postgres_link import SCHEMES, commit, connect, read_url, reading_errors, reason

_TABLE = b"""
CREATE TABLE signed_head (one boolean PRIMARY KEY CHECK (one), size bigint, root bytea, note text);
INSERT INTO signed_head (one) VALUES (true);
CREATE FUNCTION signed_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.size >= coalesce(OLD.size, 0) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a signed head never goes back';
END $$;
CREATE TRIGGER signed_head_row BEFORE UPDATE OR DELETE ON signed_head
  FOR EACH ROW EXECUTE FUNCTION signed_head_guard();
CREATE TRIGGER signed_head_table BEFORE TRUNCATE ON signed_head
  FOR EACH STATEMENT EXECUTE FUNCTION signed_head_guard();
"""
_READ = b"SELECT size, root, note FROM signed_head"
_WRITE = b"UPDATE signed_head SET size = %b, root = %b, note = %b"


def open_heads(url: str, ledger: str = "") -> HeadStore:
    """The head store at ``file:///…/head.json`` or ``postgresql://…?schema=name``.

    `ledger` is the URL of the ledger's own database, if that is PostgreSQL. Raises `Unavailable`
    for any other URL, for a cell in the ledger's own cluster, or when it cannot be reached.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.strip("/"):
        return FileHeadStore(Path(unquote(parts.path)))
    if url.startswith(SCHEMES):
        return PostgresHeadStore(url, ledger)
    raise Unavailable("A head store is file:///folder/head.json or postgresql://host/database.")


@contextmanager
def opened_heads(url: str, ledger: str = "") -> Iterator[HeadStore]:
    """As `open_heads`, closed when the block ends."""
    heads = open_heads(url, ledger)
    try:
        yield heads
    finally:
        if isinstance(heads, PostgresHeadStore):
            heads.close()


class PostgresHeadStore(Closing):
    """The cell as the one row of a table, made when it is not there. Safe for threads.

    Close it, or use it as a context manager. Raises `Unavailable` as `open_heads`.
    """

    def __init__(self, url: str, ledger: str = "") -> None:
        self._address = read_url(url, target_session_attrs="read-write")
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        if ledger and _cluster(url) == _cluster(ledger):
            raise Unavailable(
                "The head store is in the ledger's own cluster: what restores one restores both."
            )
        try:
            with contextlib.closing(connect(self._address)) as connection:
                self._make(connection)
        except (psycopg.Error, OutcomeUnknown) as error:
            raise Unavailable(
                f"The head store {self._address.says} cannot be opened: {reason(error)}."
            ) from None

    def close(self) -> None:
        """Let go of the connection; a later call makes a new one."""
        with self._lock:
            self._let_go()

    def read(self) -> SignedHead | None:
        """The last signed head, or None before the first.

        Raises `Unavailable` when it cannot be read, `Halted` when the row is gone.
        """
        with self._lock, reading_errors():
            try:
                return _head(self._held())
            except psycopg.Error:
                self._let_go()  # perhaps only the connection was old
            return _head(self._held())

    def swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """Put `new` in place of `old`, durably; returns what is there then, as `after_swap` says.

        Raises `Unavailable` when surely nothing was replaced, `OutcomeUnknown` when the
        replacement may not be durable.
        """
        with self._lock:
            try:
                try:
                    kept = self._swap(old, new)
                except psycopg.Error:
                    self._let_go()  # nothing was replaced, and perhaps only the connection was old
                    kept = self._swap(old, new)
                commit(self._held())
            except psycopg.Error as error:
                self._let_go()
                raise Unavailable(f"The head cannot be written: {reason(error)}.") from None
            except BaseException:
                self._let_go()
                raise
            return kept

    def _swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """The change, not yet committed."""
        connection = self._held()
        connection.execute("BEGIN")
        there = _head(connection, b" FOR UPDATE")
        kept = after_swap(there, old, new)
        if kept != there:
            connection.execute(_WRITE, (kept.size, kept.root, kept.note))
        return kept

    def _held(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self._address)
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _make(self, connection: Connection) -> None:
        connection.execute("BEGIN")
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('duebill head'))")
        there = connection.execute("SELECT to_regclass('signed_head')").fetchone()
        if there == (None,):
            connection.execute(_TABLE)
        commit(connection)


def _head(connection: Connection, how: bytes = b"") -> SignedHead | None:
    row = connection.execute(_READ + how, binary=True).fetchone()
    if row is None:
        raise Halted("The row of the signed head is gone.")
    size, root, note = row
    return None if size is None else SignedHead(size, root, note)


def _cluster(url: str) -> int:
    """The number that a cluster shares with all its physical copies and with no other."""
    with reading_errors(), contextlib.closing(connect(read_url(url))) as connection:
        row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    return int(row[0]) if row else 0
