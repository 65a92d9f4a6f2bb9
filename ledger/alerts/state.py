"""The records of alerts and of what financiers make of them, and how events change them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import ClassVar, assert_never

from msgspec import Struct

from ledger.alerts.commands import Verdict
from ledger.alerts.events import (
    AlertClosed,
    AlertDispositioned,
    AlertKind,
    AlertRaised,
    Event,
)
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


class Disposition(Struct, frozen=True, kw_only=True, gc=False):
    """What one financier makes of one alert, for its own house alone; the newest word counts.

    `persons` signed it: they may not have made the offer under which it counts as cleared.
    """

    PREFIX: ClassVar[str] = "dpn"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("alert", "financier"), ("financier",))
    FIXED: ClassVar[tuple[str, ...]] = ("alert", "financier")

    id: str
    last_seq: int = -1
    alert: str
    financier: str
    verdict: Verdict
    evidence: str
    persons: tuple[str, ...]
    at_ms: int


def disposition_of(book: Reader, alert: str, financier: str) -> Disposition | None:
    """What `financier` has said of `alert`, or None."""
    return next(iter(book.find(Disposition, alert=alert, financier=financier)), None)


def open_alerts(book: Reader, subjects: Iterable[str]) -> tuple[Alert, ...]:
    """The open alerts about any of these records, each once, ordered by id."""
    found = {
        alert.id: alert
        for subject in dict.fromkeys(subjects)
        for alert in book.find(Alert, subject=subject)
        if alert.state is AlertState.OPEN
    }
    return tuple(found[name] for name in sorted(found))


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
        case AlertDispositioned():
            said = Disposition(
                id=event.disposition,
                alert=event.alert,
                financier=event.financier,
                verdict=event.verdict,
                evidence=event.evidence,
                persons=event.persons,
                at_ms=event.at_ms,
            )
            return (said,)
        case _:
            assert_never(event)
