"""What may be asked when a debt is not paid: recourse against who sold it.

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
    | WriteOffDebt
    | ReverseWriteOff
)
