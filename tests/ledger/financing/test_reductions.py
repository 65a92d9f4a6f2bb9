"""What a reduction of the debt means for the financing that has the holding."""

from __future__ import annotations

from ledger.financing.acts import meet_reduction
from ledger.financing.events import FinancingLapsed, FinancingReduced, FinancingRepaid
from ledger.financing.records import Exposure, Financing, FinancingState
from ledger.financing.terms import quote
from ledger.receivables.debts import reduce
from ledger.receivables.events import HoldingUnlocked
from ledger.receivables.records import HoldingState
from tests.support.market import VALUE_DATE, Market
from tests.support.world import cny, refusal

CAUSE = "chg_cause"


def cut(market: Market, financing: Financing, amount: int) -> None:
    """The debt on the holding of a financing falls."""
    holding = market.holding_of(financing)
    met = meet_reduction(market.book, holding, cny(amount), CAUSE)
    market.book.apply([*met, *reduce(market.book, [(holding, cny(amount))], CAUSE)])


def test_a_contract_that_nobody_instructed_ends() -> None:
    """What was sold is not there any more; nothing of it counts against limits."""
    market = Market()
    financing = market.accepted(100_00)
    met = meet_reduction(market.book, market.holding_of(financing), cny(1), CAUSE)
    assert [type(event) for event in met] == [FinancingLapsed, HoldingUnlocked]
    cut(market, financing, 30_00)
    assert market.holding_of(financing).state is HoldingState.HELD
    assert {item.amount for item in market.book.all(Exposure)} == {cny(0)}
    assert market.findings() == []


def test_nothing_is_reduced_while_an_advance_is_under_way() -> None:
    """Nobody can know yet whose money it is."""
    market = Market()
    holding = market.holding_of(market.instructed())
    assert refusal(meet_reduction, market.book, holding, cny(1), CAUSE) == "disbursement_in_flight"


def test_what_is_given_up_counts_no_more() -> None:
    """Part by part the exposure falls; with the last unit the financing is over."""
    market = Market()
    financing = market.active(100_00)
    cut(market, financing, 30_00)
    after = market.get(Financing, financing.id)
    assert (after.exposure, after.reduced, after.collected) == (cny(70_00), cny(30_00), cny(0))
    assert {item.amount for item in market.book.all(Exposure)} == {cny(70_00)}
    market.do("financier", market.payment(market.holding_of(financing), 45_00))
    holding = market.holding_of(financing)
    met = meet_reduction(market.book, holding, cny(25_00), CAUSE)
    assert [type(event) for event in met] == [FinancingReduced, FinancingRepaid]
    cut(market, financing, 25_00)
    assert market.get(Financing, financing.id).state is FinancingState.REPAID
    assert market.findings() == []


def test_what_is_left_of_a_reduced_holding_is_sold() -> None:
    """The face of a financing is what the obligor still owes, not what it once owed."""
    market = Market()
    holding = market.held(100_00)
    market.book.apply(reduce(market.book, [(holding, cny(40_00))], CAUSE))
    terms = quote(
        market.book, market.holding(holding.id), market.make_offer(), VALUE_DATE, market.at_ms
    )
    assert (terms.face, terms.price + terms.discount) == (cny(60_00), cny(60_00))
    financing = market.accept_offer(market.holding(holding.id), market.make_offer())
    assert financing.exposure == cny(60_00)
    assert market.findings() == []
