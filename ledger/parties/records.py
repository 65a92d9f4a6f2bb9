"""Records of parties, keys, people and approval."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.jwk import Jwk
from ledger.money import Money
from ledger.parties.commands import Assurance, Identifier, NewKey, Notice, Role, Tier

FOR_EVER_MS = 253_402_300_799_999
"""The end of year 9999: an end that was not set."""


class Party(Struct, frozen=True, kw_only=True, gc=False):
    """An enrolled organisation or person, under its pseudonymous id.

    `recovery` is the recovery of its keys that was opened last and is neither vetoed nor done.
    """

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
    recovery: str | None = None

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
    """A bound key, by its RFC 7638 thumbprint. In force within [from_ms, until_ms).

    A key with a `delegation` signs only what that covers, also after its end: nothing, then.
    """

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
    delegation: str | None = None

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


class Delegation(Struct, frozen=True, kw_only=True, gc=False):
    """What a limited key may sign: `acts`, before `until_ms`, within `per_act` and `per_day`.

    `used` is the sum of what was signed under it on the civil day `day`, the last one with any.
    """

    PREFIX: ClassVar[str] = "dlg"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",),)

    id: str
    last_seq: int = -1
    party: str
    kid: str
    acts: tuple[str, ...]
    until_ms: int
    per_act: Money | None = None
    per_day: Money | None = None
    day: date | None = None
    used: Money | None = None


class RecoveryState(Enum):
    """What became of a recovery; an open one may be over."""

    OPEN = "open"
    VETOED = "vetoed"
    COMPLETED = "completed"


class Recovery(Struct, frozen=True, kw_only=True, gc=False):
    """A way back to one's keys: `keys` in place of all of the party's but `keeps`.

    It may be completed within [from_ms, until_ms), and vetoed before it is.
    """

    PREFIX: ClassVar[str] = "rcy"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("party",), ("opened_by",))

    id: str
    last_seq: int = -1
    party: str
    opened_by: str
    keys: tuple[NewKey, ...]
    keeps: tuple[str, ...]
    assurance: Assurance
    evidence: str
    from_ms: int
    until_ms: int
    state: RecoveryState = RecoveryState.OPEN
    completed_by: str | None = None

    def is_open(self, at_ms: int) -> bool:
        """Whether the party waits for its keys at this instant."""
        return self.state is RecoveryState.OPEN and at_ms < self.until_ms


class Contact(Struct, frozen=True, kw_only=True, gc=False):
    """Where a party wants to be told what. `id` is the party's.

    After a change the address before is told, too, until `earlier_until_ms`: whoever puts an
    address of its own in place of the party's is noticed there.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    address: str
    notices: tuple[Notice, ...]
    earlier: str | None = None
    earlier_until_ms: int = 0

    def addresses(self, notice: Notice, at_ms: int) -> tuple[str, ...]:
        """Where `notice` is to be sent at this instant: none, one or two addresses."""
        if notice not in self.notices:
            return ()
        if self.earlier is None or at_ms >= self.earlier_until_ms:
            return (self.address,)
        return (self.address, self.earlier)


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


def spent_id(party: str, jti: str) -> str:
    """Under which id the record of a spent `jti` is kept: in the order of time, as `jti` is."""
    return f"{jti}/{party}"


class What(Enum):
    """What happened that a contact is told of."""

    KEY_BOUND = "key_bound"
    KEY_ENDS = "key_ends"
    KEY_ATTESTED = "key_attested"
    APPROVAL_SET = "approval_set"
    ACCOUNT_ADDED = "account_added"
    CONTACT_SET = "contact_set"
    DELEGATION_GRANTED = "delegation_granted"
    DELEGATION_ENDED = "delegation_ended"
    RECOVERY_OPENED = "recovery_opened"
    RECOVERY_VETOED = "recovery_vetoed"
    RECOVERY_COMPLETED = "recovery_completed"


class Tiding(Struct, frozen=True, kw_only=True, gc=False):
    """That `party` is to be told, at each of `addresses`, what happened to `subject`.

    `subject` is a key, an account, a delegation or a recovery by its id, else the party; `when_ms`
    is when it begins or ends to hold, where the entry itself is not that moment.
    """

    party: str
    notice: Notice
    addresses: tuple[str, ...]
    what: What
    subject: str
    when_ms: int | None = None


class Tidings(Struct, frozen=True, kw_only=True, gc=False):
    """What contacts are to be told of one entry, with the addresses as they were then.

    Kept with the entry's other effects, so that it outlives a crash of whoever sends: no rule
    reads it. `id` is as that of the entry's trace (`ledger.catalogue.touch_id`).
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    items: tuple[Tiding, ...]
