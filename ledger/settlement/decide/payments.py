"""A payment is proven: whose debt falls, and by how much.

A leg paid to a holder discharges that holder's own holding and no other. Lateness, a pending
transfer or a contract of sale that nobody instructed never keep a payment out; while an advance
is under way it waits for that to end, since it is open whose money it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from ledger.alerts.events import Event as AlertsEvent
from ledger.burdens import acts as burdens
from ledger.burdens.acts import as_found
from ledger.burdens.events import Event as BurdensEvent
from ledger.burdens.records import Freeze
from ledger.errors import RefusalCode
from ledger.financing.acts import meet_payment, use_line
from ledger.financing.decide.checks import bank_for, check_not_proven, check_paid_on
from ledger.financing.events import Event as FinancingEvent
from ledger.financing.events import Evidence, StatementLineUsed
from ledger.financing.records import Financing
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.receivables.clocks import lock_is_over
from ledger.receivables.debts import discharge
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, HoldingState, Receivable
from ledger.settlement.arrears import arrears_of, costs_of, parts_of
from ledger.settlement.commands import (
    AttestPayment,
    DistributePayment,
    ExecuteFreeze,
    ReceivePayment,
)
from ledger.settlement.decide.promised import check_met
from ledger.settlement.events import (
    CostsStood,
    Event,
    InstructionMet,
    PaymentRecorded,
    SurplusArose,
)
from ledger.settlement.records import Payment
from ledger.settlement.waterfall import surplus

_Event = Event | FinancingEvent | ReceivablesEvent | BurdensEvent | AlertsEvent
Events = tuple[_Event, ...]


class Arrival(Struct, frozen=True, kw_only=True, gc=False):
    """So much arrived for a holding, as the payment `payment`, where a bank saw it on `account`.

    By a `freeze` a court got it.
    """

    payment: str
    holding: Holding
    amount: Money
    account: str | None = None
    freeze: str | None = None
    place: str = "/body"


class Proof(Struct, frozen=True, kw_only=True, gc=False):
    """By whose word it arrived, and when."""

    by: str
    evidence: Evidence
    value_date: date
    reference: str
    at_ms: int
    principal_first: bool = False


def receive(book: Reader, command: ReceivePayment, by: Signer, at_ms: int) -> Events:
    """The holder says that it has the money."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    check_not_sold(holding, at_ms, "/body/holding")
    arrival = Arrival(payment=by.new_id("pay"), holding=holding, amount=command.amount)
    proof = replace(
        _proof(command, Evidence.RECEIPT, by, at_ms), principal_first=command.principal_first
    )
    return record(book, (arrival,), proof, command.instruction)


def check_not_sold(holding: Holding, at_ms: int, place: str) -> None:
    """Raises `Refused` (`holding_is_locked`) where the holder has signed a contract of sale.

    A seller's own word that it was paid must not end that contract; a bank's may.
    """
    refuse_if(
        holding.lock_lapses_ms is not None and not lock_is_over(holding, at_ms),
        RefusalCode.HOLDING_IS_LOCKED,
        f"A financing has {holding.id} to itself.",
        place,
    )


def attest(book: Reader, command: AttestPayment, by: Signer, at_ms: int) -> Events:
    """A bank that does not pay itself saw the money arrive."""
    holding = need(book, Holding, command.holding, "/body/holding")
    bank_for(by, holding.obligor)
    refuse_if(
        command.payer != holding.obligor,
        RefusalCode.PAYER_IS_NOT_OBLIGOR,
        "Somebody else owes this holding.",
        "/body/payer",
    )
    arrival = Arrival(
        payment=by.new_id("pay"), holding=holding, amount=command.amount, account=command.account
    )
    proof = _proof(command, Evidence.STATEMENT, by, at_ms)
    events = record(book, (arrival,), proof, command.instruction)
    return (*events, _line(book, command.reference, by))


