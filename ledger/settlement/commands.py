"""What may be asked about payment of the debts: the holder's receipt, the bank's statement.

A payment needs proof by somebody other than the payer: what an obligor says about its own
payments is a claim and no command here. Sealed are amounts and references.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from ledger.model.kinds import Amount, Confidential, Id, Length, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePayment:
    """The holder has received `amount` on its holding, credited on `value_date`.

    `reference` is the holder's own.
    """

    holding: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestPayment:
    """A bank states that `payer`, the obligor, paid `amount` to the holder's `account`.

    `reference` is the bank's own for the statement line; it serves as evidence once.
    """

    holding: Id
    payer: Confidential[Id]
    account: Id
    amount: Confidential[Amount]
    value_date: date
    reference: Confidential[Reference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What the paying agent passed on to one holder. Each amount has its own salt."""

    holding: Id
    account: Id
    amount: Confidential[Amount]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributePayment:
    """The paying agent that the acknowledgement names has passed a payment on to holders.

    All legs are on holdings of `receivable`, each holding once; eighty with four signatures fit
    an entry.
    """

    receivable: Id
    legs: Annotated[tuple[Leg, ...], Length(1, 80)]
    value_date: date
    reference: Confidential[Reference]


Command = ReceivePayment | AttestPayment | DistributePayment
