"""Debts: reduced without payment, frozen, and owed again when a payment is taken back."""

from __future__ import annotations

from datetime import date

from ledger.receivables import events as e
from ledger.receivables.acts import burden
from ledger.receivables.debts import discharge, reduce, take_back
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.invariants import INVARIANTS
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Maturity,
    Owed,
    ReceivableState,
    TransferState,
    maturity_id,
    owed_id,
)
from tests.support.world import World, cny, line, party, refusal

DUE, LATER = date(2026, 4, 30), date(2026, 6, 30)


def owes(world: World, creditor: str = "") -> int:
    """What the core enterprise owes on receivables of a creditor, or on all."""
    name = owed_id(party("core"), party(creditor) if creditor else "", "CNY")
    record = world.book.get(Owed, name)
    return record.amount.minor if record else 0


def day(world: World, due: date = DUE) -> tuple[int, int, bool]:
    """What it owes on a day: outstanding, disputed, open."""
    record = world.book.get(Maturity, maturity_id(party("core"), "CNY", due))
    if record is None:
        return (0, 0, False)
    return (record.outstanding.minor, record.disputed.minor, record.is_open)


def sound(world: World) -> bool:
    """Whether every invariant holds."""
    return not any(check(world.book) for check in INVARIANTS)


def test_a_reduction_lowers_the_debt_and_the_last_one_settles() -> None:
    """Part, then the rest: the holding is cancelled, nothing is paid, the sums follow."""
    world = World()
    one, two = world.split("supplier", world.held(), 40_00, 60_00)
    world.book.apply(reduce(world.book, [(one, cny(10_00))], "crn_one"))
    assert (owes(world), owes(world, "supplier"), day(world)) == (90_00, 90_00, (90_00, 0, True))
    legs = [(world.holding(one.id), cny(30_00)), (two, cny(60_00))]
    events = reduce(world.book, legs, "crn_two")
    world.book.apply(events)
    assert world.holding(one.id).state is HoldingState.CANCELLED
    receivable = world.receivable(one.receivable)
    assert (receivable.state, receivable.reduced) == (ReceivableState.SETTLED, cny(100_00))
    assert (owes(world), day(world)) == (0, (0, 0, False))
    assert sound(world)


def test_a_reduction_ends_a_pending_transfer_and_never_takes_more_than_there_is() -> None:
    """What was offered has changed; more than is outstanding, or of a closed one, is refused."""
    world = World()
    holding = world.held()
    transfer = world.propose("supplier", holding, "second")
    too_much = [(world.holding(holding.id), cny(100_01))]
    assert refusal(reduce, world.book, too_much, "x") == "payment_exceeds_outstanding"
    world.book.apply(reduce(world.book, [(world.holding(holding.id), cny(1_00))], "x"))
    assert world.transfer(transfer.id).state is TransferState.LAPSED
    world.book.apply(reduce(world.book, [(world.holding(holding.id), cny(99_00))], "x"))
    closed = [(world.holding(holding.id), cny(1))]
    assert refusal(reduce, world.book, closed, "x") == "holding_is_closed"


def test_what_is_frozen_cannot_be_discharged_by_paying_the_holder() -> None:
    """Of 100 with 30 frozen, 70 may be paid and no unit more; a dispute keeps no payment out."""
    world = World()
    holding = world.held()
    for kind in (BurdenKind.FREEZE, BurdenKind.DISPUTE):
        item = Burden(id=f"{kind.value}_1", kind=kind, amount=cny(30_00))
        world.book.apply(burden(world.holding(holding.id), item))
    assert day(world) == (100_00, 30_00, True)
    holding = world.holding(holding.id)
    over = [(holding, cny(70_01))]
    assert refusal(discharge, world.book, over, world.at_ms) == "amount_is_frozen"
    world.book.apply(discharge(world.book, [(holding, cny(70_00))], world.at_ms))
    assert day(world) == (30_00, 30_00, True)
    assert sound(world)


