"""What then is true about groups and quotas."""

from __future__ import annotations

from ledger.model.records import Effect
from ledger.money import Money


class GroupJoined(Effect, frozen=True, kw_only=True):
    """`member` is a subsidiary of `parent`, by its own word."""

    member: str
    parent: str


class MemberReleased(Effect, frozen=True, kw_only=True):
    """`member` is no subsidiary any more, by its parent's word."""

    member: str


class QuotaSet(Effect, frozen=True, kw_only=True):
    """`obligor` may owe `amount` (None: any) in `currency` to `creditor` (None: in all)."""

    obligor: str
    creditor: str | None
    currency: str
    amount: Money | None
    by: str


Event = GroupJoined | MemberReleased | QuotaSet
