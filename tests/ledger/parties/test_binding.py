"""Keys: bound with proof of possession, rotated without a gap, revoked at once, attested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.drafting import new_jti
from ledger.base64url import b64url_encode
from ledger.keys import SigningKey
from ledger.parties.commands import (
    AddAccount,
    Assurance,
    AttestKey,
    BindKey,
    NewKey,
    RevokeKey,
    Role,
    RotateKey,
)
from ledger.parties.state import Key
from ledger.service import Receipt
from tests.support.desk import HOUR, Office, digest, open_office

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")
DELAY = 24 * HOUR
"""The default policy's delay of an obligor's new key."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with a supplier, an obligor and a bank."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER)
        opened.enrol("core", Role.OBLIGOR)
        opened.enrol("bank", Role.BANK)
        yield opened


def new_key(office: Office, name: str, label: str, jti: str, person: str = "bob") -> NewKey:
    """The key of this label for a person of the party, possession proven for this jti."""
    return office.desk(name).new_key(office.key(label), person, jti)


def bind(office: Office, name: str, label: str, person: str = "bob") -> Receipt:
    """The party binds another key."""
    jti = new_jti(office.clock.ms)
    return office.do(name, BindKey(new=new_key(office, name, label, jti, person)), jti=jti)


def rotate(office: Office, name: str, old: str, new: str) -> Receipt:
    """The party replaces its first person's key by another."""
    jti = new_jti(office.clock.ms)
    key = new_key(office, name, new, jti, "ann")
    command = RotateKey(old=office.key(old).public.kid, new=key)
    return office.do(name, command, keys=[old], jti=jti)


def record(office: Office, label: str) -> Key:
    """The record of a key."""
    return office.get(Key, office.key(label).public.kid)


def test_a_bound_key_signs_at_once(office: Office) -> None:
    """For a supplier, from the next entry on; as well known as the key that signed for it."""
    bind(office, "acme", "acme/bob")
    office.do("acme", ACCOUNT, keys=["acme/bob"])
    key = record(office, "acme/bob")
    assert (key.person, key.assurance) == ("bob", Assurance.OPERATOR_VOUCHED)


def test_an_obligors_key_waits(office: Office) -> None:
    """It is on record at once, so that earlier keys can object, and signs a day later."""
    bind(office, "core", "core/bob")
    early = ("key_not_in_force", "")
    assert office.refused("core", ACCOUNT, keys=["core/bob"]) == early
    office.clock.advance(ms=DELAY - 1)
    assert office.refused("core", ACCOUNT, keys=["core/bob"]) == early
    office.clock.advance(ms=1)
    office.do("core", ACCOUNT, keys=["core/bob"])


def test_an_earlier_key_can_veto_a_waiting_one(office: Office) -> None:
    """Revoked before it took effect, it never signs."""
    bind(office, "core", "core/bob")
    office.do("core", RevokeKey(kid=office.key("core/bob").public.kid, reason="veto"))
    office.clock.advance(ms=DELAY)
    assert office.refused("core", ACCOUNT, keys=["core/bob"]) == ("key_not_in_force", "")


def test_possession_is_proven_for_this_very_command(office: Office) -> None:
    """A proof from another command, party, ledger or key is refused, and so is none."""
    jti, other = new_jti(office.clock.ms), new_jti(office.clock.ms)
    good = new_key(office, "acme", "acme/bob", jti)
    foreign = office.desk("acme")
    foreign.origin = "other.example/ledger"
    stolen = [
        new_key(office, "acme", "acme/bob", other),
        new_key(office, "core", "acme/bob", jti),
        foreign.new_key(office.key("acme/bob"), "bob", jti),
        replace(good, possession=new_key(office, "acme", "thief", jti).possession),
        replace(good, possession=b64url_encode(bytes(64))),
        replace(good, possession="A" * 85 + "B"),
    ]
    for new in stolen:
        expected = ("possession_not_proven", "")
        assert office.refused("acme", BindKey(new=new), jti=jti) == expected
    office.do("acme", BindKey(new=good), jti=jti)


def test_a_key_is_bound_once(office: Office) -> None:
    """To one person of one party, for ever, after its end and in one enrolment, too."""
    jti = new_jti(office.clock.ms)
    taken = BindKey(new=new_key(office, "acme", "core/ann", jti))
    assert office.refused("acme", taken, jti=jti) == ("key_is_bound", "")
    rotate(office, "acme", "acme/ann", "acme/ann2")
    again = BindKey(new=new_key(office, "acme", "acme/ann", jti))
    assert office.refused("acme", again, keys=["acme/ann2"], jti=jti) == ("key_is_bound", "")
    key = new_key(office, "operator", "twice", jti)
    command = office.enrolment("new", Role.SUPPLIER, jti=jti, keys=(key, key))
    assert office.refused("operator", command, jti=jti) == ("key_is_bound", "/body/keys")


