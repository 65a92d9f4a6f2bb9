"""Alerts that time alone makes: computed from a record and an instant, and stored nowhere.

They look like stored ones (`Alert`), so that one reader serves both. No rule reads them: what time
alone did would otherwise depend on who had noticed it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.alerts.acts import CERTAIN_PPM
from ledger.alerts.events import AlertKind
from ledger.alerts.state import Alert
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, make_id, need
from ledger.policy.state import policy_of, today_of
from ledger.receivables.clocks import DAY_MS, acknowledgement_is_late
from ledger.receivables.records import Holding, Invoice, Receivable

STALE_DAYS = 3
"""Days after which an instructed advance, its value date past, should have been proven."""


def late_alerts(book: Reader, record: Receivable | Financing, at_ms: int) -> Iterator[Alert]:
    """What is late about a receivable or financing at this instant.

    An acknowledgement that the law wants by an earlier day, an advance that is neither proven
    nor failed, and, where the policy asks for it, invoices of an active financing whose tax status
    is over a day old.
    """
    if isinstance(record, Receivable):
        if acknowledgement_is_late(record, book, at_ms):
            yield _unanswered(book, record)
        return
    if instruction_is_stale(book, record, at_ms):
        since_ms = (record.instructed_ms or 0) + STALE_DAYS * DAY_MS
        reason = f"instruction_is_over_{STALE_DAYS}_days"
        yield _late(AlertKind.STALE_INSTRUCTION, record.holding, reason, since_ms)
    if record.state is FinancingState.ACTIVE and policy_of(book).gates.invoice_status:
        for invoice in _invoices(book, record):
            if status_is_due(invoice, at_ms):
                told_ms = invoice.status_ms
                reason = "status_is_missing" if told_ms is None else "status_is_over_a_day"
                since_ms = (record.active_ms or 0) if told_ms is None else told_ms + DAY_MS
                yield _late(AlertKind.INVOICE_STATUS, invoice.id, reason, since_ms)


def instruction_is_stale(book: Reader, financing: Financing, at_ms: int) -> bool:
    """Whether an advance should have been proven: days after it was instructed and was due."""
    return (
        financing.state is FinancingState.INSTRUCTED
        and financing.instructed_ms is not None
        and at_ms > financing.instructed_ms + STALE_DAYS * DAY_MS
        and today_of(book, at_ms) > financing.value_date
    )


def status_is_due(invoice: Invoice, at_ms: int) -> bool:
    """Whether the tax office should be asked again: it was not, or over a day ago."""
    return invoice.status_ms is None or at_ms > invoice.status_ms + DAY_MS


def _unanswered(book: Reader, receivable: Receivable) -> Alert:
    """Raised when the days from the request to the last day for the answer had gone by."""
    requested_ms, by = receivable.requested_ms or 0, receivable.answer_by
    days = (by - today_of(book, requested_ms)).days if by else 0
    reason = f"answer_was_due_{by}"
    since_ms = requested_ms + days * DAY_MS
    return _late(AlertKind.ACKNOWLEDGEMENT_LATE, receivable.id, reason, since_ms)


def _invoices(book: Reader, financing: Financing) -> Iterator[Invoice]:
    holding = need(book, Holding, financing.holding, "")
    for use in need(book, Receivable, holding.receivable, "").uses:
        yield need(book, Invoice, use.invoice, "")


def _late(kind: AlertKind, subject: str, reason: str, since_ms: int) -> Alert:
    """An alert of which anybody can compute the id: it is the same at every instant."""
    return Alert(
        id=make_id("alt", subject, kind.value),
        kind=kind,
        subject=subject,
        others=(),
        score_ppm=CERTAIN_PPM,
        reasons=(reason,),
        raised_ms=since_ms,
    )
