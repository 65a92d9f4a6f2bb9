"""What may be asked about payment of the debts: the holder's receipt, the bank's statement.

A payment needs proof by somebody other than the payer: what an obligor says about its own
payments is a claim and discharges nothing. Sealed are amounts, references and what tells who
deals with whom.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.burdens.commands import Part
from ledger.model.kinds import Amount, Confidential, Digest, Id, Length, Reference


class ReturnReason(Enum):
    """Why money did not arrive or went back (ISO 20022 ExternalReturnReason1Code beside it)."""

    ACCOUNT_WRONG = "account_wrong"  # AC01
    ACCOUNT_CLOSED = "account_closed"  # AC04
    ACCOUNT_BLOCKED = "account_blocked"  # AC06
    NAME_DIFFERS = "name_differs"  # BE01
    RECALLED = "recalled"  # FOCR
    DUPLICATE = "duplicate"  # DUPL
    FRAUD = "fraud"  # FRAD
    BY_ORDER = "by_order"  # LEGL
    OTHER = "other"  # NARR

    @property
    def iso20022(self) -> str:
        """The code of ISO 20022's external code list for returns."""
        return _RETURNS[self]


_RETURNS = dict(
    zip(
        ReturnReason,
        ("AC01", "AC04", "AC06", "BE01", "FOCR", "DUPL", "FRAD", "LEGL", "NARR"),
        strict=True,
    )
)


class ReceivePayment(Struct, frozen=True, kw_only=True, gc=False):
    """The holder has received `amount` on its holding, credited on `value_date`.

    `reference` is the holder's own. With `principal_first` it agrees that the payment reduces the
    principal before costs and late interest (Civil Code 561 lets the sides agree so).
    `instruction` is the obligor's order that the money came by.
    """

    holding: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]
    principal_first: bool = False
    instruction: Id | None = None


class AttestPayment(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that `payer`, the obligor, paid `amount` to the holder's `account`.

    `reference` is the bank's own for the statement line; it serves as evidence once.
    """

    holding: Id
    payer: Confidential[Id]
    account: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]
    instruction: Id | None = None


class Leg(Struct, frozen=True, kw_only=True, gc=False):
    """What the paying agent passed on to one holder. Each amount has its own salt."""

    holding: Id
    account: Id
    amount: Confidential[Amount]


class DistributePayment(Struct, frozen=True, kw_only=True, gc=False):
    """The paying agent that the acknowledgement names has passed a payment on to holders.

    All legs are on holdings of `receivable`, each holding once; eighty with four signatures fit
    an entry.
    """

    receivable: Id
    legs: Annotated[tuple[Leg, ...], Length(1, 80)]
    value_date: date
    reference: Confidential[Reference]


class ExecuteFreeze(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that `payer`, the obligor, paid to the court what a freeze took (协助执行).

    `order` is the digest of the court's order to pay; `parts` are of holdings of one receivable.
    So much is paid of the debt as if its holder, whose debts it pays, had got it.
    """

    freeze: Id
    payer: Confidential[Id]
    order: Digest
    parts: Annotated[tuple[Part, ...], Length(1, 80)]
    value_date: date
    reference: Confidential[Reference]


class ReversePayment(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever proved a payment states that its money went back on `value_date`: it never counted.

    `reference` is of the line with which it went back.
    """

    payment: Id
    reason: ReturnReason
    value_date: date
    reference: Confidential[Reference]


class InstructPayment(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor has told its bank to pay a holder: a claim, which discharges nothing.

    `replaces` is an instruction that came back.
    """

    holding: Id
    account: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]
    replaces: Id | None = None


class BouncePayment(Struct, frozen=True, kw_only=True, gc=False):
    """A bank other than the payer states that an instructed payment came back unpaid."""

    instruction: Id
    reason: ReturnReason
    reference: Confidential[Reference]


class ReportMisdirected(Struct, frozen=True, kw_only=True, gc=False):
    """Money for a holding reached `payee`, who does not hold it: said by the payee, or a bank.

    It discharges nothing: whoever got it owes it to the holder, or gives it back.
    """

    holding: Id
    payee: Confidential[Id]
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


class TurnOver(Struct, frozen=True, kw_only=True, gc=False):
    """The holder has received misdirected money from whoever got it: now it is paid."""

    misdirected: Id
    value_date: date
    reference: Confidential[Reference]


class ReturnMisdirected(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor has its misdirected money back: nothing was paid."""

    misdirected: Id
    value_date: date
    reference: Confidential[Reference]


class AdmitCosts(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor owes a holder the costs of pursuing the debt, by agreement or judgment.

    `evidence` is the digest of the bill or judgment. They are paid before interest (561).
    """

    holding: Id
    amount: Confidential[Amount]
    evidence: Digest


class SignRedemption(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor confirms whom it pays on the day of payment: the redemption list (兑付清单).

    `list` is the SHA-256 of the list as `ledger.settlement.redeeming` writes it, `total` its sum.
    Who is on it was fixed on the record date.
    """

    receivable: Id
    list: Confidential[Digest]
    total: Confidential[Amount]


class ReceiveSurplus(Struct, frozen=True, kw_only=True, gc=False):
    """The seller has received what a financing with recourse had left for it (Civil Code 766)."""

    financing: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


Command = (
    ReceivePayment
    | AttestPayment
    | DistributePayment
    | ExecuteFreeze
    | ReversePayment
    | InstructPayment
    | BouncePayment
    | ReportMisdirected
    | TurnOver
    | ReturnMisdirected
    | AdmitCosts
    | SignRedemption
    | ReceiveSurplus
)
