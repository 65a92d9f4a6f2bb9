"""What must be true of all fees together, by the numbers of the domain's list of invariants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from ledger.fees.state import Fee, FeeState
from ledger.financing.records import Financing
from ledger.model.records import View
from ledger.receivables.records import Holding


def invariant_13_fees_have_two_sides(view: View) -> list[str]:
    """Nobody charges itself."""
    return [
        f"{item.id}: it is borne by whoever charged it."
        for item in view.all(Fee)
        if item.bearer == item.charged_by
    ]


def invariant_21_fees(view: View) -> list[str]:
    """Under each line on each base no more is charged than the schedule allowed.

    A financing is charged together with its holding, a part with what it was split from.
    """
    live: dict[tuple[str, str], list[Fee]] = defaultdict(list)
    for fee in view.all(Fee):
        if fee.state is FeeState.CHARGED:
            live[fee.line, fee.base].append(fee)
    above = {item.id: item.parent for item in view.all(Holding)}
    above |= {item.id: item.holding for item in view.all(Financing)}
    found = []
    for line, base in live:
        fees = [fee for name in _upwards(base, above) for fee in live.get((line, name), ())]
        if sum(item.amount.minor for item in fees) > max(item.allowed.minor for item in fees):
            found.append(f"{base}: more is charged under {line} than the schedule allowed.")
    return found


def _upwards(base: str, above: Mapping[str, str | None]) -> Iterator[str]:
    name: str | None = base
    while name is not None:
        yield name
        name = above.get(name)


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_13_fees_have_two_sides,
    invariant_21_fees,
)
"""All checks that need one view."""