def distribute(book: Reader, command: DistributePayment, by: Signer, at_ms: int) -> Events:
    """The paying agent passed a payment on, leg by leg."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    bank_for(by, receivable.obligor)
    refuse_if(
        by.party != receivable.paying_agent,
        RefusalCode.NOT_THE_PAYING_AGENT,
        f"The acknowledgement of {receivable.id} does not name this bank.",
    )
    legs: list[Arrival] = []
    for index, leg in enumerate(command.legs):
        place = f"/body/legs/{index}"
        holding = need(book, Holding, leg.holding, f"{place}/holding")
        refuse_if(
            holding.receivable != receivable.id or any(item.holding == holding for item in legs),
            RefusalCode.PAYMENT_DOES_NOT_FIT,
            f"{holding.id} is of another receivable, or of an earlier leg.",
            f"{place}/holding",
        )
        arrival = Arrival(
            payment=by.new_id("pay", index),
            holding=holding,
            amount=leg.amount,
            account=leg.account,
            place=place,
        )
        legs.append(arrival)
    events = record(book, legs, _proof(command, Evidence.STATEMENT, by, at_ms), None)
    return (*events, _line(book, command.reference, by))


def execute(book: Reader, command: ExecuteFreeze, by: Signer, at_ms: int) -> Events:
    """The obligor paid to the court what its freeze took, as far as nothing is before that."""
    freeze = need(book, Freeze, command.freeze, "/body/freeze")
    bank_for(by, command.payer)
    legs: list[Arrival] = []
    for index, part in enumerate(command.parts):
        place = f"/body/parts/{index}"
        holding = need(book, Holding, part.holding, f"{place}/holding")
        refuse_if(
            holding.obligor != command.payer,
            RefusalCode.PAYER_IS_NOT_OBLIGOR,
            f"Somebody else owes {holding.id}.",
            f"{place}/holding",
        )
        arrival = Arrival(
            payment=by.new_id("pay", index),
            holding=as_found(holding, freeze.id),
            amount=part.amount,
            freeze=freeze.id,
            place=place,
        )
        legs.append(arrival)
    less = burdens.execute(book, freeze, command.order, command.parts, at_ms)
    proof = replace(_proof(command, Evidence.STATEMENT, by, at_ms), principal_first=True)
    events = record(book, legs, proof, None)
    return (*events, *less, _line(book, command.reference, by))


def _line(book: Reader, reference: str, by: Signer) -> StatementLineUsed:
    """One statement line for one command, named by the first payment it proves."""
    return use_line(book, by.party, reference, by.new_id("pay"))


def _proof(
    command: ReceivePayment | AttestPayment | DistributePayment | ExecuteFreeze,
    evidence: Evidence,
    by: Signer,
    at_ms: int,
) -> Proof:
    return Proof(
        by=by.party,
        evidence=evidence,
        value_date=command.value_date,
        reference=command.reference,
        at_ms=at_ms,
    )


def record(book: Reader, legs: Sequence[Arrival], proof: Proof, instruction: str | None) -> Events:
    """The payments of all legs, what they mean for financings, and the debts that fall."""
    if instruction is not None:
        check_met(book, instruction, legs[0].holding, legs[0].amount)
    for leg in legs:
        _check_leg(book, leg, proof)
    recorded = [_recorded(book, leg, proof) for leg in legs]
    events: list[_Event] = [*recorded]
    if instruction is not None:
        events.append(InstructionMet(instruction=instruction, payment=recorded[0].payment))
    for leg, paid in zip(legs, recorded, strict=True):
        events += _costs_after(book, leg.holding, paid)
        events += _meet(book, leg.holding, paid)
    principals = [
        (leg.holding, paid.principal)
        for leg, paid in zip(legs, recorded, strict=True)
        if paid.principal.minor
    ]
    return (*events, *(discharge(book, principals, proof.at_ms) if principals else ()))


def _recorded(book: Reader, arrival: Arrival, proof: Proof) -> PaymentRecorded:
    """The payment, in the parts that it is made up of.

    Raises `Refused` (`holding_is_closed`, `payment_exceeds_outstanding`).
    """
    holding = arrival.holding
    arrears = arrears_of(book, holding, proof.value_date)
    owed = arrears.costs + arrears.interest + holding.outstanding
    refuse_if(
        owed.minor == 0,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}: nothing is owed on it.",
        arrival.place,
    )
    parts = parts_of(
        arrival.amount, arrears, holding.outstanding, principal_first=proof.principal_first
    )
    refuse_if(
        parts.over.minor > 0,
        RefusalCode.PAYMENT_EXCEEDS_OUTSTANDING,
        f"Less is owed on {holding.id}, costs and late interest to {arrears.until} included.",
        f"{arrival.place}/amount",
    )
    return PaymentRecorded(
        payment=arrival.payment,
        receivable=holding.receivable,
        holding=holding.id,
        payer=holding.obligor,
        payee=holding.holder,
        account=arrival.account,
        freeze=arrival.freeze,
        amount=arrival.amount,
        costs=parts.costs,
        interest=parts.interest,
        principal=parts.principal,
        value_date=proof.value_date,
        evidence=proof.evidence,
        reference=proof.reference,
        by=proof.by,
        at_ms=proof.at_ms,
    )


def _costs_after(book: Reader, holding: Holding, paid: PaymentRecorded) -> tuple[CostsStood, ...]:
    """What costs are left once `paid` has arrived; nothing where it paid none."""
    if paid.costs.minor == 0:
        return ()
    return (CostsStood(holding=holding.id, costs=costs_of(book, holding) - paid.costs),)


def _meet(book: Reader, holding: Holding, paid: PaymentRecorded) -> Events:
    """What a payment means for the financing that has the holding, and for its seller."""
    if paid.principal.minor == 0:
        return ()
    met = meet_payment(book, holding, paid.principal)
    if holding.state is not HoldingState.FINANCED:
        return met
    financing = need(book, Financing, holding.pending or "", "")
    over = surplus(financing, paid.principal, paid.value_date)
    if over.minor == 0:
        return met
    return (*met, SurplusArose(financing=financing.id, amount=over))


def _payments(book: Reader, holding: Holding) -> Iterator[Payment]:
    """The payments on a holding and on what it was split from: a split hides none."""
    for above in ancestry(book, holding):
        yield from book.find(Payment, holding=above.id)


def _check_leg(book: Reader, leg: Arrival, proof: Proof) -> None:
    """Currency, account, day, and that nobody else has proven this very payment."""
    currency = leg.holding.amount.currency
    refuse_if(
        leg.amount.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {currency}.",
        f"{leg.place}/amount",
    )
    if leg.account is not None:
        check_account(book, leg.account, leg.holding.holder, currency, f"{leg.place}/account")
    receivable = need(book, Receivable, leg.holding.receivable, "")
    since_ms = receivable.acknowledged_ms or 0
    check_paid_on(book, proof.value_date, since_ms, proof.at_ms, "/body/value_date")
    before = (
        item
        for item in _payments(book, leg.holding)
        if item.counts and item.payee == leg.holding.holder
    )
    check_not_proven(before, leg.amount, proof.value_date, proof.by, f"{leg.place}/amount")
