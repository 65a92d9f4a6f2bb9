"""What then is true about invoices, receivables, holdings and transfers."""

from __future__ import annotations

from datetime import date
from enum import Enum

from msgspec import Struct

from ledger.model.records import Effect
from ledger.money import Money
from ledger.receivables.commands import (
    Basis,
    DischargesUnderlying,
    Recourse,
    RejectReason,
    Terms,
)


class RedeemedBy(Enum):
    """How the last of a holding ended: paid, or owed by the obligor to itself (混同)."""

    PAYMENT = "payment"
    CONFUSION = "confusion"


class Use(Struct, frozen=True, kw_only=True, gc=False):
    """So much of an invoice belongs to a receivable."""

    invoice: str
    amount: Money


class InvoiceRecorded(Effect, frozen=True, kw_only=True):
    """These are the facts of an invoice of which nothing is in use yet."""

    invoice: str
    key: str
    seller: str
    buyer: str
    number: str
    code: str | None
    issued: date
    gross: Money
    prepaid: Money
    type: str | None
    document: str | None


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """Who would owe whom what, since and until when. `face` is the sum of `uses`.

    `issued` is the civil date of the entry, `due` the contract's day before any roll, `proposal`
    the digest of the proposing payload.
    """

    creditor: str
    obligor: str
    face: Money
    uses: tuple[Use, ...]
    issued: date
    due: date
    basis: Basis
    basis_date: date
    contract: str | None
    proposal: str


class ReceivableRegistered(Effect, frozen=True, kw_only=True):
    """The creditor says that this is owed."""

    receivable: str
    claim: Claim


class IssueProposed(Effect, frozen=True, kw_only=True):
    """The obligor offers to owe this, on these terms, until `lapses_ms`."""

    receivable: str
    claim: Claim
    terms: Terms
    lapses_ms: int


class AcknowledgementRequested(Effect, frozen=True, kw_only=True):
    """The creditor wants the obligor's word; its clock runs from `at_ms`."""

    receivable: str
    at_ms: int


class ReceivableAcknowledged(Effect, frozen=True, kw_only=True):
    """The obligor owes `amount`, made up of `uses`; what else was used of the invoices is free."""

    receivable: str
    amount: Money
    uses: tuple[Use, ...]
    terms: Terms
    at_ms: int


class ReceivableRejected(Effect, frozen=True, kw_only=True):
    """`by` (the obligor, or the creditor of a proposed issue) refuses; the invoices are free."""

    receivable: str
    by: str
    reason: RejectReason


class ReceivableWithdrawn(Effect, frozen=True, kw_only=True):
    """Whoever proposed takes it back; the invoices are free."""

    receivable: str


class IssueLapsed(Effect, frozen=True, kw_only=True):
    """Nobody signed for a proposed issue in time; the invoices are free."""

    receivable: str


class ReceivableSettled(Effect, frozen=True, kw_only=True):
    """No holding of the receivable is open any more."""

    receivable: str


class HoldingOpened(Effect, frozen=True, kw_only=True):
    """A part of a receivable is in one hand. `chain` lists all hands since the creditor's."""

    holding: str
    receivable: str
    obligor: str
    amount: Money
    due: date
    chain: tuple[str, ...]
    parent: str | None
    ordinal: int


class HoldingSplit(Effect, frozen=True, kw_only=True):
    """A holding is closed; its children follow, each opened by an event of its own."""

    holding: str
    children: tuple[str, ...]


class TransferProposed(Effect, frozen=True, kw_only=True):
    """The holder offers a holding to another party, until `lapses_ms`."""

    transfer: str
    holding: str
    assignor: str
    assignee: str
    consideration: Money | None
    base_trade: str
    recourse: Recourse
    discharges_underlying: DischargesUnderlying
    lapses_ms: int
    proposal: str


class TransferAccepted(Effect, frozen=True, kw_only=True):
    """The transferee is the holder, since `at_ms`."""

    transfer: str
    at_ms: int


class TransferRejected(Effect, frozen=True, kw_only=True):
    """The transferee does not want it; the holding is free."""

    transfer: str


class TransferRescinded(Effect, frozen=True, kw_only=True):
    """The holder took its offer back; the holding is free."""

    transfer: str


class TransferLapsed(Effect, frozen=True, kw_only=True):
    """Nobody accepted in time, or a payment changed what was offered; the holding is free."""

    transfer: str


class HoldingLocked(Effect, frozen=True, kw_only=True):
    """A financing has the holding to itself, until `lapses_ms` or (None) until it lets go."""

    holding: str
    financing: str
    lapses_ms: int | None


class HoldingUnlocked(Effect, frozen=True, kw_only=True):
    """The financing lets go, or its time is over; the holding is free."""

    holding: str
    financing: str


class HoldingFinanced(Effect, frozen=True, kw_only=True):
    """Title has passed to the financier `to`."""

    holding: str
    financing: str
    to: str


class HoldingReturned(Effect, frozen=True, kw_only=True):
    """Title has passed back from the financier to `to`, who holds it freely."""

    holding: str
    financing: str
    to: str


class HoldingPaid(Effect, frozen=True, kw_only=True):
    """The obligor's debt on this holding is `amount` less."""

    holding: str
    amount: Money


class HoldingRedeemed(Effect, frozen=True, kw_only=True):
    """Nothing is owed on this holding any more."""

    holding: str
    by: RedeemedBy


Event = (
    InvoiceRecorded
    | ReceivableRegistered
    | IssueProposed
    | AcknowledgementRequested
    | ReceivableAcknowledged
    | ReceivableRejected
    | ReceivableWithdrawn
    | IssueLapsed
    | ReceivableSettled
    | HoldingOpened
    | HoldingSplit
    | TransferProposed
    | TransferAccepted
    | TransferRejected
    | TransferRescinded
    | TransferLapsed
    | HoldingLocked
    | HoldingUnlocked
    | HoldingFinanced
    | HoldingReturned
    | HoldingPaid
    | HoldingRedeemed
)
