"""Fraud as it happened elsewhere: each case ends in the block or alert that was promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sandbox import open_sandbox
from tests.support.scenario import Scenario, read_scenario

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_promise_is_kept(path: Path, tmp_path: Path) -> None:
    """Every step ends as the file says, and at least one of them in a refusal or an alert."""
    tree = read_scenario(path)
    assert any("refused" in step or "alerts" in step for step in tree["steps"])
    with open_sandbox(tmp_path / "ledger") as box:
        assert Scenario(box, tree).run() == []
