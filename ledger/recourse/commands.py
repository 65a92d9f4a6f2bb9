"""What may be asked when a debt is not paid: recourse, default, recovery from others, write-off.

Whoever got a holding with recourse may turn to who sold it, as well as to the obligor (Civil Code
766). Money is proven as everywhere: by the payee's receipt, or by a bank that is not the payer.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from msgspec import Struct

from ledger.model.kinds import Amount, Confidential, Digest, Id, Reference


class RecourseGround(Enum):
    """Why a holder turns to who sold it the debt."""

    OVERDUE = "overdue"
    INSOLVENCY = "insolvency"
    DILUTION = "dilution"  # reduced, disputed, or its invoice red-lettered
    BREACH = "breach"  # title was bad: by the evidence named


class NoticeRecourse(Struct, frozen=True, kw_only=True, gc=False):
    """The holder claims `amount`, counted to the end of `day`, from who sold it the holding.

    It is exactly what `ledger.recourse.amounts` counts. `evidence` is the digest of what shows the
    ground; a breach needs one.
    """

    holding: Id
    ground: RecourseGround
    day: date
    amount: Confidential[Amount]
    evidence: Digest | None = None


class ReceiveRecourse(Struct, frozen=True, kw_only=True, gc=False):
    """The holder has received `amount` from who sold it the holding, credited on `value_date`."""

    recourse: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class AttestRecourse(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that who sold the holding paid `amount` to the holder's `account`.

    `reference` is the bank's own for the statement line; it serves as evidence once.
    """

    recourse: Id
    account: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class ReturnRecourse(Struct, frozen=True, kw_only=True, gc=False):
    """Who had paid by recourse has back `amount` that the obligor's payments made too much."""

    recourse: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class EndRecourse(Struct, frozen=True, kw_only=True, gc=False):
    """Nothing is claimed any more, and title goes back if money was paid for it.

    By either side once nothing is due; by the holder before, while nothing was paid: then it takes
    its notice back.
    """

    recourse: Id


class DefaultGround(Enum):
    """Why a holder declares that the obligor is in default."""

    OVERDUE = "overdue"  # by as many days as the policy says
    INSOLVENCY = "insolvency"


class DeclareDefault(Struct, frozen=True, kw_only=True, gc=False):
    """The holder says that the obligor is in default: a flag, by which no right changes."""

    holding: Id
    ground: DefaultGround


class LiftDefault(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever declared a default says so no longer: it was paid, or a mistake."""

    default: Id


class RecoverySource(Enum):
    """Why somebody pays a holder who neither owes the debt nor sold it."""

    GUARANTOR = "guarantor"
    INSURER = "insurer"
    SECURITY_OF_OTHERS = "security_of_others"  # what was sold was not the obligor's
    ESTATE_OF_SELLER = "estate_of_seller"
    OTHER = "other"


class RecoverDebt(Struct, frozen=True, kw_only=True, gc=False):
    """The holder has received `amount` on its holding from `payer`, who answers for the debt.

    The obligor owes it as before: what `payer` has paid it may claim from it (Civil Code 700,
    Insurance Law 60), outside this ledger. Obligor and seller pay by acts of their own.
    """

    holding: Id
    source: RecoverySource
    payer: Confidential[Id]
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class AttestRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that `payer`, who answers for the debt, paid the holder's `account` `amount`.

    `reference` is the bank's own for the statement line; it serves as evidence once.
    """

    holding: Id
    source: RecoverySource
    payer: Confidential[Id]
    account: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class ReturnRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever had paid has back `amount` that later payments made too much.

    It may come from whoever holds the debt now. Who paid last is first to have back.
    """

    recovery: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class WriteOffReason(Enum):
    """Why a holder no longer expects money in its books."""

    INSOLVENCY = "insolvency"
    UNCOLLECTABLE = "uncollectable"
    LIMITATION = "limitation"
    FRAUD = "fraud"
    OTHER = "other"


class WriteOffDebt(Struct, frozen=True, kw_only=True, gc=False):
    """The holder no longer expects `amount` of what it is owed; the obligor owes it as before.

    Always signed by two people at least, whatever the holder's approval rule says.
    """

    holding: Id
    amount: Confidential[Amount]
    reason: WriteOffReason


class ReverseWriteOff(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever wrote it off expects the money again; two people sign this, too."""

    write_off: Id


Command = (
    NoticeRecourse
    | ReceiveRecourse
    | AttestRecourse
    | ReturnRecourse
    | EndRecourse
    | DeclareDefault
    | LiftDefault
    | RecoverDebt
    | AttestRecovery
    | ReturnRecovery
    | WriteOffDebt
    | ReverseWriteOff
)
