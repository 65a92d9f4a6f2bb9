"""Burdens: what is not free of a holding, for how long, and who has it after a split."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.receivables.acts import burden, check_circulates, check_unburdened, unburden
from ledger.receivables.burdens import burdened, shared, weight
from ledger.receivables.clocks import record_date
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding
from tests.support.world import DAY, NOW, World, cny, propose, refusal

DISPUTE, FREEZE, ENCUMBRANCE = BurdenKind.DISPUTE, BurdenKind.FREEZE, BurdenKind.ENCUMBRANCE


def on(
    minor: int,
    kind: BurdenKind = FREEZE,
    name: str = "frz_one",
    until_ms: int | None = None,
    ppm: int | None = None,
) -> Burden:
    """A burden of so much."""
    return Burden(id=name, kind=kind, amount=cny(minor), until_ms=until_ms, ppm=ppm)


def burdened_holding(world: World, *burdens: Burden) -> Holding:
    """A holding of 100.00 with these burdens."""
    holding = world.held()
    for item in burdens:
        world.book.apply(burden(world.holding(holding.id), item))
    return world.holding(holding.id)


def test_a_later_freeze_waits_for_what_an_earlier_one_takes() -> None:
    """Two freezes of 60 take 100 of 100, not 120; when the first ends, the second takes its 60."""
    first, second = on(60_00, until_ms=NOW + DAY), on(60_00, name="frz_two")
    assert burdened((first, second), FREEZE, cny(100_00), NOW) == cny(100_00)
    assert burdened((first, second), FREEZE, cny(100_00), NOW + DAY) == cny(60_00)
    assert burdened((first, second), FREEZE, cny(100_00), None) == cny(100_00)
    assert burdened((first, second), DISPUTE, cny(100_00), NOW) == cny(0)


def test_a_share_follows_what_is_outstanding_and_is_rounded_up() -> None:
    """A third of 100.00 is 33.34; of 0.01 it is all."""
    share = on(33_34, ENCUMBRANCE, "enc_one", ppm=333_333)
    assert weight(share, cny(100_00)) == cny(33_34)
    assert weight(share, cny(1)) == cny(1)
    assert weight(share, cny(0)) == cny(0)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FREEZE, "holding_is_frozen"),
        (DISPUTE, "holding_is_disputed"),
        (ENCUMBRANCE, "holding_is_encumbered"),
    ],
)
def test_a_burdened_holding_is_not_passed_on_but_its_free_part_is(
    kind: BurdenKind, code: str
) -> None:
    """Whole it is refused; split, the first child has the burden and the other is free."""
    world = World()
    holding = burdened_holding(world, on(40_00, kind))
    offer = propose(holding, "second", world.at_ms + DAY)
    assert refusal(world.do, "supplier", offer) == code
    front, free = world.split("supplier", holding, 40_00, 60_00)
    assert refusal(check_unburdened, front, world.at_ms) == code
    check_unburdened(free, world.at_ms)
    assert world.propose("supplier", free, "second").holding == free.id


def test_a_freeze_that_comes_while_a_transfer_waits_keeps_it_from_being_accepted() -> None:
    """It is valid against a pending transfer, until it ends by itself."""
    world = World()
    holding = world.held()
    transfer = world.propose("supplier", holding, "second", lapses_ms=world.at_ms + 3 * DAY)
    until = world.at_ms + DAY
    world.book.apply(burden(world.holding(holding.id), on(1, until_ms=until)))
    assert refusal(world.accept, "second", transfer) == "holding_is_frozen"
    world.at_ms = until
    world.accept("second", transfer)
    assert world.holding(holding.id).holder == transfer.assignee


def test_a_lifted_burden_is_gone_from_every_child() -> None:
    """A burden that a split spread is found on all open holdings of the receivable."""
    world = World()
    holding = burdened_holding(world, on(70_00), on(5_00, DISPUTE, "dsp_one"))
    world.split("supplier", holding, 40_00, 60_00)
    events = unburden(world.book, holding.receivable, "frz_one")
    assert len(events) == 2
    world.book.apply(events)
    assert unburden(world.book, holding.receivable, "frz_one") == ()
    found = world.book.find(Holding, receivable=holding.receivable)
    left = [one.id for item in found if item.is_open for one in item.burdens]
    assert left == ["dsp_one"]


def test_a_burden_that_is_changed_keeps_its_place_among_those_of_its_kind() -> None:
    """A freeze that is renewed in time stays before the one that came after it."""
    world = World()
    holding = burdened_holding(world, on(60_00, until_ms=NOW + DAY), on(60_00, name="frz_two"))
    world.book.apply(burden(holding, on(60_00, until_ms=NOW + 9 * DAY)))
    found = world.holding(holding.id).burdens
    assert [(item.id, item.until_ms) for item in found] == [
        ("frz_one", NOW + 9 * DAY),
        ("frz_two", None),
    ]


def test_a_burden_that_is_over_takes_no_room_of_a_later_one_in_a_split() -> None:
    """When the first of two freezes has ended, the second is on the front, and the end is free."""
    world = World()
    holding = burdened_holding(world, on(60_00, until_ms=NOW + DAY), on(60_00, name="frz_two"))
    world.at_ms = NOW + DAY
    front, free = world.split("supplier", holding, 60_00, 40_00)
    assert [(item.id, item.amount) for item in front.burdens] == [("frz_two", cny(60_00))]
    assert free.burdens == ()


def test_what_comes_behind_a_share_is_put_where_the_share_leaves_room() -> None:
    """Behind a third of 60, 50 are 26.66 of the first 40 and 13.33 of the other 20; 10.01 wait."""
    third = on(20_00, ENCUMBRANCE, "enc_third", ppm=333_333)
    parts = shared([third, on(50_00, ENCUMBRANCE, "enc_fifty")], [cny(40_00), cny(20_00)])
    amounts = [[item.amount.minor for item in part] for part in parts]
    assert amounts == [[13_34, 26_66 + 10_01], [6_67, 13_33]]


def test_circulation_stops_on_the_business_day_before_payment() -> None:
    """Payable on Thursday 2026-04-30: on Wednesday and Thursday nobody passes it on, then again."""
    world = World()
    holding = world.held()
    world.at_ms = NOW + 114 * DAY
    assert record_date(world.book, holding.due) == date(2026, 4, 29)
    assert refusal(check_circulates, world.book, holding, world.at_ms) == "redemption_is_under_way"
    check_circulates(world.book, holding, world.at_ms - DAY)
    world.at_ms += DAY
    assert refusal(check_circulates, world.book, holding, world.at_ms) == "redemption_is_under_way"
    check_circulates(world.book, holding, world.at_ms + DAY)


_AMOUNTS = st.lists(st.integers(1, 500), min_size=1, max_size=6)


@given(
    children=_AMOUNTS,
    burdens=st.lists(st.tuples(st.integers(1, 900), st.sampled_from(list(BurdenKind))), max_size=5),
)
def test_a_split_loses_and_makes_no_burden(
    children: list[int], burdens: list[tuple[int, BurdenKind]]
) -> None:
    """Each burden's amounts sum to its own, and as much of the whole is burdened as before."""
    items = [on(minor, kind, f"id{place}") for place, (minor, kind) in enumerate(burdens)]
    parts = shared(items, [cny(minor) for minor in children])
    for item in items:
        found = [one.amount.minor for part in parts for one in part if one.id == item.id]
        assert sum(found) == item.amount.minor
    for kind in BurdenKind:
        after = sum(
            burdened(part, kind, cny(minor), NOW).minor
            for part, minor in zip(parts, children, strict=True)
        )
        assert after == burdened(items, kind, cny(sum(children)), NOW).minor


@given(children=_AMOUNTS, taken=st.integers(1, 3_000))
def test_what_is_split_off_the_end_is_free(children: list[int], taken: int) -> None:
    """A child is burdened only where all children before it are burdened whole."""
    parts = shared([on(taken)], [cny(minor) for minor in children])
    whole = [
        burdened(part, FREEZE, cny(minor), NOW).minor == minor
        for part, minor in zip(parts, children, strict=True)
    ]
    for place, part in enumerate(parts[1:], 1):
        assert not part or all(whole[:place])
