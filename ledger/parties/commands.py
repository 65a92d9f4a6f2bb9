"""What may be asked about parties, keys, people and approval."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.model.jwk import Jwk
from ledger.model.kinds import (
    Amount,
    Code,
    Confidential,
    Country,
    Currency,
    Digest,
    Id,
    Instant,
    Length,
    Name,
    Pattern,
    Personal,
    Range,
    Reference,
    Signature64,
)


class Role(Enum):
    """What a party may do here. A party may have several."""

    OPERATOR = "operator"
    OBLIGOR = "obligor"
    SUPPLIER = "supplier"
    FINANCIER = "financier"
    BANK = "bank"
    AUDITOR = "auditor"
    REGULATOR = "regulator"
    DATA_PROVIDER = "data_provider"


class Assurance(Enum):
    """How well it is known that a key belongs to its party, weakest first."""

    OPERATOR_VOUCHED = "operator_vouched"
    BANK_ATTESTED = "bank_attested"
    CA_CERTIFIED = "ca_certified"

    @property
    def level(self) -> int:
        """0, 1 or 2: higher is stronger."""
        return list(Assurance).index(self)


Person = Annotated[str, Pattern(r"[a-z0-9][a-z0-9-]{0,31}", "a pseudonym of 1 to 32 a-z, 0-9, -")]
"""A person of a party by a pseudonym that the party chose; never a name."""


class NewKey(Struct, frozen=True, kw_only=True, gc=False):
    """A key to be bound, with the proof that whoever asks holds it.

    `possession` is the new key's signature over `possession_message` for this very command.
    """

    key: Jwk
    person: Person
    possession: Signature64


class Identifier(Struct, frozen=True, kw_only=True, gc=False):
    """An identifier of a legal entity in a scheme such as ``uscc``, ``lei`` or ``0088`` (GLN)."""

    scheme: Code
    value: Reference


class OpenLedger(Struct, frozen=True, kw_only=True, gc=False):
    """Genesis: the first entry of a log, signed by the operator's own new key.

    `origin` is the log's name (C2SP tlog-checkpoint), `field_classes` the SHA-256 of the table of
    sealed fields, `largest_entry` bytes, `predecessor` the SHA-256 of the text of the checkpoint
    (origin, size, root) of a log whose place this one takes. A sandbox may have a driven clock and
    unverified identifiers; it says so for ever.
    """

    origin: Reference
    suite: Code
    time_zone: Reference
    sandbox: bool
    rules: Annotated[int, Range(1, 10_000)]
    field_classes: Digest
    largest_entry: Annotated[int, Range(1024, 65_535)]
    log_key: Jwk
    operator_key: NewKey
    operator_name: Confidential[Name]
    predecessor: Digest | None = None


class RotateLogKey(Struct, frozen=True, kw_only=True, gc=False):
    """Let the log sign with a new key beside its old one, from this entry's checkpoint on.

    `possession` is the new key's and `endorsement` the old key's signature over the one statement
    `log_key_message` for this very command.
    """

    key: Jwk
    possession: Signature64
    endorsement: Signature64


class RetireLogKey(Struct, frozen=True, kw_only=True, gc=False):
    """End the overlap: from this entry's checkpoint on the log signs without its older key."""

    kid: Digest


class EnrolParty(Struct, frozen=True, kw_only=True, gc=False):
    """Enrol a party with its roles and first keys; the operator vouches on `evidence`.

    A legal entity has a name and identifiers (confidential). A natural person, sole traders
    included, has both as personal fields, and `token`, a keyed digest of the identifier, by which
    uniqueness is judged.
    """

    natural: bool
    roles: Annotated[tuple[Role, ...], Length(1, 8)]
    keys: Annotated[tuple[NewKey, ...], Length(1, 8)]
    evidence: Digest
    country: Country | None = None
    name: Confidential[Name] | None = None
    identifiers: Annotated[Confidential[tuple[Identifier, ...]], Length(1, 8)] | None = None
    person_name: Personal | None = None
    person_identifier: Personal | None = None
    token: Digest | None = None


class AssignRoles(Struct, frozen=True, kw_only=True, gc=False):
    """Give a party exactly these roles from now on."""

    party: Id
    roles: Annotated[tuple[Role, ...], Length(0, 8)]


class BindKey(Struct, frozen=True, kw_only=True, gc=False):
    """Add a key, for a person of the signing party."""

    new: NewKey


class RotateKey(Struct, frozen=True, kw_only=True, gc=False):
    """Replace a key by a new one of the same person; the old key signs too."""

    old: Digest
    new: NewKey


class RevokeKey(Struct, frozen=True, kw_only=True, gc=False):
    """End a key of the signing party, at once and for ever."""

    kid: Digest
    reason: Code


class AttestKey(Struct, frozen=True, kw_only=True, gc=False):
    """A bank says that a key's holder moved money from the company's own account."""

    kid: Digest
    evidence: Digest
    account: Confidential[Reference]


