"""Bugs of earlier receivables ledgers, each as a test that this one does not have it."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from msgspec.structs import replace

from ledger.receivables import commands as c
from ledger.receivables.acts import lock, move_title
from ledger.receivables.clocks import is_overdue
from ledger.receivables.debts import discharge
from ledger.receivables.invariants import payable_never_rises
from ledger.receivables.records import HoldingState, ReceivableState
from tests.support.world import ROLES, World, cny, line, party, refusal, register


def test_regression_a_acknowledging_an_old_receivable_leaves_the_newest_alone() -> None:
    """The record that a command names is the one that changes, not the latest."""
    world = World()
    old, new = world.register(line("A")), world.register(line("B"))
    world.acknowledge(old)
    assert world.receivable(old.id).state is ReceivableState.ACKNOWLEDGED
    assert world.receivable(new.id) == new


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"core"}))
def test_regression_c_nobody_but_the_obligor_acknowledges(by: str) -> None:
    """Not the creditor, not the operator, not another obligor."""
    world = World()
    registered = world.register()
    command = c.Acknowledge(
        receivable=registered.id,
        accepts=registered.proposal,
        amount=registered.face,
        due=registered.due,
        terms=c.Terms(waiver_of_defences=True, consent_to_split=True, pay_to=c.PayTo.HOLDER),
    )
    assert refusal(world.do, by, command, registered.id) == "act_belongs_to_another_party"


def test_regression_b_and_d_overdue_debts_are_paid_split_and_transferred() -> None:
    """Lateness is a flag: nothing that was possible before becomes impossible."""
    world = World()
    holding = world.acknowledge(world.register(due=date(2026, 1, 6)))
    world.at_ms += 20 * 86_400_000
    assert is_overdue(world.receivable(holding.receivable), world.book, world.at_ms)
    first, second = world.split("supplier", holding, 50_00, 50_00)
    world.accept("second", world.propose("supplier", first, "second"))
    legs = [(world.holding(first.id), cny(50_00)), (second, cny(50_00))]
    world.book.apply(discharge(world.book, legs, world.at_ms))
    assert world.receivable(holding.receivable).state is ReceivableState.SETTLED


def test_regression_f_what_is_owed_never_rises() -> None:
    """From acknowledgement on each act leaves it or lowers it."""
    world = World()
    holding = world.held()
    books = [world.book.copy()]
    world.book.apply(discharge(world.book, [(holding, cny(40_00))], world.at_ms))
    books.append(world.book.copy())
    first, _ = world.split("supplier", world.holding(holding.id), 30_00, 30_00)
    books.append(world.book.copy())
    world.accept("core", world.propose("supplier", first, "core"))
    books.append(world.book.copy())
    owed = [
        book.records[(type(world.receivable(holding.receivable)), holding.receivable)].outstanding
        for book in books
    ]
    assert owed == [cny(100_00), cny(60_00), cny(60_00), cny(30_00)]
    for before, after in itertools.pairwise(books):
        assert payable_never_rises(before, after) == []
        # Backwards a payment looks as if taken back; an end by confusion does not come back.
        assert bool(payable_never_rises(after, before)) == (before is books[2])


def test_regression_g_a_second_registration_is_refused_and_not_taken_for_the_first() -> None:
    """No silent success: the same invoice again is an error that says so."""
    world = World()
    first = world.register()
    assert refusal(world.do, "supplier", register(line())) == "invoice_is_used_up"
    assert world.receivable(first.id) == first


@pytest.mark.parametrize("number", ["inv 1", "ＩＮＶ－１", "INV–1", "INV_1", "-INV//1-"])
def test_regression_h_other_writings_of_a_number_do_not_pass(number: str) -> None:
    """Width, case and separators make no second invoice of one."""
    world = World()
    world.register(line("INV-1"))
    assert refusal(world.do, "supplier", register(line(number))) == "invoice_is_used_up"


def test_regression_i_nothing_of_a_receivable_can_be_changed_and_no_one_pays_beyond_it() -> None:
    """Its facts bind while in use, and more than is owed cannot be discharged."""
    world = World()
    holding = world.held()
    number = world.invoice("HELD-0").number
    inflated = register(line(number, 1, gross=cny(500_00)))
    assert refusal(world.do, "supplier", inflated) == "invoice_facts_differ"
    too_much = [(holding, cny(100_01))]
    assert refusal(discharge, world.book, too_much, world.at_ms) == "payment_exceeds_outstanding"


def test_regression_j_two_proposals_cannot_race_for_one_invoice() -> None:
    """An invoice is used from the proposal on, whoever proposes, not only from the signature."""
    world = World()
    proposed = world.issue()
    assert refusal(world.do, "supplier", register(line())) == "invoice_is_used_up"
    sign = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    world.do("supplier", sign, proposed.id)
    assert world.invoice().used == cny(100_00)


def test_regression_k_uniqueness_is_of_the_seller_not_of_type_and_number() -> None:
    """Two sellers may number alike; one seller's number is taken whatever type is stated."""
    world = World()
    world.register(line("1", type="380"))
    world.register(line("1", type="380"), by="second")
    assert refusal(world.do, "supplier", register(line("1", type="388"))) == "invoice_is_used_up"


def test_regression_l_uniqueness_holds_whoever_applies() -> None:
    """Supplier-led and buyer-led, the invoice is one: the applicant is no part of the key."""
    world = World()
    world.register(line("24442000000012345678"))
    command = c.ProposeIssue(
        creditor=party("supplier"),
        invoices=(line("24442000000012345678"),),
        due=date(2026, 4, 30),
        basis=c.Basis.DELIVERY,
        basis_date=date(2026, 1, 2),
        terms=c.Terms(waiver_of_defences=False, consent_to_split=False, pay_to=c.PayTo.HOLDER),
    )
    assert refusal(world.do, "core", command) == "invoice_is_used_up"
    other = replace(command, creditor=party("second"))
    assert refusal(world.do, "core", other) == "invoice_is_of_another_seller"


def test_regression_e_a_holding_says_itself_that_it_is_financed() -> None:
    """The state is on the record that every later act asks, not in a side log."""
    world = World()
    holding = world.held()
    world.book.apply(lock(world.book, holding, "fin_one", world.at_ms, None))
    world.book.apply(move_title(world.holding(holding.id), party("financier"), "fin_one"))
    financed = world.holding(holding.id)
    assert financed.state is HoldingState.FINANCED
    again = (lock, world.book, financed, "fin_two", world.at_ms, None)
    assert refusal(*again) == "holding_is_financed"
