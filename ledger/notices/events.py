"""What then is true about notices, the registry, and interests from elsewhere."""

from __future__ import annotations

from enum import Enum

from ledger.model.records import Effect
from ledger.money import Money
from ledger.notices.commands import InterestKind


class Arrival(Enum):
    """How it is known that a notice reached the obligor."""

    ENTRY = "entry"
    """It was entered into the system that the obligor had designated."""
    RECEIPT = "receipt"
    """The obligor signed for it."""
    DELIVERY = "delivery"
    """A bank or the operator attested the delivery."""


class ReceiverDesignated(Effect, frozen=True, kw_only=True):
    """Notices to `obligor` arrive with their entry."""

    designation: str
    obligor: str
    declaration: str
    at_ms: int


class ReceiverRevoked(Effect, frozen=True, kw_only=True):
    """Later notices do not."""

    designation: str
    at_ms: int


class NoticeGiven(Effect, frozen=True, kw_only=True):
    """The obligor is told that the holding is the assignee's (see `GiveNotice`).

    `since_ms` is when the assignment was made, `as_factor` whether the assignee is a factor.
    """

    notice: str
    holding: str
    basis: str
    obligor: str
    assignor: str
    assignee: str
    as_factor: bool
    account: str
    vouchers: tuple[str, ...]
    since_ms: int
    by: str
    at_ms: int


class NoticeArrived(Effect, frozen=True, kw_only=True):
    """The notice reached the obligor at `arrived_ms`, by the word of `by`."""

    notice: str
    arrived_ms: int
    how: Arrival
    by: str
    evidence: str | None


class NoticeWithdrawn(Effect, frozen=True, kw_only=True):
    """The assignee took the notice back."""

    notice: str
    at_ms: int


class RegistrySearched(Effect, frozen=True, kw_only=True):
    """`searcher` has seen what the registry shows (see `RecordSearch`)."""

    search: str
    searcher: str
    registry_code: str
    creditor: str
    obligor: str | None
    searched_ms: int
    result: str
    found: tuple[str, ...]
    at_ms: int


class FilingRecorded(Effect, frozen=True, kw_only=True):
    """`secured` has filed (see `RecordFiling`); `over` is a holding, a receivable, or the grantor
    itself where all its claims are meant.
    """

    filing: str
    secured: str
    registry_code: str
    number: str
    kind: InterestKind
    grantor: str
    over: str
    obligor: str | None
    amount: Money | None
    share_ppm: int | None
    filed_ms: int
    expires_ms: int
    description: str
    certificate: str
    at_ms: int


class FilingRenewed(Effect, frozen=True, kw_only=True):
    """The filing lasts until `expires_ms`."""

    filing: str
    expires_ms: int
    certificate: str


class FilingDischarged(Effect, frozen=True, kw_only=True):
    """The filing is none from `discharged_ms` on."""

    filing: str
    discharged_ms: int
    certificate: str


class InterestAsserted(Effect, frozen=True, kw_only=True):
    """`claimant` has a right in the holding by its own word (see `AssertInterest`)."""

    interest: str
    claimant: str
    holding: str
    kind: InterestKind
    grantor: str
    since_ms: int
    due: Money
    amount: Money | None
    share_ppm: int | None
    evidence: str
    at_ms: int


class InterestWithdrawn(Effect, frozen=True, kw_only=True):
    """The claimant no longer asserts it."""

    interest: str
    at_ms: int


Event = (
    ReceiverDesignated
    | ReceiverRevoked
    | NoticeGiven
    | NoticeArrived
    | NoticeWithdrawn
    | RegistrySearched
    | FilingRecorded
    | FilingRenewed
    | FilingDischarged
    | InterestAsserted
    | InterestWithdrawn
)
