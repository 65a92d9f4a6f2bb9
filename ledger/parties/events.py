"""What then is true about parties, keys, people and approval."""

from __future__ import annotations

from datetime import date

from ledger.model.jwk import Jwk
from ledger.model.records import Effect
from ledger.money import Money
from ledger.parties.commands import Assurance, Identifier, NewKey, Notice, Role, Tier


class PartyEnrolled(Effect, frozen=True, kw_only=True):
    """A party exists. What is personal is only a digest here."""

    party: str
    natural: bool
    roles: tuple[Role, ...]
    evidence: str
    country: str | None
    name: str | None
    identifiers: tuple[Identifier, ...]
    person_name: str | None
    person_identifier: str | None
    token: str | None


class RolesAssigned(Effect, frozen=True, kw_only=True):
    """A party has exactly these roles."""

    party: str
    roles: tuple[Role, ...]


class KeyBound(Effect, frozen=True, kw_only=True):
    """A key belongs to a person of a party, in force from `from_ms` on."""

    kid: str
    party: str
    person: str
    key: Jwk
    assurance: Assurance
    evidence: str
    from_ms: int


class KeyEnds(Effect, frozen=True, kw_only=True):
    """A key is in force only before `until_ms`."""

    kid: str
    until_ms: int
    reason: str


class KeyAttested(Effect, frozen=True, kw_only=True):
    """A key's assurance is higher, on this evidence."""

    kid: str
    assurance: Assurance
    evidence: str
    by: str


class ApprovalSet(Effect, frozen=True, kw_only=True):
    """A party's approval rule is this."""

    party: str
    tiers: tuple[Tier, ...]


class AccountAdded(Effect, frozen=True, kw_only=True):
    """A party wants to be paid here."""

    account: str
    party: str
    number: str
    bank: str
    currency: str


class DelegationGranted(Effect, frozen=True, kw_only=True):
    """A key signs these acts alone, within these amounts, before `until_ms`."""

    delegation: str
    party: str
    kid: str
    acts: tuple[str, ...]
    per_act: Money | None
    per_day: Money | None
    until_ms: int


class DelegationUsed(Effect, frozen=True, kw_only=True):
    """On the civil day `day` acts over `used` in sum are signed under a delegation."""

    delegation: str
    day: date
    used: Money


class DelegationEnded(Effect, frozen=True, kw_only=True):
    """A delegation holds only before `until_ms`."""

    delegation: str
    until_ms: int


class RecoveryOpened(Effect, frozen=True, kw_only=True):
    """`keys`, known as well as `assurance` says, shall replace all of the party's but `keeps`.

    Whoever `by` is may complete it from `from_ms` on and before `until_ms`.
    """

    recovery: str
    party: str
    by: str
    keys: tuple[NewKey, ...]
    keeps: tuple[str, ...]
    assurance: Assurance
    evidence: str
    from_ms: int
    until_ms: int


class RecoveryVetoed(Effect, frozen=True, kw_only=True):
    """A key of the party stopped its recovery."""

    recovery: str
    reason: str


class RecoveryCompleted(Effect, frozen=True, kw_only=True):
    """The recovery is done, by the word of `by`; keys that end and begin follow."""

    recovery: str
    by: str


class ContactSet(Effect, frozen=True, kw_only=True):
    """A party is told `notices` at `address`; until `earlier_until_ms` at `earlier`, too."""

    party: str
    address: str
    notices: tuple[Notice, ...]
    earlier: str | None
    earlier_until_ms: int


class ManifestSigned(Effect, frozen=True, kw_only=True):
    """The commands under this root count as signed by these keys and people."""

    manifest: str
    party: str
    jti: str
    root: str
    count: int
    kids: tuple[str, ...]
    persons: tuple[str, ...]


Event = (
    PartyEnrolled
    | RolesAssigned
    | KeyBound
    | KeyEnds
    | KeyAttested
    | ApprovalSet
    | AccountAdded
    | DelegationGranted
    | DelegationUsed
    | DelegationEnded
    | RecoveryOpened
    | RecoveryVetoed
    | RecoveryCompleted
    | ContactSet
    | ManifestSigned
)
