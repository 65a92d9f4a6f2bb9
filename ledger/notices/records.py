"""The records of this module: designations, notices, searches, filings, asserted interests."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from ledger.money import Money
from ledger.notices.commands import InterestKind
from ledger.notices.events import Arrival


class Designation(Struct, frozen=True, kw_only=True, gc=False):
    """The time in which an obligor receives its notices by entry here: [since, until)."""

    PREFIX: ClassVar[str] = "dsg"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("obligor",),)
    FIXED: ClassVar[tuple[str, ...]] = ("obligor",)

    id: str
    last_seq: int = -1
    obligor: str
    declaration: str
    since_ms: int
    until_ms: int | None = None

    def covers(self, at_ms: int) -> bool:
        """Whether a notice of this instant arrives with its entry."""
        return self.since_ms <= at_ms and (self.until_ms is None or at_ms < self.until_ms)


class Notice(Struct, frozen=True, kw_only=True, gc=False):
    """A notice of assignment (转让通知), and when it reached the obligor (None: not known).

    `since_ms` is when the assignment was made, `given_ms` when it was entered here.
    """

    PREFIX: ClassVar[str] = "ntc"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("basis",), ("obligor",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "basis", "obligor")

    id: str
    last_seq: int = -1
    holding: str
    basis: str
    obligor: str
    assignor: str
    assignee: str
    as_factor: bool
    account: str
    vouchers: tuple[str, ...] = ()
    since_ms: int
    given_by: str
    given_ms: int
    arrived_ms: int | None = None
    how: Arrival | None = None
    attested_by: str | None = None
    evidence: str | None = None
    withdrawn_ms: int | None = None


class Search(Struct, frozen=True, kw_only=True, gc=False):
    """What a search of the registry showed. It never changes."""

    PREFIX: ClassVar[str] = "sea"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("searcher",), ("searcher", "creditor"))

    id: str
    last_seq: int = -1
    searcher: str
    registry_code: str
    creditor: str
    obligor: str | None = None
    searched_ms: int
    result: str
    found: tuple[str, ...] = ()
    recorded_ms: int


class Filing(Struct, frozen=True, kw_only=True, gc=False):
    """What stands in the registry (登记), by the word of its filer and the certificate's digest.

    `over` is a holding, a receivable, or the grantor, whose claims (on `obligor`, or on anyone)
    are all meant. Rank follows `filed_ms`, the registry's own time; `recorded_ms` is ours.
    """

    PREFIX: ClassVar[str] = "fil"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("over",),
        ("secured",),
        ("grantor",),
        ("registry_code", "number"),
    )
    FIXED: ClassVar[tuple[str, ...]] = ("over", "secured", "grantor", "registry_code", "number")

    id: str
    last_seq: int = -1
    secured: str
    registry_code: str
    number: str
    kind: InterestKind
    grantor: str
    over: str
    obligor: str | None = None
    amount: Money | None = None
    share_ppm: int | None = None
    filed_ms: int
    expires_ms: int
    description: str
    certificate: str
    recorded_ms: int
    discharged_ms: int | None = None

    def is_live(self, at_ms: int) -> bool:
        """Whether it stands in the registry at this instant: filed, not expired or discharged."""
        return self.filed_ms <= at_ms < self.expires_ms and not self.is_discharged(at_ms)

    def is_discharged(self, at_ms: int) -> bool:
        """Whether its filer took it out of the registry before this instant."""
        return self.discharged_ms is not None and self.discharged_ms <= at_ms


class Assertion(Struct, frozen=True, kw_only=True, gc=False):
    """A right in a holding that was given outside this ledger, by the word of its claimant."""

    PREFIX: ClassVar[str] = "int"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("claimant",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "claimant")

    id: str
    last_seq: int = -1
    claimant: str
    holding: str
    kind: InterestKind
    grantor: str
    since_ms: int
    due: Money
    amount: Money | None = None
    share_ppm: int | None = None
    evidence: str
    asserted_ms: int
    withdrawn_ms: int | None = None
