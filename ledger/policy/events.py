"""What then is true about the rules in force."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.policy.commands import AdoptPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOpened:
    """The log exists: its name, its kind and the law's clock are fixed for ever."""

    origin: str
    operator: str
    suite: str
    time_zone: str
    sandbox: bool
    rules: int
    predecessor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAdopted:
    """This policy is in force from the next entry on."""

    policy: AdoptPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesAdopted:
    """These rules are in force from the next entry on."""

    number: int


Event = LedgerOpened | PolicyAdopted | RulesAdopted
