"""Recourse by hand: what is claimed, who pays, who has the debt then; nothing comes twice."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from ledger.conduct.commands import DeclareInsolvency
from ledger.financing.events import FinancingReduced
from ledger.financing.records import Exposure, Financing, FinancingState, exposure_id
from ledger.receivables.acts import burden
from ledger.receivables.commands import Recourse
from ledger.receivables.debts import reduce
from ledger.receivables.events import Burden, BurdenKind, HoldingUnburdened
from ledger.receivables.records import HoldingState
from ledger.recourse import commands as c
from ledger.recourse.amounts import claim_of
from ledger.recourse.records import RecourseState
from ledger.recourse.title import title_of
from ledger.settlement.records import Payment
from tests.ledger.recourse.staging import (
    at,
    back,
    breach,
    claim,
    market_of_sellers,
    notice,
    passed,
    receipt,
    sold,
    state,
)
from tests.support.market import account
from tests.support.world import DAY, cny, digest, party, refusal


@pytest.mark.parametrize(
    ("day", "minor"),
    [
        (date(2026, 1, 6), 98_86),  # the price
        (date(2026, 3, 4), 99_43),  # half of the discount is earned
        (date(2026, 4, 30), 100_00),
        (date(2026, 5, 10), 100_50),  # ten days at 0.05 a day
    ],
)
def test_the_claim_is_price_earned_discount_and_late_interest(day: date, minor: int) -> None:
    """Civil Code 766: to the unit, on every day."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 20)
    holding = market.holding_of(financing)
    assert claim_of(market.book, holding, financing, day) == cny(minor)


def test_after_part_payments_the_seller_pays_the_rest_and_has_the_debt_again() -> None:
    """40.00 on the day; ten days late 60.30 are claimed. The seller pays 20.00, the obligor 30.00
    (0.30 of it interest), the seller 10.30: in all 100.30, and the seller has 30.30 of debt.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 0)
    market.do("financier", market.payment(market.holding_of(financing), 40_00))
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 60_30)
    assert (recourse.liable, recourse.received) == (party("supplier"), cny(40_00))
    market.do("financier", receipt(market, recourse, 20_00))
    market.do("bank", market.credit(market.holding_of(financing), 30_00))
    assert state(market, recourse) == (RecourseState.OPEN, 10_30, 0)
    assert refusal(market.do, "financier", receipt(market, recourse, 10_31)) == "recourse_exceeded"
    market.do("financier", receipt(market, recourse, 10_30))
    holding = market.holding_of(financing)
    assert (holding.state, market.name_of(holding.holder)) == (HoldingState.HELD, "supplier")
    assert holding.outstanding == cny(30_30)
    assert market.get(Financing, financing.id).state is FinancingState.REPURCHASED
    exposure = exposure_id(party("financier"), party("core"), "CNY")
    assert market.get(Exposure, exposure).amount == cny(0)
    assert state(market, recourse) == (RecourseState.MET, 0, 0)
    assert refusal(market.do, "financier", market.payment(holding, 1)) == (
        "act_belongs_to_another_party"
    )
    market.do("supplier", market.payment(holding, 30_30))
    assert market.holding_of(financing).state is HoldingState.REDEEMED
    assert market.findings() == []


def test_what_the_obligor_pays_after_the_seller_goes_back_to_the_seller() -> None:
    """The seller paid 20.00 of 100.50, the obligor then all of it: 20.00 came twice."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 100_50)
    market.do("financier", receipt(market, recourse, 20_00))
    market.do("financier", market.payment(market.holding_of(financing), 100_50))
    assert state(market, recourse) == (RecourseState.OPEN, 0, 20_00)
    assert refusal(market.do, "financier", back(market, recourse, 1)) == (
        "act_belongs_to_another_party"
    )
    market.do("supplier", back(market, recourse, 15_00))
    assert refusal(market.do, "supplier", back(market, recourse, 5_01)) == "surplus_exceeded"
    market.do("supplier", back(market, recourse, 5_00))
    market.do("supplier", c.EndRecourse(recourse=recourse.id))
    assert state(market, recourse) == (RecourseState.MET, 0, 0)
    assert market.get(Financing, financing.id).state is FinancingState.REPAID
    assert market.findings() == []


