"""The seller has what a financing with recourse left for it (Civil Code 766)."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.financing.decide.checks import check_paid_on
from ledger.financing.records import Financing
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.receivables.decide.checks import only
from ledger.settlement.commands import ReceiveSurplus
from ledger.settlement.decide.payments import Events
from ledger.settlement.events import SurplusPaid
from ledger.settlement.records import Surplus


def receive_surplus(book: Reader, command: ReceiveSurplus, by: Signer, at_ms: int) -> Events:
    """All of the surplus or some of it arrived."""
    financing = need(book, Financing, command.financing, "/body/financing")
    only(financing.holder, by, "seller")
    known = book.get(Surplus, financing.id)
    refuse_if(
        command.amount.currency != financing.face.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The financing is in {financing.face.currency}.",
        "/body/amount",
    )
    refuse_if(
        known is None or known.owed - known.paid < command.amount,
        RefusalCode.SURPLUS_EXCEEDED,
        "Less than that is left for the seller.",
        "/body/amount",
    )
    check_paid_on(book, command.value_date, financing.active_ms or 0, at_ms, "/body/value_date")
    paid = SurplusPaid(
        financing=financing.id,
        amount=command.amount,
        value_date=command.value_date,
        reference=command.reference,
    )
    return (paid,)
