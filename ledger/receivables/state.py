"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

from msgspec.structs import asdict

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.receivables import events as e
from ledger.receivables.commands import Terms
from ledger.receivables.events import Event, RedeemedBy, Use
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Invoice,
    Mode,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
)

__all__ = [
    "Holding",
    "HoldingState",
    "Invoice",
    "Mode",
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
            return (_invoice(event),)
        case e.ReceivableRegistered():
            return _registered(book, event)
        case e.IssueProposed():
            return _issued(book, event)
        case e.AcknowledgementRequested():
            receivable = need(book, Receivable, event.receivable, "")
            return (changed(receivable, requested_ms=event.at_ms),)
        case e.ReceivableAcknowledged():
            return _acknowledged(book, event)
        case e.ReceivableRejected():
            return _ended(book, event.receivable, ReceivableState.REJECTED)
        case e.ReceivableWithdrawn():
            return _ended(book, event.receivable, ReceivableState.WITHDRAWN)
        case e.IssueLapsed():
            return _ended(book, event.receivable, ReceivableState.LAPSED)
        case e.ReceivableSettled():
            receivable = need(book, Receivable, event.receivable, "")
            return (changed(receivable, state=ReceivableState.SETTLED),)
        case _:
            return _evolve_holding(book, event)


_HoldingEvent = (
    e.HoldingOpened
    | e.HoldingSplit
    | e.TransferProposed
    | e.TransferAccepted
    | e.TransferRejected
    | e.TransferRescinded
    | e.TransferLapsed
    | e.HoldingLocked
    | e.HoldingUnlocked
    | e.HoldingFinanced
    | e.HoldingReturned
    | e.HoldingPaid
    | e.HoldingRedeemed
)


def _evolve_holding(book: Reader, event: _HoldingEvent) -> tuple[Record, ...]:
    match event:
        case e.HoldingOpened():
            return _opened(book, event)
        case e.HoldingSplit():
            holding = need(book, Holding, event.holding, "")
            return (changed(holding, state=HoldingState.SPLIT), _counted(book, holding, -1))
        case e.TransferProposed():
            return _proposed(book, event)
        case e.TransferAccepted():
            return _accepted(book, event)
        case e.TransferRejected():
            return _transfer_ended(book, event.transfer, TransferState.REJECTED)
        case e.TransferRescinded():
            return _transfer_ended(book, event.transfer, TransferState.RESCINDED)
        case e.TransferLapsed():
            return _transfer_ended(book, event.transfer, TransferState.LAPSED)
        case e.HoldingLocked():
            locked = changed(
                need(book, Holding, event.holding, ""),
                state=HoldingState.LOCKED,
                pending=event.financing,
                lock_lapses_ms=event.lapses_ms,
            )
            return (locked,)
        case e.HoldingUnlocked():
            return (_freed(need(book, Holding, event.holding, "")),)
        case e.HoldingFinanced():
            moved = _moved(need(book, Holding, event.holding, ""), event.to)
            return (changed(moved, state=HoldingState.FINANCED, pending=event.financing),)
        case e.HoldingReturned():
            return (_moved(need(book, Holding, event.holding, ""), event.to),)
        case e.HoldingPaid():
            return _paid(book, event)
        case e.HoldingRedeemed():
            return _redeemed(book, event)
        case _:
            assert_never(event)


def _invoice(event: e.InvoiceRecorded) -> Invoice:
    nothing = Money(0, event.gross.currency)
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
        used=nothing,
        type=event.type,
        document=event.document,
    )


def _claimed(receivable: str, claim: e.Claim) -> Receivable:
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
        uses=claim.uses,
        issued=claim.issued,
        due=claim.due,
        basis=claim.basis,
        basis_date=claim.basis_date,
        contract=claim.contract,
        proposal=claim.proposal,
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
        lapses_ms=None,
        **_flat(event.terms),
    )
    kept = {use.invoice: use.amount for use in event.uses}
    nothing = Money(0, event.amount.currency)
    freed = (
        Use(invoice=use.invoice, amount=kept.get(use.invoice, nothing) - use.amount)
        for use in before.uses
    )
    return (after, *_used(book, after, freed))


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


def _opened(book: Reader, event: e.HoldingOpened) -> tuple[Record, ...]:
    holding = Holding(
        id=event.holding,
        receivable=event.receivable,
        obligor=event.obligor,
        holder=event.chain[-1],
        state=HoldingState.HELD,
        amount=event.amount,
        paid=Money(0, event.amount.currency),
        due=event.due,
        chain=event.chain,
        parent=event.parent,
        ordinal=event.ordinal,
    )
    return (holding, _counted(book, holding, 1))


def _counted(book: Reader, holding: Holding, more: int) -> Receivable:
    receivable = need(book, Receivable, holding.receivable, "")
    return changed(receivable, open_holdings=receivable.open_holdings + more)


def _proposed(book: Reader, event: e.TransferProposed) -> tuple[Record, ...]:
    transfer = Transfer(
        id=event.transfer,
        holding=event.holding,
        assignor=event.assignor,
        assignee=event.assignee,
        consideration=event.consideration,
        base_trade=event.base_trade,
        recourse=event.recourse,
        discharges_underlying=event.discharges_underlying,
        lapses_ms=event.lapses_ms,
        proposal=event.proposal,
    )
    holding = need(book, Holding, event.holding, "")
    pending = changed(holding, state=HoldingState.TRANSFER_PENDING, pending=transfer.id)
    return (transfer, pending)


def _accepted(book: Reader, event: e.TransferAccepted) -> tuple[Record, ...]:
    transfer = need(book, Transfer, event.transfer, "")
    accepted = changed(transfer, state=TransferState.ACCEPTED, accepted_ms=event.at_ms)
    return (accepted, _moved(need(book, Holding, transfer.holding, ""), transfer.assignee))


def _transfer_ended(book: Reader, transfer: str, state: TransferState) -> tuple[Record, ...]:
    ended = changed(need(book, Transfer, transfer, ""), state=state)
    return (ended, _freed(need(book, Holding, ended.holding, "")))


def _moved(holding: Holding, to: str) -> Holding:
    return changed(_freed(holding), holder=to, chain=(*holding.chain, to))


def _freed(holding: Holding) -> Holding:
    return changed(holding, state=HoldingState.HELD, pending=None, lock_lapses_ms=None)


def _paid(book: Reader, event: e.HoldingPaid) -> tuple[Record, ...]:
    holding = need(book, Holding, event.holding, "")
    receivable = need(book, Receivable, holding.receivable, "")
    return (
        changed(holding, paid=holding.paid + event.amount),
        changed(receivable, paid=receivable.paid + event.amount),
    )


def _redeemed(book: Reader, event: e.HoldingRedeemed) -> tuple[Record, ...]:
    holding = need(book, Holding, event.holding, "")
    receivable = _counted(book, holding, -1)
    if event.by is RedeemedBy.CONFUSION:
        receivable = changed(receivable, merged=receivable.merged + holding.outstanding)
    closed = changed(_freed(holding), state=HoldingState.REDEEMED)
    return (closed, receivable)
