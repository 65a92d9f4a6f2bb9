"""What then is true about payments. What follows for holdings is told by the floors below."""

from __future__ import annotations

from datetime import date

from ledger.financing.events import Evidence
from ledger.model.records import Effect
from ledger.money import Money


class PaymentRecorded(Effect, frozen=True, kw_only=True):
    """`payer` has paid `payee`, the holder, `amount` on `holding`, by the word of `by`.

    `account` is where a bank saw it arrive; a receipt names none.
    """

    payment: str
    receivable: str
    holding: str
    payer: str
    payee: str
    account: str | None
    amount: Money
    value_date: date
    evidence: Evidence
    reference: str
    by: str
    at_ms: int


Event = PaymentRecorded
