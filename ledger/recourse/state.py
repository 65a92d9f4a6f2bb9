"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import assert_never

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.recourse import events as e
from ledger.recourse.events import Event
from ledger.recourse.records import (
    DebtRecovery,
    Default,
    RecourseClaim,
    RecoursePayment,
    RecourseState,
    WriteOff,
)

__all__ = ["DebtRecovery", "Default", "RecourseClaim", "RecoursePayment", "WriteOff", "evolve"]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.DebtWrittenOff():
            return (_written_off(event),)
        case e.WriteOffReversed():
            return (changed(need(book, WriteOff, event.write_off, ""), reversed_ms=event.at_ms),)
        case e.DefaultDeclared():
            return (_default(event),)
        case e.DefaultLifted():
            return (changed(need(book, Default, event.default, ""), lifted_ms=event.at_ms),)
        case e.DebtRecovered():
            return (_recovery(event),)
        case e.RecoveryReturned():
            recovery = need(book, DebtRecovery, event.recovery, "")
            return (changed(recovery, returned=recovery.returned + event.amount),)
        case _:
            return _recourse(book, event)


_Recourse = (
    e.RecourseNoticed | e.RecoursePaid | e.RecourseMet | e.RecourseWithdrawn | e.RecourseReturned
)


def _recourse(book: Reader, event: _Recourse) -> tuple[Record, ...]:
    if isinstance(event, e.RecourseNoticed):
        return (_noticed(event),)
    before = need(book, RecourseClaim, event.recourse, "")
    match event:
        case e.RecoursePaid():
            return (changed(before, paid=before.paid + event.amount), _payment(event))
        case e.RecourseMet():
            back_ms = event.at_ms if event.repurchased else None
            return (changed(before, state=RecourseState.MET, repurchased_ms=back_ms),)
        case e.RecourseWithdrawn():
            return (changed(before, state=RecourseState.WITHDRAWN),)
        case e.RecourseReturned():
            return (changed(before, returned=before.returned + event.amount),)
        case _:
            assert_never(event)


def _noticed(event: e.RecourseNoticed) -> RecourseClaim:
    nothing = Money(0, event.claimed.currency)
    return RecourseClaim(
        id=event.recourse,
        holding=event.holding,
        under=event.under,
        claimant=event.claimant,
        liable=event.liable,
        ground=event.ground,
        day=event.day,
        claimed=event.claimed,
        received=event.received,
        paid=nothing,
        returned=nothing,
        evidence=event.evidence,
        noticed_ms=event.at_ms,
    )


def _payment(event: e.RecoursePaid) -> RecoursePayment:
    return RecoursePayment(
        id=event.payment,
        recourse=event.recourse,
        payer=event.payer,
        payee=event.payee,
        account=event.account,
        amount=event.amount,
        value_date=event.value_date,
        evidence=event.evidence,
        reference=event.reference,
        attested_by=event.by,
        recorded_ms=event.at_ms,
    )


def _default(event: e.DefaultDeclared) -> Default:
    return Default(
        id=event.default,
        holding=event.holding,
        holder=event.holder,
        obligor=event.obligor,
        ground=event.ground,
        declared_ms=event.at_ms,
    )


def _recovery(event: e.DebtRecovered) -> DebtRecovery:
    return DebtRecovery(
        id=event.recovery,
        holding=event.holding,
        source=event.source,
        payer=event.payer,
        payee=event.payee,
        account=event.account,
        amount=event.amount,
        returned=Money(0, event.amount.currency),
        value_date=event.value_date,
        evidence=event.evidence,
        reference=event.reference,
        attested_by=event.by,
        recorded_ms=event.at_ms,
    )


def _written_off(event: e.DebtWrittenOff) -> WriteOff:
    return WriteOff(
        id=event.write_off,
        holding=event.holding,
        holder=event.holder,
        amount=event.amount,
        reason=event.reason,
        persons=event.persons,
        written_ms=event.at_ms,
    )
