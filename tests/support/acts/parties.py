"""Acts about policy, parties and keys, by kind of command."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID

from api.drafting import Desk
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.keys import SigningKey
from ledger.model.jwk import Jwk
from ledger.parties import commands as p
from ledger.parties.commands import Role
from ledger.parties.state import Key, Party
from ledger.policy.state import LEDGER, Ledger
from ledger.service import Receipt
from ledger.signing import KeyChange
from tests.support import having as h
from tests.support.actors import DIGITS, Stage, digest
from tests.support.authority import Authority
from tests.support.founding import (
    AUTHORITY,
    FINANCIERS,
    OBLIGORS,
    PARTIES,
    SUPPLIERS,
    TWO_PEOPLE,
    calendar,
    enrol,
    policy,
)

Act = Callable[[Stage], object]


def _adopt_policy(s: Stage) -> None:
    rounding = s.random.choice(["half_up", "half_even", "up", "down"])
    document = calendar()
    roll = s.random.choice(["following", "modified_following"])
    command = policy(document, rounding, roll, registration=s.random.random() < 0.4)
    s.do("operator", command, documents=[document])


def _enrol(s: Stage) -> None:
    number = s.next()
    if s.random.random() < 0.5:
        enrol(s, f"extra-{number}", [Role.SUPPLIER], ["ann"])
        return
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.EnrolParty(
            natural=True,
            roles=(Role.SUPPLIER,),
            keys=(desk.new_key(key, "ann", jti),),
            evidence=digest("passport"),
            person_name=desk.personal("person_name", f"Person {number}"),
            person_identifier=desk.personal("person_identifier", f"ID {number}"),
            token=digest(f"token {number}"),
        )

    said = s.do("operator", make)
    s.parties[f"person-{number}"] = said.id("pty")


def _assign_roles(s: Stage) -> None:
    extras = {party for name, party in s.parties.items() if name.startswith("extra-")}
    extra = s.some(Party, lambda item: item.id in extras)
    if extra is None:
        _enrol(s)
        return
    roles = [Role.SUPPLIER, Role.FINANCIER, Role.BANK, Role.AUDITOR, Role.REGULATOR]
    chosen = s.random.sample(roles, s.random.randint(0, 3))
    s.do("operator", p.AssignRoles(party=extra.id, roles=tuple(chosen)))


def bind(s: Stage, name: str, person: str) -> Key:
    """A further key of a person."""
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.BindKey(new=desk.new_key(key, person, jti))

    h.sure(s.do(name, make))
    return s.get(Key, key.public.kid)


def _bind(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    bind(s, name, s.random.choice(PARTIES[name][1]))


def rotation(s: Stage, old: Key) -> Callable[[Desk, str], vocabulary.Command]:
    """The command that replaces a key by a fresh one."""
    new = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.RotateKey(old=old.id, new=desk.new_key(new, old.person, jti))

    return make


def _rotate(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    old = s.random.choice(s.keys_of(name))
    make = rotation(s, old)
    keys = s.signers(name, make(s.desk_of(name), ""), old.id)
    s.do(name, make, keys=keys)


def _revoke(s: Stage) -> None:
    name = s.random.choice([*SUPPLIERS, *FINANCIERS, "bank"])
    person = PARTIES[name][1][0]
    s.do(name, p.RevokeKey(kid=bind(s, name, person).id, reason="lost"))


def _attest_key(s: Stage) -> None:
    name = s.random.choice([*OBLIGORS, *SUPPLIERS])
    vouched = [key for key in s.keys_of(name) if key.assurance is p.Assurance.OPERATOR_VOUCHED]
    kid = vouched[0].id if vouched else _vouched(s).id
    s.do("bank", p.AttestKey(kid=kid, evidence=digest("transfer"), account="DE02 1203"))


def certificate(key: Key, number: str, authority: Authority = AUTHORITY) -> str:
    """A certificate by `authority` that names this key and registration number."""
    return certificate_of(key.public().raw, number, authority)


def certificate_of(raw: bytes, number: str, authority: Authority = AUTHORITY) -> str:
    """A certificate by `authority` for an Ed25519 key that need not be bound."""
    public = Ed25519PublicKey.from_public_bytes(raw)
    subject = {NameOID.ORGANIZATION_IDENTIFIER: f"NTRCN-{number}"}
    return b64url_encode(authority.issue(public, subject))


def _certify(s: Stage) -> None:
    key = _vouched(s)
    number = s.get(Party, key.party).identifiers[0].value
    chain = (certificate(key, number),)
    s.do(s.name_of(key.party), p.CertifyKey(kid=key.id, chain=chain))


def _vouched(s: Stage) -> Key:
    number = s.next()
    said = h.sure(enrol(s, f"extra-{number}", [Role.SUPPLIER], ["ann"]))
    return s.keys_of(s.name_of(said.id("pty")))[0]


def _set_approval(s: Stage) -> None:
    if s.random.random() < 0.3:
        s.do("core", p.SetApproval(tiers=(TWO_PEOPLE,)))
        return
    persons = s.random.randint(1, 2)
    tier = p.Tier(acts=("holding.split",), persons=persons, from_minor=20_000, currency="USD")
    s.do("second", p.SetApproval(tiers=(tier,) if s.random.random() < 0.7 else ()))


def _add_account(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    number = f"{name} {s.next()}"
    currency = s.random.choice(list(DIGITS))
    s.do(name, p.AddAccount(number=number, bank="Bank", currency=currency))


def _set_contact(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    more = s.random.sample([p.Notice.DAILY_STATEMENT, p.Notice.REMINDERS], s.random.randint(0, 2))
    notices = (p.Notice.KEY_CHANGES, p.Notice.RECOVERY, *more)
    s.do(name, p.SetContact(address=f"mailto:office-{s.next()}@{name}.example", notices=notices))


def _manifest(s: Stage) -> None:
    claims = [h.claim(s, obligor="core") for _ in range(s.random.randint(1, 4))]
    s.manifest(s.random.choice(SUPPLIERS), claims)


def claims_by_manifest(s: Stage) -> None:
    """Two hundred claims under one signature, in one commit: a log with a full tile."""
    desk = s.desk_of("first")
    manifest, lines = desk.manifest([desk.draft(h.claim(s)) for _ in range(200)])
    signed = manifest.signed(s.secrets[s.keys_of("first")[0].id])
    answers = s.service.submit_many([signed, *lines])
    assert len({id(answer) for answer in answers if isinstance(answer, Receipt)}) == 201


def log_key_change(s: Stage) -> Callable[[Desk, str], vocabulary.Command]:
    """The command that lets the log sign with a fresh key, too; its signer has that key."""
    ledger = s.get(Ledger, LEDGER)
    new, old = SigningKey.from_seed(s.random.randbytes(32)), ledger.log_keys[-1].kid
    for stage in (s, s.twin.stage) if s.twin else (s,):
        stage.signer.add(new)

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        change = KeyChange(ledger.origin, ledger.operator, jti, new.public.kid, old)
        possession, endorsement = map(b64url_encode, s.signer.endorse(change))
        key = Jwk(**new.public.jwk())
        return p.RotateLogKey(key=key, possession=possession, endorsement=endorsement)

    return make


def log_key_rotated(s: Stage) -> str:
    """Let the log sign with two keys, if it does not; the older one's name."""
    ledger = s.get(Ledger, LEDGER)
    signing = ledger.keys_at(s.store.size())
    if len(signing) == 1:
        h.sure(s.do("operator", log_key_change(s)))
    return signing[0].kid


def _rotate_log_key(s: Stage) -> None:
    if len(s.get(Ledger, LEDGER).keys_at(s.store.size())) == 2:
        _retire_log_key(s)
    log_key_rotated(s)


def _retire_log_key(s: Stage) -> None:
    s.do("operator", p.RetireLogKey(kid=log_key_rotated(s)))


STANDING: dict[str, Act] = {
    "log_key.rotate": _rotate_log_key,
    "log_key.retire": _retire_log_key,
    "policy.adopt": _adopt_policy,
    "party.enrol": _enrol,
    "party.assign_roles": _assign_roles,
    "key.bind": _bind,
    "key.rotate": _rotate,
    "key.revoke": _revoke,
    "key.attest": _attest_key,
    "key.certify": _certify,
    "approval.set": _set_approval,
    "account.add": _add_account,
    "party.set_contact": _set_contact,
    "manifest.sign": _manifest,
}
