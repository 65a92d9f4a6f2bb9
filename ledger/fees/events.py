"""What then is true about fees."""

from __future__ import annotations

from ledger.model.records import Effect
from ledger.money import Money


class FeeCharged(Effect, frozen=True, kw_only=True):
    """`bearer` owes `by` the fee on `base`; together with what was charged before `allowed`."""

    fee: str
    line: str
    base: str
    bearer: str
    amount: Money
    allowed: Money
    by: str
    at_ms: int


class FeeWaived(Effect, frozen=True, kw_only=True):
    """The fee is not owed any more."""

    fee: str


Event = FeeCharged | FeeWaived
