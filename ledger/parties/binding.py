"""Keys: bind, rotate, revoke, attest. No one but the party changes an enrolled party's keys."""

from __future__ import annotations

from collections.abc import Sequence

from ledger import canonical
from ledger.base64url import b64url_decode
from ledger.certificates import check_chain
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import (
    Assurance,
    AttestKey,
    BindKey,
    CertifyKey,
    NewKey,
    RevokeKey,
    Role,
    RotateKey,
)
from ledger.parties.events import Event, KeyAttested, KeyBound, KeyEnds
from ledger.parties.state import Key, Party
from ledger.policy.state import LEDGER, Ledger, certificate_roots_of, policy_of

HOUR_MS = 3_600_000


def bind(book: Reader, command: BindKey, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """Another key for a person of the signing party."""
    return (_added(book, command.new, by, at_ms),)


def rotate(book: Reader, command: RotateKey, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """A new key instead of an old one; both sign, and there is no gap between them."""
    old = need(book, Key, command.old, "/body/old")
    refuse_if(
        old.id not in by.kids,
        RefusalCode.KEY_NOT_OF_PARTY,
        "The key that is to be replaced signs too.",
        "/body/old",
    )
    refuse_if(
        old.person != command.new.person,
        RefusalCode.FIELD_INVALID,
        "The new key belongs to the same person as the old.",
        "/body/new/person",
    )
    added = _added(book, command.new, by, at_ms)
    # A second rotation before the first took effect does not give the old key more time.
    until_ms = min(old.until_ms, added.from_ms)
    return (added, KeyEnds(kid=old.id, until_ms=until_ms, reason="rotated"))


def revoke(book: Reader, command: RevokeKey, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The end of a key, at once. Also of the last one: a stolen key must be stoppable."""
    key = need(book, Key, command.kid, "/body/kid")
    refuse_if(
        key.party != by.party,
        RefusalCode.KEY_NOT_OF_PARTY,
        "A party revokes its own keys only.",
        "/body/kid",
    )
    refuse_if(
        key.until_ms <= at_ms,
        RefusalCode.KEY_NOT_IN_FORCE,
        "The key has ended already.",
        "/body/kid",
    )
    return (KeyEnds(kid=key.id, until_ms=at_ms, reason=command.reason),)


def attest(book: Reader, command: AttestKey, by: Signer) -> tuple[Event, ...]:
    """A bank's evidence raises a key's assurance."""
    refuse_if(
        Role.BANK.value not in by.roles, RefusalCode.ROLE_MISSING, "Only a bank attests keys."
    )
    key = need(book, Key, command.kid, "/body/kid")
    refuse_if(
        key.party == by.party or key.assurance.level >= Assurance.BANK_ATTESTED.level,
        RefusalCode.ASSURANCE_NOT_RAISED,
        "The key is the bank's own or has this class already.",
        "/body/kid",
    )
    attested = KeyAttested(
        kid=key.id, assurance=Assurance.BANK_ATTESTED, evidence=command.evidence, by=by.party
    )
    return (attested,)


def certify(book: Reader, command: CertifyKey, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """A certificate that names key and registration number raises the key's assurance."""
    key = need(book, Key, command.kid, "/body/kid")
    refuse_if(
        key.party != by.party,
        RefusalCode.KEY_NOT_OF_PARTY,
        "A party has its own keys certified only.",
        "/body/kid",
    )
    refuse_if(
        key.assurance is Assurance.CA_CERTIFIED,
        RefusalCode.ASSURANCE_NOT_RAISED,
        "The key has this class already.",
        "/body/kid",
    )
    check_certificate(book, command.chain, key.public(), by.party, at_ms, "/body/chain")
    attested = KeyAttested(
        kid=key.id, assurance=Assurance.CA_CERTIFIED, evidence=by.payload, by=by.party
    )
    return (attested,)


def check_certificate(
    book: Reader, chain: Sequence[str], key: PublicKey, party: str, at_ms: int, place: str
) -> None:
    """Raises `Refused` unless the DER `chain` names the key and a registration number of `party`.

    `certificate_invalid` for a chain that leads to no root of the policy in force, or does not
    hold; `certificate_names_another`.
    """
    certificates = [b64url_decode(text) for text in chain]
    certified = check_chain(certificates, certificate_roots_of(book), at_ms)
    numbers = {item.value for item in need(book, Party, party, "").identifiers}
    refuse_if(
        certified.raw != key.raw or not numbers & certified.numbers,
        RefusalCode.CERTIFICATE_NAMES_ANOTHER,
        "The certificate is of another key, or names none of the party's registration numbers.",
        place,
    )


def _added(book: Reader, new: NewKey, by: Signer, at_ms: int) -> KeyBound:
    """A key that a party adds for itself: as well known as the keys that signed for it."""
    party = need(book, Party, by.party, "")
    hours = policy_of(book).clocks.obligor_key_hours if party.has(Role.OBLIGOR) else 0
    from_ms = at_ms + hours * HOUR_MS
    return bound(book, new, by, by.party, by.payload, from_ms, assurance=weakest(book, by))


def weakest(book: Reader, by: Signer) -> Assurance:
    """The weakest class among the keys that signed: what they vouch for is no better known."""
    signing = [need(book, Key, kid, "") for kid in sorted(by.kids)]
    return min((key.assurance for key in signing), key=lambda item: item.level)


def bound(
    book: Reader,
    new: NewKey,
    by: Signer,
    party: str,
    evidence: str,
    from_ms: int,
    assurance: Assurance = Assurance.OPERATOR_VOUCHED,
) -> KeyBound:
    """The fact that a key is bound, once its holder has proven to hold it."""
    public = from_jwk(write(new.key))
    ledger = book.get(Ledger, LEDGER)
    of_log = ledger is not None and any(key.kid == public.kid for key in ledger.log_keys)
    refuse_if(
        of_log or book.get(Key, public.kid) is not None,
        RefusalCode.KEY_IS_BOUND,
        f"The key {public.kid} is bound already.",
    )
    try:
        message = possession_message(by.origin, by.party, by.jti, public.kid)
        public.verify(message, b64url_decode(new.possession))
    except Refused:
        raise Refused(
            RefusalCode.POSSESSION_NOT_PROVEN,
            f"The key {public.kid} did not sign the statement of possession for this command.",
        ) from None
    return KeyBound(
        kid=public.kid,
        party=party,
        person=new.person,
        key=new.key,
        assurance=assurance,
        evidence=evidence,
        from_ms=from_ms,
    )


def check_distinct(keys: Sequence[NewKey]) -> None:
    """Raises `Refused` (`key_is_bound`) when a key is named twice."""
    kids = [from_jwk(write(new.key)).kid for new in keys]
    refuse_if(
        len(set(kids)) != len(kids), RefusalCode.KEY_IS_BOUND, "A key is named twice.", "/body/keys"
    )


def possession_message(origin: str, party: str, jti: str, kid: str) -> bytes:
    """What a new key signs to prove that it is held: bound to this very command."""
    return canonical.encode(
        {"aud": origin, "by": party, "jti": jti, "kid": kid, "typ": "duebill-possession"}
    )
