"""A court has what it froze: amounts by hand, the queue, and money that came back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.burdens import commands as b
from ledger.burdens.events import FreezeRecorded
from ledger.burdens.records import Freeze, FreezeState
from ledger.financing import commands as f
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, HoldingState, Receivable, ReceivableState
from ledger.settlement.commands import ExecuteFreeze, ReturnReason, ReversePayment
from ledger.settlement.events import PaymentRecorded
from ledger.settlement.records import Payment
from tests.support.sandbox import DAY, Sandbox, cny, digest, open_sandbox, refusal


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A founded ledger."""
    with open_sandbox(tmp_path) as box:
        yield box


def frozen(box: Sandbox, holding: Holding, amount: int, case: str = "2026-7") -> Freeze:
    """The freeze of so much of a holding."""
    command = b.RecordFreeze(
        debtor=holding.holder,
        court="Pudong Court",
        case=case,
        order=digest("order"),
        amount=cny(500_00),
        served_ms=box.clock.ms,
        until_ms=box.clock.ms + 30 * DAY,
        parts=(b.Part(holding=holding.id, amount=cny(amount)),),
    )
    recorded = box.do("operator", command).events[0]
    assert isinstance(recorded, FreezeRecorded)
    return box.get(Freeze, recorded.freeze)


def executed(box: Sandbox, freeze: Freeze, holding: Holding, minor: int, **more: Any) -> Any:
    """The bank's word that the court has so much; the command's outcome."""
    usual: dict[str, Any] = {
        "freeze": freeze.id,
        "payer": box.party("core"),
        "order": digest("execution"),
        "parts": (b.Part(holding=holding.id, amount=cny(minor)),),
        "value_date": box.today,
        "reference": f"court {minor}",
    }
    return box.do("bank", ExecuteFreeze(**(usual | more)))


def test_what_the_court_got_is_paid_and_no_longer_frozen(box: Sandbox) -> None:
    """Of 100.00, 60.00 are frozen and 45.00 go to the court: 55.00 are owed, 15.00 frozen."""
    holding = box.held(100_00)
    item = frozen(box, holding, 60_00)
    payment = executed(box, item, holding, 45_00).events[0]
    assert isinstance(payment, PaymentRecorded)
    assert (payment.payee, payment.account, payment.freeze) == (holding.holder, None, item.id)
    now = box.now(holding)
    assert (now.paid, now.outstanding) == (cny(45_00), cny(55_00))
    assert now.burdened(BurdenKind.FREEZE, box.clock.ms) == cny(15_00)
    after = box.now(item)
    assert (after.state, after.frozen, after.executed) == (
        FreezeState.RECORDED,
        cny(15_00),
        cny(45_00),
    )


def test_the_last_of_it_settles_the_receivable(box: Sandbox) -> None:
    """All is frozen and all goes to the court: the debt is redeemed, the freeze executed."""
    holding = box.held(100_00)
    item = frozen(box, holding, 100_00)
    executed(box, item, holding, 100_00)
    assert box.now(holding).state is HoldingState.REDEEMED
    assert box.get(Receivable, holding.receivable).state is ReceivableState.SETTLED
    assert box.now(item).state is FreezeState.EXECUTED
    renewal = b.RenewFreeze(freeze=item.id, order=digest("on"), until_ms=box.clock.ms + 40 * DAY)
    assert refusal(lambda: box.do("operator", renewal)) == "freeze_is_lifted"


def test_a_later_order_waits_for_the_earlier(box: Sandbox) -> None:
    """Of 100.00 the first order takes 70.00: the second, of 50.00, brings 30.00 and not a cent
    more until the first is over.
    """
    holding = box.held(100_00)
    first, second = frozen(box, holding, 70_00), frozen(box, holding, 50_00, "2026-8")
    assert refusal(lambda: executed(box, second, holding, 30_01)) == "amount_is_frozen"
    executed(box, second, holding, 30_00)
    assert box.now(holding).outstanding == cny(70_00)
    box.do("operator", b.LiftFreeze(freeze=first.id, order=digest("off")))
    executed(box, second, holding, 20_00)
    assert box.now(holding).outstanding == cny(50_00)
    assert box.now(second).state is FreezeState.EXECUTED


def test_it_is_refused_beyond_the_freeze_and_by_whoever_pays(box: Sandbox) -> None:
    """More than it took, after its end, by another's debtor, or by the payer's word: refused."""
    holding, other = box.held(100_00), box.held(80_00)
    item = frozen(box, holding, 60_00)
    assert refusal(lambda: executed(box, item, holding, 60_01)) == "release_does_not_fit"
    assert refusal(lambda: executed(box, item, holding, 100_01)) == "burden_exceeds_holding"
    assert refusal(lambda: executed(box, item, other, 1)) == "release_does_not_fit"
    payer = box.party("supplier")
    assert refusal(lambda: executed(box, item, holding, 1, payer=payer)) == "payer_is_not_obligor"
    box.clock.ms = item.until_ms
    assert refusal(lambda: executed(box, item, holding, 1)) == "freeze_has_lapsed"


def test_an_order_against_one_party_binds_no_other(box: Sandbox) -> None:
    """Frozen after the advance went out, the holding is the financier's: the court needs an order
    that names it.
    """
    financing = box.sell("supplier", box.held(100_00), box.offer(box.programme()))
    instruct = f.InstructDisbursement(
        financing=financing.id, value_date=box.today, reference="pain.001"
    )
    box.do("financier", instruct)
    holding = box.get(Holding, financing.holding)
    item = frozen(box, holding, 40_00)
    proof = f.ConfirmReceipt(financing=financing.id, amount=financing.price, paid_on=box.today)
    box.do("supplier", proof)
    code = refusal(lambda: executed(box, item, holding, 40_00))
    assert code == "holding_has_another_holder"


def test_what_comes_back_from_the_court_is_frozen_again(box: Sandbox) -> None:
    """All 60.00 of the freeze went to the court and came back: 60.00 are owed and frozen again,
    behind the order that came meanwhile.
    """
    holding = box.held(100_00)
    item = frozen(box, holding, 60_00)
    payment = executed(box, item, holding, 60_00).events[0]
    later = frozen(box, box.now(holding), 40_00, "2026-8")
    command = ReversePayment(
        payment=payment.payment,
        reason=ReturnReason.BY_ORDER,
        value_date=box.today,
        reference="back",
    )
    box.do("bank", command)
    now = box.now(holding)
    assert (now.paid, now.outstanding) == (cny(0), cny(100_00))
    assert [(lies.id, lies.amount) for lies in now.burdens] == [
        (later.id, cny(40_00)),
        (item.id, cny(60_00)),
    ]
    after = box.now(item)
    assert (after.state, after.frozen, after.executed) == (
        FreezeState.RECORDED,
        cny(60_00),
        cny(0),
    )
    assert not box.get(Payment, payment.payment).counts
