"""How much is claimed by recourse, what is due of it, and what has become too much.

A financier claims what it paid, the discount that it has earned and late interest, less what it
has collected (Civil Code 766): that is the face that is uncollected, less the discount that is
unearned on it, with interest and costs. What the obligor owes no more because of a credit note is
uncollected too. Who got a holding by a transfer claims the consideration in proportion to what is
still owed, else what is owed, with interest and costs. All of it is counted to the end of one day.
What others have paid the holder since it has title is taken off (see `ledger.recourse.recovered`),
and what it keeps of an earlier recourse under the same title: that was over when the obligor had
paid, until a bank took the payment back.
After that day the recourse bears nothing more; what the obligor and others pay makes it smaller.
"""

from __future__ import annotations

from datetime import date
from itertools import takewhile

from ledger.dates import LAST_INSTANT_MS
from ledger.financing.records import Financing
from ledger.model.records import Reader, need
from ledger.money import Money, divide
from ledger.policy.state import policy_of
from ledger.receivables.lineage import ancestry
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
    left = principal + arrears.interest + arrears.costs
    left -= _kept_beside(book, holding, holding.holder, under)
    return max(left, Money(0, left.currency))


def began_ms(under: Financing | Transfer) -> int:
    """When title came by it."""
    return (under.active_ms if isinstance(under, Financing) else under.accepted_ms) or 0


def _consideration(book: Reader, holding: Holding, under: Transfer) -> Money:
    """The part of the consideration that what is owed on `holding` has in what was passed on.

    That was all that is still owed on the transferred holding and what its assignee was paid on
    it. What a credit note took off since, before a split or after it, is left out on both sides:
    what is owed bears all of the consideration that was not paid.
    """
    if under.consideration is None:
        return holding.outstanding
    moved = need(book, Holding, under.holding, "")
    left = moved.amount - moved.paid - moved.reduced
    for payment in book.find(Payment, holding=moved.id):
        since = under.accepted_ms is not None and payment.recorded_ms >= under.accepted_ms
        if payment.counts and payment.payee == under.assignee and since:
            left += payment.principal
    owed, whole = under.consideration.minor * holding.outstanding.minor, left.minor
    for part in takewhile(lambda item: item.id != moved.id, ancestry(book, holding)):
        owed *= part.amount.minor
        whole *= part.amount.minor - part.reduced.minor
    minor = divide(owed, max(whole, 1), policy_of(book).rounding)
    return Money(min(minor, under.consideration.minor), under.consideration.currency)


def received_on(
    book: Reader, holding: Holding, party: str, under: Financing | Transfer, but: str = ""
) -> Money:
    """What `party` keeps of all but the recourse `but` on a holding, until title went back.

    What it is paid once it has the holding again, by another title, is another matter.
    """
    received = _kept_beside(book, holding, party, under, but)
    last_ms = _ended_ms(book, holding, under)
    for item in book.find(Payment, holding=holding.id):
        if item.counts and item.payee == party and item.recorded_ms <= last_ms:
            received += item.amount
    return received


def _kept_beside(
    book: Reader, holding: Holding, party: str, under: Financing | Transfer, but: str = ""
) -> Money:
    """What `party` keeps of recoveries, and of all recourse but one, on what it has by `under`."""
    kept = kept_by(book, holding, party, began_ms(under), _ended_ms(book, holding, under))
    for above in ancestry(book, holding):
        for item in book.find(RecourseClaim, holding=above.id):
            if item.under == under.id and item.id != but:
                kept += item.kept
    return kept


def _ended_ms(book: Reader, holding: Holding, under: Financing | Transfer) -> int:
    """When title that had come by it went back by recourse; the end of time where it did not."""
    found = book.find(RecourseClaim, holding=holding.id)
    back = (item.repurchased_ms for item in found if item.under == under.id)
    return next((at_ms for at_ms in back if at_ms is not None), LAST_INSTANT_MS)


def due_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What who is liable has still to pay; zero once it is too much."""
    left = -too_much_of(book, recourse)
    return max(left, Money(0, left.currency))


def excess_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What must go back to who is liable: what came twice, at most what it paid and has not back.

    Who paid last is first to have back: recoveries that came after the last money by recourse go
    before it, and so does a later recourse. Once title went back the obligor pays who repurchased:
    then nothing comes twice.
    """
    holding = need(book, Holding, recourse.holding, "")
    last_ms = _ended_ms(book, holding, _under(book, recourse))
    later = kept_by(book, holding, recourse.claimant, came_last_ms(book, recourse), last_ms)
    for item in book.find(RecourseClaim, holding=holding.id):
        after = (item.noticed_ms, item.id) > (recourse.noticed_ms, recourse.id)
        if item.under == recourse.under and after:
            later += item.kept
    too_much = too_much_of(book, recourse) - later
    return max(Money(0, too_much.currency), min(too_much, recourse.kept))


def too_much_of(book: Reader, recourse: RecourseClaim) -> Money:
    """What the claimant has got beyond what it claimed; below zero while something is due."""
    holding = need(book, Holding, recourse.holding, "")
    under = _under(book, recourse)
    received = received_on(book, holding, recourse.claimant, under, recourse.id)
    return received - recourse.received + recourse.kept - recourse.claimed


def _under(book: Reader, recourse: RecourseClaim) -> Financing | Transfer:
    return book.get(Financing, recourse.under) or need(book, Transfer, recourse.under, "")
