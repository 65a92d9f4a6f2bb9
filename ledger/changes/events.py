"""What then is true about disputes, changes, claims and corrections.

What follows for holdings, invoices and financings is told by the floors below.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from msgspec import Struct

from ledger.changes.commands import CorrectionCode, DisputeReason
from ledger.model.records import Effect
from ledger.money import Money


class ChangeKind(Enum):
    """What a change does to a debt."""

    CREDIT_NOTE = "credit_note"
    SETTLEMENT = "settlement"
    SET_OFF = "set_off"
    DUE_DATE = "due_date"
    CANCELLATION = "cancellation"


class ClaimCause(Enum):
    """Where a claim beside the receivable comes from, and whose word it rests on.

    The debtor countersigned a note or settlement, a court found the award, a data provider
    attested the red letter; a set-off that was denied is the claimant's own word.
    """

    CREDIT_NOTE = "credit_note"
    SETTLEMENT = "settlement"
    AWARD = "award"
    SET_OFF_DENIED = "set_off_denied"
    RED_LETTER = "red_letter"


class Note(Struct, frozen=True, kw_only=True, gc=False):
    """A credit note: the invoice that it corrects, its number and its amount."""

    invoice: str
    number: str
    total: Money


class Counterclaim(Struct, frozen=True, kw_only=True, gc=False):
    """What `against` owes the obligor, by the obligor's word (see `ProposeSetOff`)."""

    holding: str
    against: str
    reference: str
    arose: date
    matures: date
    same_contract: bool


class DisputeRaised(Effect, frozen=True, kw_only=True):
    """The obligor disputes `amount`, of which `beyond` burdens no holding."""

    dispute: str
    receivable: str
    obligor: str
    creditor: str
    amount: Money
    beyond: Money
    reason: DisputeReason
    evidence: str
    at_ms: int


class EvidenceAdded(Effect, frozen=True, kw_only=True):
    """A party has shown a document."""

    dispute: str
    by: str
    evidence: str


class DisputeWithdrawn(Effect, frozen=True, kw_only=True):
    """The obligor disputes it no more."""

    dispute: str


class DisputeResolved(Effect, frozen=True, kw_only=True):
    """So much was found for the obligor, by settlement or (`award`) by a court.

    `reduced` is what an award took off the creditor's holdings; a settlement is a change, which
    tells it itself.
    """

    dispute: str
    upheld: Money
    reduced: Money
    award: str | None
    at_ms: int


class ChangeProposed(Effect, frozen=True, kw_only=True):
    """A change awaits consent until `lapses_ms`; its proposer has consented.

    `amount` is by how much it lowers the debt (none: not by an amount that the proposal names).
    """

    change: str
    kind: ChangeKind
    receivable: str
    proposer: str
    amount: Money | None
    note: Note | None
    dispute: str | None
    counterclaim: Counterclaim | None
    due: date | None
    document: str
    lapses_ms: int
    proposal: str


class PartAsked(Effect, frozen=True, kw_only=True):
    """Whoever holds `holding` is asked to lose at most `most` of it."""

    ask: str
    change: str
    holding: str
    most: Money


class ChangeConsented(Effect, frozen=True, kw_only=True):
    """A party has consented."""

    change: str
    party: str


class ChangeDeclined(Effect, frozen=True, kw_only=True):
    """A holder that was asked keeps all it has; the change goes on without it."""

    change: str
    party: str


class ChangeApplied(Effect, frozen=True, kw_only=True):
    """All who were needed have answered: the debt is `reduced` less; `left` reduced nobody."""

    change: str
    reduced: Money
    left: Money
    at_ms: int


class ChangeRefused(Effect, frozen=True, kw_only=True):
    """`by` said no, and nothing changes."""

    change: str
    by: str


class ChangeRescinded(Effect, frozen=True, kw_only=True):
    """Whoever proposed it took it back."""

    change: str


class NoteRecorded(Effect, frozen=True, kw_only=True):
    """A seller's credit note of this number has been applied, once and for all."""

    key: str
    change: str


class ClaimRaised(Effect, frozen=True, kw_only=True):
    """`debtor` owes `claimant` this beside the receivable; `cause_id` is the record it rests on."""

    claim: str
    debtor: str
    claimant: str
    receivable: str
    invoice: str | None
    amount: Money
    cause: ClaimCause
    cause_id: str
    at_ms: int


class ClaimSettled(Effect, frozen=True, kw_only=True):
    """The claimant has received `amount` of its claim."""

    claim: str
    amount: Money


class CorrectionRecorded(Effect, frozen=True, kw_only=True):
    """`by` says that its command in `entry` was wrong, and that those in these entries mend it."""

    correction: str
    by: str
    entry: int
    payload: str
    code: CorrectionCode
    reason: str
    compensated_by: tuple[int, ...]


Event = (
    DisputeRaised
    | EvidenceAdded
    | DisputeWithdrawn
    | DisputeResolved
    | ChangeProposed
    | PartAsked
    | ChangeConsented
    | ChangeDeclined
    | ChangeApplied
    | ChangeRefused
    | ChangeRescinded
    | NoteRecorded
    | ClaimRaised
    | ClaimSettled
    | CorrectionRecorded
)
