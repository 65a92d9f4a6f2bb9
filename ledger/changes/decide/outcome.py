"""What follows when a change is applied: what falls, what is free again, what is a claim.

All conditions are judged anew by the records of this entry, whatever they were at the proposal.
"""

from __future__ import annotations

from typing import assert_never

from ledger.changes import events as e
from ledger.changes.decide.checks import asked_of, open_dispute, owed
from ledger.changes.decide.conditions import (
    check_amended,
    check_cancelled,
    check_note,
    check_set_off_fits,
    note_key,
)
from ledger.changes.events import ChangeKind, ClaimCause, ClaimRaised
from ledger.changes.parts import lifted, lower, open_parts
from ledger.changes.records import Change, Claim, Dispute
from ledger.errors import RefusalCode
from ledger.financing.acts import meet_reduction
from ledger.financing.events import Event as FinancingEvent
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.recovering import check_not_recovering
from ledger.policy.state import today_of
from ledger.receivables.claim import Use
from ledger.receivables.debts import reduce
from ledger.receivables.events import (
    DueDateAmended,
    InvoiceCredited,
    ReceivableCancelled,
    UsesReduced,
)
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.invoices import fill, total
from ledger.receivables.records import Holding, HoldingState, Invoice, Receivable

Events = tuple[e.Event | ReceivablesEvent | FinancingEvent, ...]


def applied(book: Reader, change: Change, by: Signer, at_ms: int) -> Events:
    """What follows from a change to which all have consented who had to, or `Refused`.

    What was signed in the name of a party whose keys are being recovered may be a thief's word.
    """
    for party in change.consents:
        check_not_recovering(book, party, at_ms, "/body/change")
    receivable = owed(book, change.receivable, "")
    match change.kind:
        case ChangeKind.CREDIT_NOTE:
            return _credit(book, change, receivable, by, at_ms)
        case ChangeKind.SETTLEMENT:
            return _settle(book, change, receivable, by, at_ms)
        case ChangeKind.SET_OFF:
            return _set_off(book, change, receivable, at_ms)
        case ChangeKind.DUE_DATE:
            return _amend(book, change, receivable, at_ms)
        case ChangeKind.CANCELLATION:
            return _cancel(book, change, receivable, at_ms)
        case _:
            assert_never(change.kind)


def raised(
    receivable: Receivable,
    amount: Money,
    cause: ClaimCause,
    cause_id: str,
    by: Signer,
    at_ms: int,
    *,
    debtor: str = "",
    invoice: str | None = None,
) -> tuple[ClaimRaised, ...]:
    """The obligor's claim on the creditor, or `debtor`, where the amount is above zero."""
    if amount.minor == 0:
        return ()
    claim = ClaimRaised(
        claim=by.new_id("clm"),
        debtor=debtor or receivable.creditor,
        claimant=receivable.obligor,
        receivable=receivable.id,
        invoice=invoice,
        amount=amount,
        cause=cause,
        cause_id=cause_id,
        at_ms=at_ms,
    )
    return (claim,)


def _credit(book: Reader, change: Change, receivable: Receivable, by: Signer, at_ms: int) -> Events:
    note, amount = change.note, change.amount
    if note is None or amount is None:
        raise TypeError("a credit note has a number and an amount")
    before = check_note(book, receivable, note, amount, at_ms)
    fall = lower(book, receivable, amount, _consenting(book, change), change.id, at_ms)
    invoice = need(book, Invoice, note.invoice, "")
    claims = sum(item.amount.minor for item in book.find(Claim, invoice=invoice.id))
    # What a red letter has made a claim of before is the same money: only the rest is new.
    fresh = min(fall.left.minor, max(0, invoice.unabsorbed.minor + fall.left.minor - claims))
    return (
        *before,
        *fall.events,
        InvoiceCredited(invoice=invoice.id, amount=note.total, unabsorbed=fall.left),
        UsesReduced(receivable=receivable.id, uses=_less(receivable, invoice.id, fall.reduced)),
        e.NoteRecorded(key=note_key(invoice.seller, note), change=change.id),
        _done(change, fall.reduced, fall.left, at_ms),
        *raised(
            receivable,
            Money(fresh, amount.currency),
            ClaimCause.CREDIT_NOTE,
            change.id,
            by,
            at_ms,
            invoice=invoice.id,
        ),
    )


