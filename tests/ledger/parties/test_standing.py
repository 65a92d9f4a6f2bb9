"""Standing: how many different people must sign, alone or under a manifest, as of now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.drafting import new_jti
from ledger import canonical
from ledger.money import UNBOUNDED, Money
from ledger.parties.commands import (
    AddAccount,
    BindKey,
    RevokeKey,
    Role,
    SetApproval,
    SignManifest,
    Tier,
)
from ledger.parties.standing import persons_needed
from ledger.service import Receipt
from tests.support.desk import Office, digest, open_office, refusal

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")
BOTH = ["acme/ann", "acme/bob"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with a party of three people and another party."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER, persons=("ann", "bob", "cid"))
        opened.enrol("other", Role.SUPPLIER)
        yield opened


def rule(persons: int, *acts: str, **amount: Any) -> SetApproval:
    """These acts (none named: all) need this many people."""
    return SetApproval(tiers=(Tier(acts=acts, persons=persons, **amount),))


def test_exactly_the_needed_people_sign(office: Office) -> None:
    """Without a rule one; each further signature would look like a second opinion."""
    office.do("acme", ACCOUNT, keys=["acme/cid"])
    assert office.refused("acme", ACCOUNT, keys=BOTH) == ("signature_not_needed", "")
    office.do("acme", rule(2, "account.add"))
    assert office.refused("acme", ACCOUNT) == ("approvals_missing", "")
    office.do("acme", ACCOUNT, keys=["acme/bob", "acme/cid"])
    every = [*BOTH, "acme/cid"]
    assert office.refused("acme", ACCOUNT, keys=every) == ("signature_not_needed", "")


def test_two_keys_of_one_person_are_one_person(office: Office) -> None:
    """A second key of the same person adds no approval."""
    jti = new_jti(office.clock.ms)
    new = office.desk("acme").new_key(office.key("acme/ann2"), "ann", jti)
    office.do("acme", BindKey(new=new), jti=jti)
    office.do("acme", rule(2))
    answer = office.refused("acme", ACCOUNT, keys=["acme/ann", "acme/ann2"])
    assert answer == ("signature_not_needed", "")


def test_a_rule_is_changed_under_the_rule_it_replaces(office: Office) -> None:
    """One person alone cannot set a four-eyes rule aside."""
    office.do("acme", rule(2))
    assert office.refused("acme", rule(1)) == ("approvals_missing", "")
    office.do("acme", rule(1), keys=BOTH)
    office.do("acme", ACCOUNT)


def test_rules_can_be_fulfilled(office: Office) -> None:
    """As many people have keys as a rule asks; an amount and its currency come together."""
    unreachable = ("approval_rule_unreachable", "/body/tiers")
    assert office.refused("acme", rule(4)) == unreachable
    invalid = ("field_invalid", "/body/tiers")
    assert office.refused("acme", rule(2, from_minor=1)) == invalid
    assert office.refused("acme", rule(2, currency="CNY")) == invalid
    kid = office.key("acme/cid").public.kid
    office.do("acme", RevokeKey(kid=kid, reason="left"))
    assert office.refused("acme", rule(3)) == unreachable
    office.do("acme", rule(2))


def test_tiers_go_by_act_and_amount(office: Office) -> None:
    """The largest number among the tiers that fit; all fit what is unbounded or not comparable."""
    tiers = (
        Tier(acts=(), persons=1),
        Tier(acts=("holding.split",), persons=2),
        Tier(acts=(), persons=3, from_minor=100_00, currency="CNY"),
    )
    office.do("acme", SetApproval(tiers=tiers))
    book, party = office.service.sequencer.book, office.parties["acme"]
    needed = [
        persons_needed(book, party, act, stake)
        for act, stake in [
            ("offer.withdraw", None),
            ("holding.split", None),
            ("holding.split", Money(99_99, "CNY")),
            ("offer.make", Money(100_00, "CNY")),
            ("offer.make", Money(1, "USD")),
            ("registry.file", UNBOUNDED),
        ]
    ]
    assert needed == [1, 2, 2, 3, 3, 3]
    assert persons_needed(book, party, "account.add", None) == 3
    assert persons_needed(book, office.parties["other"], "account.add", None) == 1


def test_keys_of_others_do_not_sign(office: Office) -> None:
    """A key of another party, alone or beside ours, is refused, and so is one nobody bound."""
    foreign = ("key_not_of_party", "")
    assert office.refused("acme", ACCOUNT, keys=["other/ann"]) == foreign
    assert office.refused("acme", ACCOUNT, keys=["acme/ann", "other/ann"]) == foreign
    assert office.refused("acme", ACCOUNT, keys=["stranger"]) == ("key_unknown", "")
    assert office.refused("pty_nobody", ACCOUNT, keys=["acme/ann"]) == ("party_unknown", "/by")


def lines(office: Office, count: int, *labels: str) -> tuple[Receipt, list[bytes]]:
    """A signed manifest over accounts, and its lines, not yet sent."""
    desk = office.desk("acme")
    drafts = [desk.draft(replace(ACCOUNT, number=f"{n}")) for n in range(count)]
    manifest, submissions = desk.manifest(drafts)
    return office.service.submit(manifest.signed(*map(office.key, labels))), submissions


@pytest.mark.parametrize("count", [1, 2, 3, 300])
def test_many_lines_under_one_signature(office: Office, count: int) -> None:
    """Each line is an entry of its own, in any order, once."""
    _, submissions = lines(office, count, "acme/ann")
    sample = [submissions[at] for at in {0, count // 2, count - 1}]
    answers = [office.service.submit(data) for data in reversed(sample)]
    assert [answer.repeated for answer in answers] == [False] * len(sample)
    again = office.service.submit(sample[0])
    assert (again.repeated, again.seq) == (True, answers[-1].seq)


def test_two_people_sign_a_manifest_once_for_all_its_lines(office: Office) -> None:
    """A line is judged as if the manifest's signers had signed it: enough, and not too many."""
    office.do("acme", rule(2, "account.add"))
    _, alone = lines(office, 2, "acme/ann")
    assert refusal(lambda: office.service.submit(alone[0])) == ("approvals_missing", "")
    _, both = lines(office, 2, *BOTH)
    answers = office.service.submit_many(both)
    assert [isinstance(answer, Receipt) for answer in answers] == [True, True]
    _, every = lines(office, 1, *BOTH, "acme/cid")
    office.service.submit(every[0])


