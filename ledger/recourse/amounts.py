"""How much is claimed by recourse, what is due of it, and what has become too much.

A financier claims what it paid, the discount that it has earned and late interest, less what it
has collected (Civil Code 766): that is the face that is uncollected, less the discount that is
unearned on it, with interest and costs. What the obligor owes no more because of a credit note is
uncollected too. Who got a holding by a transfer claims the consideration in proportion to what is
still owed, else what is owed, with interest and costs. All of it is counted to the end of one day.
What others have paid the holder since it has title is taken off (see `ledger.recourse.recovered`).
After that day the recourse bears nothing more; what the obligor and others pay makes it smaller.
"""

from __future__ import annotations

from datetime import date

from ledger.financing.records import Financing
from ledger.model.records import Reader, need
from ledger.money import Money, divide
from ledger.policy.state import policy_of
from ledger.receivables.records import Holding, Transfer
from ledger.recourse.records import RecourseClaim
from ledger.recourse.recovered import came_last_ms, kept_by
from ledger.settlement.arrears import arrears_of
from ledger.settlement.records import Payment
from ledger.settlement.waterfall import surplus


def claim_of(book: Reader, holding: Holding, under: Financing | Transfer, day: date) -> Money:
    """What the holder may claim of who sold it `holding`, to the end of `day`; never below zero.

    Raises `Refused` (`calendar_does_not_cover`).
    """
    if isinstance(under, Financing):
        uncollected = under.face - under.collected
        principal = uncollected - surplus(under, uncollected, day)
    else:
        principal = _consideration(book, holding, under)
    arrears = arrears_of(book, holding, day)
    recovered = kept_by(book, holding, holding.holder, began_ms(under))
    left = principal + arrears.interest + arrears.costs - recovered
    return max(left, Money(0, left.currency))


def began_ms(under: Financing | Transfer) -> int:
    """When title came by it."""
    return (under.active_ms if isinstance(under, Financing) else under.accepted_ms) or 0


def _consideration(book: Reader, holding: Holding, under: Transfer) -> Money:
    """The part of the consideration that what is owed on `holding` has in what was passed on.

    That was all that is still owed on the transferred holding and what its assignee was paid on
    it; what a credit note took off since makes no part smaller.
    """
    if under.consideration is None:
        return holding.outstanding
    moved = need(book, Holding, under.holding, "")
    left = moved.amount - moved.paid - moved.reduced
    for payment in book.find(Payment, holding=moved.id):
        since = under.accepted_ms is not None and payment.recorded_ms >= under.accepted_ms
        if payment.counts and payment.payee == under.assignee and since:
            left += payment.principal
    minor = divide(
        under.consideration.minor * holding.outstanding.minor,
        max(left.minor, 1),
        policy_of(book).rounding,
    )
    return Money(min(minor, under.consideration.minor), under.consideration.currency)


def received_on(book: Reader, holding: Holding, party: str, under: Financing | Transfer) -> Money:
    """What `party` keeps from obligor and others on a holding that it has by `under`."""
    received = kept_by(book, holding, party, began_ms(under))
    for item in book.find(Payment, holding=holding.id):
        if item.counts and item.payee == party:
            received += item.amount
    return received


def due_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What who is liable has still to pay; zero once it is too much."""
    left = -too_much_of(book, recourse)
    return max(left, Money(0, left.currency))


def excess_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What must go back to who is liable: what came twice, at most what it paid and has not back.

    Who paid last is first to have back: recoveries that came after the last money by recourse go
    before it. Once title went back the obligor pays who repurchased: then nothing comes twice.
    """
    holding = need(book, Holding, recourse.holding, "")
    later = kept_by(book, holding, recourse.claimant, came_last_ms(book, recourse))
    too_much = too_much_of(book, recourse) - later
    return max(Money(0, too_much.currency), min(too_much, recourse.kept))


def too_much_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What the claimant has got beyond what it claimed; below zero while something is due."""
    holding = need(book, Holding, recourse.holding, "")
    under = book.get(Financing, recourse.under) or need(book, Transfer, recourse.under, "")
    since = received_on(book, holding, recourse.claimant, under) - recourse.received
    return since + recourse.kept - recourse.claimed
