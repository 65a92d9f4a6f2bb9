"""The report of rules over histories of everything that parties do."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.asked import Asked
from api.reporting import rule_report
from ledger.reports.rules import BY_ID, Result, Row
from tests.support.actors import open_stage
from tests.support.founding import found
from tests.support.history import play_all, step

STEPS = 60


@pytest.mark.parametrize("seed", [1, 2])
def test_what_a_rule_refuses_is_on_no_log(tmp_path: Path, seed: int) -> None:
    """Whatever was taken, only rules that warn are flagged, and most have something to say.

    A row without a subject is a rule that failed on a record that is not there.
    """
    rows: list[Row] = []
    with open_stage(tmp_path, seed) as stage:
        found(stage)
        play_all(stage)
        for _ in range(STEPS):
            step(stage)
        rule_report(stage.store, Asked(), rows.append)
    flagged = {row.rule for row in rows if row.measured.result is Result.FLAGGED}
    assert {name for name in flagged if not BY_ID[name].warns} == set()
    assert [row for row in rows if not row.measured.subject] == []
    assert len({row.rule for row in rows}) > len(BY_ID) // 2
