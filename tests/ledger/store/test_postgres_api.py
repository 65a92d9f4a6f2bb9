"""Reading and sending over HTTP with the ledger in PostgreSQL: the same tests as over SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.conftest import served
from tests.api.test_commands import *  # noqa: F403 - all of their tests and fixtures
from tests.api.test_pending import *  # noqa: F403 - the same
from tests.api.test_reads import *  # noqa: F403 - the same
from tests.support.on_postgresql import on_postgresql, opening_on
from tests.support.postgres import Cluster
from tests.support.story import Story, tell

__all__ = ["on_postgresql", "served"]

pytestmark = pytest.mark.usefixtures("on_postgresql")


@pytest.fixture(scope="module")
def story(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, told over the other database."""
    with opening_on(postgres), tell(tmp_path_factory.mktemp("story")) as found:
        yield found
