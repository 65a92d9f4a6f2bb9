"""Freezes: who records them, on what, for how long, and how they go on and end."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.burdens import commands as b
from ledger.burdens.records import Freeze, FreezeState
from ledger.dates import parse_instant
from ledger.receivables.acts import lock, move_title
from ledger.receivables.debts import discharge
from ledger.receivables.events import BurdenKind
from tests.support.burdening import do, frozen, gets, order, part, pledged
from tests.support.world import DAY, NOW, World, cny, digest, line, party, refusal

FREEZE = BurdenKind.FREEZE


def now(world: World, item: Freeze) -> Freeze:
    """The freeze as it is now."""
    return world.book.records[(Freeze, item.id)]


def test_a_freeze_lies_on_what_its_debtor_holds() -> None:
    """One order on two holdings of two receivables; the record says who recorded it and when."""
    world = World()
    one, other = world.held(100_00), world.held(50_00)
    item = frozen(world, part(one, 60_00), part(other, 50_00), amount=cny(200_00))
    assert gets(world, [one, other], item) == [(60_00,), (50_00,)]
    assert (item.amount, item.frozen, item.by_obligor) == (cny(200_00), cny(110_00), False)
    assert item.receivables == tuple(sorted((one.receivable, other.receivable)))
    assert (item.debtor, item.recorded_by, item.recorded_ms) == (
        party("supplier"),
        party("operator"),
        NOW,
    )


def test_the_obligor_may_record_it_and_is_shown_as_such() -> None:
    """Whoever owes the debt is served, too; it has an interest, so the record tells."""
    world = World()
    holding = world.held(100_00)
    item = frozen(world, part(holding, 1), by="core")
    assert item.by_obligor
    lifted = b.LiftFreeze(freeze=item.id, order=digest("off"))
    assert refusal(do, world, "other_core", lifted) == "act_belongs_to_another_party"
    do(world, "core", lifted)


def test_the_obligor_of_one_holding_does_not_freeze_anothers() -> None:
    """An order over debts of two obligors is the operator's to record, and to change."""
    world = World()
    own = world.held(100_00)
    registered = world.register(line("OTHER"), obligor=party("other_core"))
    foreign = world.acknowledge(registered, by="other_core")
    both = order(world, part(own, 1), part(foreign, 1))
    assert refusal(do, world, "core", both) == "act_belongs_to_another_party"
    events = do(world, "operator", both)
    lifted = b.LiftFreeze(freeze=events[0].freeze, order=digest("off"))
    assert refusal(do, world, "core", lifted) == "act_belongs_to_another_party"


def test_refusals_of_a_record_come_in_their_order() -> None:
    """Record, signer, names, order, term, sum; then each part: open, whose, how much, again."""
    world = World()
    holding = world.held(100_00)
    bad = order(
        world,
        part(holding, 60_00),
        part(holding, 60_00),
        amount=replace(cny(1), currency="USD"),
        served_ms=NOW + 1,
        until_ms=NOW,
        debtor=party("second"),
    )
    missing = replace(bad, parts=(b.Part(holding="hld_none", amount=cny(1)),))
    assert refusal(do, world, "supplier", missing) == "record_not_found"
    assert refusal(do, world, "supplier", bad) == "act_belongs_to_another_party"
    assert refusal(do, world, "operator", bad) == "field_invalid"
    bad = replace(bad, parts=(part(holding, 100_01),))
    assert refusal(do, world, "operator", bad) == "currency_mismatch"
    bad = replace(bad, amount=cny(1))
    assert refusal(do, world, "operator", bad) == "dates_not_in_order"
    bad = replace(bad, served_ms=NOW)
    assert refusal(do, world, "operator", bad) == "deadline_out_of_range"
    bad = replace(bad, until_ms=NOW + DAY)
    assert refusal(do, world, "operator", bad) == "freeze_exceeds_order"
    bad = replace(bad, amount=cny(100_01))
    assert refusal(do, world, "operator", bad) == "holding_has_another_holder"
    bad = replace(bad, debtor=party("supplier"))
    assert refusal(do, world, "operator", bad) == "burden_exceeds_holding"
    dollars = b.Part(holding=holding.id, amount=replace(cny(1), currency="USD"))
    mixed = replace(bad, amount=replace(cny(1), currency="USD"), parts=(dollars,))
    assert refusal(do, world, "operator", mixed) == "currency_mismatch"
    good = replace(bad, parts=(part(holding, 100_00),))
    do(world, "operator", good)
    assert refusal(do, world, "operator", good) == "freeze_is_recorded"
    world.split("supplier", world.holding(holding.id), 50_00, 50_00)
    assert refusal(do, world, "operator", good) == "holding_is_closed"


def test_one_order_does_not_freeze_a_holding_twice() -> None:
    """Operator and obligor are both served: however they write court and case, it counts once;
    on the children, too, but not once it is over.
    """
    world = World()
    holding = world.held(100_00)
    first = order(world, part(holding, 60_00), case="（2026）沪0115执保7号", days=1)
    do(world, "operator", first)
    again = replace(first, case="(2026) 沪0115 执保7号 ", order=digest("another copy"))
    assert refusal(do, world, "core", again) == "freeze_is_recorded"
    front, free = world.split("supplier", world.holding(holding.id), 60_00, 40_00)
    on_front = replace(again, parts=(part(front, 1),))
    assert refusal(do, world, "core", on_front) == "freeze_is_recorded"
    do(world, "core", replace(again, parts=(part(free, 1),)))
    world.at_ms = NOW + DAY
    do(world, "core", replace(on_front, until_ms=NOW + 2 * DAY))


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2029-01-05T15:59:59.999Z", None),
        ("2029-01-05T16:00:00.000Z", "deadline_out_of_range"),
        ("9999-12-31T23:59:59.999Z", "deadline_out_of_range"),
    ],
)
def test_a_term_is_three_years_at_most(until: str, code: str | None) -> None:
    """Served on 2026-01-05 in Shanghai it ends with 2029-01-05 there, whatever it says beyond."""
    world = World()
    until_ms = 253_402_300_799_999 if until.startswith("9999") else parse_instant(until)
    command = order(world, part(world.held(100_00), 1), until_ms=until_ms)
    if code is None:
        do(world, "operator", command)
    else:
        assert refusal(do, world, "operator", command) == code


