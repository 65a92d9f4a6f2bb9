"""What then is true about debts that are not paid. What follows for holdings is told below."""

from __future__ import annotations

from datetime import date

from ledger.financing.events import Evidence
from ledger.model.records import Effect
from ledger.money import Money
from ledger.recourse.commands import (
    DefaultGround,
    RecourseGround,
    RecoverySource,
    WriteOffReason,
)


class RecourseNoticed(Effect, frozen=True, kw_only=True):
    """`claimant` turns to `liable`, by the financing or transfer `under`, for `claimed`.

    `received` is what it had got on the holding by then from others.
    """

    recourse: str
    holding: str
    under: str
    claimant: str
    liable: str
    ground: RecourseGround
    day: date
    claimed: Money
    received: Money
    evidence: str | None
    at_ms: int


class RecoursePaid(Effect, frozen=True, kw_only=True):
    """Who is liable has paid `amount`, by the word of `by`."""

    payment: str
    recourse: str
    payer: str
    payee: str
    account: str | None
    amount: Money
    value_date: date
    evidence: Evidence
    reference: str
    by: str
    at_ms: int


class RecourseMet(Effect, frozen=True, kw_only=True):
    """Nothing is due any more; `repurchased` says whether title went back."""

    recourse: str
    repurchased: bool
    at_ms: int


class RecourseWithdrawn(Effect, frozen=True, kw_only=True):
    """The claimant took its notice back."""

    recourse: str
    at_ms: int


class RecourseReturned(Effect, frozen=True, kw_only=True):
    """Who had paid has `amount` back."""

    recourse: str
    amount: Money
    value_date: date
    reference: str


class DefaultDeclared(Effect, frozen=True, kw_only=True):
    """`holder` says that `obligor` is in default on a holding."""

    default: str
    holding: str
    holder: str
    obligor: str
    ground: DefaultGround
    at_ms: int


class DefaultLifted(Effect, frozen=True, kw_only=True):
    """It says so no longer."""

    default: str
    at_ms: int


class DebtRecovered(Effect, frozen=True, kw_only=True):
    """`payer`, who neither owes nor sold it, has paid `payee` `amount`, by the word of `by`."""

    recovery: str
    holding: str
    source: RecoverySource
    payer: str
    payee: str
    account: str | None
    amount: Money
    value_date: date
    evidence: Evidence
    reference: str
    by: str
    at_ms: int


class RecoveryReturned(Effect, frozen=True, kw_only=True):
    """Who had paid has `amount` back."""

    recovery: str
    amount: Money
    value_date: date
    reference: str


class DebtWrittenOff(Effect, frozen=True, kw_only=True):
    """`holder` no longer expects `amount`, by the signatures of `persons`; the claim stands."""

    write_off: str
    holding: str
    holder: str
    amount: Money
    reason: WriteOffReason
    persons: tuple[str, ...]
    at_ms: int


class WriteOffReversed(Effect, frozen=True, kw_only=True):
    """The money is expected again."""

    write_off: str
    at_ms: int


Event = (
    RecourseNoticed
    | RecoursePaid
    | RecourseMet
    | RecourseWithdrawn
    | RecourseReturned
    | DefaultDeclared
    | DefaultLifted
    | DebtRecovered
    | RecoveryReturned
    | DebtWrittenOff
    | WriteOffReversed
)
