"""Payments that went back, came back before they arrived, or reached the wrong party."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from ledger.alerts.events import AlertKind
from ledger.alerts.state import Alert
from ledger.financing.records import Financing, FinancingState
from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding, HoldingState, ReceivableState
from ledger.settlement import commands as s
from ledger.settlement.arrears import arrears_of
from ledger.settlement.records import (
    Instruction,
    InstructionState,
    Misdirected,
    MisdirectedState,
    Payment,
    PaymentState,
    Surplus,
)
from ledger.settlement.redeeming import list_digest, redemption_list
from tests.ledger.settlement.test_late import DUE_MS, at, late_market, only_payment
from tests.support.market import VALUE_DATE, Market, account, astray
from tests.support.world import DAY, cny, party, refusal


# -- taken back ------------------------------------------------------------------------------------
def test_a_recalled_payment_is_owed_again() -> None:
    """The holding opens, the receivable with it; paid anew it closes again."""
    market = Market()
    holding = market.held()
    market.do("bank", market.credit(holding, 100_00))
    payment = only_payment(market, holding)
    market.do("bank", market.taken_back(payment.id))
    again = market.holding(holding.id)
    assert (again.state, again.outstanding) == (HoldingState.HELD, cny(100_00))
    assert market.receivable(holding.receivable).state is ReceivableState.ACKNOWLEDGED
    assert market.get(Payment, payment.id).state is PaymentState.REVERSED
    assert refusal(market.do, "bank", market.taken_back(payment.id)) == "payment_is_reversed"
    market.do("bank", market.credit(again, 100_00, reference="line 2"))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert market.findings() == []


def test_only_who_proved_a_payment_takes_it_back() -> None:
    """Neither the payer nor another bank, and not after the debt passed to another hand."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 40_00))
    payment = only_payment(market, holding)
    for name in ("core", "bank", "second"):
        command = market.taken_back(payment.id)
        assert refusal(market.do, name, command) == "act_belongs_to_another_party"
    market.accept("second", market.propose("supplier", market.holding(holding.id), "second"))
    command = market.taken_back(payment.id)
    assert refusal(market.do, "supplier", command) == "payment_does_not_fit"


def test_what_a_late_payment_had_paid_stands_again_with_the_interest_meanwhile() -> None:
    """100.50 ten days late paid all; taken back ten days on, 100.00 and 1.00 interest are owed."""
    market = late_market()
    holding = market.held()
    at(market, 10)
    market.do("supplier", market.payment(holding, 100_50))
    payment = only_payment(market, holding)
    at(market, 20)
    market.do("supplier", market.taken_back(payment.id))
    again = market.holding(holding.id)
    assert again.outstanding == cny(100_00)
    assert arrears_of(market.book, again, market.today).interest == cny(1_00)
    assert market.findings() == []


def test_interest_that_was_counted_before_is_not_counted_again() -> None:
    """30.00 come 20 days late; that 50.00 had come ten days late is recorded after that, and taken
    back: 20 days on 100.00 are 1.00, whatever was recorded when.
    """
    market = late_market()
    holding = market.held()
    at(market, 20)
    late = replace(market.payment(holding, 30_00), principal_first=True)
    market.do("supplier", late)
    earlier = replace(late, amount=cny(50_00), value_date=market.today - timedelta(days=10))
    events = market.do("supplier", earlier)
    market.do("supplier", market.taken_back(events[0].payment))
    again = market.holding(holding.id)
    assert again.outstanding == cny(70_00)
    assert arrears_of(market.book, again, market.today).interest == cny(1_00)


def test_what_is_owed_again_ends_an_offer_of_less() -> None:
    """60.00 were offered; when the other 40.00 are owed again, nobody accepts them unseen."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 40_00))
    transfer = market.propose("supplier", market.holding(holding.id), "second")
    market.do("supplier", market.taken_back(only_payment(market, holding).id))
    assert market.holding(holding.id).state is HoldingState.HELD
    assert refusal(market.accept, "second", transfer) == "transfer_has_lapsed"
    assert market.findings() == []


def test_interest_is_not_owed_again_on_what_was_split_since() -> None:
    """The parts have other holders by then; the two sides settle it between them."""
    market = late_market()
    holding = market.held()
    at(market, 20)
    (paid, *_) = market.do("supplier", market.payment(holding, 1_00))
    market.split("supplier", market.holding(holding.id), 50_00, 50_00)
    assert paid.principal == cny(0)
    command = market.taken_back(paid.payment)
    assert refusal(market.do, "supplier", command) == "payment_does_not_fit"


def test_a_financed_debt_that_opens_again_is_the_financier_s() -> None:
    """Its financing is active again with nothing collected; the seller's surplus is gone."""
    market = Market()
    offer = market.make_offer(recourse=Recourse.ASSIGNOR)
    active = market.confirm(market.instruct(market.accept_offer(market.held(), offer)))
    holding = market.holding_of(active)
    market.at_ms += (
        58 * DAY
    )  # on the day before, half of the 114 days from 2026-01-06 to 2026-04-30
    command = market.payment(holding, 100_00)
    market.do("financier", replace(command, value_date=VALUE_DATE + timedelta(days=57)))
    surplus = market.get(Surplus, active.id)
    assert (active.discount, surplus.owed) == (cny(1_14), cny(57))
    payment = only_payment(market, holding)
    market.do("financier", market.taken_back(payment.id))
    again = market.holding(holding.id)
    assert (again.state, again.pending) == (HoldingState.FINANCED, active.id)
    financing = market.get(Financing, active.id)
    assert (financing.state, financing.collected) == (FinancingState.ACTIVE, cny(0))
    assert market.get(Surplus, active.id).owed == cny(0)
    assert market.findings() == []


