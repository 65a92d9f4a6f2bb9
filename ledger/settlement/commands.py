"""What may be asked about payment of the debts: the holder's receipt, the bank's statement.

A payment needs proof by somebody other than the payer: what an obligor says about its own
payments is a claim and no command here. Sealed are amounts and references.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import Amount, Confidential, Id, Length, Reference


class ReceivePayment(Struct, frozen=True, kw_only=True, gc=False):
    """The holder has received `amount` on its holding, credited on `value_date`.

    `reference` is the holder's own.
    """

    holding: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


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


Command = ReceivePayment | AttestPayment | DistributePayment
