"""What a suspension leaves alone on higher floors: keeping and settling what there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.changes.commands import ProposeCancellation
from ledger.changes.records import Change
from ledger.notices.commands import DesignateReceiver
from tests.support.acts.conduct import suspend
from tests.support.changing import complaint, consenting
from tests.support.sandbox import DAY, Sandbox, digest, open_sandbox


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with everybody on it."""
    with open_sandbox(tmp_path) as opened:
        yield opened


def test_a_suspended_party_settles_what_there_is(box: Sandbox) -> None:
    """Notice of what it holds, a change by all concerned, a dispute: nothing new begins."""
    holding = box.held(100_00)
    for name in ("supplier", "core"):
        box.do("operator", suspend(box.party(name)))
    box.do("core", DesignateReceiver(declaration=digest("declaration")))
    box.do("core", complaint(holding.receivable, 10_00))
    end = ProposeCancellation(
        receivable=holding.receivable, document=digest("end"), lapses_ms=box.clock.ms + DAY
    )
    box.do("core", end)
    (change,) = box.all(Change)
    box.do("supplier", consenting(change), change)
    assert box.now(holding).outstanding.minor == 0
