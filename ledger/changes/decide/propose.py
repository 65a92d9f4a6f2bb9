"""Proposals: creditor or obligor says what is to change, and whom it asks for what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.changes.commands import (
    AskedPart,
    Proposal,
    ProposeCancellation,
    ProposeCreditNote,
    ProposeDueDate,
    ProposeSetOff,
    ProposeSettlement,
)
from ledger.changes.decide.checks import (
    check_currency,
    check_deadline,
    either,
    open_dispute,
    owed,
)
from ledger.changes.decide.conditions import (
    check_amended,
    check_asked,
    check_cancelled,
    check_note,
    check_set_off_fits,
)
from ledger.changes.decide.outcome import Events
from ledger.changes.events import ChangeKind, ChangeProposed, Counterclaim, Note, PartAsked
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding, Receivable


def credit_note(book: Reader, command: ProposeCreditNote, by: Signer, at_ms: int) -> Events:
    """A credit note, signed by the one and to be countersigned by the other."""
    receivable = owed(book, command.receivable, "/body/receivable")
    either(receivable, by)
    note = Note(invoice=command.invoice, number=command.number, total=command.total)
    check_note(book, receivable, note, command.amount, at_ms)
    check_asked(book, receivable, command.asked, at_ms)
    stated = _stated(
        book, command, receivable, ChangeKind.CREDIT_NOTE, by, at_ms, command.amount, note=note
    )
    return (stated, *_asked(command.asked, by))


def settlement(book: Reader, command: ProposeSettlement, by: Signer, at_ms: int) -> Events:
    """What one side is ready to settle a dispute for."""
    dispute = open_dispute(book, command.dispute)
    receivable = owed(book, dispute.receivable, "/body/dispute")
    either(receivable, by)
    check_currency(receivable, command.amount, "/body/amount")
    refuse_if(
        dispute.amount < command.amount,
        RefusalCode.MORE_THAN_DISPUTED,
        "Less is in dispute.",
        "/body/amount",
    )
    check_asked(book, receivable, command.asked, at_ms)
    kind = ChangeKind.SETTLEMENT
    stated = _stated(book, command, receivable, kind, by, at_ms, command.amount, dispute=dispute.id)
    return (stated, *_asked(command.asked, by))


def set_off(book: Reader, command: ProposeSetOff, by: Signer, at_ms: int) -> Events:
    """The obligor's counterclaim, for the present holder to accept."""
    holding = need(book, Holding, command.holding, "/body/holding")
    receivable = need(book, Receivable, holding.receivable, "")
    only(receivable.obligor, by, "obligor")
    claim = Counterclaim(
        holding=holding.id,
        against=command.against,
        reference=command.reference,
        arose=command.arose,
        matures=command.matures,
        same_contract=command.same_contract,
    )
    check_set_off_fits(book, receivable, holding, claim, command.amount, at_ms)
    kind = ChangeKind.SET_OFF
    return (
        _stated(book, command, receivable, kind, by, at_ms, command.amount, counterclaim=claim),
    )


def due_date(book: Reader, command: ProposeDueDate, by: Signer, at_ms: int) -> Events:
    """Another day, to which everybody concerned consents or nobody is bound."""
    receivable = owed(book, command.receivable, "/body/receivable")
    either(receivable, by)
    check_amended(book, receivable, command.due, at_ms)
    kind = ChangeKind.DUE_DATE
    return (_stated(book, command, receivable, kind, by, at_ms, None, due=command.due),)


def cancellation(book: Reader, command: ProposeCancellation, by: Signer, at_ms: int) -> Events:
    """The end of what is left, to which everybody concerned consents or nobody is bound."""
    receivable = owed(book, command.receivable, "/body/receivable")
    either(receivable, by)
    check_cancelled(book, receivable, at_ms)
    return (_stated(book, command, receivable, ChangeKind.CANCELLATION, by, at_ms, None),)


def _stated(
    book: Reader,
    command: Proposal,
    receivable: Receivable,
    kind: ChangeKind,
    by: Signer,
    at_ms: int,
    amount: Money | None,
    *,
    note: Note | None = None,
    dispute: str | None = None,
    counterclaim: Counterclaim | None = None,
    due: date | None = None,
) -> ChangeProposed:
    check_deadline(book, command.lapses_ms, at_ms)
    return ChangeProposed(
        change=by.new_id("chg"),
        kind=kind,
        receivable=receivable.id,
        proposer=by.party,
        amount=amount,
        note=note,
        dispute=dispute,
        counterclaim=counterclaim,
        due=due,
        document=command.document,
        lapses_ms=command.lapses_ms,
        proposal=by.payload,
    )


def _asked(asked: Sequence[AskedPart], by: Signer) -> list[PartAsked]:
    change = by.new_id("chg")
    return [
        PartAsked(
            ask=by.new_id("ask", ordinal), change=change, holding=part.holding, most=part.most
        )
        for ordinal, part in enumerate(asked)
    ]
