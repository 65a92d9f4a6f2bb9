"""The records of this module: disputes, changes, what they ask of holders, claims, corrections."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.changes.commands import CorrectionCode, DisputeReason
from ledger.changes.events import ChangeKind, ClaimCause, Counterclaim, Note
from ledger.money import Money


class DisputeState(Enum):
    """Where a dispute stands; all but `OPEN` are final."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    SETTLED = "settled"
    UPHELD = "upheld"


class ChangeState(Enum):
    """Where a change stands. `PROPOSED` also ends with its time; the others are final."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    REFUSED = "refused"
    RESCINDED = "rescinded"


class ClaimState(Enum):
    """Whether something of a claim is unpaid."""

    OPEN = "open"
    SETTLED = "settled"


class Dispute(Struct, frozen=True, kw_only=True, gc=False):
    """A part of a debt that the obligor says it does not owe.

    Holdings carry it as a burden of this id; `beyond` is what burdens nobody, since the obligor
    has waived its defences. `upheld` is what was found for it, of which an award `reduced` so much;
    `documents` counts those that were shown: their digests are in the entries.
    """

    PREFIX: ClassVar[str] = "dsp"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("receivable",), ("obligor",), ("creditor",))
    FIXED: ClassVar[tuple[str, ...]] = ("receivable", "obligor", "creditor")

    id: str
    last_seq: int = -1
    receivable: str
    obligor: str
    creditor: str
    amount: Money
    beyond: Money
    reason: DisputeReason
    evidence: str
    documents: int = 1
    state: DisputeState = DisputeState.OPEN
    raised_ms: int
    upheld: Money
    reduced: Money
    award: str | None = None
    resolved_ms: int | None = None


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """A proposed change of a debt, who has answered, and what came of it.

    `consents` begins with the proposer; `declined` are holders who were asked and keep what they
    have. `reduced` and `left` are known once it is applied.
    """

    PREFIX: ClassVar[str] = "chg"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("receivable",), ("proposer",))
    FIXED: ClassVar[tuple[str, ...]] = ("receivable", "proposer")

    id: str
    last_seq: int = -1
    kind: ChangeKind
    receivable: str
    proposer: str
    amount: Money | None = None
    note: Note | None = None
    dispute: str | None = None
    counterclaim: Counterclaim | None = None
    due: date | None = None
    document: str
    lapses_ms: int
    proposal: str
    state: ChangeState = ChangeState.PROPOSED
    consents: tuple[str, ...]
    declined: tuple[str, ...] = ()
    reduced: Money | None = None
    left: Money | None = None
    applied_ms: int | None = None


class Ask(Struct, frozen=True, kw_only=True, gc=False):
    """What a change asks of whoever holds one holding: to lose at most `most` of it."""

    PREFIX: ClassVar[str] = "ask"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("change",), ("holding",))
    FIXED: ClassVar[tuple[str, ...]] = ("change", "holding")

    id: str
    last_seq: int = -1
    change: str
    holding: str
    most: Money


class TakenNote(Struct, frozen=True, kw_only=True, gc=False):
    """A credit note that was applied. `id` is made of its seller and number, as with invoices."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    change: str


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """What `debtor` owes `claimant` beside a receivable; it is no receivable and never financed.

    `settled` is what the claimant has received of it.
    """

    PREFIX: ClassVar[str] = "clm"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("debtor",),
        ("claimant",),
        ("receivable",),
        ("invoice",),
    )
    FIXED: ClassVar[tuple[str, ...]] = ("debtor", "claimant", "receivable", "invoice")

    id: str
    last_seq: int = -1
    debtor: str
    claimant: str
    receivable: str
    invoice: str | None = None
    amount: Money
    settled: Money
    cause: ClaimCause
    cause_id: str
    state: ClaimState = ClaimState.OPEN
    raised_ms: int

    @property
    def outstanding(self) -> Money:
        """What is still owed on it."""
        return self.amount - self.settled


class Correction(Struct, frozen=True, kw_only=True, gc=False):
    """A party's word that its command in `entry` was wrong; those in `compensated_by` mend it."""

    PREFIX: ClassVar[str] = "cor"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("by",), ("entry",))
    FIXED: ClassVar[tuple[str, ...]] = ("by", "entry")

    id: str
    last_seq: int = -1
    by: str
    entry: int
    payload: str
    code: CorrectionCode
    reason: str
    compensated_by: tuple[int, ...]
