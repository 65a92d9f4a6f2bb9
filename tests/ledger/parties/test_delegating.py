"""Delegation: a limited key signs what it may, within its amounts, and nothing ever else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from api.drafting import new_jti
from ledger.errors import Refused
from ledger.money import Money
from ledger.parties.commands import (
    AddAccount,
    BindKey,
    DelegateKey,
    RevokeKey,
    SetApproval,
    Tier,
    UndelegateKey,
)
from ledger.parties.delegating import NEVER
from ledger.parties.invariants import INVARIANTS
from ledger.parties.standing import GUARDS
from ledger.parties.state import Delegation, Key
from ledger.quotas.commands import SetQuota
from ledger.receivables.commands import RegisterReceivable
from ledger.vocabulary import COMMANDS
from tests.support.sandbox import DAY, Sandbox, cny, open_sandbox, signing_key
from tests.support.world import digest

CLERK = "supplier/clerk"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose supplier has a clerk with a key."""
    with open_sandbox(tmp_path) as opened:
        opened.keys[CLERK] = signing_key(CLERK)
        jti = new_jti(opened.clock.ms)
        new = opened.desk("supplier").new_key(opened.keys[CLERK], "clerk", jti)
        draft = opened.desk("supplier").draft(BindKey(new=new), jti=jti)
        opened.service.submit(draft.signed(opened.keys["supplier"]))
        yield opened


def delegation(box: Sandbox, **terms: Any) -> DelegateKey:
    """The clerk may register claims for a week."""
    known: dict[str, Any] = {
        "kid": box.keys[CLERK].public.kid,
        "acts": ("receivable.register",),
        "until_ms": box.clock.ms + 7 * DAY,
    }
    return DelegateKey(**(known | terms))


def granted(box: Sandbox, **terms: Any) -> Delegation:
    """The delegation, on record."""
    box.do("supplier", delegation(box, **terms))
    key = box.get(Key, box.keys[CLERK].public.kid)
    return box.get(Delegation, key.delegation or "")


def by_clerk(box: Sandbox, command: Any) -> str:
    """What becomes of a command that the clerk signs: the code, or nothing."""
    try:
        box.service.submit(box.draft("supplier", command).signed(box.keys[CLERK]))
    except Refused as refused:
        return refused.code.value
    return ""


def refusal(box: Sandbox, command: Any) -> tuple[str, str]:
    """Code and place with which a command of the supplier is refused."""
    with pytest.raises(Refused) as caught:
        box.do("supplier", command)
    return caught.value.code.value, caught.value.place


def claim(box: Sandbox, amount: int) -> RegisterReceivable:
    """A claim over so much."""
    return box.registration(amount)


def test_a_limited_key_signs_only_what_it_may(box: Sandbox) -> None:
    """The acts that are named, and no other; before the delegation it was a key like any."""
    account = AddAccount(number="1", bank="Bank", currency="CNY")
    assert by_clerk(box, account) == ""
    granted(box)
    assert by_clerk(box, claim(box, 1_00)) == ""
    assert by_clerk(box, account) == "delegation_does_not_cover"
    box.do("supplier", account)


def test_after_its_end_a_limited_key_signs_nothing(box: Sandbox) -> None:
    """Time or withdrawal end it, and never make a full key of it; a new one may follow."""
    found = granted(box)
    box.clock.advance(ms=7 * DAY - 1)
    assert by_clerk(box, claim(box, 1_00)) == ""
    box.clock.advance(ms=1)
    assert by_clerk(box, claim(box, 1_00)) == "delegation_is_over"
    over = ("delegation_is_over", "/body/delegation")
    assert refusal(box, UndelegateKey(delegation=found.id)) == over
    again = granted(box)
    assert by_clerk(box, claim(box, 1_00)) == ""
    box.do("supplier", UndelegateKey(delegation=again.id))
    assert by_clerk(box, claim(box, 1_00)) == "delegation_is_over"


def test_one_act_is_capped(box: Sandbox) -> None:
    """To the minor unit, and only in the cap's currency."""
    granted(box, per_act=cny(10_00))
    assert by_clerk(box, claim(box, 10_00)) == ""
    assert by_clerk(box, claim(box, 10_01)) == "delegation_cap_exceeded"
    granted(box, per_act=Money(1_000_00, "USD"))
    assert by_clerk(box, claim(box, 10_00)) == "delegation_does_not_cover"


def test_a_day_is_capped_by_the_legal_clock(box: Sandbox) -> None:
    """The sum of a civil day in the ledger's zone: midnight in Shanghai is 16:00 UTC."""
    found = granted(box, per_day=cny(10_00))
    assert by_clerk(box, claim(box, 6_00)) == ""
    assert by_clerk(box, claim(box, 4_01)) == "delegation_cap_exceeded"
    assert by_clerk(box, claim(box, 4_00)) == ""
    assert box.now(found).used == cny(10_00)
    box.clock.advance(ms=14 * 3_600_000 - 1)
    assert by_clerk(box, claim(box, 1)) == "delegation_cap_exceeded"
    box.clock.advance(ms=1)
    assert by_clerk(box, claim(box, 10_00)) == ""
    assert box.now(found).day == box.today


