"""Queues by hand, to the minor unit: what each freeze gets as others end, renew and are lifted."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ledger.burdens import commands as b
from ledger.burdens.queue import reach
from ledger.receivables.burdens import burdened, shared
from ledger.receivables.debts import discharge
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding
from tests.support.burdening import do, frozen, gets, part, pledged
from tests.support.world import DAY, NOW, World, cny, digest, party, refusal

FREEZE, ENCUMBRANCE = BurdenKind.FREEZE, BurdenKind.ENCUMBRANCE


def paid(world: World, holding: Holding, minor: int) -> None:
    """The obligor's debt on the holding falls by a payment."""
    world.book.apply(discharge(world.book, [(world.holding(holding.id), cny(minor))], world.at_ms))


def test_three_freezes_with_a_payment_and_a_split_between() -> None:
    """Of 100.00: 60 and 20 are frozen, 20 paid, 30 wait; split in 50 and 30; one after the other
    ends by time, is renewed, is lifted.
    """
    world = World()
    whole = world.held(100_00)
    first = frozen(world, part(whole, 60_00), days=10)
    second = frozen(world, part(whole, 20_00), days=20)
    assert gets(world, [whole], first, second) == [(60_00, 20_00)]

    assert refusal(paid, world, whole, 20_01) == "amount_is_frozen"
    paid(world, whole, 20_00)
    third = frozen(world, part(whole, 30_00), days=40)
    assert gets(world, [whole], first, second, third) == [(60_00, 20_00, 0)]
    assert refusal(paid, world, whole, 1) == "amount_is_frozen"

    # 60 is 50 + 10 on the children, 20 fits into what is left of the second, 30 wait at the first.
    parts = world.split("supplier", world.holding(whole.id), 50_00, 30_00)
    assert gets(world, parts, first, second, third) == [(50_00, 0, 0), (10_00, 20_00, 0)]

    world.at_ms = NOW + 10 * DAY
    assert gets(world, parts, first, second, third) == [(0, 0, 30_00), (0, 20_00, 0)]
    assert refusal(paid, world, parts[0], 20_01) == "amount_is_frozen"
    paid(world, parts[0], 20_00)
    paid(world, parts[1], 4_00)
    assert gets(world, parts, second, third) == [(0, 30_00), (20_00, 0)]

    world.at_ms = NOW + 15 * DAY
    fourth = frozen(world, part(parts[1], 26_00), days=90)
    renewal = b.RenewFreeze(freeze=second.id, order=digest("on"), until_ms=NOW + 60 * DAY)
    do(world, "operator", renewal)
    world.at_ms = NOW + 20 * DAY
    assert gets(world, parts, second, third, fourth) == [(0, 30_00, 0), (20_00, 0, 6_00)]

    do(world, "operator", b.LiftFreeze(freeze=second.id, order=digest("off")))
    assert gets(world, parts, second, third, fourth) == [(0, 30_00, 0), (0, 0, 26_00)]

    world.at_ms = NOW + 40 * DAY
    assert gets(world, parts, third, fourth) == [(0, 0), (0, 26_00)]
    assert world.propose("supplier", parts[0], "second").assignee == party("second")
    assert refusal(world.propose, "supplier", parts[1], "second") == "holding_is_frozen"


def test_ranks_of_security_share_out_what_is_outstanding() -> None:
    """A third, then 50.00, then all: of 100.00 they get 33.34, 50.00 and 16.66; when 40.00 is
    paid, 20.00 and 40.00 and nothing; in parts of 40 and 20 each share is of its own part.
    """
    world = World()
    whole = world.held(100_00)
    third = pledged(world, whole, None, share_ppm=333_333)
    fixed = pledged(world, whole, 50_00)
    rest = pledged(world, whole, None, share_ppm=1_000_000)
    items = (third, fixed, rest)
    assert gets(world, [whole], *items, kind=ENCUMBRANCE) == [(33_34, 50_00, 16_66)]

    paid(world, whole, 40_00)
    assert gets(world, [whole], *items, kind=ENCUMBRANCE) == [(20_00, 40_00, 0)]

    parts = world.split("supplier", world.holding(whole.id), 40_00, 20_00)
    # 13.34 of 40 and 6.67 of 20 are the third; what it leaves of both goes to the 50.
    expected = [(13_34, 26_66, 0), (6_67, 13_33, 0)]
    assert gets(world, parts, *items, kind=ENCUMBRANCE) == expected