# -- Civil Code 766 and 767 ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("recourse", "days", "owed"),
    [
        (Recourse.ASSIGNOR, 0, 1_14),
        (Recourse.ASSIGNOR, 38, 76),
        (Recourse.ASSIGNOR, 113, 1),
        (Recourse.ASSIGNOR, 114, 0),
        (Recourse.ASSIGNOR, 130, 0),
        (Recourse.NONE, 38, 0),
    ],
)
def test_with_recourse_the_unearned_discount_is_the_seller_s(
    recourse: Recourse, days: int, owed: int
) -> None:
    """1.14 of discount for 114 days: one cent a day; without recourse the financier keeps it."""
    market = Market()
    offer = market.make_offer(recourse=recourse)
    active = market.confirm(market.instruct(market.accept_offer(market.held(), offer)))
    market.at_ms += (days + 2) * DAY
    paid_on = VALUE_DATE + timedelta(days=days)
    command = replace(market.payment(market.holding_of(active), 100_00), value_date=paid_on)
    market.do("financier", command)
    surplus = market.book.get(Surplus, active.id)
    assert (surplus.owed.minor if surplus else 0) == owed
    receipt = s.ReceiveSurplus(
        financing=active.id, amount=cny(1), value_date=market.today, reference="mine"
    )
    if not owed:
        assert refusal(market.do, "supplier", receipt) == "surplus_exceeded"
        return
    assert refusal(market.do, "financier", receipt) == "act_belongs_to_another_party"
    market.do("supplier", replace(receipt, amount=cny(owed)))
    assert refusal(market.do, "supplier", receipt) == "surplus_exceeded"
    assert market.findings() == []


def test_many_small_payments_leave_no_more_than_the_discount() -> None:
    """Each of 50.00 in hundred parts would leave half a cent and more, rounded by itself."""
    market = Market()
    offer = market.make_offer(recourse=Recourse.ASSIGNOR)
    active = market.confirm(market.instruct(market.accept_offer(market.held(), offer)))
    market.at_ms += DAY
    for minor in (*[50] * 100, 50_00):
        market.do("financier", market.payment(market.holding_of(active), minor))
    assert market.get(Surplus, active.id).owed <= active.discount
    assert market.findings() == []


# -- instructed, bounced, instructed again ---------------------------------------------------------
def order(market: Market, holding: Holding, minor: int) -> s.InstructPayment:
    """The obligor's word that it told its bank to pay."""
    return s.InstructPayment(
        holding=holding.id,
        account=account(market.name_of(holding.holder)),
        amount=cny(minor),
        value_date=market.today,
        reference="order 1",
    )


def test_an_instruction_discharges_nothing_and_may_come_back() -> None:
    """The obligor's word is a claim; what bounced is instructed anew, and met by what arrives."""
    market = Market()
    holding = market.held()
    (instructed,) = market.do("core", order(market, holding, 100_00))
    assert market.holding(holding.id).outstanding == cny(100_00)
    bounce = s.BouncePayment(
        instruction=instructed.instruction,
        reason=s.ReturnReason.ACCOUNT_CLOSED,
        reference="returned",
    )
    assert refusal(market.do, "core", bounce) == "role_missing"
    market.do("bank", bounce)
    first = market.get(Instruction, instructed.instruction)
    assert (first.state, first.reason) == (InstructionState.BOUNCED, bounce.reason)
    assert bounce.reason.iso20022 == "AC04"
    again = replace(order(market, holding, 100_00), replaces=first.id)
    (second,) = market.do("core", again)
    met = market.credit(holding, 100_00, instruction=second.instruction)
    assert refusal(market.do, "bank", replace(met, amount=cny(1))) == "instruction_differs"
    market.do("bank", met)
    arrived = market.get(Instruction, second.instruction)
    assert arrived.state is InstructionState.MET
    assert arrived.payment == only_payment(market, holding).id
    assert market.findings() == []


