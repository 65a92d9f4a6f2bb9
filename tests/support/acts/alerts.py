"""Acts about alerts and the tax status of invoices, by kind of command."""

from __future__ import annotations

from ledger.alerts.commands import CloseAlert, Verdict
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.records import Holding, Invoice
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.parties import Act
from tests.support.founding import FINANCIERS


def _close(s: Stage) -> None:
    s.do("auditor", CloseAlert(alert=h.alert(s).id, evidence=digest("finding")))


def _disposition(s: Stage) -> None:
    command = h.disposition(h.alert(s), s.random.choice(list(Verdict)))
    s.do(s.random.choice(FINANCIERS), command)


def _attest(s: Stage) -> None:
    luck = s.random.random()
    status = InvoiceStatus.NORMAL if luck < 0.8 else s.random.choice(list(InvoiceStatus))
    item = s.some(Invoice, lambda item: (item.status_ms or 0) <= s.clock.ms)
    if item is None:
        uses = h.registered(s, fresh=1).uses
        item = s.get(Invoice, uses[0].invoice)
    s.do("tax", h.status(s, item, status))


def cleared(s: Stage) -> None:
    """A holding with an alert is sold to a financier that has cleared it."""
    item: Holding = h.alerted(s)
    offer = h.offer_for(s, item)
    h.clear(s, item, offer)
    s.do(s.name_of(item.holder), *h.acceptance(s, item, offer))


ALERTS: dict[str, Act] = {
    "alert.close": _close,
    "alert.disposition": _disposition,
    "invoice.attest_status": _attest,
}
