"""Recourse after recourse by hand: payments that bounce, and titles that come back, count once."""

from __future__ import annotations

from ledger.recourse import commands as c
from ledger.recourse.records import RecourseClaim, RecourseState
from ledger.recourse.recovered import room_on
from ledger.settlement.records import Payment
from tests.ledger.recourse.staging import (
    at,
    back,
    claim,
    market_of_sellers,
    notice,
    passed,
    receipt,
    recover,
    sold,
    state,
)
from tests.support.world import cny, refusal


def test_what_an_earlier_recourse_brought_is_not_claimed_again() -> None:
    """The seller paid 20.00 of 100.50 and the obligor all of it; when that bounced 80.50 are left,
    and title goes back for them. Then others may meet all that the seller is owed.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    first = claim(market, market.holding_of(financing), 100_50)
    market.do("financier", receipt(market, first, 20_00))
    market.do("bank", market.credit(market.holding_of(financing), 100_50))
    market.do("supplier", c.EndRecourse(recourse=first.id))
    (payment,) = market.book.find(Payment, holding=financing.holding)
    market.do("bank", market.taken_back(payment.id))
    holding = market.holding_of(financing)
    again = notice(market, holding, 100_50)
    assert refusal(market.do, "financier", again) == "recourse_amount_differs"
    second = claim(market, holding, 80_50)
    assert room_on(market.book, holding, market.today) == cny(80_50)
    market.do("financier", receipt(market, second, 80_50))
    holding = market.holding_of(financing)
    assert (market.name_of(holding.holder), holding.outstanding) == ("supplier", cny(100_00))
    assert [state(market, item) for item in (first, second)] == [(RecourseState.MET, 0, 0)] * 2
    assert room_on(market.book, holding, market.today) == cny(100_50)
    assert market.findings() == []


def test_what_went_back_of_an_earlier_recourse_is_due_by_the_later() -> None:
    """The first brought 20.00, which went back when the obligor paid after all: once that bounced
    again, all 100.50 are due by the second.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    first = claim(market, market.holding_of(financing), 100_50)
    market.do("financier", receipt(market, first, 20_00))

    def paid(line: str) -> str:
        credit = market.credit(market.holding_of(financing), 100_50, reference=line)
        return str(market.do("bank", credit)[0].payment)

    bounced = paid("line 2")
    market.do("supplier", c.EndRecourse(recourse=first.id))
    market.do("bank", market.taken_back(bounced))
    second = claim(market, market.holding_of(financing), 80_50)
    market.do("financier", receipt(market, second, 30_00))
    bounced = paid("line 3")
    first, second = (market.get(RecourseClaim, item.id) for item in (first, second))
    assert [state(market, item)[2] for item in (first, second)] == [20_00, 30_00]
    market.do("supplier", back(market, second, 30_00))
    market.do("supplier", back(market, first, 20_00))
    market.do("bank", market.taken_back(bounced))
    assert state(market, second) == (RecourseState.OPEN, 100_50, 0)
    assert market.findings() == []


def test_what_comes_by_a_later_title_is_no_part_of_a_recourse_that_was_met() -> None:
    """The assignor paid 100.50, had the debt again and passed it on to the same hands once more:
    what the obligor and a guarantor pay these now came to nobody twice.
    """
    market = market_of_sellers()
    holding = passed(market, "supplier", market.held(), "second", None)
    at(market, 10)
    recourse = claim(market, holding, 100_50)
    market.do("second", receipt(market, recourse, 100_50))
    market.at_ms += 1
    market.accept("second", market.propose("supplier", market.holding(holding.id), "second"))
    market.at_ms += 1
    recover(market, market.holding(holding.id), 40_50)
    market.do("second", market.payment(market.holding(holding.id), 60_00))
    assert state(market, recourse) == (RecourseState.MET, 0, 0)
    assert refusal(market.do, "supplier", back(market, recourse, 1)) == "surplus_exceeded"
