"""Enrolling: legal entities by identifiers, natural persons by a keyed digest, roles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.drafting import new_jti
from ledger.model.records import make_id
from ledger.parties.commands import AddAccount, AssignRoles, Identifier, Role
from ledger.parties.identifiers import check_digit_holds
from ledger.parties.state import Account, Party, TakenIdentifier
from tests.support.desk import USCC, Office, digest, open_office, refusal

ACCOUNT = AddAccount(number="DE02120300000000202051", bank="Bank", currency="EUR")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A real ledger: identifiers are checked."""
    with open_office(tmp_path, sandbox=False) as opened:
        yield opened


def natural(**changes: Any) -> dict[str, Any]:
    """What a natural person is enrolled with."""
    return {
        "natural": True,
        "name": None,
        "identifiers": None,
        "person_name": "Ann",
        "person_identifier": "1",
        "token": digest("token"),
    } | changes


def test_a_legal_entity_is_enrolled(office: Office) -> None:
    """Party, keys and taken identifiers are records; its id is the hash of (by, jti, ordinal)."""
    jti = new_jti(office.clock.ms)
    identifiers = (Identifier(scheme="uscc", value=USCC),)
    command = office.enrolment("acme", Role.SUPPLIER, jti=jti, identifiers=identifiers)
    office.do("operator", command, jti=jti)
    office.parties["acme"] = make_id("pty", office.parties["operator"], jti, 0)
    party = office.get(Party, office.parties["acme"])
    assert (party.name, party.roles, party.natural) == ("acme Ltd", (Role.SUPPLIER,), False)
    assert office.get(TakenIdentifier, f"uscc:{USCC}").party == party.id
    receipt = office.do("acme", ACCOUNT)
    added: Any = receipt.events[0]
    assert office.get(Account, added.account).party == party.id


def test_a_natural_person_is_enrolled_without_a_name(office: Office) -> None:
    """The record holds digests only; who it is stands in the disclosures, which can be erased."""
    changes = natural(person_name="Ann Example", person_identifier="110101199003070000")
    receipt = enrol(office, **changes)
    party = office.get(Party, receipt.events[0].party)
    assert len(party.person_name or "") == 43
    assert "Ann Example" not in repr(receipt.events) + repr(party)
    assert party.token == digest("token")


def enrol(office: Office, *roles: Role, **changes: Any) -> Any:
    """The receipt of an enrolment with these changes; personal fields are sealed on the way."""
    jti, desk = new_jti(office.clock.ms), office.desk("operator")
    for name in ("person_name", "person_identifier"):
        if changes.get(name):
            changes[name] = desk.personal(name, changes[name])
    command = office.enrolment("new", *(roles or (Role.SUPPLIER,)), jti=jti, **changes)
    return office.service.submit(desk.draft(command, jti=jti).signed(office.key("operator/ann")))


def enrol_refused(office: Office, *roles: Role, **changes: Any) -> tuple[str, str]:
    """The code and place with which such an enrolment is refused."""
    return refusal(lambda: enrol(office, *roles, **changes))


def test_what_a_party_needs_is_complete(office: Office) -> None:
    """Neither kind of party comes without its fields or with those of the other kind."""
    for changes in [
        {"name": None},
        {"identifiers": None},
        {"token": digest("x")},
        {"person_name": "x"},
        natural(name="Ann"),
        natural(token=None),
        natural(person_name=None),
        natural(identifiers=(Identifier(scheme="vat", value="SE12"),)),
    ]:
        assert enrol_refused(office, **changes) == ("party_not_complete", "")


def test_roles_are_named_once_and_there_is_one_operator(office: Office) -> None:
    """Nobody else becomes operator, by enrolment or by assignment; the operator stays one."""
    wrong = ("field_invalid", "/body/roles")
    assert enrol_refused(office, Role.OPERATOR) == wrong
    assert enrol_refused(office, Role.BANK, Role.BANK) == wrong
    party = office.enrol("acme", Role.SUPPLIER)
    command = AssignRoles(party=party, roles=(Role.OPERATOR,))
    assert office.refused("operator", command) == wrong
    own = AssignRoles(party=office.parties["operator"], roles=())
    assert office.refused("operator", own) == ("field_invalid", "/body/party")


def test_roles_are_the_operators_to_assign(office: Office) -> None:
    """Exactly the named roles from then on; nobody else assigns or enrols."""
    party = office.enrol("acme", Role.SUPPLIER)
    office.do("operator", AssignRoles(party=party, roles=(Role.BANK, Role.AUDITOR)))
    assert office.get(Party, party).roles == (Role.BANK, Role.AUDITOR)
    assert office.refused("acme", AssignRoles(party=party, roles=())) == ("role_missing", "")
    unknown = AssignRoles(party=make_id("pty", "x", "y"), roles=())
    assert office.refused("operator", unknown) == ("record_not_found", "/body/party")
    jti = new_jti(office.clock.ms)
    command = office.enrolment("other", Role.SUPPLIER, jti=jti)
    assert office.refused("acme", command, jti=jti) == ("role_missing", "")


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("uscc", "91350100M000100Y44"),
        ("uscc", "91350100M000100Y4"),
        ("lei", "5493001KJTIIGC8Y1R13"),
        ("0088", "4012345500005"),
        ("vat", "se123"),
        ("strange", "1"),
    ],
)
def test_identifiers_follow_the_policys_rule(office: Office, scheme: str, value: str) -> None:
    """Pattern and check digit, in a real ledger; schemes without a rule are refused."""
    identifiers = (Identifier(scheme=scheme, value=value),)
    expected = ("identifier_invalid", "/body/identifiers")
    assert enrol_refused(office, identifiers=identifiers) == expected


def test_identifiers_are_taken_once(office: Office) -> None:
    """By a legal entity, by a person's token, and inside one command."""
    identifiers = (Identifier(scheme="lei", value="5493001KJTIIGC8Y1R12"),)
    office.enrol("acme", Role.SUPPLIER, identifiers=identifiers)
    taken = ("identifier_is_taken", "/body/identifiers")
    assert enrol_refused(office, identifiers=identifiers) == taken
    twice = (Identifier(scheme="vat", value="SE123"),) * 2
    assert enrol_refused(office, identifiers=twice) == ("field_invalid", "/body/identifiers")
    enrol(office, **natural())
    assert enrol_refused(office, **natural()) == ("identifier_is_taken", "/body/token")


def test_a_sandbox_takes_unverified_identifiers(tmp_path: Path) -> None:
    """So marked for ever in its record; taken ones are refused there, too."""
    identifiers = (Identifier(scheme="strange", value="1"),)
    with open_office(tmp_path / "sandbox") as office:
        assert office.embedded.ledger.sandbox
        office.enrol("acme", Role.SUPPLIER, identifiers=identifiers)
        taken = ("identifier_is_taken", "/body/identifiers")
        assert enrol_refused(office, identifiers=identifiers) == taken


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("none", "anything", None),
        ("gb32100", USCC, "91350100M000100Y4X"),
        ("gb32100", None, "91110000100000000I"),
        ("mod97", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R21"),
        ("ean", "4006381333931", "4006381333932"),
        ("unknown", None, "x"),
        ("ean", None, "４006381333931"),
        ("mod97", None, "é"),
        ("gb32100", None, "x" * 18),
    ],
)
def test_check_digits(check: str, good: str | None, bad: str | None) -> None:
    """Published identifiers pass, with one place changed they do not; no rule, no pass."""
    assert good is None or check_digit_holds(check, good)
    assert bad is None or not check_digit_holds(check, bad)
