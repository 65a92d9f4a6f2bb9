"""What higher floors do to holdings, and what time does."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.dates import parse_instant
from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables import events as e
from ledger.receivables.acts import (
    free_holding,
    lapse,
    lock,
    move_title,
    return_title,
    unlock,
)
from ledger.receivables.clocks import acknowledgement_is_late, is_overdue, late_acknowledgements
from ledger.receivables.debts import discharge
from ledger.receivables.records import Holding, HoldingState, ReceivableState, TransferState
from tests.support.world import DAY, World, cny, party, refusal, split

FIN = "fin_one"


def locked(world: World, lapses_ms: int | None = None) -> Holding:
    """A holding of the supplier, locked for a financing."""
    holding = world.held()
    world.book.apply(lock(world.book, holding, FIN, world.at_ms, lapses_ms))
    return world.holding(holding.id)


def test_a_lock_keeps_all_others_out() -> None:
    """Locked, a holding is free for nothing and nobody else, until it is unlocked."""
    world = World()
    holding = locked(world)
    assert (holding.state, holding.pending) == (HoldingState.LOCKED, FIN)
    assert refusal(free_holding, world.book, holding, world.at_ms) == "holding_is_locked"
    assert refusal(lock, world.book, holding, "fin_two", world.at_ms, None) == "holding_is_locked"
    assert unlock(holding, "fin_two") == ()
    world.book.apply(unlock(holding, FIN))
    assert world.holding(holding.id).state is HoldingState.HELD
    assert unlock(world.holding(holding.id), FIN) == ()


def test_a_lock_with_an_end_lapses_and_one_made_lasting_does_not() -> None:
    """Its own financing moves the end; from the end on the next act states the unlock first."""
    world = World()
    end = world.at_ms + DAY
    lapsing, lasting = locked(world, end), locked(world, end)
    relocked = lock(world.book, lasting, FIN, world.at_ms, None)
    assert relocked == (e.HoldingLocked(holding=lasting.id, financing=FIN, lapses_ms=None),)
    world.book.apply(relocked)
    world.at_ms = end - 1
    assert refusal(lapse, world.book, lapsing.id, world.at_ms) == "nothing_to_lapse"
    world.at_ms = end
    unlocked = e.HoldingUnlocked(holding=lapsing.id, financing=FIN)
    assert lapse(world.book, lapsing.id, end) == (unlocked,)
    assert refusal(lapse, world.book, lasting.id, end) == "nothing_to_lapse"
    again = lock(world.book, lapsing, "fin_two", end, None)
    assert again[0] == unlocked
    assert world.do("supplier", split(lapsing, 50_00, 50_00))[0] == unlocked
    command = split(lasting, 50_00, 50_00)
    assert refusal(world.do, "supplier", command) == "holding_is_locked"


def test_title_moves_from_a_lock_only_and_returns_from_a_financing_only() -> None:
    """The chain of hands shows both; a financed holding is not free."""
    world = World()
    holding = locked(world)
    assert refusal(move_title, holding, party("financier"), "fin_two") == "holding_is_not_locked"
    assert refusal(return_title, holding, party("supplier"), FIN) == "holding_is_not_financed"
    world.book.apply(move_title(holding, party("financier"), FIN))
    financed = world.holding(holding.id)
    assert (financed.state, financed.holder, financed.pending) == (
        HoldingState.FINANCED,
        party("financier"),
        FIN,
    )
    assert refusal(free_holding, world.book, financed, world.at_ms) == "holding_is_financed"
    assert refusal(move_title, financed, party("financier"), FIN) == "holding_is_not_locked"
    assert refusal(return_title, financed, party("supplier"), "fin_two") == (
        "holding_is_not_financed"
    )
    world.book.apply(return_title(financed, party("supplier"), FIN))
    back = world.holding(holding.id)
    assert (back.state, back.pending, back.holder) == (HoldingState.HELD, None, party("supplier"))
    assert back.chain == (party("supplier"), party("financier"), party("supplier"))


def test_payments_discharge_their_own_holding_and_the_last_settles() -> None:
    """A leg touches one holding; with several in one command the receivable settles once."""
    world = World()
    one, two = world.split("supplier", world.held(), 40_00, 60_00)
    world.book.apply(discharge(world.book, [(one, cny(15_00))], world.at_ms))
    one = world.holding(one.id)
    assert (one.paid, one.outstanding, one.state) == (cny(15_00), cny(25_00), HoldingState.HELD)
    assert world.holding(two.id).outstanding == cny(60_00)
    assert world.receivable(one.receivable).outstanding == cny(85_00)
    events = discharge(world.book, [(one, cny(25_00)), (two, cny(60_00))], world.at_ms)
    assert [type(item) for item in events] == [
        e.HoldingPaid,
        e.HoldingRedeemed,
        e.HoldingPaid,
        e.HoldingRedeemed,
        e.ReceivableSettled,
    ]
    world.book.apply(events)
    receivable = world.receivable(one.receivable)
    assert (receivable.state, receivable.paid, receivable.open_holdings) == (
        ReceivableState.SETTLED,
        cny(100_00),
        0,
    )
    assert world.invoice("HELD-0").used == cny(100_00)


def test_refusals_of_discharge() -> None:
    """Legs fit together, and nobody is paid more than is owed to it."""
    world = World()
    holding, other = world.held(), world.held()
    for legs, code in (
        ([], "payment_does_not_fit"),
        ([(holding, cny(1)), (other, cny(1))], "payment_does_not_fit"),
        ([(holding, cny(1)), (holding, cny(1))], "payment_does_not_fit"),
        ([(holding, cny(0))], "payment_does_not_fit"),
        ([(holding, cny(-1))], "payment_does_not_fit"),
        ([(holding, cny(100_01))], "payment_exceeds_outstanding"),
        ([(holding, Money(1, "USD"))], "currency_mismatch"),
    ):
        assert refusal(discharge, world.book, legs, world.at_ms) == code
    world.book.apply(discharge(world.book, [(holding, cny(100_00))], world.at_ms))
    paid = world.holding(holding.id)
    assert refusal(discharge, world.book, [(paid, cny(1))], world.at_ms) == "holding_is_closed"


@pytest.mark.parametrize("amount", [1, 100_00])
def test_a_payment_ends_a_pending_transfer(amount: int) -> None:
    """What was offered has changed, so the offer is over; the payment is never refused."""
    world = World()
    transfer = world.propose("supplier", world.held(), "second")
    pending = world.holding(transfer.holding)
    world.book.apply(discharge(world.book, [(pending, cny(amount))], world.at_ms))
    assert world.transfer(transfer.id).state is TransferState.LAPSED
    accept = c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
    assert refusal(world.do, "second", accept, transfer.id) == "transfer_has_lapsed"


def test_locked_and_financed_holdings_are_paid_too() -> None:
    """No state but closed keeps a payment out; a redeemed holding is nobody's lock."""
    world = World()
    holding = locked(world)
    world.book.apply(discharge(world.book, [(holding, cny(30_00))], world.at_ms))
    holding = world.holding(holding.id)
    assert (holding.state, holding.outstanding) == (HoldingState.LOCKED, cny(70_00))
    world.book.apply(discharge(world.book, [(holding, cny(70_00))], world.at_ms))
    holding = world.holding(holding.id)
    assert (holding.state, holding.pending) == (HoldingState.REDEEMED, None)
    assert unlock(holding, FIN) == ()


