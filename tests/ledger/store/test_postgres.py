"""The PostgreSQL store: the contract, and what only PostgreSQL can get wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.ports import Store
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from tests.ledger.store.contract import StoreContract


class TestPostgresStore(StoreContract):
    """The contract, over a schema."""

    @pytest.fixture
    def store(self, heads: MemoryHeadStore, postgres_url: str) -> Iterator[Store]:
        """A store in a new schema."""
        with PostgresStore(postgres_url, heads) as store:
            yield store
