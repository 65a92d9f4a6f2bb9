"""An obligor that failed to pay takes on no new debt until it has paid (77号 article 15)."""

from __future__ import annotations

from datetime import date

from ledger.dates import parse_instant
from ledger.receivables import commands as c
from ledger.receivables.debts import discharge
from ledger.receivables.limits import unpaid_since
from ledger.receivables.records import Holding
from tests.support.world import World, cny, issue, line, party, refusal

DUE = date(2026, 5, 1)
"""A holiday: payable on Monday, 4 May; thirty days later is Wednesday, 3 June."""
LAST_DAY = parse_instant("2026-06-03T15:59:59.999Z")
LATER = {"due": date(2026, 12, 1)}


def in_debt() -> tuple[World, Holding]:
    """A world in which something is due on the first of May."""
    world = World()
    return world, world.acknowledge(world.register(line("DUE", 100_00), due=DUE))


def test_the_suspension_begins_days_after_the_payable_day_and_ends_with_payment() -> None:
    """Rolled day plus the policy's days, to the millisecond; part payment does not end it."""
    world, holding = in_debt()
    more = world.register(line("B"), **LATER)
    world.at_ms = LAST_DAY
    assert unpaid_since(world.book, party("core"), world.at_ms) == ()
    world.acknowledge(world.register(line("A"), **LATER))
    world.at_ms += 1
    (failed,) = unpaid_since(world.book, party("core"), world.at_ms)
    assert failed.due == DUE
    assert refusal(world.acknowledge, more) == "obligor_is_suspended"
    world.book.apply(discharge(world.book, [(holding, cny(99_99))], world.at_ms))
    assert refusal(world.acknowledge, more) == "obligor_is_suspended"
    world.book.apply(discharge(world.book, [(world.holding(holding.id), cny(1))], world.at_ms))
    world.acknowledge(more)


def test_a_suspended_obligor_proposes_nothing_and_nothing_of_its_is_signed_for() -> None:
    """Issue and sign-for stop; registering, rejecting and paying go on."""
    world, _ = in_debt()
    world.at_ms = LAST_DAY
    proposed = world.issue(line("A"), **LATER)
    sign = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    world.at_ms += 1
    assert refusal(world.do, "supplier", sign, proposed.id) == "obligor_is_suspended"
    again = issue(line("B"))
    assert refusal(world.do, "core", again) == "obligor_is_suspended"
    registered = world.register(line("C"), **LATER)
    reason = c.RejectReason.OTHER
    world.do("core", c.RejectReceivable(receivable=registered.id, reason=reason))


def test_others_debts_suspend_nobody() -> None:
    """Only the obligor's own failure counts."""
    world, _ = in_debt()
    world.at_ms = LAST_DAY + 1
    assert unpaid_since(world.book, party("other_core"), world.at_ms) == ()