def test_an_instruction_names_an_account_of_the_holder() -> None:
    """Whoever promises to pay elsewhere is told at once."""
    market = Market()
    holding = market.held()
    command = replace(order(market, holding, 1), account=account("second"))
    assert refusal(market.do, "core", command) == "account_not_of_holder"
    assert refusal(market.do, "supplier", order(market, holding, 1)) == (
        "act_belongs_to_another_party"
    )


# -- astray ----------------------------------------------------------------------------------------
def test_money_that_reached_another_discharges_nothing_until_it_is_turned_over() -> None:
    """An alert says so; when the holder has it, it is a payment of that day."""
    market = Market()
    holding = market.held()
    market.do("second", astray(market, holding, 30_00))
    (found,) = market.book.all(Misdirected)
    (alert,) = market.book.all(Alert)
    assert (alert.kind, alert.subject) == (AlertKind.MISDIRECTED_PAYMENT, holding.id)
    assert market.holding(holding.id).outstanding == cny(100_00)
    got = s.TurnOver(misdirected=found.id, value_date=market.today, reference="from second")
    assert refusal(market.do, "second", got) == "act_belongs_to_another_party"
    market.do("supplier", got)
    assert market.holding(holding.id).outstanding == cny(70_00)
    ended = market.get(Misdirected, found.id)
    assert ended.state is MisdirectedState.TURNED_OVER
    assert ended.payment == only_payment(market, holding).id
    assert refusal(market.do, "supplier", got) == "misdirected_is_closed"
    assert market.findings() == []


def test_the_holder_s_word_about_money_astray_ends_no_sale() -> None:
    """It would have to wait with a plain receipt, too."""
    market = Market()
    holding = market.held()
    market.accept_offer(holding, market.make_offer())
    market.do("second", astray(market, holding))
    (found,) = market.book.all(Misdirected)
    got = s.TurnOver(misdirected=found.id, value_date=market.today, reference="from second")
    assert refusal(market.do, "supplier", got) == "holding_is_locked"


def test_what_a_bank_has_proven_is_not_turned_over_as_well() -> None:
    """Same holder, day and amount by another's word."""
    market = Market()
    holding = market.held()
    market.do("second", astray(market, holding))
    market.do("bank", market.credit(holding, 1_00))
    (found,) = market.book.all(Misdirected)
    got = s.TurnOver(misdirected=found.id, value_date=market.today, reference="from second")
    assert refusal(market.do, "supplier", got) == "payment_is_recorded"


def test_misdirected_money_may_go_back_to_its_payer() -> None:
    """Then nothing was paid."""
    market = Market()
    holding = market.held()
    market.do("bank", astray(market, holding, 30_00))
    (found,) = market.book.all(Misdirected)
    back = s.ReturnMisdirected(misdirected=found.id, value_date=market.today, reference="back")
    assert refusal(market.do, "supplier", back) == "act_belongs_to_another_party"
    market.do("core", back)
    assert market.get(Misdirected, found.id).state is MisdirectedState.RETURNED
    assert market.holding(holding.id).outstanding == cny(100_00)


def test_who_may_say_that_money_went_astray() -> None:
    """Whoever got it or a bank; not the payer, and not about the holder."""
    market = Market()
    holding = market.held()
    command = astray(market, holding)
    assert refusal(market.do, "supplier", command) == "role_missing"
    assert refusal(market.do, "core", command) == "role_missing"
    to_holder = replace(command, payee=party("supplier"))
    assert refusal(market.do, "bank", to_holder) == "payee_is_not_astray"
    tomorrow = replace(command, value_date=market.today + timedelta(days=1))
    assert refusal(market.do, "bank", tomorrow) == "payment_date_out_of_range"


# -- the redemption list ---------------------------------------------------------------------------
def test_the_list_is_signed_from_the_record_date_to_the_day_of_payment() -> None:
    """Holder, account and amount of every open part; another digest or total is refused."""
    market = Market()
    one, two = market.split("supplier", market.held(), 60_00, 40_00)
    market.accept("second", market.propose("supplier", two, "second"))
    receivable = market.receivable(one.receivable)
    lines = redemption_list(market.book, receivable, market.at_ms)
    by_holding = {line.holding: line for line in lines}
    assert by_holding[one.id].account == account("supplier")
    assert (by_holding[two.id].holder, by_holding[two.id].amount) == (party("second"), cny(40_00))
    command = s.SignRedemption(
        receivable=receivable.id,
        list=list_digest(market.book, receivable, lines),
        total=cny(100_00),
    )
    assert refusal(market.do, "core", command) == "redemption_is_not_due"
    market.at_ms = DUE_MS - DAY
    assert refusal(market.do, "supplier", command) == "act_belongs_to_another_party"
    wrong = replace(command, total=cny(99_99))
    assert refusal(market.do, "core", wrong) == "redemption_list_differs"
    (signed,) = market.do("core", command)
    assert signed.day == date(2026, 4, 30)
    market.at_ms = DUE_MS + DAY
    assert refusal(market.do, "core", command) == "redemption_is_not_due"
