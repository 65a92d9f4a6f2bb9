"""What must be true of all fees together, by the numbers of the domain's list of invariants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ledger.fees.state import Fee, FeeState
from ledger.model.records import View


def invariant_13_fees_have_two_sides(view: View) -> list[str]:
    """Nobody charges itself."""
    return [
        f"{item.id}: it is borne by whoever charged it."
        for item in view.all(Fee)
        if item.bearer == item.charged_by
    ]


def invariant_21_fees(view: View) -> list[str]:
    """Under each line on each base no more is charged than the schedule allowed."""
    live: dict[tuple[str, str], list[Fee]] = defaultdict(list)
    for fee in view.all(Fee):
        if fee.state is FeeState.CHARGED:
            live[fee.line, fee.base].append(fee)
    return [
        f"{base}: more is charged under {line} than the schedule allowed."
        for (line, base), fees in live.items()
        if sum(item.amount.minor for item in fees) > max(item.allowed.minor for item in fees)
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_13_fees_have_two_sides,
    invariant_21_fees,
)
"""All checks that need one view."""