def _less(receivable: Receivable, invoice: str, amount: Money) -> tuple[Use, ...]:
    """The uses of a receivable with `amount` less of one invoice."""
    less = (
        Use(invoice=use.invoice, amount=use.amount - amount) if use.invoice == invoice else use
        for use in receivable.uses
    )
    return tuple(use for use in less if use.amount.minor)


def _settle(book: Reader, change: Change, receivable: Receivable, by: Signer, at_ms: int) -> Events:
    dispute, amount = open_dispute(book, change.dispute or ""), change.amount
    if amount is None:
        raise TypeError("a settlement has an amount")
    fall = lower(book, receivable, amount, _consenting(book, change), change.id, at_ms)
    return (
        *lifted(book, receivable.id, dispute.id),
        *fall.events,
        _settled(dispute, amount, at_ms),
        _done(change, fall.reduced, fall.left, at_ms),
        *raised(receivable, fall.left, ClaimCause.SETTLEMENT, change.id, by, at_ms),
    )


def _settled(dispute: Dispute, amount: Money, at_ms: int) -> e.DisputeResolved:
    nothing = Money(0, amount.currency)
    return e.DisputeResolved(
        dispute=dispute.id, upheld=amount, reduced=nothing, award=None, at_ms=at_ms
    )


def _set_off(book: Reader, change: Change, receivable: Receivable, at_ms: int) -> Events:
    claim, amount = change.counterclaim, change.amount
    if claim is None or amount is None:
        raise TypeError("a set-off has a counterclaim and an amount")
    holding = need(book, Holding, claim.holding, "")
    check_set_off_fits(book, receivable, holding, claim, amount, at_ms)
    return (
        *meet_reduction(book, holding, amount, change.id),
        *reduce(book, [(holding, amount)], change.id),
        _done(change, amount, Money(0, amount.currency), at_ms),
    )


def _amend(book: Reader, change: Change, receivable: Receivable, at_ms: int) -> Events:
    if change.due is None:
        raise TypeError("an amendment has a day")
    before = check_amended(book, receivable, change.due, at_ms)
    nothing = Money(0, receivable.face.currency)
    return (
        *before,
        DueDateAmended(receivable=receivable.id, due=change.due, day=today_of(book, at_ms)),
        _done(change, nothing, nothing, at_ms),
    )


def _cancel(book: Reader, change: Change, receivable: Receivable, at_ms: int) -> Events:
    check_cancelled(book, receivable, at_ms)
    legs = [(item, item.outstanding) for item in open_parts(book, receivable.id)]
    met = [event for item, part in legs for event in meet_reduction(book, item, part, change.id)]
    gone = receivable.outstanding
    kept = fill(receivable.uses, total([use.amount for use in receivable.uses]) - gone)
    return (
        *met,
        *reduce(book, legs, change.id),
        UsesReduced(receivable=receivable.id, uses=kept),
        ReceivableCancelled(receivable=receivable.id),
        _done(change, gone, Money(0, gone.currency), at_ms),
    )


def _consenting(book: Reader, change: Change) -> list[tuple[Holding, Money]]:
    """The holdings whose holders have consented to lose something, with the most of each.

    Raises `Refused` (`holding_is_closed`) where one of them has been split since: what its holder
    signed for is not there as it was.
    """
    receivable = need(book, Receivable, change.receivable, "")
    found = []
    for holding, most in asked_of(book, change):
        if holding.holder in change.consents and holding.holder != receivable.creditor:
            refuse_if(
                holding.state is HoldingState.SPLIT,
                RefusalCode.HOLDING_IS_CLOSED,
                f"{holding.id} has been split since it was asked for.",
            )
            found.append((holding, most))
    return found


def _done(change: Change, reduced: Money, left: Money, at_ms: int) -> e.ChangeApplied:
    return e.ChangeApplied(change=change.id, reduced=reduced, left=left, at_ms=at_ms)
