"""What may be asked about fees. A fee is recorded here; its payment is no principal leg."""

from __future__ import annotations

from msgspec import Struct

from ledger.model.kinds import Amount, Code, Confidential, Id


class ChargeFee(Struct, frozen=True, kw_only=True, gc=False):
    """Charge `amount` under a line of the fee schedule in force, on one financing or holding.

    The line says who bears it and how much it may be: on a holding and its financing together. A
    financier charges on its own financings, the operator on any financing or holding.
    """

    line: Code
    base: Id
    amount: Confidential[Amount]


class WaiveFee(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever charged a fee does without it: it can be charged anew within the schedule."""

    fee: Id


Command = ChargeFee | WaiveFee
