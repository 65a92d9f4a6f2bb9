"""Split and transfer: what a holder may do with what it holds."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.errors import RefusalCode
from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.acts import lapse, lock
from ledger.receivables.decide import stake
from ledger.receivables.events import TransferLapsed
from ledger.receivables.records import HoldingState, ReceivableState, TransferState
from tests.support.world import (
    DAY,
    TERMS,
    World,
    cny,
    digest,
    party,
    propose,
    refusal,
    split,
)


def test_a_split_replaces_a_holding_by_its_parts() -> None:
    """Children have the parent's hands, obligor and due date; the parent is closed."""
    world = World()
    parent = world.held()
    children = world.split("supplier", parent, 30_00, 70_00)
    assert [item.amount for item in children] == [cny(30_00), cny(70_00)]
    for child in children:
        assert (child.parent, child.receivable, child.due, child.chain, child.holder) == (
            parent.id,
            parent.receivable,
            parent.due,
            parent.chain,
            parent.holder,
        )
    closed = world.holding(parent.id)
    assert (closed.state, closed.outstanding) == (HoldingState.SPLIT, cny(0))
    assert world.receivable(parent.receivable).open_holdings == 2


SPLITS = [
    ((25_00, 25_00, 25_00, 24_00, 1_00), "too_many_children"),
    ((100_00 - 99, 99), "child_is_too_small"),
    ((50_00, 50_01), "children_do_not_sum"),
    ((50_00, 49_99), "children_do_not_sum"),
]


@pytest.mark.parametrize(("amounts", "code"), SPLITS)
def test_parts_are_few_large_and_exact(amounts: tuple[int, ...], code: str) -> None:
    """The policy bounds number and size; the sum is exact to the unit."""
    world = World()
    assert refusal(world.do, "supplier", split(world.held(), *amounts)) == code


def test_refusals_of_split_come_in_their_order() -> None:
    """Record, holder, state, consent, number, open holdings, size, sum."""
    world = World()
    parent = world.held()
    bad = split(parent, 1, 1, 1, 1, 1)
    missing = replace(bad, holding="hld_none")
    assert refusal(world.do, "second", missing) == "record_not_found"
    assert refusal(world.do, "second", bad) == "act_belongs_to_another_party"
    world.book.apply(lock(world.book, parent, "fin_1", world.at_ms, None))
    assert refusal(world.do, "supplier", bad) == "holding_is_locked"
    unconsented = world.held(terms=replace(TERMS, consent_to_split=False))
    bad = replace(bad, holding=unconsented.id)
    assert refusal(world.do, "supplier", bad) == "split_not_consented"
    bad = replace(bad, holding=world.held().id)
    assert refusal(world.do, "supplier", bad) == "too_many_children"
    first, *_ = world.split("supplier", world.held(), 25_00, 25_00, 25_00, 25_00)
    assert refusal(world.do, "supplier", split(first, 1, 1, 1, 1)) == "too_many_holdings"
    assert refusal(world.do, "supplier", split(first, 1, 1)) == "child_is_too_small"
    assert refusal(world.do, "supplier", split(first, 1_00, 1_00)) == "children_do_not_sum"
    assert len(world.split("supplier", first, 5_00, 10_00, 10_00)) == 3


def test_parts_are_in_the_currency_of_the_whole() -> None:
    """The same number of another currency is not the same amount."""
    world = World()
    holding = world.held()
    dollars = tuple(c.Child(amount=Money(50_00, "USD")) for _ in range(2))
    command = c.SplitHolding(holding=holding.id, children=dollars)
    assert refusal(world.do, "supplier", command) == "children_do_not_sum"
    mixed = replace(command, children=(dollars[0], c.Child(amount=cny(50_00))))
    assert refusal(world.do, "supplier", mixed) == "currency_mismatch"


def test_what_is_split_is_split_no_more() -> None:
    """A closed holding takes no further act."""
    world = World()
    parent = world.held()
    world.split("supplier", parent, 50_00, 50_00)
    deadline = world.at_ms + DAY
    for command in (split(parent, 50_00, 50_00), propose(parent, "second", deadline)):
        assert refusal(world.do, "supplier", command) == "holding_is_closed"


