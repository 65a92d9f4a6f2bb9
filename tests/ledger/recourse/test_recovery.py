"""Recoveries by hand: a guarantor or insurer pays, the obligor owes as before, nobody twice."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding, HoldingState
from ledger.recourse import amounts, recovered
from ledger.recourse import commands as c
from ledger.recourse.records import DebtRecovery, RecourseClaim, RecourseState
from tests.ledger.recourse.staging import (
    at,
    back,
    claim,
    have_back,
    market_of_sellers,
    receipt,
    recover,
    recovery,
    sold,
)
from tests.support.market import Market, account
from tests.support.world import cny, party, refusal


def excess(market: Market, item: DebtRecovery) -> int:
    """What of it is too much today, in minor units."""
    now = market.get(DebtRecovery, item.id)
    return recovered.excess_of(market.book, now, market.today).minor


def room(market: Market, holding: Holding) -> int:
    """How much may come from others today, in minor units."""
    return recovered.room_on(market.book, market.holding(holding.id), market.today).minor


def test_a_guarantor_has_back_what_the_obligor_pays_late_with_interest() -> None:
    """40.00 of 100.50 from the guarantor. The obligor owes 101.00 ten days later and pays 61.00
    (1.00 of it interest): 40.00 are owed, nothing is too much. It pays 15.00: so much goes back.
    Ten days later 25.00 with 0.13 interest: the other 25.00. The holder keeps 101.13 in all.
    """
    market = market_of_sellers()
    holding = market.held()
    at(market, 10)
    assert refusal(recover, market, holding, 100_51) == "recovery_exceeded"
    item = recover(market, holding, 40_00)
    assert market.holding(holding.id) == holding
    assert room(market, holding) == 60_50
    assert refusal(recover, market, holding, 60_51) == "recovery_exceeded"
    at(market, 20)
    market.do("supplier", market.payment(holding, 61_00))
    assert excess(market, item) == 0
    market.do("supplier", market.payment(market.holding(holding.id), 15_00))
    assert excess(market, item) == 15_00
    assert refusal(market.do, "supplier", have_back(market, item, 1)) == (
        "act_belongs_to_another_party"
    )
    market.do("rival", have_back(market, item, 15_00))
    assert refusal(market.do, "rival", have_back(market, item, 1)) == "surplus_exceeded"
    at(market, 30)
    assert excess(market, item) == 0
    market.do("supplier", market.payment(market.holding(holding.id), 25_13))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert refusal(market.do, "rival", have_back(market, item, 25_01)) == "surplus_exceeded"
    market.do("rival", have_back(market, item, 25_00))
    assert (excess(market, item), market.get(DebtRecovery, item.id).kept) == (0, cny(0))
    assert market.findings() == []


def test_with_recourse_and_an_insurer_who_paid_last_is_first_to_have_back() -> None:
    """Of 100.50 the seller pays 50.00, the insurer 30.00: 20.50 are due. The obligor pays 60.00:
    39.50 came twice, 30.00 of it is the insurer's, 9.50 the seller's, who has 40.50 of debt then.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    holding = market.holding_of(financing)
    recourse = claim(market, holding, 100_50)
    market.do("financier", receipt(market, recourse, 50_00))
    assert refusal(recover, market, holding, 50_51) == "recovery_exceeded"
    market.at_ms += 1
    item = recover(market, holding, 30_00)
    assert refusal(market.do, "financier", receipt(market, recourse, 20_51)) == "recourse_exceeded"
    market.do("bank", market.credit(holding, 60_00))
    assert (excess(market, item), by_recourse(market, recourse)) == (30_00, (0, 9_50))
    assert refusal(market.do, "supplier", back(market, recourse, 9_51)) == "surplus_exceeded"
    market.do("rival", have_back(market, item, 30_00))
    market.do("supplier", back(market, recourse, 9_50))
    assert (excess(market, item), by_recourse(market, recourse)) == (0, (0, 0))
    market.do("supplier", c.EndRecourse(recourse=recourse.id))
    now = market.holding_of(financing)
    assert (market.name_of(now.holder), now.outstanding) == ("supplier", cny(40_50))
    assert market.findings() == []


def by_recourse(market: Market, recourse: RecourseClaim) -> tuple[int, int]:
    """What is due by it and what is too much, in minor units."""
    now = market.get(RecourseClaim, recourse.id)
    return amounts.due_of(market.book, now).minor, amounts.excess_of(market.book, now).minor


