"""What others paid on a debt who neither owe nor sold it: how much may come, and what goes back.

A guarantor or insurer that pays the holder takes nothing off the debt: the obligor owes it as
before, and whoever paid may claim from it what it paid (Civil Code 700, Insurance Law 60). So the
holder could be paid twice. It may keep from others and by recourse together what is owed to it,
late interest and costs included. What was recovered on a holding counts whole against each part
that it is split into, whoever has that: nobody must know the other parts to count. What the
obligor pays later may make it too much. Then who paid last is first to have back.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ledger.model.records import Reader, need
from ledger.money import Money
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding
from ledger.recourse.records import DebtRecovery, RecourseClaim, RecoursePayment
from ledger.settlement.arrears import arrears_of


def room_on(book: Reader, holding: Holding, day: date) -> Money:
    """How much may come from others on a holding at the end of `day`; below zero: nothing.

    What is owed on it less what is kept of recoveries and by recourse on it and on all that it
    was split from. Raises `Refused` (`calendar_does_not_cover`).
    """
    room = _owed_on(book, holding, day)
    for above in ancestry(book, holding):
        for recovery in book.find(DebtRecovery, holding=above.id):
            room -= recovery.kept
        for recourse in recourse_kept(book, above):
            room -= recourse.kept
    return room


def kept_by(book: Reader, holding: Holding, payee: str, first_ms: int, last_ms: int) -> Money:
    """What `payee` keeps of what others paid it then on a holding or what it was split from."""
    kept = Money(0, holding.amount.currency)
    for above in ancestry(book, holding):
        for item in book.find(DebtRecovery, holding=above.id):
            if item.payee == payee and first_ms <= item.recorded_ms <= last_ms:
                kept += item.kept
    return kept


def excess_of(book: Reader, recovery: DebtRecovery, day: date) -> Money:
    """What must go back to who paid `recovery`, at the end of `day`; at most what is kept of it.

    That is what is kept from others on its holding and all parts of it beyond what is owed on them,
    as far as those who paid later have not that back. At one instant recourse came before.
    Raises `Refused` (`calendar_does_not_cover`).
    """
    over = over_on(book, recovery.holding, day)
    for holding in _below(book, recovery.holding):
        for item in book.find(DebtRecovery, holding=holding.id):
            if (item.recorded_ms, item.id) > (recovery.recorded_ms, recovery.id):
                over -= item.kept
        for claim in recourse_kept(book, holding):
            if came_last_ms(book, claim) > recovery.recorded_ms:
                over -= claim.kept
    return max(Money(0, over.currency), min(over, recovery.kept))


def over_on(book: Reader, holding: str, day: date) -> Money:
    """What is kept from others on a holding and its parts beyond what is owed; else below zero.

    Raises `Refused` (`calendar_does_not_cover`).
    """
    over = -owed_below(book, holding, day)
    for item in _below(book, holding):
        for recovery in book.find(DebtRecovery, holding=item.id):
            over += recovery.kept
        for recourse in recourse_kept(book, item):
            over += recourse.kept
    return over


def owed_below(book: Reader, holding: str, day: date) -> Money:
    """What is owed on a holding at the end of `day`, or on all parts that it was split into.

    Raises `Refused` (`calendar_does_not_cover`).
    """
    first, *others = [_owed_on(book, item, day) for item in _below(book, holding)]
    return sum(others, first)


def recourse_kept(book: Reader, holding: Holding) -> list[RecourseClaim]:
    """Recourse on a holding whose money stands for the debt: title did not go back for it.

    Title goes back for all money under it, also for what came by an earlier notice.
    """
    found = list(book.find(RecourseClaim, holding=holding.id))
    bought = {item.under for item in found if item.repurchased_ms is not None}
    return [item for item in found if item.under not in bought]


def came_last_ms(book: Reader, recourse: RecourseClaim) -> int:
    """When the last money came by a recourse; when it was noticed, where none did."""
    paid = [item.recorded_ms for item in book.find(RecoursePayment, recourse=recourse.id)]
    return max(paid, default=recourse.noticed_ms)


def _owed_on(book: Reader, holding: Holding, day: date) -> Money:
    arrears = arrears_of(book, holding, day)
    return holding.outstanding + arrears.interest + arrears.costs


def _below(book: Reader, holding: str) -> list[Holding]:
    """A holding and all that became of it by splits, itself first."""
    found = [need(book, Holding, holding, "")]
    children: defaultdict[str | None, list[Holding]] = defaultdict(list)
    for item in book.find(Holding, receivable=found[0].receivable):
        children[item.parent].append(item)
    for item in found:  # it grows while it is read
        found += children[item.id]
    return found