def test_one_changed_line_voids_itself_alone(office: Office) -> None:
    """A byte of a line, its index or its path: that line is refused, its neighbours are not."""
    _, (first, second, third) = lines(office, 3, "acme/ann")
    tree, other = canonical.decode(first), canonical.decode(second)
    invalid = ("manifest_proof_invalid", "")
    for strange in [
        tree | {"command": tree["command"] | {"manifest": other["command"]["manifest"]}},
        tree | {"command": tree["command"] | {"manifest": _proof(tree, index=2)}},
        tree | {"command": tree["command"] | {"manifest": _proof(tree, path=[])}},
    ]:
        assert refusal(lambda s=strange: office.service.submit(canonical.encode(s))) == invalid
    negative = tree | {"command": tree["command"] | {"manifest": _proof(tree, index=-1)}}
    answer = refusal(lambda: office.service.submit(canonical.encode(negative)))
    assert answer == ("envelope_malformed", "/command/manifest")
    _, (stranger,) = lines(office, 1, "acme/ann")
    swapped = canonical.decode(stranger)
    swapped["command"]["manifest"] = tree["command"]["manifest"]
    assert refusal(lambda: office.service.submit(canonical.encode(swapped))) == invalid
    unknown = tree | {"command": tree["command"] | {"manifest": _proof(tree, jti="none")}}
    answer = refusal(lambda: office.service.submit(canonical.encode(unknown)))
    assert answer == ("manifest_unknown", "")
    answers = office.service.submit_many([first, second, third])
    assert all(isinstance(item, Receipt) for item in answers)


def _proof(tree: Any, **changes: Any) -> dict[str, Any]:
    return {**tree["command"]["manifest"], **changes}


def test_a_manifest_is_the_partys_own_and_its_keys_are_judged_at_the_line(office: Office) -> None:
    """Another party's line does not stand under it; a revoked key signs no later line."""
    desk, other = office.desk("acme"), office.desk("other")
    foreign = other.draft(ACCOUNT)
    manifest, (line,) = desk.manifest([foreign])
    office.service.submit(manifest.signed(office.key("acme/ann")))
    assert refusal(lambda: office.service.submit(line)) == ("manifest_unknown", "")
    _, (first, second) = lines(office, 2, "acme/ann")
    office.service.submit(first)
    kid = office.key("acme/ann").public.kid
    office.do("acme", RevokeKey(kid=kid, reason="lost"), keys=["acme/bob"])
    assert refusal(lambda: office.service.submit(second)) == ("key_not_in_force", "")


def test_some_commands_are_never_lines(office: Office) -> None:
    """Manifests, rotations, revocations and approval rules are signed by themselves."""
    desk = office.desk("acme")
    kid = office.key("acme/ann").public.kid
    drafts = [
        desk.draft(SignManifest(root=digest("root"), count=1)),
        desk.draft(RevokeKey(kid=kid, reason="lost")),
        desk.draft(rule(1)),
    ]
    manifest, submissions = desk.manifest(drafts)
    office.service.submit(manifest.signed(office.key("acme/ann")))
    for line in submissions:
        answer = refusal(lambda data=line: office.service.submit(data))
        assert answer == ("not_on_manifests", "/kind")
