"""What may be asked about groups and quotas. Sealed are amounts and who belongs to whom."""

from __future__ import annotations

from msgspec import Struct

from ledger.model.kinds import AmountOrZero, Confidential, Currency, Id
from ledger.money import UNBOUNDED, Stake


class JoinGroup(Struct, frozen=True, kw_only=True, gc=False):
    """A subsidiary names its parent, which from then on sets its quotas in its place."""

    parent: Confidential[Id]


class ReleaseMember(Struct, frozen=True, kw_only=True, gc=False):
    """The parent lets a subsidiary go; its quotas stay until it changes them itself."""

    member: Confidential[Id]


class SetQuota(Struct, frozen=True, kw_only=True, gc=False):
    """At most so much may `obligor` owe at a time in `currency`: to `creditor`, or in all.

    The quota revolves: what is paid is free again. Debts that are there already stay. Without
    `obligor` it is the signer's own; without `amount` there is no quota any more.
    """

    currency: Currency
    obligor: Confidential[Id] | None = None
    creditor: Confidential[Id] | None = None
    amount: Confidential[AmountOrZero] | None = None


Command = JoinGroup | ReleaseMember | SetQuota


def stake_of(command: Command) -> Stake | None:
    """The amount by which approval tiers judge: the quota that is set; unbounded without one."""
    return (command.amount or UNBOUNDED) if isinstance(command, SetQuota) else None
