"""Ledgers on a database server: opened here alone, so that only who uses one needs its driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ledger.ports import HeadStore
from ledger.store.head_urls import PostgresHeadStore, open_heads
from ledger.store.postgres import PostgresStore
from ledger.store.postgres_roles import grant_roles
from ledger.store.postgres_snapshot import PostgresSnapshot, open_postgres_snapshot

__all__ = ["grant_roles", "open_moment", "open_server"]


@contextmanager
def open_server(db: str, heads: str, *, rebuild: bool) -> Iterator[tuple[PostgresStore, HeadStore]]:
    """The store at `db` and its head store, both closed when the block ends."""
    with ExitStack() as stack:
        opened = _heads(db, heads, stack)
        yield stack.enter_context(PostgresStore(db, opened, rebuild=rebuild)), opened


@contextmanager
def open_moment(db: str, heads: str) -> Iterator[PostgresSnapshot]:
    """The ledger at `db` as of one commit, with its signed head."""
    with ExitStack() as stack:
        opened = _heads(db, heads, stack)
        yield stack.enter_context(open_postgres_snapshot(db, opened))


def _heads(db: str, heads: str, stack: ExitStack) -> HeadStore:
    opened = open_heads(heads, db)
    return stack.enter_context(opened) if isinstance(opened, PostgresHeadStore) else opened
