"""Records of conduct: suspensions, licences, screenings, insolvencies."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from msgspec import Struct

from ledger.conduct.commands import ScreeningResult
from ledger.parties.commands import Role


class Suspension(Struct, frozen=True, kw_only=True, gc=False):
    """A party's newest suspension; in force until it is reinstated. `id` is the party's."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    by: str
    reason: str
    evidence: str
    since_ms: int
    until_ms: int | None = None

    @property
    def in_force(self) -> bool:
        """Whether the party is suspended now."""
        return self.until_ms is None


class Licence(Struct, frozen=True, kw_only=True, gc=False):
    """A licence as it is on record; `ended_on` is the day from which on it was withdrawn."""

    PREFIX: ClassVar[str] = "lic"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",),)

    id: str
    last_seq: int = -1
    party: str
    role: Role
    number: str
    authority: str
    valid_from: date
    valid_until: date
    evidence: str
    by: str
    ended_on: date | None = None

    def in_force(self, today: date) -> bool:
        """Whether it holds on this civil day."""
        ended = self.ended_on is not None and self.ended_on <= today
        return not ended and self.valid_from <= today <= self.valid_until


class Screening(Struct, frozen=True, kw_only=True, gc=False):
    """What a list said of a party; `current` for its newest one."""

    PREFIX: ClassVar[str] = "scr"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",), ("party", "current"))

    id: str
    last_seq: int = -1
    party: str
    provider: str
    list_date: date
    result: ScreeningResult
    report: str
    current: bool = True


class Insolvency(Struct, frozen=True, kw_only=True, gc=False):
    """A party's newest insolvency. `id` is the party's.

    On `day` its debts are payable, and interest on them stops.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    court: str
    case: str
    day: date
    evidence: str
    by: str
    declared_ms: int
    ended_on: date | None = None

    @property
    def in_force(self) -> bool:
        """Whether the proceedings go on."""
        return self.ended_on is None
