"""Records of payments, and how events make them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from msgspec import Struct

from ledger.financing.events import Evidence
from ledger.model.records import Reader, Record
from ledger.money import Money
from ledger.settlement.events import Event


class Payment(Struct, frozen=True, kw_only=True, gc=False):
    """One proven payment on one holding. It never changes."""

    PREFIX: ClassVar[str] = "pay"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("receivable",),
        ("holding",),
        ("payer",),
        ("payee",),
    )

    id: str
    last_seq: int = -1
    receivable: str
    holding: str
    payer: str
    payee: str
    account: str | None = None
    amount: Money
    value_date: date
    evidence: Evidence
    reference: str
    attested_by: str
    recorded_ms: int


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    recorded = Payment(
        id=event.payment,
        receivable=event.receivable,
        holding=event.holding,
        payer=event.payer,
        payee=event.payee,
        account=event.account,
        amount=event.amount,
        value_date=event.value_date,
        evidence=event.evidence,
        reference=event.reference,
        attested_by=event.by,
        recorded_ms=event.at_ms,
    )
    return (recorded,)
