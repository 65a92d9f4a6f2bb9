"""Arrears: late interest and costs beside the principal, and what a payment pays of each.

Late interest is simple: so many millionths a day of the principal that is unpaid, from the day
after the payable day to the day of the credit, both included. It stops on the day on which the
obligor's insolvency begins. A payment that is not enough pays costs first, then interest, then
principal, unless the payee agrees otherwise (Civil Code 561). A split takes costs, and what its
payments left of interest, along in proportion, to the unit; each part bears its own interest.

Interest is a function of the record and a day. No count of it is kept: what is recorded late, an
insolvency or a payment with an earlier value date, counts as if it had been known from the start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from ledger.conduct.records import Insolvency
from ledger.model.records import Reader, need
from ledger.money import Money, allocate, divide
from ledger.policy.state import policy_of
from ledger.receivables.clocks import payable_from
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, Receivable
from ledger.receivables.statute import late_ppm_of
from ledger.settlement.records import Costs, Payment

PPM = 1_000_000


class Arrears(Struct, frozen=True, kw_only=True, gc=False):
    """What is owed on a holding besides its principal; `interest` for the days to `until`."""

    until: date
    interest: Money
    costs: Money


class Parts(Struct, frozen=True, kw_only=True, gc=False):
    """What a payment is made up of; `over` is more than is owed."""

    costs: Money
    interest: Money
    principal: Money
    over: Money


def interest_of(book: Reader, holding: Holding, day: date) -> Money:
    """The unpaid late interest at the end of `day`, counted anew from all that is on record.

    Each payment that counts ends the interest on its principal on its value date, in whatever order
    payments are recorded; what is credited or cancelled was never owed. The due day, the insolvency
    and the rate are as they are now. Interest that was paid beyond that is owed by nobody: it goes
    against what accrues later. Never below zero.
    Raises `Refused` (`calendar_does_not_cover`).
    """
    if holding.went_on:
        return Money(0, holding.amount.currency)
    late = _late(book, need(book, Receivable, holding.receivable, ""), day)
    if not any(first < last for first, last in late):
        return Money(0, holding.amount.currency)
    *above, _ = reversed(list(ancestry(book, holding)))
    left = 0
    for parent, child in pairwise((*above, holding)):
        left += _unpaid(book, parent, parent.paid.minor, late, _counting(book, parent))
        left = _handed_on(book, left, child)
    open_minor = holding.amount.minor - holding.reduced.minor
    left += _unpaid(book, holding, open_minor, late, _counting(book, holding))
    return Money(max(left, 0), holding.amount.currency)


def _counting(book: Reader, holding: Holding) -> list[Payment]:
    """The payments on a holding that count; its siblings may have a thousand."""
    return [item for item in book.find(Payment, holding=holding.id) if item.counts]


_Late = Sequence[tuple[date, date]]
"""Times of lateness: the days after the first to the last, which may not be after it."""


def _late(book: Reader, receivable: Receivable, day: date) -> _Late:
    """When a receivable was late until the end of `day`: also before all concerned deferred it.

    They gave time, not the interest: nobody is taken to waive what he does not say (民法典 140).
    """
    last = _last_counted(book, receivable.obligor, day)
    return [
        *(
            (payable_from(book, receivable.obligor, item.due), min(item.until, last))
            for item in receivable.deferred
        ),
        (payable_from(book, receivable.obligor, receivable.due), last),
    ]


def _unpaid(
    book: Reader, holding: Holding, minor: int, late: _Late, payments: Sequence[Payment]
) -> int:
    """The interest on `minor`, of which `payments` ended some, less what they paid of it."""
    product = minor * _days(late, date.min)
    product -= sum(item.principal.minor * _days(late, item.value_date) for item in payments)
    policy = policy_of(book)
    rate = late_ppm_of(need(book, Receivable, holding.receivable, ""), policy)
    paid = sum(payment.interest.minor for payment in payments)
    return divide(product * rate, PPM, policy.rounding) - paid


def _days(late: _Late, since: date) -> int:
    """The days of lateness after `since`."""
    return sum(max((last - max(first, since)).days, 0) for first, last in late)


def _handed_on(book: Reader, left: int, child: Holding) -> int:
    """A child's part of what its parent's payments left unpaid, or (below zero) overpaid."""
    if left == 0:
        return 0
    found = book.find(Holding, receivable=child.receivable)
    siblings = [item for item in found if item.parent == child.parent]
    siblings.sort(key=lambda item: item.ordinal)
    part = allocate(abs(left), [item.amount.minor for item in siblings])[child.ordinal]
    return part if left > 0 else -part


def _last_counted(book: Reader, obligor: str, day: date) -> date:
    """`day`, or the day of the obligor's insolvency before it: interest stops (企业破产法 46)."""
    insolvency = book.get(Insolvency, obligor)
    if insolvency is None or not insolvency.in_force:
        return day
    return min(day, insolvency.day)


def arrears_of(book: Reader, holding: Holding, day: date) -> Arrears:
    """What is owed beside the principal at the end of `day`, by what is on record (`interest_of`).

    What was split or acquired by the obligor owes nothing any more: its parts do, or nobody does.
    Raises `Refused` (`calendar_does_not_cover`).
    """
    nothing = Money(0, holding.amount.currency)
    return Arrears(
        until=_last_counted(book, holding.obligor, day),
        interest=interest_of(book, holding, day),
        costs=nothing if holding.went_on else costs_of(book, holding),
    )


def costs_of(book: Reader, holding: Holding) -> Money:
    """The unpaid costs on a holding: its own, or its share of those of what it was split from."""
    path, known = [holding], book.get(Costs, holding.id)
    while known is None and path[-1].parent is not None:
        path.append(need(book, Holding, path[-1].parent, ""))
        known = book.get(Costs, path[-1].id)
    minor = known.amount.minor if known is not None else 0
    children: defaultdict[str | None, list[Holding]] = defaultdict(list)
    for item in book.find(Holding, receivable=holding.receivable) if minor else ():
        children[item.parent].append(item)
    for part in path[-2::-1] if minor else ():
        siblings = sorted(children[part.parent], key=lambda item: item.ordinal)
        minor = allocate(minor, [item.amount.minor for item in siblings])[part.ordinal]
    return Money(minor, holding.amount.currency)


def parts_of(amount: Money, arrears: Arrears, principal: Money, *, principal_first: bool) -> Parts:
    """What `amount` pays of each: in the statute's order, or the principal first."""
    names = ["costs", "interest", "principal"]
    owed = {"costs": arrears.costs, "interest": arrears.interest, "principal": principal}
    left, paid = amount, {}
    for name in sorted(names, key=lambda item: principal_first and item != "principal"):
        paid[name] = min(left, owed[name])
        left -= paid[name]
    return Parts(over=left, **paid)
