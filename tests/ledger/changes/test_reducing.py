"""The arithmetic of who bears how much: exact, within each room, and front first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.changes.reducing import spread
from tests.support.world import cny

ROOMS = st.lists(st.integers(0, 10**9), max_size=12)


@given(st.integers(0, 10**10), ROOMS, ROOMS)
def test_every_unit_falls_somewhere_and_no_room_is_exceeded(
    minor: int, own: list[int], others: list[int]
) -> None:
    """The parts and what is over make up the amount; the others bear nothing while own has room."""
    first, second, left = spread(cny(minor), [*map(cny, own)], [*map(cny, others)])
    parts = [part.minor for part in (*first, *second)]
    assert sum(parts) + left.minor == minor
    assert all(0 <= part <= room for part, room in zip(parts, [*own, *others], strict=True))
    assert sum(part.minor for part in first) == min(minor, sum(own))
    assert left.minor == max(0, minor - sum(own) - sum(others))


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
def test_the_others_bear_it_in_proportion(minor: int, rooms: list[int]) -> None:
    """Nobody bears a whole unit more or less than its exact share."""
    borne = min(minor, sum(rooms))
    _, parts, _ = spread(cny(minor), [], [*map(cny, rooms)])
    for part, room in zip(parts, rooms, strict=True):
        assert abs(part.minor * sum(rooms) - borne * room) < sum(rooms)


def test_the_creditors_own_goes_first_and_in_order() -> None:
    """70 of 50 and 30, then 20 and 20: 50, 20, and nothing of the others."""
    first, second, left = spread(cny(70), [cny(50), cny(30)], [cny(20), cny(20)])
    assert ([*first, *second], left) == ([cny(50), cny(20), cny(0), cny(0)], cny(0))