def test_what_was_recovered_before_the_notice_is_not_claimed() -> None:
    """30.00 from the insurer leave 70.50 to claim. The seller pays 50.00, the obligor 60.00: the
    39.50 that came twice are the seller's, who paid last.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    holding = market.holding_of(financing)
    item = recover(market, holding, 30_00)
    assert refusal(claim, market, holding, 100_50) == "recourse_amount_differs"
    recourse = claim(market, holding, 70_50)
    market.at_ms += 1
    market.do("financier", receipt(market, recourse, 50_00))
    market.do("bank", market.credit(holding, 60_00))
    assert (excess(market, item), by_recourse(market, recourse)) == (0, (0, 39_50))
    market.do("supplier", back(market, recourse, 39_50))
    assert (excess(market, item), by_recourse(market, recourse)) == (0, (0, 0))
    assert market.findings() == []


def test_after_a_repurchase_the_insurer_has_back_when_the_seller_is_paid() -> None:
    """30.00 and 70.50 meet the claim. The seller has 100.00 of debt again; ten days later the
    obligor pays it 101.00, and 30.00 of that are the insurer's.
    """
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    item = recover(market, market.holding_of(financing), 30_00)
    recourse = claim(market, market.holding_of(financing), 70_50)
    market.do("financier", receipt(market, recourse, 70_50))
    holding = market.holding_of(financing)
    assert market.name_of(holding.holder) == "supplier"
    assert (excess(market, item), room(market, holding)) == (0, 70_50)
    at(market, 20)
    market.do("supplier", market.payment(holding, 101_00))
    assert excess(market, item) == 30_00
    market.do("rival", have_back(market, item, 30_00))
    assert by_recourse(market, recourse)[1] == 0
    assert market.findings() == []


def test_what_a_seller_recovered_makes_no_buyer_s_recourse_smaller() -> None:
    """40.00 came to the supplier before it passed the holding on: the second claims all 100.50."""
    market = market_of_sellers()
    holding = market.held()
    at(market, 10)
    recover(market, holding, 40_00)
    offered = market.propose("supplier", holding, "second", recourse=Recourse.ASSIGNOR)
    passed = market.accept("second", offered)
    recourse = claim(market, passed, 100_50)
    assert (recourse.received, room(market, passed)) == (cny(0), 60_50)


def test_a_recovery_counts_whole_against_each_part_of_a_split() -> None:
    """40.00 of 100.50, split 60.00 and 40.00: 20.30 and 0.20 more may come. It is too much only
    by what is kept beyond both parts: nothing once the small one is paid, 10.00 with 30.00 left.
    """
    market = market_of_sellers()
    holding = market.held()
    at(market, 10)
    item = recover(market, holding, 40_00)
    big, small = market.split("supplier", holding, 60_00, 40_00)
    assert (room(market, big), room(market, small)) == (20_30, 20)
    assert refusal(recover, market, market.holding(holding.id), 1) == "recovery_exceeded"
    market.do("supplier", market.payment(small, 40_20))
    assert excess(market, item) == 0
    market.do("supplier", market.payment(big, 30_30))
    assert excess(market, item) == 10_00
    own = replace(recovery(market, market.holding(big.id), 1), value_date=market.today)
    assert refusal(market.do, "supplier", own) == "recovery_exceeded"
    assert market.findings() == []


def test_who_owes_holds_or_is_claimed_from_is_no_such_payer() -> None:
    """Each has an act of its own; a stranger is unknown, and the operator touches no money."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    holding = market.holding_of(financing)
    said = recovery(market, holding, 1)
    assert refusal(market.do, "supplier", said) == "act_belongs_to_another_party"
    for name in ("core", "financier"):
        wrong = replace(said, payer=party(name))
        assert refusal(market.do, "financier", wrong) == "recovery_payer_does_not_fit"
    seller = replace(said, payer=party("supplier"))
    market.do("financier", seller)
    claim(market, holding, 100_49)
    assert refusal(market.do, "financier", seller) == "recovery_payer_does_not_fit"
    assert refusal(market.do, "financier", replace(said, payer=party("nobody"))) == "party_unknown"
    assert refusal(market.do, "financier", replace(said, payer=party("operator"))) == (
        "operator_in_principal_leg"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": replace(cny(1), currency="USD")}, "currency_mismatch"),
        ({"value_date": "tomorrow"}, "payment_date_out_of_range"),
    ],
)
def test_money_is_in_the_currency_of_the_debt_and_of_the_past(
    changes: dict[str, Any], code: str
) -> None:
    """As with every payment; the same of what goes back."""
    market = market_of_sellers()
    holding = market.held()
    at(market, 11)
    tomorrow = market.today
    at(market, 10)
    changes = {name: tomorrow if item == "tomorrow" else item for name, item in changes.items()}
    said = recovery(market, holding, 1)
    assert refusal(market.do, "supplier", replace(said, **changes)) == code
    item = recover(market, holding, 1)
    wrong = replace(have_back(market, item, 1), **changes)
    assert refusal(market.do, "rival", wrong) == code


def test_a_bank_other_than_the_payer_proves_it_once() -> None:
    """To the holder's account, on a statement line of its own, and not again by a receipt."""
    market = market_of_sellers()
    holding = market.held()
    at(market, 10)
    credit = c.AttestRecovery(
        holding=holding.id,
        source=c.RecoverySource.INSURER,
        payer=party("rival"),
        account=account("supplier"),
        amount=cny(50_00),
        value_date=market.today,
        reference="line 7",
    )
    assert refusal(market.do, "second", credit) == "role_missing"
    assert refusal(market.do, "house", replace(credit, payer=party("house"))) == (
        "attester_is_payer"
    )
    elsewhere = replace(credit, account=account("second"))
    assert refusal(market.do, "bank", elsewhere) == "account_not_of_holder"
    market.do("bank", credit)
    again = replace(credit, amount=cny(1))
    assert refusal(market.do, "bank", again) == "statement_line_is_used"
    assert refusal(recover, market, holding, 50_00) == "payment_is_recorded"
    market.do("bank", replace(credit, amount=cny(50_50), reference="line 8"))
    assert room(market, holding) == 0
    assert market.findings() == []


def test_a_claim_that_others_met_is_taken_back_or_gives_title_for_the_rest() -> None:
    """20.00 by the seller and 80.50 by the insurer meet 100.50; with nothing of the seller's the
    notice is only taken back.
    """
    for minor, state in ((20_00, RecourseState.MET), (0, RecourseState.WITHDRAWN)):
        market = market_of_sellers()
        financing = sold(market)
        at(market, 10)
        recourse = claim(market, market.holding_of(financing), 100_50)
        if minor:
            market.do("financier", receipt(market, recourse, minor))
        recover(market, market.holding_of(financing), 100_50 - minor)
        market.do("supplier", c.EndRecourse(recourse=recourse.id))
        assert market.get(RecourseClaim, recourse.id).state is state
        assert market.findings() == []