def test_a_partly_paid_holding_is_split_over_what_is_outstanding() -> None:
    """Children share what is left, not what was."""
    world = World()
    holding = world.held()
    world.book.apply(discharge(world.book, [(holding, cny(10_00))], world.at_ms))
    command = split(holding, 50_00, 50_00)
    assert refusal(world.do, "supplier", command) == "children_do_not_sum"
    children = world.split("supplier", holding, 50_00, 40_00)
    assert sum(item.outstanding.minor for item in children) == 90_00
    assert world.receivable(holding.receivable).outstanding == cny(90_00)


def test_only_what_is_over_lapses() -> None:
    """Transfers and issues at their deadline; nothing twice, and nothing unknown."""
    world = World()
    transfer = world.propose("supplier", world.held(), "second")
    proposed = world.issue()
    for record in (transfer, proposed):
        end = record.lapses_ms or 0
        assert refusal(lapse, world.book, record.id, end - 1) == "nothing_to_lapse"
        world.book.apply(lapse(world.book, record.id, end))
        assert refusal(lapse, world.book, record.id, end) == "nothing_to_lapse"
    assert world.invoice().used == cny(0)
    assert refusal(lapse, world.book, "rcv_none", world.at_ms) == "nothing_to_lapse"


def test_overdue_is_a_day_after_the_business_day_and_only_a_flag() -> None:
    """Due on a Friday holiday: payable on Monday, overdue from Tuesday in the legal time zone."""
    world = World()
    registered = world.register(due=date(2026, 5, 1))
    holding = world.acknowledge(registered)
    receivable = world.receivable(registered.id)
    monday_end = parse_instant("2026-05-04T15:59:59.999Z")
    assert not is_overdue(receivable, world.book, monday_end)
    assert is_overdue(receivable, world.book, monday_end + 1)
    assert not is_overdue(registered, world.book, monday_end + 1)
    world.book.apply(discharge(world.book, [(holding, cny(100_00))], world.at_ms))
    assert not is_overdue(world.receivable(registered.id), world.book, monday_end + 1)


def test_an_acknowledgement_is_late_only_after_a_request() -> None:
    """The clock runs from the request, and stops with the answer."""
    world = World()
    sizes = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)
    registered = world.register(sizes=sizes, clause="clause 7")
    end = parse_instant("2026-02-04T15:59:59.999Z")
    assert not acknowledgement_is_late(registered, world.book, end + 1)
    world.do("supplier", c.RequestAcknowledgement(receivable=registered.id))
    requested = world.receivable(registered.id)
    assert not acknowledgement_is_late(requested, world.book, end)
    assert acknowledgement_is_late(requested, world.book, end + 1)
    assert late_acknowledgements([registered, requested], world.book, end) == ()
    assert late_acknowledgements([registered, requested], world.book, end + 1) == (requested,)
    world.acknowledge(requested)
    assert not acknowledgement_is_late(world.receivable(registered.id), world.book, end + 1)