Der = Annotated[str, Pattern(r"[A-Za-z0-9_-]{1,8000}", "a DER certificate in base64url")]


class CertifyKey(Struct, frozen=True, kw_only=True, gc=False):
    """A party shows that an authority which the policy trusts certified a key of its own.

    `chain` is the X.509 chain in DER, the key's own certificate first, the root left out. The
    certificate names the registration number under which the party is enrolled.
    """

    kid: Digest
    chain: Annotated[Confidential[tuple[Der, ...]], Length(1, 4)]


class Chain(Struct, frozen=True, kw_only=True, gc=False):
    """An X.509 chain in DER, the key's own certificate first, the root left out."""

    der: Annotated[tuple[Der, ...], Length(1, 4)]


class OpenRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """Ask that `keys` take the place of a party's lost or stolen ones, on `evidence`.

    The party asks with a key that it still has, which stays; or a bank that knows it; or the
    operator with a certificate for each new key, in their order. Until it is completed, vetoed or
    over, nothing that the party's keys could move moves.
    """

    party: Id
    keys: Annotated[tuple[NewKey, ...], Length(1, 8)]
    evidence: Digest
    certificates: Annotated[Confidential[tuple[Chain, ...]], Length(0, 8)] = ()


class VetoRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """Stop a recovery of the signing party, with any key of it in force; one person is enough."""

    recovery: Id
    reason: Code


class CompleteRecovery(Struct, frozen=True, kw_only=True, gc=False):
    """Put the new keys in force and end the old ones, once the hours to veto are over.

    Whoever opened the recovery completes it; what the operator opened, a bank does.
    """

    recovery: Id


class Tier(Struct, frozen=True, kw_only=True, gc=False):
    """From this amount on, this many different people must sign these acts (none named: all)."""

    acts: Annotated[tuple[Code, ...], Length(0, 40)]
    persons: Annotated[int, Range(1, 4)]
    from_minor: Annotated[int, Range(0, 2**53 - 1)] = 0
    currency: Currency | None = None


class SetApproval(Struct, frozen=True, kw_only=True, gc=False):
    """Replace the approval rule of the signing party; judged under the rule it replaces."""

    tiers: Annotated[tuple[Tier, ...], Length(0, 20)]


class AddAccount(Struct, frozen=True, kw_only=True, gc=False):
    """Name an account on which the signing party wants to be paid."""

    number: Confidential[Reference]
    bank: Confidential[Reference]
    currency: Currency


class DelegateKey(Struct, frozen=True, kw_only=True, gc=False):
    """Let a key of the signing party sign these acts and nothing else, until `until_ms`.

    `per_act` bounds one act and `per_day` the sum of a civil day, both in one currency; acts over
    amounts in another are not covered. Another key grants it. A key that was once limited is so
    for ever: after the end it signs nothing, unless it is delegated to again.
    """

    kid: Digest
    acts: Annotated[tuple[Code, ...], Length(1, 40)]
    until_ms: Instant
    per_act: Confidential[Amount] | None = None
    per_day: Confidential[Amount] | None = None


class UndelegateKey(Struct, frozen=True, kw_only=True, gc=False):
    """Withdraw a delegation of the signing party, at once."""

    delegation: Id


class Notice(Enum):
    """What a party's contact may be told of."""

    DAILY_STATEMENT = "daily_statement"
    KEY_CHANGES = "key_changes"
    RECOVERY = "recovery"
    REMINDERS = "reminders"


Address = Annotated[
    str, Pattern(r"(mailto:|https://)[!-;=?-~]{3,240}", "a mailto: or https: address")
]
"""Where messages go: an address of an office rather than of a person."""


class SetContact(Struct, frozen=True, kw_only=True, gc=False):
    """Name the one address to which the signing party wants these notices sent.

    `key_changes` and `recovery` are always among them: they are what a thief would rather not
    have told. For a while the address before is told of them, too.
    """

    address: Confidential[Address]
    notices: Annotated[tuple[Notice, ...], Length(2, 4)]


class SignManifest(Struct, frozen=True, kw_only=True, gc=False):
    """Sign many commands at once: the RFC 6962 root over the digests of their payloads.

    `root` is the tree hash over `count` leaves; leaf i is the 32-byte SHA-256 of the canonical
    payload of line i. Each line then travels with its path instead of signatures.
    """

    root: Digest
    count: Annotated[int, Range(1, 10_000)]


Command = (
    OpenLedger
    | RotateLogKey
    | RetireLogKey
    | EnrolParty
    | AssignRoles
    | BindKey
    | RotateKey
    | RevokeKey
    | AttestKey
    | CertifyKey
    | SetApproval
    | AddAccount
    | DelegateKey
    | UndelegateKey
    | OpenRecovery
    | VetoRecovery
    | CompleteRecovery
    | SetContact
    | SignManifest
)
