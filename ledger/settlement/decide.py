"""May this payment be recorded, and whose debt falls? Refusals in the order of the lines.

A leg paid to a holder discharges that holder's own holding and no other. Lateness, a pending
transfer or a contract of sale that nobody instructed never keep a payment out; while an advance
is under way it waits for that to end, since it is open whose money it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import assert_never

from msgspec import Struct

from ledger.errors import RefusalCode
from ledger.financing.acts import meet_payment, use_line
from ledger.financing.decide.checks import bank_for, check_paid_on
from ledger.financing.events import Event as FinancingEvent
from ledger.financing.events import Evidence, StatementLineUsed
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.receivables.clocks import lock_is_over
from ledger.receivables.debts import discharge
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding, Receivable
from ledger.settlement.commands import AttestPayment, Command, DistributePayment, ReceivePayment
from ledger.settlement.events import Event, PaymentRecorded
from ledger.settlement.state import Payment

Events = tuple[Event | FinancingEvent | ReceivablesEvent, ...]


class _Paid(Struct, frozen=True, gc=False):
    """So much arrived for a holding, on this account where a bank saw it."""

    holding: Holding
    amount: Money
    account: str | None
    place: str


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case ReceivePayment():
            return _receive(book, command, by, at_ms)
        case AttestPayment():
            return _attest(book, command, by, at_ms)
        case DistributePayment():
            return _distribute(book, command, by, at_ms)
        case _:
            assert_never(command)


def stake(book: Reader, command: Command) -> Money | None:
    """The amount at stake: what was paid. Raises `Refused` (`currency_mismatch`)."""
    if isinstance(command, DistributePayment):
        return total([leg.amount for leg in command.legs])
    return command.amount


def _receive(book: Reader, command: ReceivePayment, by: Signer, at_ms: int) -> Events:
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    # A seller's own word must not end the contract of sale that it signed; a bank's may.
    refuse_if(
        holding.lock_lapses_ms is not None and not lock_is_over(holding, at_ms),
        RefusalCode.HOLDING_IS_LOCKED,
        f"A financing has {holding.id} to itself.",
        "/body/holding",
    )
    paid = _Paid(holding, command.amount, None, "/body")
    return _record(book, command, (paid,), Evidence.RECEIPT, by, at_ms)


def _attest(book: Reader, command: AttestPayment, by: Signer, at_ms: int) -> Events:
    holding = need(book, Holding, command.holding, "/body/holding")
    bank_for(by, holding.obligor)
    refuse_if(
        command.payer != holding.obligor,
        RefusalCode.PAYER_IS_NOT_OBLIGOR,
        "Somebody else owes this holding.",
        "/body/payer",
    )
    paid = _Paid(holding, command.amount, command.account, "/body")
    events = _record(book, command, (paid,), Evidence.STATEMENT, by, at_ms)
    return (*events, _line(book, command.reference, by))


def _distribute(book: Reader, command: DistributePayment, by: Signer, at_ms: int) -> Events:
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    bank_for(by, receivable.obligor)
    refuse_if(
        by.party != receivable.paying_agent,
        RefusalCode.NOT_THE_PAYING_AGENT,
        f"The acknowledgement of {receivable.id} does not name this bank.",
    )
    legs = []
    for index, leg in enumerate(command.legs):
        place = f"/body/legs/{index}"
        holding = need(book, Holding, leg.holding, f"{place}/holding")
        refuse_if(
            holding.receivable != receivable.id,
            RefusalCode.PAYMENT_DOES_NOT_FIT,
            f"{holding.id} is of another receivable.",
            f"{place}/holding",
        )
        legs.append(_Paid(holding, leg.amount, leg.account, place))
    events = _record(book, command, legs, Evidence.STATEMENT, by, at_ms)
    return (*events, _line(book, command.reference, by))


def _line(book: Reader, reference: str, by: Signer) -> StatementLineUsed:
    """One statement line for one command, named by the first payment it proves."""
    return use_line(book, by.party, reference, by.new_id("pay"))


def _record(
    book: Reader,
    command: Command,
    legs: Sequence[_Paid],
    evidence: Evidence,
    by: Signer,
    at_ms: int,
) -> Events:
    """The payments of all legs, what they mean for financings, and the debts that fall."""
    for leg in legs:
        _check_leg(book, leg, command.value_date, by, at_ms)
    discharged = discharge(book, [(leg.holding, leg.amount) for leg in legs], at_ms)
    met = [event for leg in legs for event in meet_payment(book, leg.holding, leg.amount)]
    recorded = [
        PaymentRecorded(
            payment=by.new_id("pay", ordinal),
            receivable=leg.holding.receivable,
            holding=leg.holding.id,
            payer=leg.holding.obligor,
            payee=leg.holding.holder,
            account=leg.account,
            amount=leg.amount,
            value_date=command.value_date,
            evidence=evidence,
            reference=command.reference,
            by=by.party,
            at_ms=at_ms,
        )
        for ordinal, leg in enumerate(legs)
    ]
    return (*recorded, *met, *discharged)


def _payments(book: Reader, holding: Holding) -> Iterator[Payment]:
    """The payments on a holding and on what it was split from: a split hides none."""
    above: Holding | None = holding
    while above is not None:
        yield from book.find(Payment, holding=above.id)
        above = book.get(Holding, above.parent) if above.parent else None


def _check_leg(book: Reader, leg: _Paid, value_date: date, by: Signer, at_ms: int) -> None:
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
    check_paid_on(book, value_date, since_ms, at_ms, "/body/value_date")
    refuse_if(
        any(
            (item.amount, item.value_date, item.payee)
            == (leg.amount, value_date, leg.holding.holder)
            and item.attested_by != by.party
            for item in _payments(book, leg.holding)
        ),
        RefusalCode.PAYMENT_IS_RECORDED,
        "Somebody else has proven a payment of this amount and day.",
        f"{leg.place}/amount",
    )