def test_title_moves_with_the_second_signature() -> None:
    """Proposed, the holding is the assignor's and pending; accepted, it is the transferee's."""
    world = World()
    holding = world.held()
    transfer = world.propose(
        "supplier",
        holding,
        "second",
        recourse=c.Recourse.ASSIGNOR,
        consideration=cny(90_00),
    )
    pending = world.holding(holding.id)
    assert (pending.state, pending.pending, pending.holder) == (
        HoldingState.TRANSFER_PENDING,
        transfer.id,
        party("supplier"),
    )
    assert (transfer.assignor, transfer.assignee) == (party("supplier"), party("second"))
    assert (transfer.recourse, transfer.consideration) == (c.Recourse.ASSIGNOR, cny(90_00))
    moved = world.accept("second", transfer)
    assert (moved.state, moved.pending) == (HoldingState.HELD, None)
    assert moved.chain == (party("supplier"), party("second"))
    assert (moved.holder, moved.hops, moved.circular) == (party("second"), 1, False)
    assert world.transfer(transfer.id).state is TransferState.ACCEPTED
    assert world.transfer(transfer.id).accepted_ms == world.at_ms


def test_a_circle_is_flagged_and_hops_are_bounded() -> None:
    """A holding may come back; it changes hands at most as often as the policy says."""
    world = World()
    holding = world.held()
    for by, to in (("supplier", "second"), ("second", "supplier"), ("supplier", "second")):
        holding = world.accept(to, world.propose(by, holding, to))
    assert holding.circular
    assert holding.hops == 3
    again = propose(holding, "supplier", world.at_ms + DAY)
    assert refusal(world.do, "second", again) == "too_many_hops"


def test_an_obligor_that_takes_its_own_debt_ends_it() -> None:
    """Confusion redeems the holding; with the last one the receivable is settled."""
    world = World()
    first, second = world.split("supplier", world.held(), 40_00, 60_00)
    redeemed = world.accept("core", world.propose("supplier", first, "core"))
    receivable = world.receivable(first.receivable)
    assert (redeemed.state, redeemed.outstanding) == (HoldingState.REDEEMED, cny(0))
    assert (receivable.merged, receivable.paid, receivable.open_holdings) == (
        cny(40_00),
        cny(0),
        1,
    )
    assert receivable.outstanding == cny(60_00)
    assert receivable.state is ReceivableState.ACKNOWLEDGED
    world.accept("core", world.propose("supplier", second, "core"))
    assert world.receivable(first.receivable).state is ReceivableState.SETTLED
    assert world.receivable(first.receivable).outstanding == cny(0)


def test_another_obligor_may_hold_what_it_does_not_owe() -> None:
    """Only the obligor of this very debt redeems it by taking it."""
    world = World()
    held = world.accept("other_core", world.propose("supplier", world.held(), "other_core"))
    assert (held.state, held.holder) == (HoldingState.HELD, party("other_core"))


def test_refusals_of_propose_come_in_their_order() -> None:
    """Record, holder, state, transferee, hops, currency, deadline."""
    world = World()
    holding = world.held()
    late = world.at_ms + 5 * DAY + 1
    bad = replace(propose(holding, "nobody", late), consideration=Money(1, "USD"))
    missing = replace(bad, holding="hld_none")
    assert refusal(world.do, "second", missing) == "record_not_found"
    assert refusal(world.do, "second", bad) == "act_belongs_to_another_party"
    pending = world.propose("supplier", holding, "second")
    assert refusal(world.do, "supplier", bad) == "holding_is_pending"
    world.do("supplier", c.RescindTransfer(transfer=pending.id))
    for to, code in (
        ("nobody", "party_unknown"),
        ("auditor", "party_lacks_role"),
        ("bank", "party_lacks_role"),
        ("supplier", "transferee_is_holder"),
        ("second", "currency_mismatch"),
    ):
        assert refusal(world.do, "supplier", replace(bad, to=party(to))) == code
    for lapses_ms in (late, world.at_ms, 0):
        command = propose(holding, "second", lapses_ms)
        assert refusal(world.do, "supplier", command) == "deadline_out_of_range"
    world.do("supplier", propose(holding, "financier", late - 1))


