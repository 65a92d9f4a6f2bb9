"""The write path over PostgreSQL: the same tests as over SQLite."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.store.sql import everything
from ledger.store.tables import METADATA
from tests.ledger import test_service
from tests.ledger.test_service import *  # noqa: F403 - all of its tests and fixtures
from tests.support.desk import Office
from tests.support.on_postgresql import on_postgresql

__all__ = ["on_postgresql"]

pytestmark = pytest.mark.usefixtures("on_postgresql")


def rows_and_head(office: Office) -> dict[str, list[Any]]:
    """Every row of every table, and the head file."""
    store = office.embedded.store
    with store.connect() as driver:
        rows = {
            table.name: driver.execute(everything(table, store.dialect)).fetchall()
            for table in METADATA.sorted_tables
        }
    return rows | {"head": [(office.embedded.folder / "head.json").read_bytes()]}


@pytest.fixture(autouse=True)
def _contents_of_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no file whose rows could be read."""
    monkeypatch.setattr(test_service, "contents", rows_and_head)