def test_what_is_pledged_may_be_frozen() -> None:
    """The two kinds lie on top of each other: 60 pledged and 50 frozen leave 40 of 100 free."""
    world = World()
    whole = world.held(100_00)
    pledge = pledged(world, whole, 60_00)
    freeze = frozen(world, part(whole, 50_00))
    assert gets(world, [whole], pledge, kind=ENCUMBRANCE) == [(60_00,)]
    assert gets(world, [whole], freeze) == [(50_00,)]
    front, free = world.split("supplier", world.holding(whole.id), 60_00, 40_00)
    assert refusal(world.propose, "supplier", front, "second") == "holding_is_frozen"
    assert world.propose("supplier", free, "second").holding == free.id


BURDENS = st.lists(
    st.builds(
        lambda minor, ppm, until: (minor, ppm, until),
        st.integers(1, 900),
        st.one_of(st.none(), st.integers(1, 1_000_000)),
        st.one_of(st.none(), st.integers(NOW - 5, NOW + 5)),
    ),
    max_size=6,
)


def _built(rows: list[tuple[int, int | None, int | None]]) -> list[Burden]:
    return [
        Burden(id=f"b{place}", kind=FREEZE, amount=cny(minor), ppm=ppm, until_ms=until)
        for place, (minor, ppm, until) in enumerate(rows)
    ]


@given(rows=BURDENS, outstanding=st.integers(0, 1_000))
def test_what_all_get_is_what_is_burdened(
    rows: list[tuple[int, int | None, int | None]], outstanding: int
) -> None:
    """The parts of the queue sum to what the holding counts as burdened, and none is below zero."""
    burdens = _built(rows)
    parts = [amount.minor for _, amount in reach(burdens, FREEZE, cny(outstanding), NOW)]
    assert sum(parts) == burdened(burdens, FREEZE, cny(outstanding), NOW).minor
    assert all(minor >= 0 for minor in parts)


@given(rows=BURDENS, outstanding=st.integers(0, 1_000), gone=st.integers(0, 5))
def test_nobody_loses_by_another_who_goes_and_none_before_by_one_who_comes(
    rows: list[tuple[int, int | None, int | None]], outstanding: int, gone: int
) -> None:
    """Without one burden those before it get the same, and those behind it the same or more."""
    burdens = _built(rows)
    before = dict(_by_id(burdens, outstanding))
    left = [item for place, item in enumerate(burdens) if place != gone]
    for name, minor in _by_id(left, outstanding):
        assert minor >= before[name]
        if int(name[1:]) < gone:
            assert minor == before[name]


CHILDREN = st.lists(st.integers(1, 500), min_size=1, max_size=6)
LASTING = st.lists(
    st.tuples(st.integers(1, 900), st.one_of(st.none(), st.integers(1, 1_000_000)), st.none()),
    max_size=6,
)


@given(rows=LASTING, children=CHILDREN)
def test_a_split_takes_nothing_from_anybody(
    rows: list[tuple[int, int | None, int | None]], children: list[int]
) -> None:
    """Each burden gets of all children what it got of the whole; shares before it, which are
    rounded up on each child, move that by a unit for each share and child.
    """
    burdens = _built(sorted(rows, key=lambda row: row[1] is None))
    after = Counter[str]()
    parts = shared(burdens, [cny(minor) for minor in children])
    for own, minor in zip(parts, children, strict=True):
        after.update(dict(_by_id(own, minor)))
    bound = len(children) * sum(ppm is not None for _, ppm, _ in rows)
    for name, got in _by_id(burdens, sum(children)):
        assert abs(after[name] - got) <= bound


def test_a_share_behind_an_amount_is_of_each_child() -> None:
    """Half behind 40 of 100 gets 50; of children of 40 and 60 it gets nothing and 30."""
    amount, half = _built([(40_00, None, None), (50_00, 500_000, None)])
    assert _by_id([amount, half], 100_00) == [("b0", 40_00), ("b1", 50_00)]
    first, second = shared([amount, half], [cny(40_00), cny(60_00)])
    assert _by_id(list(first), 40_00) == [("b0", 40_00), ("b1", 0)]
    assert _by_id(list(second), 60_00) == [("b1", 30_00)]


def _by_id(burdens: list[Burden], outstanding: int) -> list[tuple[str, int]]:
    found = reach(burdens, FREEZE, cny(outstanding), NOW)
    return [(burden.id, amount.minor) for burden, amount in found]
