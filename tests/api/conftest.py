"""Served ledgers for the tests of the HTTP side: a fresh one, and one story that is only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served import Served, serve
from tests.support.story import Story, tell


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A fresh served ledger."""
    with serve(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story; tests only read it."""
    with tell(tmp_path_factory.mktemp("story")) as found:
        yield found
