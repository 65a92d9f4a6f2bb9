"""Recovery of keys: who may open and complete it, what stands still meanwhile, and the veto."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.parties import commands as p
from ledger.parties.commands import Assurance, Role
from ledger.parties.recovering import GOES_ON
from ledger.parties.state import Key, Party, Recovery, RecoveryState
from ledger.vocabulary import COMMANDS
from tests.support import having as h
from tests.support.actors import DAY, HOUR, Stage, open_stage
from tests.support.acts.keys import limited, opened, opening
from tests.support.authority import Authority
from tests.support.founding import AUTHORITY, found

ACCOUNT = p.AddAccount(number="1", bank="Bank", currency="CNY")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A founded ledger: `first` has one person, `second` three, and there are two banks."""
    with open_stage(tmp_path, 5) as s:
        found(s)
        yield s


def said(s: Stage, name: str, what: Any, **how: Any) -> str:
    """What becomes of a command: the code of its refusal, or nothing."""
    answer = s.do(name, what, **how).answer
    return answer if isinstance(answer, str) else ""


def complete(recovery: Recovery) -> p.CompleteRecovery:
    """The command that completes a recovery."""
    return p.CompleteRecovery(recovery=recovery.id)


def veto(recovery: Recovery) -> p.VetoRecovery:
    """The command that vetoes it."""
    return p.VetoRecovery(recovery=recovery.id, reason="not_lost")


def key_of(s: Stage, name: str, person: str) -> Key:
    """The unlimited key in force of a person."""
    (key,) = (item for item in s.keys_of(name) if item.person == person)
    return key


def test_a_bank_recovers_what_is_lost(stage: Stage) -> None:
    """After 72 hours the new keys sign, on the bank's word, and the old ones never again."""
    old = key_of(stage, "first", "ann")
    recovery = opened(stage, "first")
    stage.clock.ms += 72 * HOUR - 1
    assert said(stage, "bank", complete(recovery)) == "recovery_is_waiting"
    stage.clock.ms += 1
    assert said(stage, "bank", complete(recovery)) == ""
    new = key_of(stage, "first", "ann")
    assert new.id != old.id
    assert (new.assurance, new.evidence) == (Assurance.BANK_ATTESTED, recovery.evidence)
    assert said(stage, "first", ACCOUNT, keys=[stage.secrets[new.id]]) == ""
    assert said(stage, "first", ACCOUNT, keys=[stage.secrets[old.id]]) == "key_not_in_force"
    done = stage.get(Recovery, recovery.id)
    assert (done.state, done.completed_by) == (RecoveryState.COMPLETED, stage.parties["bank"])
    assert stage.get(Party, stage.parties["first"]).recovery is None
    assert said(stage, "bank", complete(recovery)) == "recovery_is_over"


def test_the_operator_alone_changes_no_key(stage: Stage) -> None:
    """Without certificates it opens nothing, and what it opens with them a bank completes."""
    assert said(stage, "operator", opening(stage, "first", ["ann"])) == "field_invalid"
    forger = Authority("Forger", bytes(32))
    refused = said(stage, "operator", opening(stage, "first", ["ann"], forger))
    assert refused == "certificate_invalid"
    recovery = opened(stage, "first", by="operator")
    stage.clock.ms += 3 * DAY
    assert said(stage, "operator", complete(recovery)) == "role_missing"
    assert said(stage, "first", complete(recovery)) == "role_missing"
    assert said(stage, "house", complete(recovery)) == ""
    assert key_of(stage, "first", "ann").assurance is Assurance.CA_CERTIFIED


def test_certificates_name_each_new_key_and_the_party(stage: Stage) -> None:
    """One for each key in their order, of the party's own registration number."""
    one = opening(stage, "first", ["ann"], AUTHORITY)(stage.desk_of("operator"), "")
    assert isinstance(one, p.OpenRecovery)
    two = opening(stage, "first", ["ann", "bob"], certificates=one.certificates)
    assert said(stage, "operator", two) == "field_invalid"
    assert said(stage, "bank", two) == "field_invalid"
    other = opening(stage, "first", ["ann"], certificates=one.certificates)
    assert said(stage, "bank", other) == "certificate_names_another"


def test_another_key_of_the_party_recovers(stage: Stage) -> None:
    """The key that opens stays, all others end; the new one is known as well as that key."""
    ann, bob = key_of(stage, "second", "ann"), key_of(stage, "second", "bob")
    clerk = limited(stage, "second")
    make = opening(stage, "second", ["ann", "cat"])
    said_open = h.sure(stage.do("second", make, keys=[stage.secrets[bob.id]]))
    recovery = stage.get(Recovery, said_open.id("rcy"))
    assert recovery.keeps == (bob.id,)
    stage.clock.ms += 3 * DAY
    assert said(stage, "bank", complete(recovery)) == "act_belongs_to_another_party"
    assert said(stage, "second", complete(recovery), keys=[stage.secrets[bob.id]]) == ""
    assert {key.person for key in stage.keys_of("second")} == {"ann", "bob", "cat"}
    assert key_of(stage, "second", "bob").id == bob.id
    for ended in (ann.id, clerk.id):
        assert stage.get(Key, ended).until_ms == stage.clock.ms


