"""How much of an invoice is in use at an instant: proposals whose time is over count no more."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.model.records import Reader, changed, need
from ledger.receivables.clocks import issue_is_over
from ledger.receivables.records import Invoice, Receivable


def ended_proposals(book: Reader, invoice: Invoice, at_ms: int) -> list[Receivable]:
    """The proposed issues that still count in the record though nobody signed in time."""
    proposals = (need(book, Receivable, item, "") for item in invoice.proposals)
    return [item for item in proposals if issue_is_over(item, at_ms)]


def without(invoice: Invoice, ended: Iterable[Receivable]) -> Invoice:
    """The invoice as it is once the `ended` proposals have lapsed."""
    used = invoice.used
    for receivable in ended:
        for use in receivable.uses:
            if use.invoice == invoice.id:
                used -= use.amount
    return changed(invoice, used=used)


def is_in_use(book: Reader, invoice: Invoice, at_ms: int) -> bool:
    """Whether any live receivable uses the invoice."""
    return without(invoice, ended_proposals(book, invoice, at_ms)).used.minor > 0
