"""Mistakes about alerts and the tax status of invoices, one for each refusal."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.alerts.commands import CloseAlert
from ledger.policy.commands import Gates
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.records import Holding, Invoice, Receivable
from tests.support import having as h
from tests.support.actors import HOUR, Stage, digest
from tests.support.founding import ROOT, calendar, policy
from tests.support.mistakes.claims import cny
from tests.support.mistakes.form import Mistake
from tests.support.mistakes.money import accept


def _closes_twice(s: Stage) -> None:
    command = CloseAlert(alert=h.alert(s).id, evidence=digest("finding"))
    for _ in range(2):
        s.do("auditor", command)


def _sells_uncleared(s: Stage) -> None:
    item = h.alerted(s)
    accept(s, item, h.offer_for(s, item))


def _invoice_of(s: Stage, item: Holding | Receivable) -> Invoice:
    receivable = item if isinstance(item, Receivable) else s.get(Receivable, item.receivable)
    return s.get(Invoice, receivable.uses[0].invoice)


def _sells_red(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    invoice = _invoice_of(s, item)
    h.sure(s.do("tax", h.status(s, invoice, InvoiceStatus.RED)))
    accept(s, item, h.offer_for(s, item))


def _registers_void(s: Stage) -> None:
    number = f"VOID-{s.next()}"
    line = h.line(s, cny(1_000), number, more=500)
    said = h.sure(s.do("first", h.claim(s, line)))
    invoice = _invoice_of(s, s.get(Receivable, said.id("rcv")))
    h.sure(s.do("tax", h.status(s, invoice, InvoiceStatus.VOID)))
    s.do("first", h.claim(s, replace(line, used=cny(500))))


def _tells_old_news(s: Stage) -> None:
    invoice = _invoice_of(s, h.registered(s))
    command = h.status(s, invoice, InvoiceStatus.NORMAL)
    h.sure(s.do("tax", command))
    s.do("tax", replace(command, provided_ms=command.provided_ms - HOUR))


def _sells_unattested(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    document = calendar()
    gated = replace(policy(document), gates=Gates(invoice_status=True))
    h.sure(s.do("operator", gated, documents=[document, ROOT]))
    accept(s, item, h.offer_for(s, item))
    h.sure(s.do("operator", policy(document), documents=[document, ROOT]))


ALERTS: dict[str, Mistake] = {
    "alert_is_closed": _closes_twice,
    "alert_is_not_cleared": _sells_uncleared,
    "invoice_is_red": _sells_red,
    "invoice_is_void": _registers_void,
    "invoice_status_is_missing": _sells_unattested,
    "invoice_status_is_old": _tells_old_news,
}
"""By the name of the refusal that it meets."""