def test_lines_of_a_list_count_one_by_one(box: Sandbox) -> None:
    """A list that a limited key signed is judged line by line, caps included."""
    granted(box, acts=("manifest.sign", "receivable.register"), per_day=cny(10_00))
    desk = box.desk("supplier")
    manifest, lines = desk.manifest([desk.draft(claim(box, 6_00)) for _ in range(2)])
    box.service.submit(manifest.signed(box.keys[CLERK]))
    box.service.submit(lines[0])
    with pytest.raises(Refused, match="one day"):
        box.service.submit(lines[1])


def test_what_is_refused_uses_nothing(box: Sandbox) -> None:
    """A refused command leaves the day's sum as it was."""
    found = granted(box, per_day=cny(10_00))
    wrong = replace(claim(box, 6_00), obligor=box.party("bank"))
    assert by_clerk(box, wrong) == "party_lacks_role"
    assert box.now(found).used is None


def test_what_no_amount_bounds_is_beyond_every_cap(box: Sandbox) -> None:
    """A clerk with a cap, per act or per day, lifts no quota; one without any may."""
    lifted = SetQuota(currency="CNY")
    for caps in ({"per_act": cny(10_00)}, {"per_day": cny(10_00)}, {}):
        box.do("supplier", delegation(box, acts=("quota.set",), **caps))
        assert by_clerk(box, lifted) == ("delegation_cap_exceeded" if caps else "")


def test_who_sets_rules_is_never_delegated(box: Sandbox) -> None:
    """No guarded act, no act on keys, nothing twice and nothing unknown."""
    assert GUARDS <= NEVER <= {kind for kind, _ in COMMANDS}
    for act in sorted(NEVER):
        command = delegation(box, acts=("receivable.register", act))
        assert refusal(box, command) == ("field_invalid", "/body/acts")
    twice = delegation(box, acts=("holding.split", "holding.split"))
    assert refusal(box, twice) == ("field_invalid", "/body/acts")
    unknown = delegation(box, acts=("holding.burn",))
    assert refusal(box, unknown) == ("kind_unknown", "/body/acts")


def test_refusals_of_a_delegation_in_their_order(box: Sandbox) -> None:
    """Another key of the party grants it, for a key that lives, until later, in one currency."""
    own = box.keys["supplier"].public.kid
    strange, foreign = digest("none"), box.keys["core"].public.kid
    assert refusal(box, delegation(box, kid=strange)) == ("record_not_found", "/body/kid")
    for kid in (own, foreign):
        assert refusal(box, delegation(box, kid=kid)) == ("key_not_of_party", "/body/kid")
    late = delegation(box, until_ms=box.clock.ms)
    assert refusal(box, late) == ("deadline_out_of_range", "/body/until_ms")
    mixed = delegation(box, per_act=cny(1), per_day=Money(1, "USD"))
    assert refusal(box, mixed) == ("currency_mismatch", "/body/per_day")
    found = granted(box)
    with pytest.raises(Refused, match="its own delegations"):
        box.do("core", UndelegateKey(delegation=found.id))
    box.do("supplier", RevokeKey(kid=box.keys[CLERK].public.kid, reason="left"))
    assert refusal(box, delegation(box)) == ("key_not_in_force", "/body/kid")


def test_a_clerk_is_no_second_person_for_a_rule(box: Sandbox) -> None:
    """A rule for two people needs two with unlimited keys: a clerk is none of them."""
    granted(box)
    rule = SetApproval(tiers=(Tier(acts=(), persons=2),))
    assert refusal(box, rule) == ("approval_rule_unreachable", "/body/tiers")


def test_maker_is_not_checker(box: Sandbox) -> None:
    """Where two people are asked for, a clerk within its limits is one and cannot be both."""
    box.do("supplier", SetApproval(tiers=(Tier(acts=("receivable.register",), persons=2),)))
    granted_by = [box.keys["supplier"], box.keys[CLERK]]
    assert by_clerk(box, claim(box, 1_00)) == "approvals_missing"
    box.service.submit(box.draft("supplier", claim(box, 1_00)).signed(*granted_by))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(0, 20)), min_size=1, max_size=12),
    st.integers(1, 900),
    st.integers(1, 1_500),
)
def test_no_day_ever_exceeds_its_cap(acts: list[tuple[int, int]], most: int, day: int) -> None:
    """Whatever is tried and when: what was taken is within both caps, and is all that fits."""
    with tempfile.TemporaryDirectory() as folder, open_sandbox(Path(folder)) as box:
        box.keys[CLERK] = signing_key(CLERK)
        jti = new_jti(box.clock.ms)
        new = box.desk("supplier").new_key(box.keys[CLERK], "clerk", jti)
        box.service.submit(
            box.desk("supplier").draft(BindKey(new=new), jti=jti).signed(box.keys["supplier"])
        )
        granted(box, per_act=cny(most), per_day=cny(day), until_ms=box.clock.ms + 365 * DAY)
        taken: dict[Any, int] = {}
        for amount, hours in acts:
            box.clock.advance(ms=hours * 3_600_000)
            fits = amount <= most and taken.get(box.today, 0) + amount <= day
            answer = by_clerk(box, claim(box, amount))
            assert answer == ("" if fits else "delegation_cap_exceeded")
            if fits:
                taken[box.today] = taken.get(box.today, 0) + amount
        assert [text for check in INVARIANTS for text in check(box)] == []
