"""Writes fraud-cases.md from the scenario files, and from tests that tell what no such file can."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "scenarios" / "cases"

_HEAD = """# Fraud cases

What happened elsewhere, what stands in its way here, and in which refusal or alert the attempt
ends. Each scenario is a file of signed commands that a test sends, step by step, to a ledger; the
codes are those that its steps end in. Written by `make_fraud_cases.py`.

| what is tried | after | what stands in its way | scenario | ends in |
|---|---|---|---|---|
"""
_TESTS = """
Some controls are no refusal of a command: they are what others are told, or find.

| what is tried | after | what stands in its way | test | what is found |
|---|---|---|---|---|
"""
_NOT_HERE = """
## What the ledger does not do

- **Insurance** that lapses (Greensill) ends no eligibility: no record carries a policy of credit
  insurance. A financier that relies on one closes its programme, and nothing more is accepted.
- **Names that look alike** are not scored. A payer is the enrolled party that the bank names, by
  its identifiers; a look-alike is another party, and its money is no payment of the debt.
- **Deliveries that never happened** are beyond any ledger, where obligor and seller agree on them:
  the acknowledgement then binds the obligor all the same (民法典 763).
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A control that a test tells: `found` is a word of it that stands in the test's file."""

    tried: str
    after: str
    control: str
    file: str
    test: str
    found: str


PROOFS = (
    Proof(
        "An insider of the seller intercepts the letters that ask the obligor to confirm",
        "Camsing, 2015-19",
        "A signed statement lists all that is acknowledged in an obligor's name, day by day, for a"
        " contact that it chose",
        "tests/api/test_reports.py",
        "test_it_has_what_was_acknowledged_that_day_and_until_then",
        "acknowledged",
    ),
    Proof(
        "A mismatch is explained away by those whom it concerns",
        "First Brands, 2018-25",
        "Only an auditor or regulator that trades nothing closes an alert",
        "tests/ledger/alerts/test_decide.py",
        "test_nobody_else_closes",
        "role_missing",
    ),
    Proof(
        "Fields of claims are altered on the lender's data tape",
        "Tricolor, 2025",
        "Every audit compares the stored records with what the signed entries say",
        "tests/api/test_cli.py",
        "test_rows_changed_beneath_us_are_found",
        "record_differs",
    ),
    Proof(
        "The operator enrols a false core enterprise and acknowledges in its name",
        "An operator that colludes with a seller",
        "The audit report totals what rests on the operator's word alone, obligor by obligor",
        "tests/api/test_false_core.py",
        "test_the_audit_report_totals_what_rests_on_the_operators_word_alone",
        "operator_vouched",
    ),
    Proof(
        "A thief puts an address of its own in place of the office's",
        "A stolen key",
        "The address before is told, too, for as long as a recovery takes",
        "tests/ledger/test_recovery_drill.py",
        "test_the_drill",
        "addresses",
    ),
)
"""What no scenario file can say."""


def cases() -> list[tuple[Path, dict[str, Any]]]:
    """Each scenario file with its tree, by name."""
    return [(path, json.loads(path.read_text("utf-8"))) for path in sorted(CASES.glob("*.json"))]


def endings(tree: dict[str, Any]) -> list[str]:
    """The codes and kinds of alerts that the steps of a scenario end in, each once, in order."""
    found = [
        code
        for step in tree["steps"]
        for code in (*filter(None, [step.get("refused")]), *step.get("alerts", ()))
    ]
    return list(dict.fromkeys(found))


def render() -> str:
    """The page."""
    told = "".join(
        f"| {tree['title']} | {tree['source']} | {tree['promise']} | `{path.stem}` |"
        f" {', '.join(f'`{code}`' for code in endings(tree))} |\n"
        for path, tree in cases()
    )
    proven = "".join(
        f"| {item.tried} | {item.after} | {item.control} | `{item.file}`, `{item.test}` |"
        f" `{item.found}` |\n"
        for item in PROOFS
    )
    return _HEAD + told + _TESTS + proven + _NOT_HERE


if __name__ == "__main__":
    page = Path(__file__).with_name("fraud-cases.md")
    page.write_text(render(), "utf-8")
    print(f"wrote {page.name}")
