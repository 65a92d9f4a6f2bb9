"""What then is true about the rules in force."""

from __future__ import annotations

from ledger.model.jwk import Jwk
from ledger.model.records import Effect
from ledger.policy.commands import AdoptPolicy


class LedgerOpened(Effect, frozen=True, kw_only=True):
    """The log exists: its name, its kind and the law's clock are fixed for ever."""

    origin: str
    operator: str
    suite: str
    time_zone: str
    sandbox: bool
    rules: int
    predecessor: str | None
    log_key: Jwk


class LogKeyRotated(Effect, frozen=True, kw_only=True):
    """The log signs with this key, too, from the checkpoint of entry `since` on."""

    kid: str
    key: Jwk
    since: int


class LogKeyRetired(Effect, frozen=True, kw_only=True):
    """The log signs with this key no more, from the checkpoint of entry `until` on."""

    kid: str
    until: int


class PolicyAdopted(Effect, frozen=True, kw_only=True):
    """This policy is in force from the next entry on."""

    policy: AdoptPolicy


class RulesAdopted(Effect, frozen=True, kw_only=True):
    """These rules are in force from the next entry on."""

    number: int


Event = LedgerOpened | LogKeyRotated | LogKeyRetired | PolicyAdopted | RulesAdopted
