"""What an entry tells of terms, late interest and suspension: sound ones pass, others are named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.invariants.entries import ENTRY_CHECKS, Happened
from ledger.policy.commands import Statute
from ledger.policy.events import PolicyAdopted
from ledger.receivables.commands import Basis, Size, Sizes
from tests.support.world import DAY, World, line, policy, register

STATUTE = Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83)
SMALL_ON_LARGE = Sizes(creditor=Size.SMALL, obligor=Size.LARGE)


def world() -> World:
    """A world with a soft cap of six months and the statute."""
    found = World()
    known = policy()
    adopted = replace(known, caps=replace(known.caps, soft_term_months=6), statute=STATUTE)
    found.book.apply((PolicyAdopted(policy=adopted),))
    return found


def told(found: World, events: tuple[Any, ...]) -> list[str]:
    """The checks that an entry of these events does not pass, by name."""
    entry = Happened(found.book.seq, found.at_ms, events)
    return [item.check.__name__ for item in ENTRY_CHECKS if item.check(found.book, entry)]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"due": date(2026, 7, 6)}, "entry_10_long_term"),
        ({"due": date(2027, 1, 6), "long_term_reason": "season"}, "entry_10_term"),
        ({"late_ppm": 82}, "entry_20_agreed"),
    ],
)
def test_a_claim_that_the_rules_would_refuse_is_named(change: dict[str, Any], check: str) -> None:
    """Had it got into the log, its own check would say so, and no other."""
    found = world()
    command = register(line())
    command = replace(command, sizes=SMALL_ON_LARGE, basis=Basis.DELIVERY, late_ppm=83)
    events = found.do("supplier", command)
    assert told(found, events) == []
    *before, registered = events
    claim = replace(registered.claim, **change)
    assert told(found, (*before, replace(registered, claim=claim))) == [check]


def test_an_acknowledgement_by_who_failed_to_pay_is_named() -> None:
    """The same events are sound before the suspension and not after it."""
    found = world()
    found.acknowledge(found.register(line("DUE"), due=date(2026, 5, 1)))
    item = found.register(line("B"))
    found.acknowledge(item)
    (acknowledged,) = (
        event
        for event in found.book.log
        if getattr(event, "receivable", None) == item.id and hasattr(event, "terms")
    )
    assert told(found, (acknowledged,)) == []
    found.at_ms += 200 * DAY
    assert told(found, (acknowledged,)) == ["entry_23_obligor_may_owe"]
