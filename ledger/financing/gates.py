"""What must be settled before a holding is sold: its invoices stand, and its alerts are cleared.

A disposition is its financier's secret: whoever is refused learns that not every alert is cleared,
and not which of them, nor whether anybody looked.
"""

from __future__ import annotations

from ledger.alerts.commands import Verdict
from ledger.alerts.state import Alert, disposition_of, open_alerts
from ledger.errors import RefusalCode
from ledger.financing.records import Offer
from ledger.model.records import Reader, need, refuse_if
from ledger.policy.state import policy_of
from ledger.receivables.clocks import HOUR_MS
from ledger.receivables.lineage import lineage
from ledger.receivables.records import Holding, Invoice, Receivable


def check_invoices(book: Reader, holding: Holding, at_ms: int) -> None:
    """Raises `Refused` unless the tax office lets the invoices stand, as far as is known.

    `invoice_is_red` whenever an attested status says so. Where the policy asks for the status:
    `invoice_status_is_missing`, `invoice_status_is_old` (over the policy's `status_hours`).
    """
    policy = policy_of(book)
    oldest_ms = at_ms - policy.clocks.status_hours * HOUR_MS
    for use in need(book, Receivable, holding.receivable, "").uses:
        invoice = need(book, Invoice, use.invoice, "")
        refuse_if(
            invoice.is_red,
            RefusalCode.INVOICE_IS_RED,
            "The tax office reversed an invoice of this debt, or more than is left is in use.",
            "/body/holding",
        )
        if policy.gates.invoice_status:
            refuse_if(
                invoice.status_ms is None,
                RefusalCode.INVOICE_STATUS_IS_MISSING,
                f"Nobody has attested the tax status of {invoice.id}.",
                "/body/holding",
            )
            refuse_if(
                (invoice.status_ms or 0) < oldest_ms,
                RefusalCode.INVOICE_STATUS_IS_OLD,
                f"The tax status of {invoice.id} is over {policy.clocks.status_hours} hours old.",
                "/body/holding",
            )


def cleared_alerts(book: Reader, holding: Holding, offer: Offer) -> tuple[str, ...]:
    """The ids of the alerts that are open on what `holding` rests on, all cleared by the financier.

    So what it knew is on record (民法典 763). Raises `Refused` (`alert_is_not_cleared`).
    """
    alerts = open_alerts(book, lineage(book, holding))
    refuse_if(
        not all(_is_cleared(book, alert, offer) for alert in alerts),
        RefusalCode.ALERT_IS_NOT_CLEARED,
        "The financier has not cleared every open alert on this holding.",
        "/body/offer",
    )
    return tuple(alert.id for alert in alerts)


def _is_cleared(book: Reader, alert: Alert, offer: Offer) -> bool:
    """By a reviewer of the financier who did not make the offer (scorer is not approver)."""
    said = disposition_of(book, alert.id, offer.financier)
    return (
        said is not None
        and said.verdict is Verdict.CLEARED
        and set(said.persons).isdisjoint(offer.persons)
    )
