"""Alerts, and holdings that have or have not any, in the state that an act needs."""

from __future__ import annotations

from ledger.alerts.commands import DispositionAlert, Verdict
from ledger.alerts.state import Alert, AlertState, open_alerts
from ledger.financing.records import Offer
from ledger.keys import SigningKey
from ledger.model.records import need
from ledger.receivables import commands as c
from ledger.receivables.lineage import lineage
from ledger.receivables.records import Holding, Invoice, Receivable
from tests.support.actors import Stage, digest
from tests.support.having.claims import FRESH, acknowledgement, claim, line, one, sure


def is_clean(s: Stage, item: Holding) -> bool:
    """Whether no open alert and no red invoice stands between a holding and its sale."""
    book = s.book
    uses = need(book, Receivable, item.receivable, "").uses
    red = any(need(book, Invoice, use.invoice, "").is_red for use in uses)
    return not red and not open_alerts(book, lineage(book, item))


def twins(s: Stage) -> tuple[Receivable, Alert]:
    """A receivable whose invoice looks like another that was registered before, and the alert."""
    number, amount = s.next(), s.money()
    sure(s.do("first", claim(s, line(s, amount, f"DUP{number}"))))
    said = sure(s.do("first", claim(s, line(s, amount, f"DUP-{number}"))))
    found = s.store.records.find(Alert, {"subject": said.id("inv")})
    return s.get(Receivable, said.id("rcv")), next(iter(found))


def alert(s: Stage, *, fresh: float = FRESH) -> Alert:
    """An open alert."""
    return one(s, Alert, lambda item: item.state is AlertState.OPEN, lambda: twins(s)[1], fresh)


def alerted(s: Stage) -> Holding:
    """A new holding with one open alert, on its invoice."""
    item, _ = twins(s)
    said = sure(s.do("core", acknowledgement(item, item.face), item))
    return s.get(Holding, said.id("hld"))


def disposition(item: Alert, verdict: Verdict) -> DispositionAlert:
    """The command by which a financier says what it makes of an alert."""
    return DispositionAlert(alert=item.id, verdict=verdict, evidence=digest("review"))


def reviewer(s: Stage, offer: Offer) -> SigningKey | None:
    """The key of a person of the offer's financier that did not make it, if it has one."""
    keys = s.keys_of(s.name_of(offer.financier))
    return next((s.secrets[key.id] for key in keys if key.person not in offer.persons), None)


def clear(s: Stage, item: Holding, offer: Offer) -> None:
    """The financier clears all open alerts on a holding, by another person than made the offer."""
    book, key = s.book, reviewer(s, offer)
    for found in open_alerts(book, lineage(book, item)) if key else ():
        command = disposition(found, Verdict.CLEARED)
        sure(s.do(s.name_of(offer.financier), command, keys=[key] if key else []))


def status(s: Stage, item: Invoice, status: c.InvoiceStatus) -> c.AttestInvoiceStatus:
    """The command by which a data provider says what the tax office says now."""
    part = item.gross if status is c.InvoiceStatus.PART_RED else None
    return c.AttestInvoiceStatus(
        invoice=item.id,
        status=status,
        provider="tax-office",
        provided_ms=s.clock.ms,
        response=digest("answer"),
        reduced=part,
    )