def test_a_payment_taken_back_is_owed_again() -> None:
    """A settled receivable is open again with its holding; less, where less was taken back."""
    world = World()
    holding = world.held()
    world.book.apply(discharge(world.book, [(holding, cny(100_00))], world.at_ms))
    paid = world.holding(holding.id)
    too_much = refusal(take_back, world.book, paid, cny(100_01), None)
    assert too_much == "payment_does_not_fit"
    events = take_back(world.book, paid, cny(40_00), None)
    assert [type(event) for event in events] == [
        e.HoldingUnpaid,
        e.HoldingReopened,
        e.ReceivableReopened,
    ]
    world.book.apply(events)
    reopened = world.holding(holding.id)
    assert (reopened.state, reopened.outstanding) == (HoldingState.HELD, cny(40_00))
    assert (owes(world), day(world)) == (40_00, (40_00, 0, True))
    assert sound(world)
    (one, _) = world.split("supplier", reopened, 10_00, 30_00)
    assert refusal(take_back, world.book, world.holding(holding.id), cny(1), None) == (
        "payment_does_not_fit"
    )
    assert one.outstanding == cny(10_00)


def test_a_financed_holding_that_opens_again_is_its_financing_s() -> None:
    """Whose title it was when it was paid is told by whoever takes the payment back."""
    world = World()
    holding = world.held()
    world.book.apply(discharge(world.book, [(holding, cny(100_00))], world.at_ms))
    world.book.apply(take_back(world.book, world.holding(holding.id), cny(1), "fin_one"))
    reopened = world.holding(holding.id)
    assert (reopened.state, reopened.pending) == (HoldingState.FINANCED, "fin_one")


def test_an_amended_due_date_moves_what_is_open_and_the_sums_of_both_days() -> None:
    """All its holdings are due then; a second receivable of the old day stays on it."""
    world = World()
    other = world.held(7_00)
    one, two = world.split("supplier", world.held(), 40_00, 60_00)
    world.book.apply(discharge(world.book, [(one, cny(40_00))], world.at_ms))
    dispute = Burden(id="dsp_one", kind=BurdenKind.DISPUTE, amount=cny(5_00))
    world.book.apply(burden(world.holding(two.id), dispute))
    world.book.apply((e.DueDateAmended(receivable=two.receivable, due=LATER, day=LATER),))
    assert (world.holding(one.id).due, world.holding(two.id).due) == (LATER, LATER)
    assert world.receivable(two.receivable).due == LATER
    assert (day(world), day(world, LATER)) == ((7_00, 0, True), (60_00, 5_00, True))
    assert world.holding(other.id).due == DUE
    assert owes(world) == 67_00
    assert sound(world)


def test_a_credit_note_frees_no_more_of_an_invoice_than_it_took_off_holdings() -> None:
    """30 credited of 100 used: 20 reduced the holdings, 10 nobody, so all is still in use."""
    world = World()
    receivable = world.register(line("INV-7", 100_00))
    holding = world.acknowledge(receivable)
    invoice = world.invoice("INV-7")
    use = e.Use(invoice=invoice.id, amount=cny(80_00))
    world.book.apply(
        (
            *reduce(world.book, [(holding, cny(20_00))], "crn_one"),
            e.UsesReduced(receivable=receivable.id, uses=(use,)),
            e.InvoiceCredited(invoice=invoice.id, amount=cny(30_00), unabsorbed=cny(10_00)),
        )
    )
    after = world.invoice("INV-7")
    assert (after.used, after.usable) == (cny(80_00), cny(80_00))
    assert sound(world)
    again = line("INV-7", 1, gross=cny(100_00))
    assert refusal(world.register, again) == "invoice_is_used_up"


def test_all_that_was_left_is_cancelled_by_all_concerned() -> None:
    """The receivable says so, and its invoices are free as far as its uses are given up."""
    world = World()
    receivable = world.register(line("INV-8", 100_00))
    holding = world.acknowledge(receivable)
    world.book.apply(
        (
            *reduce(world.book, [(holding, holding.outstanding)], "chg_one"),
            e.UsesReduced(receivable=receivable.id, uses=()),
            e.ReceivableCancelled(receivable=receivable.id),
        )
    )
    assert world.receivable(receivable.id).state is ReceivableState.CANCELLED
    assert world.invoice("INV-8").used == cny(0)
    assert not world.book.get(Holding, holding.id).is_open
    assert sound(world)
