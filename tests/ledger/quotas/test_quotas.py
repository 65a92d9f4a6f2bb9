"""Groups and quotas: who may set them, what they bound, and that they revolve."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.visibility import concerns
from ledger import canonical
from ledger.model.codec import WireForm, field_classes, read, write
from ledger.money import UNBOUNDED, Money
from ledger.quotas import commands as q
from ledger.quotas.decide import decide, stake
from ledger.quotas.state import Membership, Quota, parent_of, quota_id
from ledger.receivables import commands as c
from ledger.receivables.debts import discharge
from tests.support.world import ROLES, World, cny, digest, line, party, refusal

SEALED = {
    q.JoinGroup: {"parent"},
    q.ReleaseMember: {"member"},
    q.SetQuota: {"obligor", "creditor", "amount"},
}
EXAMPLES = (
    q.JoinGroup(parent=party("core")),
    q.ReleaseMember(member=party("supplier")),
    q.SetQuota(currency="CNY", obligor=party("core"), creditor=party("supplier"), amount=cny(1_00)),
)


def ask(world: World, name: str, command: q.Command) -> None:
    """`name` gives a command about groups or quotas; it is applied as one entry."""
    world.book.apply(decide(world.book, command, world.signer(name), world.at_ms))


def quota(world: World, name: str, minor: int | None, creditor: str = "", **changes: Any) -> None:
    """`name` sets a quota for itself, for one creditor or in all."""
    ask(
        world,
        name,
        q.SetQuota(
            currency="CNY",
            creditor=party(creditor) if creditor else None,
            amount=None if minor is None else cny(minor),
            **changes,
        ),
    )


@pytest.mark.parametrize("command", EXAMPLES)
def test_who_belongs_to_whom_and_how_much_is_sealed(command: q.Command) -> None:
    """Exactly these fields are confidential, and every command survives the wire."""
    kind = type(command)
    assert field_classes(kind) == dict.fromkeys(SEALED[kind], "confidential")
    disclosures: dict[str, tuple[str, Any]] = {}

    def sealer(name: str, value: Any) -> str:
        sealed = digest(f"{len(disclosures)}")
        disclosures[sealed] = (name, value)
        return sealed

    digits = {"CNY": 2}.get
    tree = canonical.decode(canonical.encode(write(command, WireForm(digits, {}, sealer))))
    assert read(kind, tree, WireForm(digits, disclosures), "/body") == command


def test_a_subsidiary_names_its_parent_and_the_parent_lets_it_go() -> None:
    """One parent at a time; only that parent ends it; then it may name another."""
    world = World()
    ask(world, "other_core", q.JoinGroup(parent=party("core")))
    assert parent_of(world.book, party("other_core")) == party("core")
    assert refusal(ask, world, "other_core", q.JoinGroup(parent=party("bank"))) == (
        "party_is_in_a_group"
    )
    release = q.ReleaseMember(member=party("other_core"))
    for name in ("other_core", "bank"):
        assert refusal(ask, world, name, release) == "act_belongs_to_another_party"
    ask(world, "core", release)
    assert parent_of(world.book, party("other_core")) is None
    assert refusal(ask, world, "core", release) == "act_belongs_to_another_party"
    ask(world, "other_core", q.JoinGroup(parent=party("bank")))
    (membership,) = world.book.all(Membership)
    assert (membership.parent, membership.is_live) == (party("bank"), True)


def test_nobody_is_its_own_parent_nor_a_strangers_child() -> None:
    """The parent is enrolled and somebody else."""
    world = World()
    own = q.JoinGroup(parent=party("core"))
    assert refusal(ask, world, "core", own) == "field_invalid"
    assert refusal(ask, world, "core", q.JoinGroup(parent=party("nobody"))) == "party_unknown"


def test_the_parent_sets_its_members_quotas_and_the_member_none() -> None:
    """Whoever is in no group sets its own; nobody sets a stranger's."""
    world = World()
    for_other = {"obligor": party("other_core")}
    quota(world, "other_core", 5_00)
    assert (
        refusal(lambda: quota(world, "core", 1_00, **for_other)) == "act_belongs_to_another_party"
    )
    ask(world, "other_core", q.JoinGroup(parent=party("core")))
    assert refusal(quota, world, "other_core", 9_00) == "act_belongs_to_another_party"
    (kept,) = world.book.all(Quota)
    assert (kept.amount, kept.set_by) == (cny(5_00), party("other_core"))
    quota(world, "core", 7_00, **for_other)
    (kept,) = world.book.all(Quota)
    assert (kept.amount, kept.set_by) == (cny(7_00), party("core"))


