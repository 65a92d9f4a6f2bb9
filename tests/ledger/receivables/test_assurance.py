"""How well it was known who spoke for the obligor, kept with its word as it was then."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace

from ledger.base64url import b64url_encode
from ledger.model.jwk import Jwk
from ledger.parties.commands import Assurance
from ledger.parties.events import KeyAttested, KeyBound
from ledger.receivables import commands as c
from ledger.receivables.decide import decide
from ledger.receivables.records import Receivable
from tests.support.world import TERMS, World, digest, issue, line, party

VOUCHED, CERTIFIED = Assurance.OPERATOR_VOUCHED, Assurance.CA_CERTIFIED


def bind(world: World, kid: str, assurance: Assurance) -> None:
    """The core enterprise has a key of this class."""
    jwk = Jwk(crv="Ed25519", kty="OKP", x=b64url_encode(hashlib.sha256(kid.encode()).digest()))
    bound = KeyBound(
        kid=kid,
        party=party("core"),
        person=kid,
        key=jwk,
        assurance=assurance,
        evidence=digest(kid),
        from_ms=0,
    )
    world.book.apply((bound,))


def acknowledged(world: World, *kids: str) -> Receivable:
    """A registered receivable, acknowledged with these keys."""
    registered = world.register()
    command = c.Acknowledge(
        receivable=registered.id,
        accepts=registered.proposal,
        amount=registered.face,
        due=registered.due,
        terms=TERMS,
    )
    by = replace(world.signer("core", registered.id), kids=frozenset(kids))
    world.book.apply(decide(world.book, command, by, world.at_ms))
    return world.receivable(registered.id)


@pytest.mark.parametrize(
    ("kids", "expected"),
    [
        (("strong",), CERTIFIED),
        (("weak",), VOUCHED),
        (("strong", "weak"), VOUCHED),
        (("nobody's",), VOUCHED),
    ],
)
def test_an_acknowledgement_is_as_strong_as_the_weakest_key_that_signed(
    kids: tuple[str, ...], expected: Assurance
) -> None:
    """Of several signatures the weakest class counts; an unknown key counts as the weakest."""
    world = World()
    bind(world, "strong", CERTIFIED)
    bind(world, "weak", VOUCHED)
    assert acknowledged(world, *kids).assurance is expected


def test_a_better_class_later_changes_nothing_of_what_was_said() -> None:
    """The class is that of the entry: an attested key does not better its earlier word."""
    world = World()
    bind(world, "weak", VOUCHED)
    before = acknowledged(world, "weak")
    attested = KeyAttested(
        kid="weak", assurance=CERTIFIED, evidence=digest("ca"), by=party("operator")
    )
    world.book.apply((attested,))
    assert world.receivable(before.id).assurance is VOUCHED


def test_an_issue_has_the_class_of_the_obligors_keys_not_of_the_creditors() -> None:
    """Whoever signs for it says nothing about who the obligor is."""
    world = World()
    bind(world, "strong", CERTIFIED)
    by = replace(world.signer("core"), kids=frozenset({"strong"}))
    events = decide(world.book, issue(line()), by, world.at_ms)
    world.book.apply(events)
    proposed = world.receivable(events[-1].receivable)
    assert (proposed.assurance, proposed.acknowledged_ms) == (CERTIFIED, None)
    signed = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    world.do("supplier", signed, proposed.id)
    assert world.receivable(proposed.id).assurance is CERTIFIED