def test_a_freeze_is_valid_against_what_is_locked_pending_financed_or_pledged() -> None:
    """None of these keeps a court out; each keeps what it had."""
    world = World()
    locked, pending, sold, security = (world.held(100_00) for _ in range(4))
    world.book.apply(lock(world.book, locked, "fin_1", NOW, None))
    transfer = world.propose("supplier", pending, "second")
    world.book.apply(lock(world.book, sold, "fin_2", NOW, None))
    world.book.apply(move_title(world.holding(sold.id), party("financier"), "fin_2"))
    pledged(world, security, 40_00)
    frozen(world, part(locked, 1), part(pending, 1), part(security, 1))
    frozen(world, part(sold, 1), debtor=party("financier"))
    for holding in (locked, pending, sold, security):
        assert world.holding(holding.id).burdened(FREEZE, NOW) == cny(1)
    assert refusal(world.accept, "second", transfer) == "holding_is_frozen"
    assert world.holding(locked.id).pending == "fin_1"


def test_a_freeze_in_time_renewed_keeps_its_place() -> None:
    """60 and 60 of 100: renewed before its end, the first stays first; its children follow."""
    world = World()
    holding = world.held(100_00)
    first = frozen(world, part(holding, 60_00), days=10)
    second = frozen(world, part(holding, 60_00), days=90)
    parts = world.split("supplier", world.holding(holding.id), 30_00, 70_00)
    world.at_ms = NOW + 10 * DAY - 1
    renewal = b.RenewFreeze(freeze=first.id, order=digest("on"), until_ms=NOW + 20 * DAY)
    assert refusal(do, world, "second", renewal) == "act_belongs_to_another_party"
    same = replace(renewal, until_ms=NOW + 10 * DAY)
    assert refusal(do, world, "operator", same) == "deadline_out_of_range"
    long = replace(renewal, until_ms=NOW + (10 + 3 * 366) * DAY)
    assert refusal(do, world, "operator", long) == "deadline_out_of_range"
    do(world, "operator", renewal)
    world.at_ms = NOW + 10 * DAY
    assert gets(world, parts, first, second) == [(30_00, 0), (30_00, 40_00)]
    assert now(world, first).orders[-1] == digest("on")
    assert now(world, first).until_ms == NOW + 20 * DAY


def test_a_freeze_that_is_over_is_not_renewed_but_recorded_anew_behind() -> None:
    """A day late the order is a new freeze: what came meanwhile is before it."""
    world = World()
    holding = world.held(100_00)
    first = frozen(world, part(holding, 60_00), days=10)
    second = frozen(world, part(holding, 60_00), days=90)
    world.at_ms = NOW + 10 * DAY
    late = b.RenewFreeze(freeze=first.id, order=digest("on"), until_ms=NOW + 20 * DAY)
    assert refusal(do, world, "operator", late) == "freeze_has_lapsed"
    lifted = b.LiftFreeze(freeze=first.id, order=digest("off"))
    assert refusal(do, world, "operator", lifted) == "freeze_has_lapsed"
    court = {"court": first.court, "case": first.case}
    anew = frozen(world, part(holding, 60_00), days=30, **court)
    assert gets(world, [holding], first, second, anew) == [(0, 60_00, 40_00)]


def test_a_court_lifts_a_part() -> None:
    """20 of 60 on the first child, then all; lifted, it is not lifted again."""
    world = World()
    holding = world.held(100_00)
    item = frozen(world, part(holding, 60_00))
    parts = world.split("supplier", world.holding(holding.id), 50_00, 50_00)
    some = b.LiftFreeze(freeze=item.id, order=digest("off"), parts=(part(parts[0], 20_00),))
    do(world, "operator", some)
    assert gets(world, parts, item) == [(30_00,), (10_00,)]
    assert now(world, item).frozen == cny(40_00)
    too_much = replace(some, parts=(part(parts[1], 10_01),))
    assert refusal(do, world, "operator", too_much) == "release_does_not_fit"
    do(world, "operator", replace(some, parts=()))
    assert gets(world, parts, item) == [(0,), (0,)]
    done = now(world, item)
    assert (done.state, done.frozen) == (FreezeState.LIFTED, cny(0))
    assert refusal(do, world, "operator", some) == "freeze_is_lifted"
    renewal = b.RenewFreeze(freeze=item.id, order=digest("on"), until_ms=NOW + 40 * DAY)
    assert refusal(do, world, "operator", renewal) == "freeze_is_lifted"


def test_what_is_free_beside_a_freeze_is_paid_and_no_more() -> None:
    """60 of 100 are frozen: 40 may be paid to the holder, not a unit more before it ends."""
    world = World()
    holding = world.held(100_00)
    frozen(world, part(holding, 60_00), days=10)

    def pay(minor: int) -> None:
        legs = [(world.holding(holding.id), cny(minor))]
        world.book.apply(discharge(world.book, legs, world.at_ms))

    assert refusal(pay, 40_01) == "amount_is_frozen"
    pay(40_00)
    assert refusal(pay, 1) == "amount_is_frozen"
    world.at_ms = NOW + 10 * DAY
    pay(60_00)
    assert not world.holding(holding.id).is_open
