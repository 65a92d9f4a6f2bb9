"""Arrears: late interest and costs beside the principal, and what a payment pays of each.

Late interest is simple: so many millionths a day of the principal that is unpaid, from the day
after the payable day to the day of the credit, both included. It stops on the day on which the
obligor's insolvency begins. A payment that is not enough pays costs first, then interest, then
principal, unless the payee agrees otherwise (Civil Code 561). A split takes what is unpaid along,
in proportion, to the unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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


def interest_on(book: Reader, holding: Holding, principal: Money, since: date, last: date) -> Money:
    """The late interest on `principal` for the days after `since` up to `last`, rounded once.

    Only days on which it was late count, as the due day and an insolvency are now. Raises
    `Refused` (`calendar_does_not_cover`).
    """
    first = max(since, payable_from(book, holding.obligor, holding.due))
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
    does not undo interest. What was split or acquired by the obligor owes nothing any more: its
    parts do, or nobody does. Raises `Refused` (`calendar_does_not_cover`).
    """
    if holding.went_on:
        nothing = Money(0, holding.amount.currency)
        return Arrears(id=holding.id, until=day, interest=nothing, costs=nothing)
    known = arrears_on_record(book, holding)
    until = max(known.until, _last_counted(book, holding.obligor, day))
    more = interest_on(book, holding, holding.outstanding, known.until, until)
    return replace(known, until=until, interest=known.interest + more)


def arrears_on_record(book: Reader, holding: Holding) -> Arrears:
    """What was counted already: of the holding itself, or its share of what it was split from."""
    path, known = [holding], book.get(Arrears, holding.id)
    while known is None and path[-1].parent is not None:
        path.append(need(book, Holding, path[-1].parent, ""))
        known = book.get(Arrears, path[-1].id)
    if known is None:
        nothing = Money(0, holding.amount.currency)
        since = need(book, Receivable, holding.receivable, "").issued
        return Arrears(id=holding.id, until=since, interest=nothing, costs=nothing)
    return _share(book, known, path[-2::-1])


def _share(book: Reader, known: Arrears, path: Sequence[Holding]) -> Arrears:
    """What of `known` has come down the path of splits to its last holding."""
    if not path:
        return known
    interest, costs = known.interest.minor, known.costs.minor
    children: defaultdict[str | None, list[Holding]] = defaultdict(list)
    if interest or costs:
        for item in book.find(Holding, receivable=path[-1].receivable):
            children[item.parent].append(item)
        for holding in path:
            siblings = sorted(children[holding.parent], key=lambda item: item.ordinal)
            weights = [item.amount.minor for item in siblings]
            interest = allocate(interest, weights)[holding.ordinal]
            costs = allocate(costs, weights)[holding.ordinal]
    currency = known.interest.currency
    return Arrears(
        id=path[-1].id,
        until=known.until,
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
