"""What the tests of the shell share: served ledgers, a story, the ground of the benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bench.ground import Ground
from tests.support.benching import SMALL, silent
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


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A ground whose ledgers are made once for all tests."""
    return Ground(tmp_path_factory.mktemp("bench"), SMALL, SMALL.loaded, silent)
