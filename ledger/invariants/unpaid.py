"""What one entry tells about unpaid debts: nobody is paid twice, and no books move a debt."""

from __future__ import annotations

from typing import get_args

from ledger.invariants.happened import Happened
from ledger.model.records import Reader, need
from ledger.policy.state import today_of
from ledger.receivables import events as receivables
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding
from ledger.recourse.amounts import too_much_of
from ledger.recourse.events import DebtRecovered, RecoursePaid, RecourseReturned, RecoveryReturned
from ledger.recourse.records import DebtRecovery, RecourseClaim
from ledger.recourse.recovered import over_on
from ledger.settlement.arrears import arrears_of
from ledger.settlement.events import CostsStood
from ledger.settlement.records import Payment

_CLAIMS = (
    *(kind for kind in get_args(receivables.Event) if "holding" in kind.__struct_fields__),
    CostsStood,
)
"""Events by which a debt, its title or its costs change."""


def entry_24_recovered_once(book: Reader, entry: Happened) -> list[str]:
    """With each recovery its holder keeps no more from all together than what it is owed.

    That is: all payments on the holding, recourse and recoveries kept on it and on what it was
    split from; against its amount, what is reduced taken off, with late interest and costs.
    """
    found = []
    for event in entry.of(DebtRecovered):
        holding = need(book, Holding, event.holding, "")
        arrears = arrears_of(book, holding, event.value_date)
        owed = holding.amount - holding.reduced + arrears.interest + arrears.costs
        for payment in book.find(Payment, holding=holding.id):
            if payment.counts:
                owed -= payment.principal
        for above in ancestry(book, holding):
            for recovery in book.find(DebtRecovery, holding=above.id):
                owed -= recovery.kept
            claims = list(book.find(RecourseClaim, holding=above.id))
            bought = {item.under for item in claims if item.repurchased_ms is not None}
            for recourse in claims:
                if recourse.under not in bought:
                    owed -= recourse.kept
        if owed.minor < 0 or holding.went_on:
            found.append(f"{event.recovery}: more is recovered than is owed.")
    return found


def entry_24_recourse_once(book: Reader, entry: Happened) -> list[str]:
    """With each payment by recourse its claimant keeps from all together at most its claim."""
    return [
        f"{event.payment}: with it more came than was claimed."
        for event in entry.of(RecoursePaid)
        if too_much_of(book, need(book, RecourseClaim, event.recourse, "")).minor > 0
    ]


def entry_24_returned(book: Reader, entry: Happened) -> list[str]:
    """What went back was too much: without it no less than all is kept."""
    today = today_of(book, entry.at_ms)
    found = [
        f"{event.recourse}: more went back than was too much."
        for event in entry.of(RecourseReturned)
        if too_much_of(book, need(book, RecourseClaim, event.recourse, "")).minor < 0
    ]
    for event in entry.of(RecoveryReturned):
        recovery = need(book, DebtRecovery, event.recovery, "")
        if over_on(book, recovery.holding, today).minor < 0:
            found.append(f"{recovery.id}: more went back than was too much.")
    return found


def entry_25_books_alone(book: Reader, entry: Happened) -> list[str]:
    """With a write-off or a default no debt, title or costs change."""
    return [
        f"{event.holding}: a claim changed with a write-off or default."
        for event in entry.of(*_CLAIMS)
    ]
