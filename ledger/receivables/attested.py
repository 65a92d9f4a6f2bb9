"""What others than the parties of a debt state about it."""

from __future__ import annotations

from ledger.model.records import Effect
from ledger.money import Money
from ledger.receivables.commands import InvoiceStatus


class InvoiceStatusAttested(Effect, frozen=True, kw_only=True):
    """The tax office said so of an invoice at `provided_ms`, by the word of `by`."""

    invoice: str
    status: InvoiceStatus
    reduced: Money | None
    provider: str
    provided_ms: int
    response: str
    by: str
