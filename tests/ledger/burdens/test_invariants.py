"""The invariants find what no rule would ever write."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.burdens import invariants
from ledger.burdens.records import Encumbrance, EncumbranceState, Freeze, FreezeState
from ledger.receivables.records import Holding, HoldingState
from tests.support.burdening import frozen, part, pledged
from tests.support.world import World, cny


def _world() -> tuple[World, Holding, Encumbrance, Freeze]:
    world = World()
    holding = world.held(100_00)
    pledge = pledged(world, holding, 40_00)
    freeze = frozen(world, part(holding, 60_00))
    world.split("supplier", world.holding(holding.id), 30_00, 70_00)
    return world, holding, pledge, freeze


def found(world: World) -> list[str]:
    """What all checks find."""
    return [text for check in invariants.INVARIANTS for text in check(world.book)]


def test_a_sound_world_has_nothing_to_find() -> None:
    """Security and a freeze over two children."""
    world, *_ = _world()
    assert found(world) == []


def _break_pledge(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    released = replace(pledge, state=EncumbranceState.RELEASED)
    world.book.records[(Encumbrance, pledge.id)] = released


def _lessen_pledge(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    world.book.records[(Encumbrance, pledge.id)] = replace(pledge, amount=cny(39_99))


def _lose_pledge(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    del world.book.records[(Encumbrance, pledge.id)]


def _lift(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    world.book.records[(Freeze, freeze.id)] = replace(freeze, state=FreezeState.LIFTED)


def _shorten(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    world.book.records[(Freeze, freeze.id)] = replace(freeze, until_ms=freeze.until_ms - 1)


def _lessen_freeze(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    world.book.records[(Freeze, freeze.id)] = replace(freeze, frozen=cny(59_99))


def _lessen_order(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    world.book.records[(Freeze, freeze.id)] = replace(freeze, amount=cny(59_99))


def _sell(world: World, pledge: Encumbrance, freeze: Freeze) -> None:
    child = next(item for item in world.book.all(Holding) if item.parent and item.burdens)
    sold = replace(child, state=HoldingState.FINANCED, pending="fin_1")
    world.book.records[(Holding, child.id)] = sold


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (_break_pledge, "no placed encumbrance fits"),
        (_lessen_pledge, "more is taken than it secures"),
        (_lose_pledge, "no placed encumbrance fits"),
        (_lift, "no recorded freeze fits"),
        (_shorten, "no recorded freeze fits"),
        (_lessen_freeze, "more is frozen than the order says"),
        (_lessen_order, "more is frozen than the order says"),
        (_sell, "security at once"),
    ],
)
def test_each_contradiction_is_found(break_it: object, says: str) -> None:
    """One record changed behind the rules' back is told in one kind of sentence."""
    world, _, pledge, freeze = _world()
    assert callable(break_it)
    break_it(world, pledge, freeze)
    texts = found(world)
    assert texts
    assert all(says in text for text in texts)
