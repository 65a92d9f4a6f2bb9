"""Money that reached somebody who does not hold the debt: turned over, or given back.

It discharges nothing while it is there (Civil Code 546, UN Convention 17): the obligor that was
told whom to pay still owes. An alert says so; whoever got the money owes it to the holder.
"""

from __future__ import annotations

from datetime import date

from ledger.alerts.acts import raised
from ledger.alerts.events import AlertKind
from ledger.errors import RefusalCode
from ledger.financing.decide.checks import check_paid_on, principal
from ledger.financing.events import Evidence
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding, Receivable
from ledger.settlement.commands import ReportMisdirected, ReturnMisdirected, TurnOver
from ledger.settlement.decide.payments import (
    Arrival,
    Events,
    Proof,
    check_not_sold,
    record,
)
from ledger.settlement.events import MisdirectedEnded, PaymentMisdirected
from ledger.settlement.records import Misdirected, MisdirectedState


def report(book: Reader, command: ReportMisdirected, by: Signer, at_ms: int) -> Events:
    """Whoever got the money, or a bank that saw it, says so."""
    holding = need(book, Holding, command.holding, "/body/holding")
    if by.party != command.payee:
        principal(by, Role.BANK)
    refuse_if(
        by.party == holding.obligor,
        RefusalCode.ATTESTER_IS_PAYER,
        "The payer's own word is a claim.",
    )
    refuse_if(
        command.payee in (holding.holder, holding.obligor),
        RefusalCode.PAYEE_IS_NOT_ASTRAY,
        "The money reached the holder, or never left the obligor.",
        "/body/payee",
    )
    refuse_if(
        command.amount.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/amount",
    )
    _check_day(book, holding, command.value_date, at_ms)
    misdirected = PaymentMisdirected(
        misdirected=by.new_id("mis"),
        holding=holding.id,
        payer=holding.obligor,
        payee=command.payee,
        amount=command.amount,
        value_date=command.value_date,
        reference=command.reference,
        by=by.party,
        at_ms=at_ms,
    )
    reasons = ("payee_is_not_holder",)
    alert = raised(by, 0, AlertKind.MISDIRECTED_PAYMENT, holding.id, reasons, at_ms)
    return (misdirected, alert)


def turn_over(book: Reader, command: TurnOver, by: Signer, at_ms: int) -> Events:
    """The holder has the money from whoever got it: it is a payment from this day on."""
    misdirected = _open(book, command.misdirected)
    holding = need(book, Holding, misdirected.holding, "")
    only(holding.holder, by, "holder")
    check_not_sold(holding, at_ms, "/body/misdirected")
    arrival = Arrival(payment=by.new_id("pay"), holding=holding, amount=misdirected.amount)
    proof = Proof(
        by=by.party,
        evidence=Evidence.RECEIPT,
        value_date=command.value_date,
        reference=command.reference,
        at_ms=at_ms,
    )
    ended = MisdirectedEnded(misdirected=misdirected.id, payment=arrival.payment, at_ms=at_ms)
    return (*record(book, (arrival,), proof, None), ended)


def give_back(book: Reader, command: ReturnMisdirected, by: Signer, at_ms: int) -> Events:
    """The obligor has its money back."""
    misdirected = _open(book, command.misdirected)
    only(misdirected.payer, by, "payer")
    holding = need(book, Holding, misdirected.holding, "")
    _check_day(book, holding, command.value_date, at_ms)
    return (MisdirectedEnded(misdirected=misdirected.id, payment=None, at_ms=at_ms),)


def _open(book: Reader, record_id: str) -> Misdirected:
    misdirected = need(book, Misdirected, record_id, "/body/misdirected")
    refuse_if(
        misdirected.state is not MisdirectedState.OPEN,
        RefusalCode.MISDIRECTED_IS_CLOSED,
        f"{misdirected.id} is {misdirected.state.value}.",
        "/body/misdirected",
    )
    return misdirected


def _check_day(book: Reader, holding: Holding, day: date, at_ms: int) -> None:
    receivable = need(book, Receivable, holding.receivable, "")
    check_paid_on(book, day, receivable.acknowledged_ms or 0, at_ms, "/body/value_date")
