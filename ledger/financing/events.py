"""What then is true about programmes, requests, offers and financings."""

from __future__ import annotations

from datetime import date
from enum import Enum

from ledger.model.records import Effect
from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.commands import Recourse


class Evidence(Enum):
    """How a payment is proven: the payee's signed receipt, or a bank's signed statement."""

    RECEIPT = "receipt"
    STATEMENT = "statement"


class ProgrammeOpened(Effect, frozen=True, kw_only=True):
    """A financier funds under these terms (see `OpenProgramme`)."""

    programme: str
    financier: str
    name: str
    currency: str
    minimum_assurance: Assurance
    obligors: tuple[str, ...]
    limit_obligor: Money
    limit_total: Money
    max_tenor_days: int


class ProgrammeClosed(Effect, frozen=True, kw_only=True):
    """Nothing more is accepted under the programme."""

    programme: str


class FinancingRequested(Effect, frozen=True, kw_only=True):
    """The holder wants an offer for the holding."""

    request: str
    holder: str
    holding: str
    latest: date
    min_net: Money | None


class RequestWithdrawn(Effect, frozen=True, kw_only=True):
    """The holder no longer wants one."""

    request: str


class RequestFulfilled(Effect, frozen=True, kw_only=True):
    """The holding was financed."""

    request: str
    financing: str


class OfferMade(Effect, frozen=True, kw_only=True):
    """A financier stands by (see `MakeOffer`).

    `proposal` is the digest of its payload, which these `persons` signed.
    """

    offer: str
    financier: str
    programme: str
    rate_ppm: int
    valid_until_ms: int
    recourse: Recourse
    max_amount: Money | None
    obligors: tuple[str, ...]
    proposal: str
    persons: tuple[str, ...]


class OfferWithdrawn(Effect, frozen=True, kw_only=True):
    """The financier no longer stands by."""

    offer: str


class FinancingAccepted(Effect, frozen=True, kw_only=True):
    """Holder and financier have a contract: `price` on `value_date` for the whole holding.

    `discount` is `face` less `price`: `rate_ppm` a year on `face` over `days` of 360 to `due`,
    the business day on which the debt is payable. `proposal` is the digest of the acceptance.
    `alerts` are those that were open then, which the financier knew and had cleared.
    """

    financing: str
    holding: str
    offer: str
    programme: str
    financier: str
    holder: str
    obligor: str
    face: Money
    price: Money
    discount: Money
    rate_ppm: int
    value_date: date
    due: date
    days: int
    recourse: Recourse
    account: str
    proposal: str
    lock_lapses_ms: int
    at_ms: int
    alerts: tuple[str, ...]


class DisbursementInstructed(Effect, frozen=True, kw_only=True):
    """The financier's bank is to pay; the lock does not lapse any more.

    `filing` is the registry filing on which it relied, where the policy asks for one.
    """

    financing: str
    reference: str
    at_ms: int
    filing: str | None = None


class DisbursementProven(Effect, frozen=True, kw_only=True):
    """The seller has exactly the price since `paid_on`, by the word of `by`; title moves now."""

    financing: str
    evidence: Evidence
    by: str
    paid_on: date
    reference: str | None
    at_ms: int


class FinancingFailed(Effect, frozen=True, kw_only=True):
    """The instructed payment was not made, by the word of the bank `by`."""

    financing: str
    by: str
    reference: str


class FinancingReleased(Effect, frozen=True, kw_only=True):
    """The financier let go."""

    financing: str


class FinancingLapsed(Effect, frozen=True, kw_only=True):
    """Nothing was instructed in time, or the obligor paid first."""

    financing: str


class FinancingCollected(Effect, frozen=True, kw_only=True):
    """The obligor has paid the financier `amount` of the face."""

    financing: str
    amount: Money


class FinancingReduced(Effect, frozen=True, kw_only=True):
    """The obligor owes the financier `amount` of the face no more, because of `cause`."""

    financing: str
    amount: Money
    cause: str


class FinancingRepaid(Effect, frozen=True, kw_only=True):
    """Nothing of the face is owed any more: it was paid, but for what the financier gave up."""

    financing: str


class FinancingRepurchased(Effect, frozen=True, kw_only=True):
    """The seller has bought the holding back: title is its own again."""

    financing: str


class FinancingReversed(Effect, frozen=True, kw_only=True):
    """A payment of `amount` of the face went back: it is not collected."""

    financing: str
    amount: Money


class StatementLineUsed(Effect, frozen=True, kw_only=True):
    """A bank's statement line is evidence for `used_for`, a financing or payment, and no other."""

    bank: str
    reference: str
    used_for: str


Event = (
    ProgrammeOpened
    | ProgrammeClosed
    | FinancingRequested
    | RequestWithdrawn
    | RequestFulfilled
    | OfferMade
    | OfferWithdrawn
    | FinancingAccepted
    | DisbursementInstructed
    | DisbursementProven
    | FinancingFailed
    | FinancingReleased
    | FinancingLapsed
    | FinancingCollected
    | FinancingReduced
    | FinancingRepaid
    | FinancingRepurchased
    | FinancingReversed
    | StatementLineUsed
)