def test_a_quota_names_a_known_creditor_and_one_currency() -> None:
    """A creditor that is not enrolled, or an amount of another currency, is refused."""
    world = World()
    assert refusal(quota, world, "core", 1_00, "nobody") == "party_unknown"
    wrong = q.SetQuota(currency="CNY", amount=Money(1, "USD"))
    assert refusal(ask, world, "core", wrong) == "currency_mismatch"


def test_the_stake_of_a_quota_is_its_amount() -> None:
    """Tiers of approval judge a quota by what it allows: without an amount, anything."""
    book = World().book
    assert [stake(book, command) for command in EXAMPLES] == [None, None, cny(1_00)]
    assert stake(book, q.SetQuota(currency="CNY")) is UNBOUNDED


def test_a_quota_bounds_what_is_owed_and_revolves() -> None:
    """Up to the very amount; a unit more is refused; what is paid, and only that, is free again."""
    world = World()
    quota(world, "core", 100_00, "supplier")
    first, second = world.register(line("A", 60_00)), world.register(line("B", 40_01))
    holding = world.acknowledge(first)
    assert refusal(world.acknowledge, second) == "quota_exceeded"
    world.book.apply(discharge(world.book, [(holding, cny(1))], world.at_ms))
    world.acknowledge(second)
    assert refusal(world.acknowledge, world.register(line("C", 1))) == "quota_exceeded"
    world.acknowledge(world.register(line("D", 500_00), by="second"))


def test_a_quota_in_all_bounds_all_creditors_together() -> None:
    """One creditor's debts use up what another could have had; without an amount it is over."""
    world = World()
    quota(world, "core", 100_00)
    world.acknowledge(world.register(line("A", 60_00)))
    more = world.register(line("B", 60_00), by="second")
    assert refusal(world.acknowledge, more) == "quota_exceeded"
    world.acknowledge(more, 40_00)
    last = world.register(line("C", 1_00))
    assert refusal(world.acknowledge, last) == "quota_exceeded"
    quota(world, "core", None)
    world.acknowledge(last)


def test_an_issue_is_signed_for_within_the_quota() -> None:
    """What was proposed within the quota may be over it when the creditor signs."""
    world = World()
    proposed = world.issue(line("A", 60_00))
    quota(world, "core", 59_99)
    sign = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    assert refusal(world.do, "supplier", sign, proposed.id) == "quota_exceeded"
    quota(world, "core", 60_00)
    world.do("supplier", sign, proposed.id)


def test_a_lower_quota_takes_nothing_back() -> None:
    """What is owed already stays owed; only more is refused."""
    world = World()
    item = world.acknowledge(world.register(line("A", 60_00)))
    quota(world, "core", 0)
    assert world.holding(item.id).outstanding == cny(60_00)
    assert refusal(world.acknowledge, world.register(line("B", 1))) == "quota_exceeded"


def test_a_quota_is_shown_to_its_obligor_and_to_whoever_set_it() -> None:
    """Neither the creditor that it bounds nor anybody else learns of it."""
    world = World()
    ask(world, "other_core", q.JoinGroup(parent=party("core")))
    quota(world, "core", 7_00, "supplier", obligor=party("other_core"))
    (found,), (member,) = world.book.all(Quota), world.book.all(Membership)
    for record in (found, member):
        seen = [name for name in ROLES if concerns(record, world.book, party(name))]
        assert seen == ["core", "other_core"]


@given(
    st.integers(0, 200),
    st.lists(st.tuples(st.integers(1, 100), st.booleans()), min_size=1, max_size=12),
)
def test_what_is_owed_never_passes_the_quota(bound: int, steps: list[tuple[int, bool]]) -> None:
    """An acknowledgement is refused exactly when it would pass the quota, payments considered."""
    world = World()
    quota(world, "core", bound)
    owed = 0
    for number, (minor, paid) in enumerate(steps):
        item = world.register(line(f"N-{number}", minor))
        if owed + minor > bound:
            assert refusal(world.acknowledge, item) == "quota_exceeded"
            continue
        holding = world.acknowledge(item)
        owed += minor
        if paid:
            world.book.apply(discharge(world.book, [(holding, cny(minor))], world.at_ms))
            owed -= minor
    assert world.book.get(Quota, quota_id(party("core"), None, "CNY")) is not None
