"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import Any, assert_never

from ledger.changes import events as e
from ledger.changes.events import Event
from ledger.changes.records import (
    Ask,
    Change,
    ChangeState,
    Claim,
    ClaimState,
    Correction,
    Dispute,
    DisputeState,
    TakenNote,
)
from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.PartAsked():
            return (Ask(id=event.ask, **_rest(event)),)
        case e.NoteRecorded():
            return (TakenNote(id=event.key, change=event.change),)
        case e.ClaimRaised():
            return (_claimed(event),)
        case e.ClaimSettled():
            claim = need(book, Claim, event.claim, "")
            paid = claim.settled + event.amount
            state = ClaimState.SETTLED if paid == claim.amount else ClaimState.OPEN
            return (changed(claim, settled=paid, state=state),)
        case e.CorrectionRecorded():
            return (Correction(id=event.correction, **_rest(event)),)
        case e.DisputeRaised() | e.EvidenceAdded() | e.DisputeWithdrawn() | e.DisputeResolved():
            return (_dispute(book, event),)
        case _:
            return (_change(book, event),)


def _dispute(
    book: Reader,
    event: e.DisputeRaised | e.EvidenceAdded | e.DisputeWithdrawn | e.DisputeResolved,
) -> Dispute:
    if isinstance(event, e.DisputeRaised):
        rest, nothing = _rest(event), Money(0, event.amount.currency)
        raised_ms = rest.pop("at_ms")
        return Dispute(
            id=event.dispute, raised_ms=raised_ms, upheld=nothing, reduced=nothing, **rest
        )
    dispute = need(book, Dispute, event.dispute, "")
    match event:
        case e.EvidenceAdded():
            return changed(dispute, documents=dispute.documents + 1)
        case e.DisputeWithdrawn():
            return changed(dispute, state=DisputeState.WITHDRAWN)
        case e.DisputeResolved():
            return changed(
                dispute,
                state=_outcome(dispute, event),
                upheld=event.upheld,
                reduced=event.reduced,
                award=event.award,
                resolved_ms=event.at_ms,
            )
        case _:
            assert_never(event)


def _outcome(dispute: Dispute, event: e.DisputeResolved) -> DisputeState:
    if event.upheld.minor == 0:
        return DisputeState.DISMISSED
    return DisputeState.UPHELD if event.upheld == dispute.amount else DisputeState.SETTLED


def _change(
    book: Reader,
    event: e.ChangeProposed
    | e.ChangeConsented
    | e.ChangeDeclined
    | e.ChangeApplied
    | e.ChangeRefused
    | e.ChangeRescinded,
) -> Change:
    if isinstance(event, e.ChangeProposed):
        return Change(id=event.change, consents=(event.proposer,), **_rest(event))
    change = need(book, Change, event.change, "")
    match event:
        case e.ChangeConsented():
            return changed(change, consents=(*change.consents, event.party))
        case e.ChangeDeclined():
            return changed(change, declined=(*change.declined, event.party))
        case e.ChangeApplied():
            return changed(
                change,
                state=ChangeState.APPLIED,
                reduced=event.reduced,
                left=event.left,
                applied_ms=event.at_ms,
            )
        case e.ChangeRefused():
            return changed(change, state=ChangeState.REFUSED)
        case e.ChangeRescinded():
            return changed(change, state=ChangeState.RESCINDED)
        case _:
            assert_never(event)


def _claimed(event: e.ClaimRaised) -> Claim:
    rest = _rest(event)
    raised_ms = rest.pop("at_ms")
    settled = Money(0, event.amount.currency)
    return Claim(id=event.claim, raised_ms=raised_ms, settled=settled, **rest)


def _rest(event: Any) -> dict[str, Any]:
    """The fields of an event after its first, the new record's id."""
    return {name: getattr(event, name) for name in event.__struct_fields__[1:]}