def test_refusals_of_accept_come_in_their_order() -> None:
    """Record, transferee, time and state, expect, digest."""
    world = World()
    transfer = world.propose("supplier", world.held(), "second")
    good = c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
    bad = replace(good, accepts=digest("another"))
    missing = replace(bad, transfer="trf_none")
    assert refusal(world.do, "core", missing, transfer.id) == "record_not_found"
    assert refusal(world.do, "core", bad, transfer.id) == "act_belongs_to_another_party"
    assert refusal(world.do, "second", bad) == "expect_missing"
    assert refusal(world.do, "second", bad, transfer.id) == "accepted_digest_differs"
    world.at_ms = transfer.lapses_ms
    assert refusal(world.do, "second", bad) == "transfer_has_lapsed"


def test_rejecting_and_rescinding_free_the_holding() -> None:
    """Each is one party's act; after it the transfer is closed and the holding free."""
    world = World()
    holding = world.held()
    for kind, by, other, state in (
        (c.RejectTransfer, "second", "supplier", TransferState.REJECTED),
        (c.RescindTransfer, "supplier", "second", TransferState.RESCINDED),
    ):
        transfer = world.propose("supplier", holding, "second")
        command = kind(transfer=transfer.id)
        assert refusal(world.do, other, command) == "act_belongs_to_another_party"
        world.do(by, command)
        assert world.transfer(transfer.id).state is state
        freed = world.holding(holding.id)
        assert (freed.state, freed.pending, freed.hops) == (HoldingState.HELD, None, 0)
        accept = c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
        assert refusal(world.do, "second", accept, transfer.id) == "transfer_is_closed"
        assert refusal(world.do, by, command) == "transfer_is_closed"


def test_a_transfer_lapses_by_time_alone_with_or_without_ticks() -> None:
    """From its deadline on it is dead; the next act on the holding states that first."""
    world = World()
    holding = world.held()
    transfer = world.propose("supplier", holding, "second")
    answers = (
        ("second", c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)),
        ("second", c.RejectTransfer(transfer=transfer.id)),
        ("supplier", c.RescindTransfer(transfer=transfer.id)),
    )
    world.at_ms = transfer.lapses_ms - 1
    assert refusal(world.do, "supplier", split(holding, 50_00, 50_00)) == "holding_is_pending"
    for by, answer in answers:
        world.book, before = world.book.copy(), world.book
        world.do(by, answer, transfer.id)
        world.book = before
    world.at_ms += 1
    ticked = world.book.copy()
    ticked.apply(lapse(ticked, transfer.id, world.at_ms))
    results = []
    for book in (world.book, ticked):
        world.book = book
        for by, answer in answers:
            assert refusal(world.do, by, answer, transfer.id) == "transfer_has_lapsed"
        world.count = 1000
        results.append(world.do("supplier", split(holding, 50_00, 50_00)))
        assert world.transfer(transfer.id).state is TransferState.LAPSED
    assert results[0] == (TransferLapsed(transfer=transfer.id), *results[1])


def test_stakes_of_holdings_are_what_is_outstanding() -> None:
    """Tiers judge splits and transfers by the holding."""
    world = World()
    holding = world.held()
    transfer = world.propose("supplier", holding, "second")
    assert stake(world.book, split(holding, 1, 1)) == cny(100_00)
    assert stake(world.book, propose(holding, "second", 0)) == cny(100_00)
    assert stake(world.book, c.RescindTransfer(transfer=transfer.id)) == cny(100_00)
    assert stake(world.book, c.RescindTransfer(transfer="trf_none")) is None
    assert stake(world.book, c.SplitHolding(holding="hld_none", children=())) is None


def test_codes_of_this_module_are_sentences() -> None:
    """Every name is its value in upper case, and every remedy ends as a sentence."""
    for code in RefusalCode:
        assert code.name.lower() == code.value
        assert code.remedy.endswith(".")
