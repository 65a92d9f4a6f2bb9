"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import assert_never

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.settlement import events as e
from ledger.settlement.events import Event
from ledger.settlement.records import (
    Costs,
    Instruction,
    InstructionState,
    Misdirected,
    MisdirectedState,
    Payment,
    PaymentState,
    Redemption,
    Surplus,
)

__all__ = [
    "Costs",
    "Instruction",
    "Misdirected",
    "Payment",
    "Redemption",
    "Surplus",
    "evolve",
]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.PaymentRecorded():
            return (_payment(event),)
        case e.PaymentReversed():
            reversed_ = changed(
                need(book, Payment, event.payment, ""),
                state=PaymentState.REVERSED,
                reason=event.reason,
                reversed_on=event.value_date,
            )
            return (reversed_,)
        case e.CostsStood():
            return (Costs(id=event.holding, amount=event.costs),)
        case e.RedemptionSigned():
            return (_redemption(event),)
        case e.SurplusArose():
            surplus = _surplus(book, event.financing, event.amount.currency)
            return (changed(surplus, owed=surplus.owed + event.amount),)
        case e.SurplusPaid():
            surplus = _surplus(book, event.financing, event.amount.currency)
            return (changed(surplus, paid=surplus.paid + event.amount),)
        case _:
            return (_on_the_way(book, event),)


_OnTheWay = (
    e.PaymentInstructed
    | e.PaymentBounced
    | e.InstructionMet
    | e.PaymentMisdirected
    | e.MisdirectedEnded
)


def _on_the_way(book: Reader, event: _OnTheWay) -> Record:
    match event:
        case e.PaymentInstructed():
            return _instruction(event)
        case e.PaymentBounced():
            instruction = need(book, Instruction, event.instruction, "")
            return changed(instruction, state=InstructionState.BOUNCED, reason=event.reason)
        case e.InstructionMet():
            instruction = need(book, Instruction, event.instruction, "")
            return changed(instruction, state=InstructionState.MET, payment=event.payment)
        case e.PaymentMisdirected():
            return _misdirected(event)
        case e.MisdirectedEnded():
            state = MisdirectedState.TURNED_OVER if event.payment else MisdirectedState.RETURNED
            misdirected = need(book, Misdirected, event.misdirected, "")
            return changed(misdirected, state=state, payment=event.payment)
        case _:
            assert_never(event)


def _payment(event: e.PaymentRecorded) -> Payment:
    return Payment(
        id=event.payment,
        receivable=event.receivable,
        holding=event.holding,
        payer=event.payer,
        payee=event.payee,
        account=event.account,
        freeze=event.freeze,
        amount=event.amount,
        costs=event.costs,
        interest=event.interest,
        principal=event.principal,
        value_date=event.value_date,
        evidence=event.evidence,
        reference=event.reference,
        attested_by=event.by,
        recorded_ms=event.at_ms,
    )


def _redemption(event: e.RedemptionSigned) -> Redemption:
    return Redemption(
        id=event.redemption,
        receivable=event.receivable,
        day=event.day,
        list=event.list,
        total=event.total,
        signed_ms=event.at_ms,
    )


def _instruction(event: e.PaymentInstructed) -> Instruction:
    return Instruction(
        id=event.instruction,
        holding=event.holding,
        payer=event.payer,
        payee=event.payee,
        account=event.account,
        amount=event.amount,
        value_date=event.value_date,
        reference=event.reference,
        replaces=event.replaces,
        instructed_ms=event.at_ms,
    )


def _misdirected(event: e.PaymentMisdirected) -> Misdirected:
    return Misdirected(
        id=event.misdirected,
        holding=event.holding,
        payer=event.payer,
        payee=event.payee,
        amount=event.amount,
        value_date=event.value_date,
        reference=event.reference,
        reported_by=event.by,
        reported_ms=event.at_ms,
    )


def _surplus(book: Reader, financing: str, currency: str) -> Surplus:
    nothing = Money(0, currency)
    return book.get(Surplus, financing) or Surplus(id=financing, owed=nothing, paid=nothing)