def test_when_the_obligor_pays_the_rest_the_seller_may_take_what_is_left() -> None:
    """40.00 by recourse and 60.50 by the obligor meet 100.50: the other 40.00 are the seller's."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 100_50)
    market.do("financier", receipt(market, recourse, 40_00))
    end = c.EndRecourse(recourse=recourse.id)
    assert refusal(market.do, "supplier", end) == "act_belongs_to_another_party"
    assert refusal(market.do, "financier", end) == "recourse_is_part_paid"
    market.do("bank", market.credit(market.holding_of(financing), 60_50))
    market.do("supplier", end)
    holding = market.holding_of(financing)
    assert (market.name_of(holding.holder), holding.outstanding) == ("supplier", cny(40_00))
    assert refusal(market.do, "supplier", end) == "recourse_is_closed"
    assert market.findings() == []


def test_a_notice_may_be_taken_back_and_given_anew_with_more_interest() -> None:
    """While nothing was paid; on another day another amount counts, and only that."""
    market = market_of_sellers()
    holding = market.holding_of(sold(market))
    at(market, 10)
    recourse = claim(market, holding, 100_50)
    again = notice(market, holding, 100_50)
    assert refusal(market.do, "financier", again) == "recourse_is_open"
    market.do("financier", c.EndRecourse(recourse=recourse.id))
    assert state(market, recourse)[0] is RecourseState.WITHDRAWN
    at(market, 12)
    later = notice(market, holding, 100_50)
    assert refusal(market.do, "financier", later) == "recourse_amount_differs"
    claim(market, holding, 100_60)
    assert market.findings() == []


def test_only_with_recourse_by_the_holder_and_on_a_ground() -> None:
    """Refused in this order, each by its name."""
    market = market_of_sellers()
    without = market.holding_of(sold(market, Recourse.NONE))
    assert refusal(market.do, "financier", breach(market, without, 98_86)) == (
        "recourse_is_excluded"
    )
    market = market_of_sellers()
    holding = market.holding_of(sold(market))
    early = notice(market, holding, 98_86)
    assert refusal(market.do, "supplier", early) == "act_belongs_to_another_party"
    for ground in c.RecourseGround:  # a breach without evidence, too
        assert refusal(market.do, "financier", replace(early, ground=ground)) == (
            "recourse_ground_missing"
        )
    tomorrow = replace(breach(market, holding, 98_86), day=date(2026, 5, 1))
    assert refusal(market.do, "financier", tomorrow) == "payment_date_out_of_range"
    on_the_day = market_of_sellers()
    holding = on_the_day.holding_of(sold(on_the_day))
    at(on_the_day, 0)
    assert refusal(on_the_day.do, "financier", notice(on_the_day, holding, 100_00)) == (
        "recourse_ground_missing"
    )


def test_insolvency_opens_recourse_before_the_day() -> None:
    """Half of the discount is earned on 2026-03-04: 99.43; the repurchased debt is payable then."""
    market = market_of_sellers()
    financing = sold(market)
    market.at_ms += 58 * DAY
    assert market.today == date(2026, 3, 4)
    market.do(
        "operator",
        DeclareInsolvency(
            party=party("core"),
            court="Court",
            case="1",
            day=market.today,
            evidence=digest("order"),
        ),
    )
    ground = c.RecourseGround.INSOLVENCY
    recourse = claim(market, market.holding_of(financing), 99_43, ground=ground)
    market.do("financier", receipt(market, recourse, 99_43))
    assert market.name_of(market.holding_of(financing).holder) == "supplier"
    assert market.findings() == []


def test_a_credit_note_opens_recourse_for_what_the_obligor_owes_no_more() -> None:
    """25.00 of 100.00 were given up: on 2026-03-04 the seller still answers for 99.43."""
    market = market_of_sellers()
    financing = sold(market)
    holding = market.holding_of(financing)
    market.book.apply(reduce(market.book, [(holding, cny(25_00))], "chg_1"))
    cut = FinancingReduced(financing=financing.id, amount=cny(25_00), cause="chg_1")
    market.book.apply([cut])
    market.at_ms += 58 * DAY
    diluted = c.RecourseGround.DILUTION
    recourse = claim(market, market.holding_of(financing), 99_43, ground=diluted)
    market.do("financier", receipt(market, recourse, 99_43))
    assert market.holding_of(financing).outstanding == cny(75_00)
    assert market.name_of(market.holding_of(financing).holder) == "supplier"


def test_a_bank_other_than_the_payer_proves_it_once() -> None:
    """To the claimant's account, on a statement line of its own, and not again by a receipt."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 100_50)
    credit = c.AttestRecourse(
        recourse=recourse.id,
        account=account("financier"),
        amount=cny(50_00),
        value_date=market.today,
        reference="line 7",
    )
    assert refusal(market.do, "supplier", credit) == "role_missing"
    elsewhere = replace(credit, account=account("supplier"))
    assert refusal(market.do, "bank", elsewhere) == "account_not_of_holder"
    market.do("bank", credit)
    again = replace(credit, amount=cny(1))
    assert refusal(market.do, "bank", again) == "statement_line_is_used"
    assert refusal(market.do, "financier", receipt(market, recourse, 50_00)) == (
        "payment_is_recorded"
    )
    market.do("bank", replace(credit, amount=cny(50_50), reference="line 8"))
    assert state(market, recourse)[0] is RecourseState.MET
    assert market.findings() == []


