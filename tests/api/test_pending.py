"""Half-signed commands: merged by payload, judged by signature, sent when enough have signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.drafting import Draft
from ledger import canonical
from ledger.envelope import LIFETIME_S
from ledger.parties.commands import RevokeKey, Role, SetApproval, Tier
from ledger.receivables.state import Receivable
from tests.support.served import Served, serve


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Served]:
    """A ledger with the supplier `firm`, of which two people must sign each registration."""
    with serve(tmp_path) as found:
        found.box.enrol("firm", (Role.SUPPLIER,), "bob", "cyd")
        tier = Tier(acts=("receivable.register",), persons=2)
        found.box.do("firm", SetApproval(tiers=(tier,)))
        yield found


def _draft(served: Served, amount: int = 100_00) -> Draft:
    return served.box.draft("firm", served.box.registration(amount))


def test_two_people_sign_one_after_another(pair: Served) -> None:
    """The first signature waits, the second person finds it, adds its own, and it is sent."""
    box, draft = pair.box, _draft(pair)
    first = pair.post("firm", "/v1/pending", draft.signed(box.keys["firm"]))
    assert first.status_code == 202
    assert first.json() | {"submission": None} == {
        "id": draft.digest,
        "kind": "receivable.register",
        "expires": draft.payload["exp"],
        "signed_by": ["ann"],
        "missing": 1,
        "submission": None,
    }
    (waiting,) = pair.get("firm", "/v1/pending").json()["data"]
    assert canonical.encode(waiting["submission"]) == draft.signed(box.keys["firm"])
    second = pair.post("firm", "/v1/pending?submit=true", draft.signed(box.keys["firm/bob"]))
    assert second.status_code == 201
    assert second.json()["events"]
    assert second.headers["location"] == f"/v1/entries/{second.json()['seq']}"
    assert pair.get("firm", "/v1/pending").json()["data"] == []
    assert len(box.all(Receivable)) == 1


def test_the_merged_command_can_be_sent_by_itself(pair: Served) -> None:
    """What waits, once complete, is an ordinary submission; its entry ends the waiting."""
    box, draft = pair.box, _draft(pair)
    for name in ("firm/bob", "firm"):
        answer = pair.post("firm", "/v1/pending", draft.signed(box.keys[name]))
        assert answer.status_code == 202
    assert (answer.json()["signed_by"], answer.json()["missing"]) == (["ann", "bob"], 0)
    submission = canonical.encode(answer.json()["submission"])
    assert submission == draft.signed(box.keys["firm"], box.keys["firm/bob"])
    assert pair.post("", "/v1/commands", submission).status_code == 201
    assert pair.get("firm", "/v1/pending").json()["data"] == []


def test_an_edit_is_another_command(pair: Served) -> None:
    """A changed payload has another digest: it waits by itself, with its own signatures."""
    box, one, other = pair.box, _draft(pair), _draft(pair, 100_01)
    pair.post("firm", "/v1/pending", one.signed(box.keys["firm"]))
    answer = pair.post("firm", "/v1/pending?submit=true", other.signed(box.keys["firm/bob"]))
    assert (answer.status_code, answer.json()["missing"]) == (202, 1)
    assert len(pair.get("firm", "/v1/pending").json()["data"]) == 2
    tree = json.loads(one.signed(box.keys["firm/bob"]))
    tree["command"]["payload"] = json.loads(other.signed(box.keys["firm"]))["command"]["payload"]
    tree["disclosures"] = list(other.disclosed)
    moved = pair.post("firm", "/v1/pending", canonical.encode(tree))
    assert (moved.status_code, moved.json()["code"]) == (403, "signature_invalid")


def test_only_what_could_be_sent_may_wait(pair: Served) -> None:
    """Another's command, another's key, a third needless person twice, an expired one: refused."""
    box = pair.box
    cases = [
        ("supplier", _draft(pair).signed(box.keys["firm"]), "act_belongs_to_another_party"),
        ("firm", _draft(pair).signed(box.keys["second"]), "key_not_of_party"),
        ("firm", b"{", "json_invalid"),
        ("", _draft(pair).signed(box.keys["firm"]), "token_missing"),
    ]
    for name, body, code in cases:
        assert pair.post(name, "/v1/pending", body).json()["code"] == code
    assert pair.get("firm", "/v1/pending").json()["data"] == []
    assert box.all(Receivable) == []


def test_what_is_over_waits_no_more(pair: Served) -> None:
    """After its last day a command is neither shown nor taken."""
    box, draft = pair.box, _draft(pair)
    submission = draft.signed(box.keys["firm"])
    assert pair.post("firm", "/v1/pending", submission).status_code == 202
    assert len(pair.get("firm", "/v1/pending").json()["data"]) == 1
    assert pair.get("supplier", "/v1/pending").json()["data"] == []
    box.clock.advance(ms=LIFETIME_S * 1000)
    assert pair.get("firm", "/v1/pending").json()["data"] == []
    answer = pair.post("firm", "/v1/pending", submission)
    assert answer.json()["code"] == "expired"


def test_a_revoked_key_does_not_hide_the_rest(pair: Served) -> None:
    """A waiting command whose signer may no longer sign leaves the list readable."""
    box = pair.box
    for amount, name in ((1_00, "firm"), (2_00, "firm/cyd")):
        pair.post("firm", "/v1/pending", _draft(pair, amount).signed(box.keys[name]))
    box.do("firm", RevokeKey(kid=box.keys["firm/cyd"].public.kid, reason="left"))
    (left,) = pair.get("firm", "/v1/pending").json()["data"]
    assert left["signed_by"] == ["ann"]
