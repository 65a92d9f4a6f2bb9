"""Arrears: late interest and costs beside the principal, and what a payment pays of each.

Late interest is simple: so many millionths a day of the principal that is unpaid, from the day
after the payable day to the day of the credit, both included. It stops on the day on which the
obligor's insolvency begins. A payment that is not enough pays costs first, then interest, then
principal, unless the payee agrees otherwise (Civil Code 561). A split takes what is unpaid along,
in proportion, to the unit.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from ledger.conduct.records import Insolvency
from ledger.model.records import Reader, need
from ledger.money import Money, allocate, divide
from ledger.policy.state import policy_of
from ledger.receivables.clocks import payable_from
from ledger.receivables.records import Holding, Receivable
from ledger.receivables.statute import late_ppm_of
from ledger.settlement.records import Arrears

PPM = 1_000_000


class Parts(Struct, frozen=True, kw_only=True, gc=False):
    """What a payment is made up of; `over` is more than is owed."""

    costs: Money
    interest: Money
    principal: Money
    over: Money


def interest_on(book: Reader, holding: Holding, principal: Money, first: date, last: date) -> Money:
    """The late interest on `principal` for the days after `first` up to `last`, rounded once."""
    days = max((_last_counted(book, holding.obligor, last) - first).days, 0)
    receivable = need(book, Receivable, holding.receivable, "")
    policy = policy_of(book)
    minor = divide(principal.minor * late_ppm_of(receivable, policy) * days, PPM, policy.rounding)
    return Money(minor, principal.currency)


def _last_counted(book: Reader, obligor: str, day: date) -> date:
    """`day`, or the day of the obligor's insolvency before it: interest stops (企业破产法 46)."""
    insolvency = book.get(Insolvency, obligor)
    if insolvency is None or not insolvency.in_force:
        return day
    return min(day, insolvency.day)


def arrears_of(book: Reader, holding: Holding, day: date) -> Arrears:
    """What is owed beside the principal at the end of `day`, if nothing is paid that day.

    Nothing accrues for days before one that was counted already: a payment that is recorded late
    does not undo interest. Raises `Refused` (`calendar_does_not_cover`).
    """
    known = _known(book, holding)
    more = interest_on(book, holding, holding.outstanding, known.until, day)
    return replace(known, until=max(known.until, day), interest=known.interest + more)


def _known(book: Reader, holding: Holding) -> Arrears:
    """What was on record: of the holding itself, or its share of what it was split from."""
    known = book.get(Arrears, holding.id)
    if known is not None:
        return known
    if holding.parent is None:
        nothing = Money(0, holding.amount.currency)
        until = payable_from(book, holding.obligor, holding.due)
        return Arrears(id=holding.id, until=until, interest=nothing, costs=nothing)
    above = _known(book, need(book, Holding, holding.parent, ""))
    siblings = [
        item
        for item in book.find(Holding, receivable=holding.receivable)
        if item.parent == holding.parent
    ]
    weights = [item.amount.minor for item in sorted(siblings, key=lambda item: item.ordinal)]
    interest = allocate(above.interest.minor, weights)[holding.ordinal]
    costs = allocate(above.costs.minor, weights)[holding.ordinal]
    currency = holding.amount.currency
    return Arrears(
        id=holding.id,
        until=above.until,
        interest=Money(interest, currency),
        costs=Money(costs, currency),
    )


def parts_of(amount: Money, arrears: Arrears, principal: Money, *, principal_first: bool) -> Parts:
    """What `amount` pays of each: in the statute's order, or the principal first."""
    names = ["costs", "interest", "principal"]
    owed = {"costs": arrears.costs, "interest": arrears.interest, "principal": principal}
    left, paid = amount, {}
    for name in sorted(names, key=lambda item: principal_first and item != "principal"):
        paid[name] = min(left, owed[name])
        left -= paid[name]
    return Parts(over=left, **paid)
