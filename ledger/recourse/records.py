"""The records of this module: recourse, defaults, recoveries, and what is written off."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.financing.events import Evidence
from ledger.money import Money
from ledger.recourse.commands import (
    DefaultGround,
    RecourseGround,
    RecoverySource,
    WriteOffReason,
)


class RecourseState(Enum):
    """Where a recourse stands; all but `OPEN` are final."""

    OPEN = "open"
    MET = "met"
    WITHDRAWN = "withdrawn"


class RecourseClaim(Struct, frozen=True, kw_only=True, gc=False):
    """What a holder claims from who sold it the holding, by a financing or transfer (`under`).

    `claimed` was counted to the end of `day`, when the claimant had `received` that much on the
    holding from obligor and third parties. `paid` is what came by recourse, `returned` what went
    back of it. `repurchased_ms` is when title went back.
    """

    PREFIX: ClassVar[str] = "rcs"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("claimant",), ("liable",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "claimant", "liable")

    id: str
    last_seq: int = -1
    holding: str
    under: str
    claimant: str
    liable: str
    ground: RecourseGround
    day: date
    claimed: Money
    received: Money
    paid: Money
    returned: Money
    evidence: str | None = None
    noticed_ms: int
    state: RecourseState = RecourseState.OPEN
    repurchased_ms: int | None = None

    @property
    def kept(self) -> Money:
        """What of the payments by it did not go back."""
        return self.paid - self.returned


class RecoursePayment(Struct, frozen=True, kw_only=True, gc=False):
    """One proven payment by recourse. It never changes."""

    PREFIX: ClassVar[str] = "rcp"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("recourse",), ("payer",), ("payee",))
    FIXED: ClassVar[tuple[str, ...]] = ("recourse", "payer", "payee")

    id: str
    last_seq: int = -1
    recourse: str
    payer: str
    payee: str
    account: str | None = None
    amount: Money
    value_date: date
    evidence: Evidence
    reference: str
    attested_by: str
    recorded_ms: int


class Default(Struct, frozen=True, kw_only=True, gc=False):
    """A holder's word that the obligor is in default on its holding: a flag, and no more."""

    PREFIX: ClassVar[str] = "dft"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("holder",), ("obligor",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "holder", "obligor")

    id: str
    last_seq: int = -1
    holding: str
    holder: str
    obligor: str
    ground: DefaultGround
    declared_ms: int
    lifted_ms: int | None = None


class DebtRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """One proven payment on a holding by somebody who neither owes nor sold it.

    `returned` is what of `amount` went back to its payer.
    """

    PREFIX: ClassVar[str] = "dbr"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("payer",), ("payee",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "payer", "payee")

    id: str
    last_seq: int = -1
    holding: str
    source: RecoverySource
    payer: str
    payee: str
    account: str | None = None
    amount: Money
    returned: Money
    value_date: date
    evidence: Evidence
    reference: str
    attested_by: str
    recorded_ms: int

    @property
    def kept(self) -> Money:
        """What of it did not go back."""
        return self.amount - self.returned


class WriteOff(Struct, frozen=True, kw_only=True, gc=False):
    """What `holder` no longer expects of a holding: a state of its books, which ends no claim."""

    PREFIX: ClassVar[str] = "wof"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("holder",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "holder")

    id: str
    last_seq: int = -1
    holding: str
    holder: str
    amount: Money
    reason: WriteOffReason
    persons: tuple[str, ...]
    written_ms: int
    reversed_ms: int | None = None
