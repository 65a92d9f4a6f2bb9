"""A write-off changes books and no claim, and nobody does it alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import book as routing
from ledger.parties.commands import Role
from ledger.parties.standing import PAIRS
from ledger.receivables.records import HoldingState
from ledger.recourse import commands as c
from ledger.recourse.invariants import invariant_25_accounts_alone
from ledger.recourse.records import WriteOff
from ledger.vocabulary import name_of
from tests.support.desk import Office, open_office
from tests.support.market import Market
from tests.support.world import cny, refusal


def sign(market: Market, name: str, command: Any) -> Any:
    """The one event of a command that two people of a party sign."""
    two = replace(market.signer(name), persons=frozenset({"ann", "bob"}))
    (event,) = routing.decide(market.book, command, two, market.at_ms)
    market.book.apply([event])
    return event


def written(holding: str, minor: int) -> c.WriteOffDebt:
    """The write-off of so much."""
    return c.WriteOffDebt(holding=holding, amount=cny(minor), reason=c.WriteOffReason.UNCOLLECTABLE)


def test_what_was_written_off_is_owed_and_paid_as_before() -> None:
    """70.00 of 100.00 written off, then 100.00 paid: the debt is redeemed like any other."""
    market = Market()
    holding = market.held()
    event = sign(market, "supplier", written(holding.id, 70_00))
    assert market.holding(holding.id) == holding
    market.do("supplier", market.payment(holding, 100_00))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert market.get(WriteOff, event.write_off).amount == cny(70_00)
    assert market.findings() == []


def test_no_more_than_what_is_owed_is_written_off_and_it_is_taken_back_once() -> None:
    """60.00 and 40.00 are all; once 60.00 are expected again they may be written off again."""
    market = Market()
    holding = market.held()
    first = sign(market, "supplier", written(holding.id, 60_00))
    assert refusal(sign, market, "supplier", written(holding.id, 40_01)) == "write_off_exceeded"
    assert refusal(sign, market, "second", written(holding.id, 1)) == (
        "act_belongs_to_another_party"
    )
    sign(market, "supplier", written(holding.id, 40_00))
    reverse = c.ReverseWriteOff(write_off=first.write_off)
    assert refusal(sign, market, "second", reverse) == "act_belongs_to_another_party"
    sign(market, "supplier", reverse)
    assert refusal(sign, market, "supplier", reverse) == "write_off_is_reversed"
    sign(market, "supplier", written(holding.id, 60_00))
    assert market.findings() == []


def test_one_signature_would_be_found() -> None:
    """The invariant tells a write-off that one person signed."""
    market = Market()
    event = sign(market, "supplier", written(market.held().id, 1))
    item = market.get(WriteOff, event.write_off)
    market.book.records[(WriteOff, item.id)] = replace(item, persons=("ann",))
    assert len(invariant_25_accounts_alone(market.book)) == 1


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with a party that has set no rule."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER, persons=("ann", "bob"))
        yield opened


@pytest.mark.parametrize(
    "command",
    [written(f"hld_{'a' * 26}", 1), c.ReverseWriteOff(write_off=f"wof_{'a' * 26}")],
)
def test_two_people_are_needed_without_any_rule(office: Office, command: c.Command) -> None:
    """One alone is told so before anything else is looked at; two are heard."""
    assert name_of(command)[0] in PAIRS
    assert office.refused("acme", command)[0] == "approvals_missing"
    both = ["acme/ann", "acme/bob"]
    assert office.refused("acme", command, keys=both)[0] == "record_not_found"
