"""Ledgers on a database server: opened here alone, so that only who uses one needs its driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.backup.loading import load, postgres_moments
from ledger.ports import HeadStore
from ledger.store.head_urls import opened_heads
from ledger.store.postgres import PostgresStore
from ledger.store.postgres_roles import grant_roles
from ledger.store.postgres_snapshot import PostgresSnapshot, open_postgres_snapshot

__all__ = [
    "PostgresStore",
    "grant_roles",
    "load",
    "open_moment",
    "open_server",
    "opened_heads",
    "postgres_moments",
]


@contextmanager
def open_server(db: str, heads: str, *, rebuild: bool) -> Iterator[tuple[PostgresStore, HeadStore]]:
    """The store at `db` and its head store, both closed when the block ends."""
    with opened_heads(heads, db) as opened, PostgresStore(db, opened, rebuild=rebuild) as store:
        yield store, opened


@contextmanager
def open_moment(db: str, heads: str) -> Iterator[PostgresSnapshot]:
    """The ledger at `db` as of one commit, with its signed head."""
    with opened_heads(heads, db) as opened, open_postgres_snapshot(db, opened) as snapshot:
        yield snapshot
