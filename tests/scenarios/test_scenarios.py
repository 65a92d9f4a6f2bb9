"""Fraud as it happened elsewhere: each case ends in the block or alert that was promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.reference import make_fraud_cases
from docs.reference.make_fraud_cases import PROOFS, ROOT, Proof, endings
from ledger.alerts.events import AlertKind
from ledger.errors import RefusalCode
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


def test_the_page_is_written_from_the_files() -> None:
    """Run docs/reference/make_fraud_cases.py when it is not; each row ends in what there is."""
    page = Path(make_fraud_cases.__file__).with_name("fraud-cases.md")
    assert page.read_text("utf-8") == make_fraud_cases.render()
    known = {item.value for item in (*RefusalCode, *AlertKind)}
    for path, tree in make_fraud_cases.cases():
        assert endings(tree), path.stem
        assert set(endings(tree)) <= known, path.stem


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.test)
def test_what_a_row_names_is_there(proof: Proof) -> None:
    """The test is in its file, and so is the word of what it finds."""
    text = (ROOT / proof.file).read_text("utf-8")
    assert text.count(f"def {proof.test}(") == 1
    assert proof.found in text
