"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import assert_never

from ledger.burdens import events as e
from ledger.burdens.events import Event
from ledger.burdens.records import Encumbrance, EncumbranceState, Freeze, FreezeState
from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money

__all__ = ["Encumbrance", "EncumbranceState", "Freeze", "FreezeState", "evolve"]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.EncumbranceProposed():
            return (_proposed(event),)
        case e.FreezeRecorded():
            return (_recorded(event),)
        case e.FreezeRenewed():
            freeze = need(book, Freeze, event.freeze, "")
            orders = (*freeze.orders, event.order)
            return (changed(freeze, orders=orders, until_ms=event.until_ms),)
        case e.FreezeLifted():
            return (_lifted(need(book, Freeze, event.freeze, ""), event),)
        case e.FreezeExecuted() | e.ExecutionReversed():
            return (_executed(need(book, Freeze, event.freeze, ""), event),)
        case _:
            return (_answered(need(book, Encumbrance, event.encumbrance, ""), event),)


def _proposed(event: e.EncumbranceProposed) -> Encumbrance:
    return Encumbrance(
        id=event.encumbrance,
        holding=event.holding,
        receivable=event.receivable,
        obligor=event.obligor,
        holder=event.holder,
        secured_party=event.secured_party,
        kind=event.kind,
        agreement=event.agreement,
        amount=event.amount,
        share_ppm=event.share_ppm,
        behind=event.behind,
        lapses_ms=event.lapses_ms,
        proposal=event.proposal,
    )


_Answer = (
    e.EncumbrancePlaced | e.EncumbranceRejected | e.EncumbranceRescinded | e.EncumbranceReleased
)


def _answered(encumbrance: Encumbrance, event: _Answer) -> Encumbrance:
    match event:
        case e.EncumbrancePlaced():
            return changed(encumbrance, state=EncumbranceState.PLACED, placed_ms=event.at_ms)
        case e.EncumbranceRejected():
            return changed(encumbrance, state=EncumbranceState.REJECTED)
        case e.EncumbranceRescinded():
            return changed(encumbrance, state=EncumbranceState.RESCINDED)
        case e.EncumbranceReleased():
            if event.amount is None:
                return changed(encumbrance, state=EncumbranceState.RELEASED)
            if encumbrance.amount is None:
                return encumbrance
            return changed(encumbrance, amount=encumbrance.amount - event.amount)
        case _:
            assert_never(event)


def _recorded(event: e.FreezeRecorded) -> Freeze:
    return Freeze(
        id=event.freeze,
        debtor=event.debtor,
        court=event.court,
        case=event.case,
        orders=(event.order,),
        amount=event.amount,
        frozen=event.frozen,
        executed=Money(0, event.amount.currency),
        receivables=event.receivables,
        served_ms=event.served_ms,
        until_ms=event.until_ms,
        recorded_by=event.by,
        by_obligor=event.by_obligor,
        recorded_ms=event.at_ms,
    )


def _lifted(freeze: Freeze, event: e.FreezeLifted) -> Freeze:
    orders = (*freeze.orders, event.order)
    if event.amount is None:
        nothing = Money(0, freeze.frozen.currency)
        return changed(freeze, orders=orders, frozen=nothing, state=FreezeState.LIFTED)
    return changed(freeze, orders=orders, frozen=freeze.frozen - event.amount)


def _executed(freeze: Freeze, event: e.FreezeExecuted | e.ExecutionReversed) -> Freeze:
    if isinstance(event, e.ExecutionReversed):
        less = changed(freeze, executed=freeze.executed - event.amount)
        if freeze.state is FreezeState.LIFTED:
            return less
        return changed(less, frozen=freeze.frozen + event.amount, state=FreezeState.RECORDED)
    left = freeze.frozen - event.amount
    return changed(
        freeze,
        orders=(*freeze.orders, event.order),
        frozen=left,
        executed=freeze.executed + event.amount,
        state=FreezeState.RECORDED if left.minor else FreezeState.EXECUTED,
    )
