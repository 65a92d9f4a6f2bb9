"""What touches a holding that a financing has or had: free it, lapse a lock, meet a payment.

Lower floors end a lock by time without knowing of financings. Here its financing is told too, in
the same entry; where nobody told it, it is dead all the same (`Financing.has_lapsed`).
"""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.financing.events import (
    Event,
    FinancingCollected,
    FinancingLapsed,
    FinancingReduced,
    FinancingRepaid,
    StatementLineUsed,
)
from ledger.financing.records import Financing, FinancingState, StatementLine
from ledger.model.records import Reader, need, refuse_if
from ledger.money import Money
from ledger.receivables import acts
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.records import Holding, HoldingState

Events = tuple[Event | ReceivablesEvent, ...]


def free(book: Reader, holding: Holding, at_ms: int) -> Events:
    """The lapses that must be stated first so that `holding` is free.

    Raises `Refused` as `ledger.receivables.acts.free_holding` does.
    """
    before = acts.free_holding(book, holding, at_ms)
    if holding.state is not HoldingState.LOCKED:
        return before
    return (FinancingLapsed(financing=holding.pending or ""), *before)


def lapse(book: Reader, record_id: str, at_ms: int) -> Events:
    """The lapse of a financing, a proposed transfer or a proposed issue whose time is over.

    A lock is named by its financing. Raises `Refused` (`nothing_to_lapse`).
    """
    financing = book.get(Financing, record_id)
    if financing is None and book.get(Holding, record_id) is None:
        return acts.lapse(book, record_id, at_ms)
    if (
        financing is None
        or financing.state is not FinancingState.ACCEPTED
        or not financing.has_lapsed(at_ms)
    ):
        raise Refused(RefusalCode.NOTHING_TO_LAPSE, f"{record_id} is no open lapsed financing.")
    return _ended(book, financing)


def meet_payment(book: Reader, holding: Holding, amount: Money) -> Events:
    """What a payment of `amount` to the holder means for the financing that has `holding`.

    A contract that is not instructed ends: the holder has been paid by the obligor. A financed
    holding is the financier's: its claim falls. Raises `Refused` (`disbursement_in_flight`) while
    an advance is under way, since nobody can know yet whose money it is.
    """
    financing = _having(book, holding)
    if financing is None or holding.state is HoldingState.LOCKED:
        return _ended(book, financing) if financing else ()
    collected = FinancingCollected(financing=financing.id, amount=amount)
    return (collected, *_repaid(holding, amount))


def meet_reduction(book: Reader, holding: Holding, amount: Money, cause: str) -> Events:
    """What a reduction by `amount`, because of the record `cause`, means for the financing.

    As with a payment: a contract that is not instructed ends, since what was sold is not there any
    more; of a financed holding less is owed. Raises `Refused` (`disbursement_in_flight`).
    """
    financing = _having(book, holding)
    if financing is None or holding.state is HoldingState.LOCKED:
        return _ended(book, financing) if financing else ()
    reduced = FinancingReduced(financing=financing.id, amount=amount, cause=cause)
    return (reduced, *_repaid(holding, amount))


def _having(book: Reader, holding: Holding) -> Financing | None:
    """The financing that has a holding, if one has; its advance must not be under way."""
    if holding.state not in (HoldingState.LOCKED, HoldingState.FINANCED):
        return None
    financing = need(book, Financing, holding.pending or "", "")
    refuse_if(
        financing.state is FinancingState.INSTRUCTED,
        RefusalCode.DISBURSEMENT_IN_FLIGHT,
        f"The advance of {financing.id} is instructed and neither proven nor failed.",
    )
    return financing


def _repaid(holding: Holding, amount: Money) -> tuple[FinancingRepaid, ...]:
    """That a financing is repaid, when `amount` is all that is left of its holding."""
    return (
        (FinancingRepaid(financing=holding.pending or ""),) if holding.outstanding == amount else ()
    )


def use_line(book: Reader, bank: str, reference: str, used_for: str) -> StatementLineUsed:
    """That a bank's statement line is evidence for `used_for`.

    Raises `Refused` (`statement_line_is_used`) when it was for something else before.
    """
    refuse_if(
        book.get(StatementLine, f"{bank}:{reference}") is not None,
        RefusalCode.STATEMENT_LINE_IS_USED,
        "This bank has attested this statement line before.",
        "/body/reference",
    )
    return StatementLineUsed(bank=bank, reference=reference, used_for=used_for)


def _ended(book: Reader, financing: Financing) -> Events:
    holding = need(book, Holding, financing.holding, "")
    return (FinancingLapsed(financing=financing.id), *acts.unlock(holding, financing.id))
