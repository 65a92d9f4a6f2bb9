"""What then is true about alerts: raised with reasons, dispositioned, closed."""

from __future__ import annotations

from enum import Enum

from ledger.alerts.commands import Verdict
from ledger.model.records import Effect


class AlertKind(Enum):
    """The closed list of what is noticed. Members are only ever added, and at the end.

    The place of a member in this list is part of the ids of its alerts.
    """

    NEAR_DUPLICATE = "near_duplicate"
    """An invoice looks like an earlier one under another key."""
    INVOICE_STATUS = "invoice_status"
    """An invoice in use turned red or void at the tax office."""
    DUE_AFTER_STATUTE = "due_after_statute"
    """Due later than payment law allows a small or medium creditor to be paid."""
    ACKNOWLEDGEMENT_LATE = "acknowledgement_late"
    """The obligor has not answered the creditor's request in time (支付条例 article 16)."""
    STALE_INSTRUCTION = "stale_instruction"
    """An advance was instructed long ago and is neither proven nor failed."""
    CIRCULAR_TRADE = "circular_trade"
    """A holding came back to a party that had it before (A to B to A)."""
    RELATED_PARTIES = "related_parties"
    """Obligor and creditor belong to one group."""
    FRESH_KEY = "fresh_key"
    """A large act with a key that is new or was just recovered."""
    MISDIRECTED_PAYMENT = "misdirected_payment"
    """The obligor paid somebody who is not the holder."""
    PAYER_DIFFERS = "payer_differs"
    """Somebody else than the obligor paid."""
    DISCHARGE_DUE = "discharge_due"
    """A financing has ended and its registry filing stands."""
    TERM_IS_LONG = "term_is_long"
    """The term is over the policy's soft cap (77号 article 11)."""


class AlertRaised(Effect, frozen=True, kw_only=True):
    """Something about `subject` is to be looked at by whoever rests on it.

    `subject` is the id of one invoice, receivable, holding or party; `others` are the records
    that it was held against. `score_ppm` is how strong it is, 1,000,000 at most and for facts;
    `reasons` are codes that say why, figures included.
    """

    alert: str
    kind: AlertKind
    subject: str
    others: tuple[str, ...]
    score_ppm: int
    reasons: tuple[str, ...]
    at_ms: int


class AlertClosed(Effect, frozen=True, kw_only=True):
    """`by`, an auditor or regulator, found on `evidence` that nothing is wrong, or not any more."""

    alert: str
    by: str
    evidence: str
    at_ms: int


class AlertDispositioned(Effect, frozen=True, kw_only=True):
    """`financier` has reviewed the alert, by the signatures of these `persons` of its house."""

    disposition: str
    alert: str
    financier: str
    verdict: Verdict
    evidence: str
    persons: tuple[str, ...]
    at_ms: int


Event = AlertRaised | AlertClosed | AlertDispositioned
