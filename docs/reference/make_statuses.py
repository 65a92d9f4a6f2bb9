"""Writes statuses.md: what our states and reasons are called by Peppol and in France."""

from __future__ import annotations

from pathlib import Path

from ledger.receivables.commands import RejectReason
from ledger.receivables.responses import (
    ANSWERS,
    DISPUTED,
    PARTIAL,
    REQUESTED,
    Answer,
    action_of,
    reason_of,
)

HEAD = """# Invoice statuses elsewhere

How a receivable's state is told to systems that speak of invoices: as a Peppol Invoice Response
(BIS 3; status of the UNCL4343 subset, reason of OPStatusReason, action of OPStatusAction) and as a
French life-cycle code (200 to 213). What a creditor does alone has no word there. This page is made
by `docs/reference/make_statuses.py` from `ledger/receivables/responses.py`; a test compares them.

## States

| receivable | Peppol | France |
|---|---|---|
"""

REASONS = """
## Reasons to reject or decline

They go with Peppol status RE and French code 210.

| reason | OPStatusReason | OPStatusAction |
|---|---|---|
"""

ALSO = {
    "registered, acknowledgement requested": REQUESTED,
    "acknowledged in part": PARTIAL,
    "acknowledged, in dispute": DISPUTED,
}


def page() -> str:
    """The text of statuses.md."""
    rows = {state.value: answer for state, answer in ANSWERS.items()} | ALSO
    states = "".join(f"| {name} | {_said(answer)} |\n" for name, answer in rows.items())
    reasons = "".join(
        f"| `{reason.value}` | {reason_of(reason).value} | {action_of(reason).value} |\n"
        for reason in RejectReason
    )
    return HEAD + states + REASONS + reasons


def _said(answer: Answer) -> str:
    return f"{answer.peppol or 'none'} | {answer.french or 'none'}"


if __name__ == "__main__":
    target = Path(__file__).with_name("statuses.md")
    target.write_text(page(), "utf-8")
    print(f"wrote {target.name}")
