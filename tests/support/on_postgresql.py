"""The same tests over the other database.

A test module imports tests of others together with the fixture `on_postgresql`, marks itself with
it, and has them run again with every ledger in a schema of the test server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.ports import HeadStore
from ledger.store.postgres import PostgresStore
from tests.support.postgres import Cluster, new_schema


@contextmanager
def opening_on(server: Cluster) -> Iterator[None]:
    """Every ledger that is opened in a folder has its database in a schema instead of a file."""
    urls: dict[Path, str] = {}

    def store(path: Path, heads: HeadStore, **how: Any) -> PostgresStore:
        place = path.resolve()
        urls[place] = urls.get(place) or new_schema(server)
        return PostgresStore(urls[place], heads, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.places.SqliteStore", store)
        yield


@pytest.fixture
def on_postgresql(postgres: Cluster) -> Iterator[None]:
    """The test's ledgers are in PostgreSQL."""
    with opening_on(postgres):
        yield
