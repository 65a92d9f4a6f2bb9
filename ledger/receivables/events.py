"""What then is true about invoices, receivables, holdings and transfers."""

from __future__ import annotations

from datetime import date
from enum import Enum

from msgspec import Struct

from ledger.alerts.events import AlertRaised
from ledger.model.records import Effect
from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.attested import InvoiceStatusAttested
from ledger.receivables.claim import Claim, Use
from ledger.receivables.commands import (
    DischargesUnderlying,
    Recourse,
    RejectReason,
    Terms,
)


class RedeemedBy(Enum):
    """How the last of a holding ended: paid, or owed by the obligor to itself (混同)."""

    PAYMENT = "payment"
    CONFUSION = "confusion"


class BurdenKind(Enum):
    """Why a part of a holding is not free: disputed, frozen by a court, or security for a debt."""

    DISPUTE = "dispute"
    FREEZE = "freeze"
    ENCUMBRANCE = "encumbrance"


class Burden(Struct, frozen=True, kw_only=True, gc=False):
    """So much of a holding is not free, because of the record `id`, before `until_ms` (None: ever).

    With `ppm` it is that share (millionths) of what is outstanding, and `amount` what that was.
    """

    id: str
    kind: BurdenKind
    amount: Money
    until_ms: int | None = None
    ppm: int | None = None

    def is_live(self, at_ms: int) -> bool:
        """Whether it still burdens anything at this instant."""
        return self.until_ms is None or at_ms < self.until_ms


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


class ReceivableRegistered(Effect, frozen=True, kw_only=True):
    """The creditor says that this is owed."""

    receivable: str
    claim: Claim


class IssueProposed(Effect, frozen=True, kw_only=True):
    """The obligor offers to owe this, on these terms, until `lapses_ms`.

    `assurance` is the weakest class among the keys with which it signed.
    """

    receivable: str
    claim: Claim
    terms: Terms
    lapses_ms: int
    assurance: Assurance


class AcknowledgementRequested(Effect, frozen=True, kw_only=True):
    """The creditor wants the obligor's word; the law wants it by `answer_by` (None: whenever)."""

    receivable: str
    at_ms: int
    answer_by: date | None = None


class ReceivableAcknowledged(Effect, frozen=True, kw_only=True):
    """The obligor owes `amount`, made up of `uses`; what else was used of the invoices is free.

    `assurance` is the weakest class among the keys with which the obligor signed, as it was then.
    """

    receivable: str
    amount: Money
    uses: tuple[Use, ...]
    terms: Terms
    assurance: Assurance
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


class UsesReduced(Effect, frozen=True, kw_only=True):
    """The receivable uses only this much of its invoices; the rest of them is free."""

    receivable: str
    uses: tuple[Use, ...]


class InvoiceCredited(Effect, frozen=True, kw_only=True):
    """A credit note takes `amount` off an invoice; `unabsorbed` of it reduced no holding.

    So much stays in use although the seller has taken it back: it owes that to the buyer.
    """

    invoice: str
    amount: Money
    unabsorbed: Money


class DueDateAmended(Effect, frozen=True, kw_only=True):
    """From civil `day` on the receivable is due on another one, and with it all its holdings."""

    receivable: str
    due: date
    day: date


class ReceivableCancelled(Effect, frozen=True, kw_only=True):
    """All concerned have ended what was left of the receivable."""

    receivable: str


class ReceivableReopened(Effect, frozen=True, kw_only=True):
    """Something is owed again: a payment that had settled it was taken back."""

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
    burdens: tuple[Burden, ...] = ()


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
    """Title has passed back to `to`, who holds it freely: it bought back what it sold.

    `under` is the financing or transfer by which it had sold it.
    """

    holding: str
    under: str
    to: str


class HoldingBurdened(Effect, frozen=True, kw_only=True):
    """A part of the holding is not free.

    It takes the place of a burden of the same id, or stands behind all others.
    """

    holding: str
    burden: Burden


class HoldingUnburdened(Effect, frozen=True, kw_only=True):
    """The record `burden` burdens the holding no more."""

    holding: str
    burden: str


class HoldingReduced(Effect, frozen=True, kw_only=True):
    """The obligor's debt on this holding is `amount` less, without payment, because of `cause`."""

    holding: str
    amount: Money
    cause: str


class HoldingCancelled(Effect, frozen=True, kw_only=True):
    """Reductions have left nothing of the holding."""

    holding: str


class HoldingUnpaid(Effect, frozen=True, kw_only=True):
    """A payment of `amount` was taken back by the payer's bank: it never was one."""

    holding: str
    amount: Money


class HoldingReopened(Effect, frozen=True, kw_only=True):
    """Something is owed again on a redeemed holding; `financing` has it, if one had."""

    holding: str
    financing: str | None


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
    | InvoiceStatusAttested
    | ReceivableRegistered
    | IssueProposed
    | AcknowledgementRequested
    | ReceivableAcknowledged
    | ReceivableRejected
    | ReceivableWithdrawn
    | IssueLapsed
    | UsesReduced
    | InvoiceCredited
    | DueDateAmended
    | ReceivableCancelled
    | ReceivableReopened
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
    | HoldingBurdened
    | HoldingUnburdened
    | HoldingReduced
    | HoldingCancelled
    | HoldingUnpaid
    | HoldingReopened
    | HoldingPaid
    | HoldingRedeemed
)

Events = tuple[Event | AlertRaised, ...]
"""What an act states: events of this module, and alerts."""
