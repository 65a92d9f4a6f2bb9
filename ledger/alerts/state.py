"""The record of an alert, and how events change it."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, assert_never

from msgspec import Struct

from ledger.alerts.events import AlertClosed, AlertKind, AlertRaised, Event
from ledger.model.records import Reader, Record, changed, need


class AlertState(Enum):
    """Whether an alert still has to be looked at by whoever rests on its subject."""

    OPEN = "open"
    CLOSED = "closed"


class Alert(Struct, frozen=True, kw_only=True, gc=False):
    """Something noticed about one invoice, receivable, holding or party (see `AlertRaised`)."""

    PREFIX: ClassVar[str] = "alt"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("subject",), ("kind",))
    FIXED: ClassVar[tuple[str, ...]] = ("subject", "kind")

    id: str
    last_seq: int = -1
    kind: AlertKind
    subject: str
    others: tuple[str, ...]
    score_ppm: int
    reasons: tuple[str, ...]
    state: AlertState = AlertState.OPEN
    raised_ms: int
    closed_ms: int | None = None
    closed_by: str | None = None
    evidence: str | None = None


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case AlertRaised():
            alert = Alert(
                id=event.alert,
                kind=event.kind,
                subject=event.subject,
                others=event.others,
                score_ppm=event.score_ppm,
                reasons=event.reasons,
                raised_ms=event.at_ms,
            )
            return (alert,)
        case AlertClosed():
            closed = changed(
                need(book, Alert, event.alert, ""),
                state=AlertState.CLOSED,
                closed_ms=event.at_ms,
                closed_by=event.by,
                evidence=event.evidence,
            )
            return (closed,)
        case _:
            assert_never(event)
