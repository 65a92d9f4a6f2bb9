"""Records of parties, and how events change them."""

from __future__ import annotations

from typing import ClassVar, assert_never

from msgspec import Struct

from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.jwk import Jwk
from ledger.model.records import Reader, Record, changed, need
from ledger.parties.commands import Assurance, Identifier, Role, Tier
from ledger.parties.events import (
    AccountAdded,
    ApprovalSet,
    Event,
    KeyAttested,
    KeyBound,
    KeyEnds,
    ManifestSigned,
    PartyEnrolled,
    RolesAssigned,
)

FOR_EVER_MS = 253_402_300_799_999
"""The end of year 9999: an end that was not set."""


class Party(Struct, frozen=True, kw_only=True, gc=False):
    """An enrolled organisation or person, under its pseudonymous id."""

    PREFIX: ClassVar[str] = "pty"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("token",),)

    id: str
    last_seq: int = -1
    natural: bool
    roles: tuple[Role, ...]
    evidence: str
    country: str | None = None
    name: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    person_name: str | None = None
    person_identifier: str | None = None
    token: str | None = None

    def has(self, role: Role) -> bool:
        """Whether the party has this role now."""
        return role in self.roles


class TakenIdentifier(Struct, frozen=True, kw_only=True, gc=False):
    """An identifier of a legal entity and whose it is. `id` is ``scheme:value``."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",),)

    id: str
    last_seq: int = -1
    party: str


class Key(Struct, frozen=True, kw_only=True, gc=False):
    """A bound key, by its RFC 7638 thumbprint. In force within [from_ms, until_ms)."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",),)

    id: str
    last_seq: int = -1
    party: str
    person: str
    jwk: Jwk
    assurance: Assurance
    evidence: str
    from_ms: int
    until_ms: int = FOR_EVER_MS

    def in_force(self, at_ms: int) -> bool:
        """Whether the key may sign at this instant."""
        return self.from_ms <= at_ms < self.until_ms

    def public(self) -> PublicKey:
        """The key itself."""
        return from_jwk(write(self.jwk))


class ApprovalRule(Struct, frozen=True, kw_only=True, gc=False):
    """How many people of a party must sign what. `id` is the party's."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    tiers: tuple[Tier, ...]


class Account(Struct, frozen=True, kw_only=True, gc=False):
    """Where a party wants to be paid."""

    PREFIX: ClassVar[str] = "acc"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",),)

    id: str
    last_seq: int = -1
    party: str
    number: str
    bank: str
    currency: str


class Manifest(Struct, frozen=True, kw_only=True, gc=False):
    """A signed list of commands, and who signed it."""

    PREFIX: ClassVar[str] = "man"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    party: str
    jti: str
    root: str
    count: int
    kids: tuple[str, ...]
    persons: tuple[str, ...]


class Spent(Struct, frozen=True, kw_only=True, gc=False):
    """A command that was taken: its payload's digest. `id` is made of party and jti."""

    PREFIX: ClassVar[str] = "cmd"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    payload: str


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case PartyEnrolled():
            return _enrolled(event)
        case RolesAssigned():
            return (changed(need(book, Party, event.party, ""), roles=event.roles),)
        case KeyBound():
            return (
                Key(
                    id=event.kid,
                    party=event.party,
                    person=event.person,
                    jwk=event.key,
                    assurance=event.assurance,
                    evidence=event.evidence,
                    from_ms=event.from_ms,
                ),
            )
        case KeyEnds():
            return (changed(need(book, Key, event.kid, ""), until_ms=event.until_ms),)
        case KeyAttested():
            key = need(book, Key, event.kid, "")
            return (changed(key, assurance=event.assurance, evidence=event.evidence),)
        case ApprovalSet():
            return (ApprovalRule(id=event.party, tiers=event.tiers),)
        case AccountAdded():
            return (
                Account(
                    id=event.account,
                    party=event.party,
                    number=event.number,
                    bank=event.bank,
                    currency=event.currency,
                ),
            )
        case ManifestSigned():
            return (
                Manifest(
                    id=event.manifest,
                    party=event.party,
                    jti=event.jti,
                    root=event.root,
                    count=event.count,
                    kids=event.kids,
                    persons=event.persons,
                ),
            )
        case _:
            assert_never(event)


def _enrolled(event: PartyEnrolled) -> tuple[Record, ...]:
    party = Party(
        id=event.party,
        natural=event.natural,
        roles=event.roles,
        evidence=event.evidence,
        country=event.country,
        name=event.name,
        identifiers=event.identifiers,
        person_name=event.person_name,
        person_identifier=event.person_identifier,
        token=event.token,
    )
    taken = (
        TakenIdentifier(id=f"{item.scheme}:{item.value}", party=event.party)
        for item in event.identifiers
    )
    return (party, *taken)


def assurance_of(book: Reader, party: str, at_ms: int) -> Assurance | None:
    """The weakest assurance class among a party's keys in force, or None without such a key."""
    keys = [key for key in book.find(Key, party=party) if key.in_force(at_ms)]
    return min((key.assurance for key in keys), key=lambda item: item.level, default=None)
