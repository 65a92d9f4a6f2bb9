"""What a receivable's state is called elsewhere: Peppol Invoice Response, French life cycle.

Peppol BIS Invoice Response 3 has a status (UNCL4343 subset: AB, IP, UQ, CA, RE, AP, PD), a reason
(code list OPStatusReason) and a requested action (OPStatusAction); a reason goes with UQ, CA and
RE. The French life cycle (AFNOR XP Z12-012) has the codes 200 to 213. Both speak of an invoice and
of what its buyer says, so what the creditor alone does to a receivable has no word in either.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ledger.receivables.commands import RejectReason
from ledger.receivables.records import Receivable, ReceivableState


class Reason(Enum):
    """The code list OPStatusReason."""

    NONE = "NON"
    REFERENCES = "REF"
    LEGAL = "LEG"
    RECEIVER = "REC"
    QUALITY = "QUA"
    DELIVERY = "DEL"
    PRICES = "PRI"
    QUANTITY = "QTY"
    ITEMS = "ITM"
    TERMS = "PAY"
    UNRECOGNISED = "UNR"
    FINANCE = "FIN"
    PARTIAL = "PPD"
    OTHER = "OTH"


class Action(Enum):
    """The code list OPStatusAction: what the buyer asks of the seller."""

    NONE = "NOA"
    INFORMATION = "PIN"
    NEW_INVOICE = "NIN"
    CREDIT_FULLY = "CNF"
    CREDIT_PARTLY = "CNP"
    CREDIT_AMOUNT = "CNA"
    OTHER = "OTH"


class Answer(Struct, frozen=True, gc=False):
    """A receivable in the words of others; None where they have no word for it."""

    peppol: str | None
    french: int | None


def reason_of(reason: RejectReason) -> Reason:
    """Why the buyer refuses, in Peppol's code list; it goes with status RE (and French 210)."""
    return _REASONS[reason][0]


def action_of(reason: RejectReason) -> Action:
    """What the buyer asks for when it refuses for this reason."""
    return _REASONS[reason][1]


def answer_of(receivable: Receivable, *, disputed: bool = False) -> Answer:
    """The status of a receivable's invoices as the buyer would report it.

    `disputed` says whether a dispute about what is owed is open.
    """
    if receivable.state is ReceivableState.ACKNOWLEDGED:
        if disputed:
            return DISPUTED
        return PARTIAL if receivable.acknowledged < receivable.face else FULL
    if receivable.state is ReceivableState.REGISTERED and receivable.requested_ms is not None:
        return REQUESTED
    return ANSWERS[receivable.state]


REQUESTED = Answer("IP", 204)
"""The creditor has asked for the buyer's word: in process, 204 prise en charge."""
FULL = Answer("AP", 205)
"""Accepted, 205 approuvée."""
PARTIAL = Answer("CA", 206)
"""Conditionally accepted, 206 approuvée partiellement: the buyer owes a part."""
DISPUTED = Answer("UQ", 207)
"""Under query, 207 en litige."""

ANSWERS = {
    ReceivableState.REGISTERED: Answer("AB", 203),
    ReceivableState.PROPOSED: Answer("IP", 204),
    ReceivableState.ACKNOWLEDGED: FULL,
    ReceivableState.REJECTED: Answer("RE", 210),
    ReceivableState.SETTLED: Answer("PD", 212),
    ReceivableState.CANCELLED: Answer(None, None),
    ReceivableState.WITHDRAWN: Answer(None, None),
    ReceivableState.LAPSED: Answer(None, None),
}
"""By state, where nothing else is known of the receivable."""

_REASONS = {
    RejectReason.REFERENCES: (Reason.REFERENCES, Action.NEW_INVOICE),
    RejectReason.LEGAL: (Reason.LEGAL, Action.NEW_INVOICE),
    RejectReason.PARTY: (Reason.RECEIVER, Action.NEW_INVOICE),
    RejectReason.QUALITY: (Reason.QUALITY, Action.CREDIT_PARTLY),
    RejectReason.DELIVERY: (Reason.DELIVERY, Action.INFORMATION),
    RejectReason.PRICE: (Reason.PRICES, Action.NEW_INVOICE),
    RejectReason.QUANTITY: (Reason.QUANTITY, Action.NEW_INVOICE),
    RejectReason.TERMS: (Reason.TERMS, Action.NEW_INVOICE),
    RejectReason.UNRECOGNISED: (Reason.UNRECOGNISED, Action.CREDIT_FULLY),
    RejectReason.PAID: (Reason.OTHER, Action.NONE),
    RejectReason.OTHER: (Reason.OTHER, Action.OTHER),
}
