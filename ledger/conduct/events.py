"""What then is true about a party's standing in business."""

from __future__ import annotations

from datetime import date

from ledger.conduct.commands import ScreeningResult
from ledger.model.records import Effect
from ledger.parties.commands import Role


class PartySuspended(Effect, frozen=True, kw_only=True):
    """A party begins nothing new, by the word of `by`."""

    party: str
    by: str
    reason: str
    evidence: str
    at_ms: int


class PartyReinstated(Effect, frozen=True, kw_only=True):
    """A party may begin again."""

    party: str
    by: str
    reason: str
    evidence: str
    at_ms: int


class LicenceRecorded(Effect, frozen=True, kw_only=True):
    """A party is licensed to act as `role` on each day from `valid_from` to `valid_until`."""

    licence: str
    party: str
    role: Role
    number: str
    authority: str
    valid_from: date
    valid_until: date
    evidence: str
    by: str


class LicenceEnded(Effect, frozen=True, kw_only=True):
    """A licence holds no longer, from the day `on`."""

    licence: str
    on: date
    reason: str


class PartyScreened(Effect, frozen=True, kw_only=True):
    """What a list says of a party; what was said before counts no more."""

    screening: str
    party: str
    provider: str
    list_date: date
    result: ScreeningResult
    report: str


class InsolvencyDeclared(Effect, frozen=True, kw_only=True):
    """Proceedings over a party were opened on `day`."""

    party: str
    court: str
    case: str
    day: date
    evidence: str
    by: str
    at_ms: int


class InsolvencyEnded(Effect, frozen=True, kw_only=True):
    """The proceedings over a party are over, since the day `on`."""

    party: str
    on: date
    evidence: str
    by: str


Event = (
    PartySuspended
    | PartyReinstated
    | LicenceRecorded
    | LicenceEnded
    | PartyScreened
    | InsolvencyDeclared
    | InsolvencyEnded
)
