"""Recourse on what is split, on its way to be paid, or paid: nothing is claimed or paid twice."""

from __future__ import annotations

from ledger.receivables.acts import burden
from ledger.receivables.commands import Recourse
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding, HoldingState
from ledger.recourse import commands as c
from ledger.recourse.records import RecourseClaim, RecourseState
from tests.ledger.recourse.staging import (
    at,
    breach,
    claim,
    market_of_sellers,
    notice,
    receipt,
    sold,
)
from tests.support.market import Market
from tests.support.world import cny, refusal


def passed(market: Market) -> Holding:
    """100.00 of the supplier's that the second has by a transfer with recourse."""
    offered = market.propose("supplier", market.held(), "second", recourse=Recourse.ASSIGNOR)
    return market.accept("second", offered)


def test_a_notice_on_what_was_split_since_is_paid_no_more() -> None:
    """Each part has a notice of its own: 60.30 and 40.20 are 100.50, and not a cent more comes."""
    market = market_of_sellers()
    holding = passed(market)
    at(market, 10)
    whole = claim(market, holding, 100_50)
    parts = market.split("second", holding, 60_00, 40_00)
    for late in (receipt(market, whole, 100_50), c.EndRecourse(recourse=whole.id)):
        assert refusal(market.do, "second", late) == "recourse_is_closed"
    again = notice(market, market.holding(holding.id), 100_50)
    assert refusal(market.do, "second", again) == "recourse_is_open"
    for part, minor in zip(parts, (60_30, 40_20), strict=True):
        recourse = claim(market, part, minor)
        market.do("second", receipt(market, recourse, minor))
        assert market.name_of(market.holding(part.id).holder) == "supplier"
    assert market.findings() == []


def test_money_for_a_transfer_is_not_taken_while_title_cannot_go_back() -> None:
    """Its holder could pass on what is free of it, and whoever paid would have nothing."""
    market = market_of_sellers()
    holding = passed(market)
    at(market, 10)
    recourse = claim(market, holding, 100_50)
    frozen = Burden(id="frz_1", kind=BurdenKind.FREEZE, amount=cny(1))
    market.book.apply(burden(holding, frozen))
    paid = receipt(market, recourse, 100_50)
    assert refusal(market.do, "second", paid) == "holding_is_frozen"
    assert market.get(RecourseClaim, recourse.id).paid == cny(0)


def test_while_the_redemption_is_under_way_title_waits() -> None:
    """Notice is given and money of a financing taken on the day; title goes back the day after.
    A transfer is undone the day after, too, money and title at once.
    """
    market = market_of_sellers()
    financing, other = sold(market), passed(market)
    at(market, 0)
    bought = market.do("financier", breach(market, market.holding_of(financing), 100_00))
    recourse = market.get(RecourseClaim, bought[0].recourse)
    market.do("financier", receipt(market, recourse, 100_00))
    assert market.holding_of(financing).state is HoldingState.FINANCED
    end = c.EndRecourse(recourse=recourse.id)
    assert refusal(market.do, "supplier", end) == "redemption_is_under_way"
    (given,) = market.do("second", breach(market, other, 100_00))
    by_transfer = market.get(RecourseClaim, given.recourse)
    paid = receipt(market, by_transfer, 100_00)
    assert refusal(market.do, "second", paid) == "redemption_is_under_way"
    at(market, 1)
    market.do("supplier", end)
    market.do("second", receipt(market, by_transfer, 100_00))
    for holding in (market.holding_of(financing), market.holding(other.id)):
        assert market.name_of(holding.holder) == "supplier"
    assert market.findings() == []


def test_after_payment_in_full_nothing_is_claimed() -> None:
    """Not for being late, and for a bad title nothing counts; an earlier notice is taken back."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    before = claim(market, market.holding_of(financing), 100_50)
    market.do("financier", market.payment(market.holding_of(financing), 100_50))
    holding = market.holding_of(financing)
    assert holding.state is HoldingState.REDEEMED
    assert refusal(market.do, "financier", receipt(market, before, 1)) == "recourse_exceeded"
    market.do("financier", c.EndRecourse(recourse=before.id))
    assert market.get(RecourseClaim, before.id).state is RecourseState.WITHDRAWN
    assert refusal(market.do, "financier", notice(market, holding, 1)) == "recourse_ground_missing"
    assert refusal(market.do, "financier", breach(market, holding, 1)) == "recourse_amount_differs"
    assert market.findings() == []
