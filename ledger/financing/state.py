"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import Any, assert_never

from ledger.financing import events as e
from ledger.financing.events import Event
from ledger.financing.records import (
    Exposure,
    Financing,
    FinancingState,
    Offer,
    OfferState,
    Programme,
    ProgrammeState,
    Request,
    RequestState,
    StatementLine,
    exposure_id,
)
from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money

__all__ = [
    "Exposure",
    "Financing",
    "FinancingState",
    "Offer",
    "OfferState",
    "Programme",
    "ProgrammeState",
    "Request",
    "RequestState",
    "StatementLine",
    "evolve",
    "exposure_id",
]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.ProgrammeOpened():
            return (Programme(id=event.programme, **_rest(event)),)
        case e.ProgrammeClosed():
            programme = need(book, Programme, event.programme, "")
            return (changed(programme, state=ProgrammeState.CLOSED),)
        case e.FinancingRequested():
            return (Request(id=event.request, **_rest(event)),)
        case e.RequestWithdrawn():
            request = need(book, Request, event.request, "")
            return (changed(request, state=RequestState.WITHDRAWN),)
        case e.RequestFulfilled():
            request = need(book, Request, event.request, "")
            return (changed(request, state=RequestState.FULFILLED),)
        case e.OfferMade():
            return (Offer(id=event.offer, **_rest(event)),)
        case e.OfferWithdrawn():
            return (changed(need(book, Offer, event.offer, ""), state=OfferState.WITHDRAWN),)
        case e.StatementLineUsed():
            line = f"{event.bank}:{event.reference}"
            return (StatementLine(id=line, used_for=event.used_for),)
        case _:
            return _evolve_financing(book, event)


_Change = (
    e.DisbursementInstructed
    | e.DisbursementProven
    | e.FinancingFailed
    | e.FinancingReleased
    | e.FinancingLapsed
    | e.FinancingCollected
    | e.FinancingReduced
    | e.FinancingRepaid
    | e.FinancingRepurchased
    | e.FinancingReversed
)


def _evolve_financing(book: Reader, event: e.FinancingAccepted | _Change) -> tuple[Record, ...]:
    if isinstance(event, e.FinancingAccepted):
        accepted = _accepted(event)
        return (accepted, *_exposed(book, accepted, accepted.exposure))
    before = need(book, Financing, event.financing, "")
    after = _changed(before, event)
    return (after, *_exposed(book, after, after.exposure - before.exposure))


def _accepted(event: e.FinancingAccepted) -> Financing:
    rest = _rest(event)
    accepted_ms = rest.pop("at_ms")
    nothing = Money(0, event.face.currency)
    return Financing(
        id=event.financing, accepted_ms=accepted_ms, collected=nothing, reduced=nothing, **rest
    )


def _changed(before: Financing, event: _Change) -> Financing:
    match event:
        case e.DisbursementInstructed():
            return changed(
                before,
                state=FinancingState.INSTRUCTED,
                lock_lapses_ms=None,
                instructed_ms=event.at_ms,
                reference=event.reference,
                filing=event.filing,
            )
        case e.DisbursementProven():
            return changed(
                before,
                state=FinancingState.ACTIVE,
                evidence=event.evidence,
                attested_by=event.by,
                paid_on=event.paid_on,
                active_ms=event.at_ms,
            )
        case e.FinancingFailed():
            return changed(before, state=FinancingState.FAILED)
        case e.FinancingReleased():
            return changed(before, state=FinancingState.RELEASED, lock_lapses_ms=None)
        case e.FinancingLapsed():
            return changed(before, state=FinancingState.LAPSED, lock_lapses_ms=None)
        case e.FinancingCollected():
            return changed(before, collected=before.collected + event.amount)
        case e.FinancingReduced():
            return changed(before, reduced=before.reduced + event.amount)
        case e.FinancingReversed():
            less = before.collected - event.amount
            return changed(before, state=FinancingState.ACTIVE, collected=less)
        case e.FinancingRepaid():
            return changed(before, state=FinancingState.REPAID)
        case e.FinancingRepurchased():
            return changed(before, state=FinancingState.REPURCHASED)
        case _:
            assert_never(event)


def _exposed(book: Reader, financing: Financing, more: Money) -> tuple[Exposure, ...]:
    """Both exposures of a financing, `more` higher; none where nothing changes."""
    if more.minor == 0:
        return ()
    obligor = exposure_id(financing.financier, financing.obligor, more.currency)
    return tuple(
        Exposure(id=name, amount=exposed(book, name, more.currency) + more)
        for name in (obligor, financing.programme)
    )


def exposed(book: Reader, name: str, currency: str) -> Money:
    """The amount of an exposure, zero where there was none."""
    exposure = book.get(Exposure, name)
    return exposure.amount if exposure else Money(0, currency)


def _rest(event: Any) -> dict[str, Any]:
    """The fields of an event after its first, the new record's id."""
    return {name: getattr(event, name) for name in event.__struct_fields__[1:]}