def test_any_key_in_force_vetoes(stage: Stage) -> None:
    """Also the last hour, one person alone whatever the rule says; then things move again."""
    rule = p.SetApproval(tiers=(p.Tier(acts=(), persons=2),))
    h.sure(stage.do("second", rule))
    recovery = opened(stage, "second")
    ann, bob = (stage.secrets[key_of(stage, "second", who).id] for who in ("ann", "bob"))
    assert said(stage, "first", veto(recovery)) == "key_not_of_party"
    assert said(stage, "second", veto(recovery), keys=[ann, bob]) == "signature_not_needed"
    stage.clock.ms += 6 * DAY - 1
    assert said(stage, "second", veto(recovery), keys=[ann]) == ""
    assert said(stage, "second", ACCOUNT) == ""
    assert said(stage, "second", veto(recovery), keys=[ann]) == "recovery_is_over"
    assert said(stage, "bank", complete(recovery)) == "recovery_is_over"


def test_a_revoked_key_vetoes_nothing(stage: Stage) -> None:
    """Revoking stays possible while a recovery is open: the thief's key is stopped first."""
    ann = key_of(stage, "second", "ann")
    bob = stage.secrets[key_of(stage, "second", "bob").id]
    recovery = opened(stage, "second")
    assert said(stage, "second", p.RevokeKey(kid=ann.id, reason="stolen"), keys=[bob]) == ""
    assert said(stage, "second", veto(recovery), keys=[stage.secrets[ann.id]]) == "key_not_in_force"


def test_what_nobody_completes_is_over(stage: Stage) -> None:
    """As long again as the hours to veto; then the party acts as before, without any tick."""
    recovery = opened(stage, "first")
    assert said(stage, "bank", opening(stage, "first", ["ann"])) == "recovery_is_open"
    assert said(stage, "first", ACCOUNT) == "recovery_is_open"
    stage.clock.ms += 6 * DAY - 1
    assert said(stage, "first", ACCOUNT) == "recovery_is_open"
    stage.clock.ms += 1
    assert said(stage, "first", ACCOUNT) == ""
    assert said(stage, "bank", complete(recovery)) == "recovery_is_over"
    assert said(stage, "bank", opening(stage, "first", ["ann"])) == ""


def test_the_approval_rule_survives(stage: Stage) -> None:
    """There are as many people with keys afterwards as the rule asks for."""
    h.sure(stage.do("second", p.SetApproval(tiers=(p.Tier(acts=(), persons=2),))))
    assert said(stage, "bank", opening(stage, "second", ["ann"])) == "approval_rule_unreachable"
    bob = [stage.secrets[key_of(stage, "second", "bob").id]]
    alone = said(stage, "second", opening(stage, "second", ["ann"]), keys=bob)
    assert alone == "approvals_missing"
    assert said(stage, "bank", opening(stage, "second", ["ann", "bob"])) == ""


def test_who_may_open(stage: Stage) -> None:
    """The party, a bank or the operator; each new key is free, held, and named once."""
    assert said(stage, "second", opening(stage, "first", ["ann"])) == "role_missing"
    unknown = opening(stage, "first", ["ann"], party="pty_" + "a" * 26)
    assert said(stage, "bank", unknown) == "record_not_found"
    made = opening(stage, "first", ["ann"])(stage.desk_of("bank"), stage.desk_of("bank").new_jti())
    assert isinstance(made, p.OpenRecovery)
    assert said(stage, "bank", made) == "possession_not_proven"
    bound = stage.secrets[key_of(stage, "first", "ann").id]

    def again(desk: Any, jti: str) -> p.OpenRecovery:
        new = desk.new_key(bound, "ann", jti)
        return p.OpenRecovery(party=made.party, keys=(new,), evidence=made.evidence)

    assert said(stage, "bank", again) == "key_is_bound"


def test_a_bank_that_is_none_any_more_completes_nothing(stage: Stage) -> None:
    """A role that was taken away meanwhile is gone."""
    recovery = opened(stage, "first", by="house")
    roles = p.AssignRoles(party=stage.parties["house"], roles=(Role.FINANCIER,))
    h.sure(stage.do("operator", roles))
    stage.clock.ms += 3 * DAY
    assert said(stage, "house", complete(recovery)) == "role_missing"


def test_a_key_that_was_bound_elsewhere_meanwhile_stops_the_completion(stage: Stage) -> None:
    """One key is one person's, for ever."""
    make = opening(stage, "first", ["ann"])
    recovery = stage.get(Recovery, h.sure(stage.do("bank", make)).id("rcy"))
    kid = list(stage.secrets)[-1]

    def bind(desk: Any, jti: str) -> p.BindKey:
        return p.BindKey(new=desk.new_key(stage.secrets[kid], "ann", jti))

    h.sure(stage.do("third", bind))
    stage.clock.ms += 3 * DAY
    assert said(stage, "bank", complete(recovery)) == "key_is_bound"


def test_what_goes_on_is_named_in_one_place() -> None:
    """Every kind in the table exists; whatever is not in it stands still."""
    assert {kind for kind, _ in COMMANDS} >= GOES_ON
