"""The records of this module: programmes, requests, offers, financings, exposures."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from ledger.dates import DayCount
from ledger.financing.events import Evidence
from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.commands import Recourse


class ProgrammeState(StrEnum):
    """Whether a programme still takes offers and acceptances."""

    OPEN = "open"
    CLOSED = "closed"


class RequestState(StrEnum):
    """Where a request stands; it also ends with its latest date and with its holder's title."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    FULFILLED = "fulfilled"


class OfferState(StrEnum):
    """Whether a standing offer was taken back; it also ends at `valid_until_ms`."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class FinancingState(StrEnum):
    """Where a financing stands. `ACCEPTED` also ends with its lock; the last five are final."""

    ACCEPTED = "accepted"
    INSTRUCTED = "instructed"
    ACTIVE = "active"
    FAILED = "failed"
    RELEASED = "released"
    LAPSED = "lapsed"
    REPAID = "repaid"
    REPURCHASED = "repurchased"


class Programme(Struct, frozen=True, kw_only=True, gc=False):
    """What a financier funds (see `OpenProgramme`); no obligor named means anybody's debts."""

    PREFIX: ClassVar[str] = "prg"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("financier",),)

    id: str
    last_seq: int = -1
    financier: str
    name: str
    currency: str
    minimum_assurance: Assurance
    obligors: tuple[str, ...]
    limit_obligor: Money
    limit_total: Money
    max_tenor_days: int
    state: ProgrammeState = ProgrammeState.OPEN


class Request(Struct, frozen=True, kw_only=True, gc=False):
    """A holder's wish for an offer."""

    PREFIX: ClassVar[str] = "req"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("holder",))

    id: str
    last_seq: int = -1
    holder: str
    holding: str
    latest: date
    min_net: Money | None = None
    state: RequestState = RequestState.OPEN


class Offer(Struct, frozen=True, kw_only=True, gc=False):
    """A financier's standing offer; anybody may accept it who has a fitting holding."""

    PREFIX: ClassVar[str] = "off"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("financier",), ("programme",))

    id: str
    last_seq: int = -1
    financier: str
    programme: str
    rate_ppm: int
    valid_until_ms: int
    recourse: Recourse
    max_amount: Money | None = None
    obligors: tuple[str, ...] = ()
    proposal: str
    persons: tuple[str, ...] = ()
    state: OfferState = OfferState.OPEN

    def is_live(self, at_ms: int) -> bool:
        """Whether it may be accepted at this instant, its programme permitting."""
        return self.state is OfferState.OPEN and at_ms < self.valid_until_ms


class Financing(Struct, frozen=True, kw_only=True, gc=False):
    """The sale of one holding to a financier, from acceptance to the last unit collected.

    `accepted_ms` is when the contract was made, `active_ms` when title moved. `lock_lapses_ms`
    is None once an advance is instructed; `filing` is the registry filing it relied on, where the
    policy asks for one. `collected` is what the obligor has paid of `face`, `reduced` what the
    financier gave up of it with its signature.
    `alerts` are those that were open at acceptance, all cleared by the financier.
    """

    PREFIX: ClassVar[str] = "fin"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("holding",),
        ("financier",),
        ("holder",),
        ("programme", "state"),
        ("financier", "obligor", "state"),
    )
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "holder")

    id: str
    last_seq: int = -1
    holding: str
    offer: str
    programme: str
    financier: str
    holder: str
    obligor: str
    face: Money
    price: Money
    discount: Money
    rate_ppm: int
    day_count: DayCount = DayCount.ACT_360
    value_date: date
    due: date
    days: int
    recourse: Recourse
    account: str
    proposal: str
    state: FinancingState = FinancingState.ACCEPTED
    lock_lapses_ms: int | None = None
    accepted_ms: int
    instructed_ms: int | None = None
    reference: str | None = None
    filing: str | None = None
    evidence: Evidence | None = None
    attested_by: str | None = None
    paid_on: date | None = None
    active_ms: int | None = None
    collected: Money
    reduced: Money
    alerts: tuple[str, ...] = ()

    def has_lapsed(self, at_ms: int) -> bool:
        """Whether nothing was instructed while its lock lasted, stated already or not."""
        return self.state is FinancingState.LAPSED or (
            self.state is FinancingState.ACCEPTED
            and self.lock_lapses_ms is not None
            and self.lock_lapses_ms <= at_ms
        )

    @property
    def exposure(self) -> Money:
        """What it counts against limits, as the record has it: the face that is still owed."""
        if self.state in _EXPOSED:
            return self.face - self.collected - self.reduced
        return Money(0, self.face.currency)


_EXPOSED = (FinancingState.ACCEPTED, FinancingState.INSTRUCTED, FinancingState.ACTIVE)


class Exposure(Struct, frozen=True, kw_only=True, gc=False):
    """The sum of `Financing.exposure` over one obligor, or over one programme.

    `id` is ``financier:obligor:currency`` or the programme's id. Locks whose time is over are in
    it until their lapse is stated; decisions leave them out.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    amount: Money


class StatementLine(Struct, frozen=True, kw_only=True, gc=False):
    """A bank's statement line that serves as evidence. `id` is ``bank:reference``."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("used_for",),)

    id: str
    last_seq: int = -1
    used_for: str


def exposure_id(financier: str, obligor: str, currency: str) -> str:
    """The id of a financier's exposure to an obligor in a currency."""
    return f"{financier}:{obligor}:{currency}"