def test_title_waits_for_a_freeze_and_the_money_counts() -> None:
    """What a court has frozen stays where it is; once it is free either side ends the recourse."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 100_50)
    frozen = Burden(id="frz_1", kind=BurdenKind.FREEZE, amount=cny(1))
    market.book.apply(burden(market.holding_of(financing), frozen))
    market.do("financier", receipt(market, recourse, 100_50))
    assert state(market, recourse) == (RecourseState.OPEN, 0, 0)
    assert market.name_of(market.holding_of(financing).holder) == "financier"
    end = c.EndRecourse(recourse=recourse.id)
    assert refusal(market.do, "supplier", end) == "holding_is_frozen"
    market.book.apply([HoldingUnburdened(holding=financing.holding, burden="frz_1")])
    market.do("supplier", end)
    assert market.name_of(market.holding_of(financing).holder) == "supplier"
    assert market.findings() == []


def test_a_payment_before_the_repurchase_is_not_taken_back_after_it() -> None:
    """The two sides settle it between them: nobody else's claim comes back to life."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 0)
    market.do("financier", market.payment(market.holding_of(financing), 40_00))
    at(market, 10)
    recourse = claim(market, market.holding_of(financing), 60_30)
    market.do("financier", receipt(market, recourse, 60_30))
    (payment,) = market.book.find(Payment, holding=financing.holding)
    assert refusal(market.do, "financier", market.taken_back(payment.id)) == "payment_does_not_fit"


def test_a_holder_turns_to_its_assignor_for_its_part_of_the_consideration() -> None:
    """100.00 for 90.00, split 60.00 and 40.00: for the 40.00 ten days late 36.00 and 0.20, paid at
    once or not at all.
    """
    market = market_of_sellers()
    whole = passed(market, "supplier", market.held(), "second", 90_00)
    at(market, 10)
    _, part = market.split("second", whole, 60_00, 40_00)
    recourse = claim(market, part, 36_20)
    assert (recourse.liable, recourse.under) == (party("supplier"), title_of(market.book, part).id)
    assert refusal(market.do, "second", receipt(market, recourse, 36_19)) == (
        "recourse_amount_differs"
    )
    market.do("second", receipt(market, recourse, 36_20))
    now = market.holding(part.id)
    assert (market.name_of(now.holder), now.state) == ("supplier", HoldingState.HELD)
    assert now.outstanding == cny(40_00)
    assert market.findings() == []


def test_a_credit_note_makes_no_part_smaller_before_or_after_a_split() -> None:
    """100.00 for 90.00, split 60.00 and 40.00, and 10.00 of the 40.00 given up: for what is owed of
    that part still 36.00 are claimed, with 0.15 on 30.00. Half of that is paid: 18.00 are left, of
    which 14.00 of the other 15.00 bear 16.80, also when 13.00 of them are given up.
    """
    market = market_of_sellers()
    whole = passed(market, "supplier", market.held(), "second", 90_00)
    at(market, 10)
    _, part = market.split("second", whole, 60_00, 40_00)
    market.book.apply(reduce(market.book, [(market.holding(part.id), cny(10_00))], "chg_1"))
    recourse = claim(market, market.holding(part.id), 36_15)
    market.do("second", c.EndRecourse(recourse=recourse.id))
    market.do("second", market.payment(market.holding(part.id), 15_15))
    at(market, 11)
    small, _ = market.split("second", market.holding(part.id), 14_00, 1_00)
    market.book.apply(reduce(market.book, [(market.holding(small.id), cny(13_00))], "chg_2"))
    claim(market, market.holding(small.id), 16_80)


def test_without_a_consideration_what_is_owed_is_claimed() -> None:
    """And what was paid since makes it less: 30.00 of 100.00 leave 70.00, with 0.35 interest."""
    market = market_of_sellers()
    holding = passed(market, "supplier", market.held(), "second", None)
    at(market, 0)
    market.do("second", market.payment(holding, 30_00))
    at(market, 10)
    claim(market, market.holding(holding.id), 70_35)


def test_a_transfer_that_was_undone_gives_no_recourse_again() -> None:
    """It went there and back; each is undone once, then nobody answers to the first any more."""
    market = market_of_sellers()
    there = passed(market, "supplier", market.held(), "second", None)
    holding = passed(market, "second", there, "supplier", None)
    at(market, 10)
    for holder in ("supplier", "second"):
        recourse = claim(market, market.holding(holding.id), 100_50)
        assert recourse.claimant == party(holder)
        market.do(holder, receipt(market, recourse, 100_50))
    again = notice(market, market.holding(holding.id), 100_50)
    assert refusal(market.do, "supplier", again) == "recourse_is_excluded"
    assert market.findings() == []


def test_a_holding_that_went_on_ends_the_recourse() -> None:
    """Who claimed it does not hold it any more, and is paid nothing for it."""
    market = market_of_sellers()
    holding = passed(market, "supplier", market.held(), "second", None)
    at(market, 10)
    recourse = claim(market, holding, 100_50)
    market.accept("financier", market.propose("second", holding, "financier"))
    late = receipt(market, recourse, 100_50)
    assert refusal(market.do, "second", late) == "recourse_is_closed"
