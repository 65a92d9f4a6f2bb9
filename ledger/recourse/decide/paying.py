"""Money by recourse: proven, and title back with the last of it; what came twice goes back."""

from __future__ import annotations

from datetime import date

from ledger.errors import RefusalCode, Refused
from ledger.financing.acts import use_line
from ledger.financing.decide.checks import bank_for, check_not_proven, check_paid_on
from ledger.financing.events import Event as FinancingEvent
from ledger.financing.events import Evidence
from ledger.financing.records import Financing
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.records import Holding
from ledger.recourse.amounts import due_of, excess_of
from ledger.recourse.commands import AttestRecourse, EndRecourse, ReceiveRecourse, ReturnRecourse
from ledger.recourse.events import (
    Event,
    RecourseMet,
    RecoursePaid,
    RecourseReturned,
    RecourseWithdrawn,
)
from ledger.recourse.records import RecourseClaim, RecoursePayment, RecourseState
from ledger.recourse.title import give_back

Events = tuple[Event | FinancingEvent | ReceivablesEvent, ...]


def receive(book: Reader, command: ReceiveRecourse, by: Signer, at_ms: int) -> Events:
    """The claimant says that it has the money."""
    recourse = need(book, RecourseClaim, command.recourse, "/body/recourse")
    only(recourse.claimant, by, "holder that claimed it")
    return _record(book, recourse, command, by, at_ms)


def attest(book: Reader, command: AttestRecourse, by: Signer, at_ms: int) -> Events:
    """A bank that does not pay itself saw the money arrive."""
    recourse = need(book, RecourseClaim, command.recourse, "/body/recourse")
    bank_for(by, recourse.liable)
    currency = recourse.claimed.currency
    check_account(book, command.account, recourse.claimant, currency, "/body/account")
    events = _record(book, recourse, command, by, at_ms)
    return (*events, use_line(book, by.party, command.reference, by.new_id("rcp")))


def _record(
    book: Reader,
    recourse: RecourseClaim,
    command: ReceiveRecourse | AttestRecourse,
    by: Signer,
    at_ms: int,
) -> Events:
    _check_open(book, recourse)
    due = due_of(book, recourse)
    _check_money(book, recourse, command.amount, command.value_date, at_ms)
    refuse_if(
        due < command.amount,
        RefusalCode.RECOURSE_EXCEEDED,
        f"Less is due by {recourse.id}.",
        "/body/amount",
    )
    # A transferred holding may go on to others, who owe nobody anything: no part is taken for it.
    refuse_if(
        command.amount < due and book.get(Financing, recourse.under) is None,
        RefusalCode.RECOURSE_AMOUNT_DIFFERS,
        "The recourse of a transfer is paid at once.",
        "/body/amount",
    )
    before = book.find(RecoursePayment, recourse=recourse.id)
    check_not_proven(before, command.amount, command.value_date, by.party, "/body/amount")
    attested = isinstance(command, AttestRecourse)
    paid = RecoursePaid(
        payment=by.new_id("rcp"),
        recourse=recourse.id,
        payer=recourse.liable,
        payee=recourse.claimant,
        account=command.account if isinstance(command, AttestRecourse) else None,
        amount=command.amount,
        value_date=command.value_date,
        evidence=Evidence.STATEMENT if attested else Evidence.RECEIPT,
        reference=command.reference,
        by=by.party,
        at_ms=at_ms,
    )
    if command.amount < due:
        return (paid,)
    try:
        return (paid, *_met(book, recourse, at_ms))
    except Refused:
        # The money is a fact, and title waits for what stands in its way: a financed holding goes
        # nowhere meanwhile. A transferred one might, so there money and title move at once.
        if book.get(Financing, recourse.under) is None:
            raise
        return (paid,)


def have_back(book: Reader, command: ReturnRecourse, by: Signer, at_ms: int) -> Events:
    """Who had paid has back what the obligor then paid, too."""
    recourse = need(book, RecourseClaim, command.recourse, "/body/recourse")
    only(recourse.liable, by, "one who paid")
    _check_money(book, recourse, command.amount, command.value_date, at_ms)
    refuse_if(
        excess_of(book, recourse) < command.amount,
        RefusalCode.SURPLUS_EXCEEDED,
        "Less than that is too much.",
        "/body/amount",
    )
    returned = RecourseReturned(
        recourse=recourse.id,
        amount=command.amount,
        value_date=command.value_date,
        reference=command.reference,
    )
    return (returned,)


def end(book: Reader, command: EndRecourse, by: Signer, at_ms: int) -> Events:
    """Title goes back once nothing is due; before that a notice may be taken back."""
    recourse = need(book, RecourseClaim, command.recourse, "/body/recourse")
    if by.party != recourse.liable or due_of(book, recourse).minor > 0:
        only(recourse.claimant, by, "holder that claimed it, before all is paid,")
    _check_open(book, recourse)
    if recourse.paid.minor == 0:
        return (RecourseWithdrawn(recourse=recourse.id, at_ms=at_ms),)
    refuse_if(
        due_of(book, recourse).minor > 0,
        RefusalCode.RECOURSE_IS_PART_PAID,
        f"Something was paid by {recourse.id}, and something is due.",
        "/body/recourse",
    )
    return _met(book, recourse, at_ms)


def _met(book: Reader, recourse: RecourseClaim, at_ms: int) -> Events:
    back = give_back(book, recourse, at_ms)
    met = RecourseMet(recourse=recourse.id, repurchased=bool(back), at_ms=at_ms)
    return (met, *back)


def _check_open(book: Reader, recourse: RecourseClaim) -> None:
    """Raises `Refused` (`recourse_is_closed`) unless it is open and the claimant still holds.

    Of what was split each part has a notice of its own.
    """
    holding = need(book, Holding, recourse.holding, "")
    refuse_if(
        recourse.state is not RecourseState.OPEN
        or holding.holder != recourse.claimant
        or holding.went_on,
        RefusalCode.RECOURSE_IS_CLOSED,
        f"{recourse.id} is {recourse.state.value}, or its holding has passed on or was split.",
        "/body/recourse",
    )


def _check_money(
    book: Reader, recourse: RecourseClaim, amount: Money, day: date, at_ms: int
) -> None:
    refuse_if(
        amount.currency != recourse.claimed.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The recourse is in {recourse.claimed.currency}.",
        "/body/amount",
    )
    check_paid_on(book, day, recourse.noticed_ms, at_ms, "/body/value_date")