def test_rotation_has_no_gap(office: Office) -> None:
    """The new key signs from the instant in which the old one ends, and the old never again."""
    rotate(office, "acme", "acme/ann", "acme/ann2")
    assert record(office, "acme/ann").until_ms == record(office, "acme/ann2").from_ms
    assert office.refused("acme", ACCOUNT) == ("key_not_in_force", "")
    office.do("acme", ACCOUNT, keys=["acme/ann2"])


def test_an_obligors_rotation_has_no_gap_either(office: Office) -> None:
    """Until the new key takes effect the old one signs, not longer."""
    rotate(office, "core", "core/ann", "core/ann2")
    office.clock.advance(ms=DELAY - 1)
    office.do("core", ACCOUNT)
    assert office.refused("core", ACCOUNT, keys=["core/ann2"]) == ("key_not_in_force", "")
    office.clock.advance(ms=1)
    assert office.refused("core", ACCOUNT) == ("key_not_in_force", "")
    office.do("core", ACCOUNT, keys=["core/ann2"])


def test_rotating_again_gives_the_old_key_no_more_time(office: Office) -> None:
    """Whoever holds a stolen key cannot keep it alive by rotating it over and over."""
    rotate(office, "core", "core/ann", "core/ann2")
    ends = record(office, "core/ann").until_ms
    office.clock.advance(ms=DELAY - 1)
    rotate(office, "core", "core/ann", "core/ann3")
    assert record(office, "core/ann").until_ms == ends


def test_rotation_needs_the_old_key_and_its_person(office: Office) -> None:
    """Another key of the party does not replace it, and the person stays the same."""
    bind(office, "acme", "acme/bob")
    jti = new_jti(office.clock.ms)
    key = new_key(office, "acme", "acme/ann2", jti, "ann")
    command = RotateKey(old=office.key("acme/ann").public.kid, new=key)
    expected = ("key_not_of_party", "/body/old")
    assert office.refused("acme", command, keys=["acme/bob"], jti=jti) == expected
    other = replace(command, new=replace(key, person="bob"))
    assert office.refused("acme", other, jti=jti) == ("field_invalid", "/body/new/person")
    missing = replace(command, old=digest("none"))
    assert office.refused("acme", missing, jti=jti) == ("record_not_found", "/body/old")


def test_a_revoked_key_never_signs_again(office: Office) -> None:
    """At once, by the party alone, once; also the last key: a stolen key must be stoppable."""
    command = RevokeKey(kid=office.key("acme/ann").public.kid, reason="stolen")
    assert office.refused("core", command) == ("key_not_of_party", "/body/kid")
    strange = RevokeKey(kid=digest("none"), reason="stolen")
    assert office.refused("acme", strange) == ("record_not_found", "/body/kid")
    bind(office, "acme", "acme/bob")
    office.do("acme", command, keys=["acme/bob"])
    assert office.refused("acme", ACCOUNT) == ("key_not_in_force", "")
    again = ("key_not_in_force", "/body/kid")
    assert office.refused("acme", command, keys=["acme/bob"]) == again
    last = RevokeKey(kid=office.key("acme/bob").public.kid, reason="stolen")
    office.do("acme", last, keys=["acme/bob"])
    assert office.refused("acme", ACCOUNT, keys=["acme/bob"]) == ("key_not_in_force", "")


def test_a_bank_attests_keys_of_others(office: Office) -> None:
    """That raises the class once; keys bound by an attested key inherit it."""
    kid = office.key("core/ann").public.kid
    command = AttestKey(kid=kid, evidence=digest("transfer"), account="1")
    assert office.refused("acme", command) == ("role_missing", "")
    office.do("bank", command)
    assert record(office, "core/ann").assurance is Assurance.BANK_ATTESTED
    assert record(office, "core/ann").evidence == digest("transfer")
    again = ("assurance_not_raised", "/body/kid")
    assert office.refused("bank", command) == again
    own = replace(command, kid=office.key("bank/ann").public.kid)
    assert office.refused("bank", own) == again
    unknown = replace(command, kid=digest("none"))
    assert office.refused("bank", unknown) == ("record_not_found", "/body/kid")
    bind(office, "core", "core/bob")
    assert record(office, "core/bob").assurance is Assurance.BANK_ATTESTED


def test_trap_5_small_order_keys_are_not_bound(office: Office) -> None:
    """The identity point as a key is refused before anything is decided about it."""
    jti = new_jti(office.clock.ms)
    good = new_key(office, "acme", "acme/bob", jti)
    identity = replace(good.key, x=b64url_encode(b"\1" + bytes(31)))
    command = BindKey(new=replace(good, key=identity))
    assert office.refused("acme", command, jti=jti) == ("key_unsafe", "")
    assert SigningKey.from_seed(bytes(32)).public.alg == "Ed25519"
