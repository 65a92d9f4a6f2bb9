"""What the tests of the core share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.parties.commands import Role
from tests.support.desk import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with one party: three entries."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER)
        yield opened
