"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import asdict

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.receivables import events as e
from ledger.receivables.attested import InvoiceStatusAttested
from ledger.receivables.claim import Claim, Use
from ledger.receivables.commands import Terms
from ledger.receivables.events import Event
from ledger.receivables.holdings import amended, evolve_holding
from ledger.receivables.near import with_seen
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Invoice,
    Maturity,
    Mode,
    Owed,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
)

__all__ = [
    "Holding",
    "HoldingState",
    "Invoice",
    "Maturity",
    "Mode",
    "Owed",
    "Receivable",
    "ReceivableState",
    "Transfer",
    "TransferState",
    "evolve",
]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.InvoiceRecorded():
            return (_invoice(book, event), *with_seen(book, event))
        case InvoiceStatusAttested():
            attested = changed(
                need(book, Invoice, event.invoice, ""),
                status=event.status,
                status_ms=event.provided_ms,
                reduced=event.reduced,
            )
            return (attested,)
        case e.ReceivableRegistered():
            return _registered(book, event)
        case e.IssueProposed():
            return _issued(book, event)
        case e.AcknowledgementRequested():
            receivable = need(book, Receivable, event.receivable, "")
            return (changed(receivable, requested_ms=event.at_ms, answer_by=event.answer_by),)
        case e.ReceivableAcknowledged():
            return _acknowledged(book, event)
        case e.ReceivableRejected():
            return _ended(book, event.receivable, ReceivableState.REJECTED)
        case e.ReceivableWithdrawn():
            return _ended(book, event.receivable, ReceivableState.WITHDRAWN)
        case e.IssueLapsed():
            return _ended(book, event.receivable, ReceivableState.LAPSED)
        case e.ReceivableSettled():
            return (_now(book, event.receivable, ReceivableState.SETTLED),)
        case e.ReceivableCancelled():
            return (_now(book, event.receivable, ReceivableState.CANCELLED),)
        case e.ReceivableReopened():
            return (_now(book, event.receivable, ReceivableState.ACKNOWLEDGED),)
        case e.UsesReduced():
            return _uses_reduced(book, event)
        case e.InvoiceCredited():
            return (_credited(need(book, Invoice, event.invoice, ""), event),)
        case e.DueDateAmended():
            return amended(book, event)
        case _:
            return evolve_holding(book, event)


def _invoice(book: Reader, event: e.InvoiceRecorded) -> Invoice:
    """Its facts anew; what the tax office said of its number stays."""
    nothing = Money(0, event.gross.currency)
    known = book.get(Invoice, event.invoice)
    return Invoice(
        id=event.invoice,
        key=event.key,
        seller=event.seller,
        buyer=event.buyer,
        number=event.number,
        code=event.code,
        issued=event.issued,
        gross=event.gross,
        prepaid=event.prepaid,
        credited=nothing,
        unabsorbed=nothing,
        used=nothing,
        type=event.type,
        document=event.document,
        status=known.status if known else None,
        status_ms=known.status_ms if known else None,
        reduced=known.reduced if known else None,
    )


def _claimed(receivable: str, claim: Claim) -> Receivable:
    nothing = Money(0, claim.face.currency)
    return Receivable(
        id=receivable,
        mode=Mode.SUPPLIER_LED,
        state=ReceivableState.REGISTERED,
        creditor=claim.creditor,
        obligor=claim.obligor,
        face=claim.face,
        acknowledged=nothing,
        paid=nothing,
        merged=nothing,
        reduced=nothing,
        uses=claim.uses,
        issued=claim.issued,
        due=claim.due,
        basis=claim.basis,
        basis_date=claim.basis_date,
        contract=claim.contract,
        proposal=claim.proposal,
        documents=claim.documents,
        sizes=claim.sizes,
        tranche=claim.tranche,
        clause=claim.clause,
        long_term_reason=claim.long_term_reason,
        late_ppm=claim.late_ppm,
        statutory_due=claim.statutory_due,
    )


def _registered(book: Reader, event: e.ReceivableRegistered) -> tuple[Record, ...]:
    receivable = _claimed(event.receivable, event.claim)
    return (receivable, *_used(book, receivable, receivable.uses))


def _issued(book: Reader, event: e.IssueProposed) -> tuple[Record, ...]:
    receivable = changed(
        _claimed(event.receivable, event.claim),
        mode=Mode.BUYER_LED,
        state=ReceivableState.PROPOSED,
        lapses_ms=event.lapses_ms,
        assurance=event.assurance,
        **_flat(event.terms),
    )
    return (receivable, *_used(book, receivable, receivable.uses))


def _acknowledged(book: Reader, event: e.ReceivableAcknowledged) -> tuple[Record, ...]:
    before = need(book, Receivable, event.receivable, "")
    after = changed(
        before,
        state=ReceivableState.ACKNOWLEDGED,
        acknowledged=event.amount,
        uses=event.uses,
        acknowledged_ms=event.at_ms,
        assurance=event.assurance,
        lapses_ms=None,
        **_flat(event.terms),
    )
    return (after, *_used(book, after, _difference(before.uses, event.uses)))


def _ended(book: Reader, receivable: str, state: ReceivableState) -> tuple[Record, ...]:
    before = need(book, Receivable, receivable, "")
    after = changed(before, state=state)
    freed = (Use(invoice=use.invoice, amount=-use.amount) for use in before.uses)
    return (after, *_used(book, after, freed))


def _used(book: Reader, receivable: Receivable, more: Iterable[Use]) -> Iterator[Invoice]:
    """The invoices with `more` in use (negative: freed); `more` names each invoice once."""
    for use in more:
        invoice = need(book, Invoice, use.invoice, "")
        others = tuple(item for item in invoice.proposals if item != receivable.id)
        proposed = receivable.state is ReceivableState.PROPOSED
        yield changed(
            invoice,
            used=invoice.used + use.amount,
            proposals=(*others, receivable.id) if proposed else others,
        )


def _flat(terms: Terms) -> dict[str, Any]:
    return asdict(terms)


def _now(book: Reader, receivable: str, state: ReceivableState) -> Receivable:
    return changed(need(book, Receivable, receivable, ""), state=state)


def _uses_reduced(book: Reader, event: e.UsesReduced) -> tuple[Record, ...]:
    before = need(book, Receivable, event.receivable, "")
    after = changed(before, uses=event.uses)
    return (after, *_used(book, after, _difference(before.uses, event.uses)))


def _difference(before: Iterable[Use], after: Iterable[Use]) -> Iterator[Use]:
    """How much more of each invoice `after` uses than `before`: zero or below."""
    kept = {use.invoice: use.amount for use in after}
    for use in before:
        left = kept.get(use.invoice, Money(0, use.amount.currency))
        yield Use(invoice=use.invoice, amount=left - use.amount)


def _credited(invoice: Invoice, event: e.InvoiceCredited) -> Invoice:
    return changed(
        invoice,
        credited=invoice.credited + event.amount,
        unabsorbed=invoice.unabsorbed + event.unabsorbed,
    )
