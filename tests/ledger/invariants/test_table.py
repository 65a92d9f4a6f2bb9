"""The one list of invariants: all thirty-two, each proven by something, or said not to be."""

from __future__ import annotations

from pathlib import Path

import pytest

import ledger
from docs.reference import make_invariants
from ledger.audit.order import OWN
from ledger.errors import RefusalCode
from ledger.invariants.entries import ENTRY_CHECKS
from ledger.invariants.table import BY_REPLAY, CHECKS, INVARIANTS, PLACES, Invariant, number_of

LEDGER = Path(ledger.__file__).parent
PAGE = Path(make_invariants.__file__).with_name("invariants.md")


def test_there_are_thirty_two_in_their_order() -> None:
    """Each number once, each with a sentence in both languages and a source."""
    assert [item.number for item in INVARIANTS] == list(range(1, 33))
    for item in INVARIANTS:
        assert item.name.endswith(".")
        assert item.chinese.endswith("。")
        assert item.source
    assert len({item.name for item in INVARIANTS}) == len(INVARIANTS)


def test_every_check_of_every_module_is_in_the_list_once() -> None:
    """What a module lists is asked for, and every function that is named like one is listed."""
    for place in PLACES:
        named = {name for name in vars(place) if name.startswith("invariant_")}
        assert named == {check.__name__ for check in place.INVARIANTS}
        assert set(place.INVARIANTS) <= set(CHECKS)
    assert len(set(CHECKS)) == len(CHECKS)
    assert {number_of(check) for check in CHECKS} <= {item.number for item in INVARIANTS}


def test_every_module_with_checks_is_listed() -> None:
    """A new `invariants.py` that nobody lists would never be asked."""
    there = {path.parent.name for path in LEDGER.glob("*/invariants.py")}
    assert {place.__name__.split(".")[1] for place in PLACES} == there


def test_the_checks_of_entries_carry_the_number_in_their_names() -> None:
    """And each is about some event."""
    for item in ENTRY_CHECKS:
        assert item.check.__name__.split("_")[:2] == ["entry", str(item.number)]
        assert item.on


@pytest.mark.parametrize("item", INVARIANTS, ids=lambda item: str(item.number))
def test_what_contradicts_an_invariant_is_a_code_that_an_audit_may_say(item: Invariant) -> None:
    """A misspelt code would count nothing."""
    assert item.contradicted_by <= OWN.keys() | {code.value for code in RefusalCode}
    assert bool(item.contradicted_by) <= (item.number in BY_REPLAY)


def test_the_page_is_written_from_the_table() -> None:
    """Run docs/reference/make_invariants.py when it is not."""
    assert PAGE.read_text("utf-8") == make_invariants.render()
