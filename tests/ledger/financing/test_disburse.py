"""The advance: instructed, then proven, failed or released; title moves with proof alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing import commands as f
from ledger.financing.events import Evidence
from ledger.financing.records import Exposure, Financing, FinancingState
from ledger.parties.commands import Role
from ledger.parties.events import RolesAssigned
from ledger.receivables.records import HoldingState
from tests.support.market import Market, account, instruct, usd
from tests.support.world import DAY, cny, party, refusal


def now(market: Market, financing: Financing) -> Financing:
    """The financing as it is now."""
    return market.get(Financing, financing.id)


def test_title_moves_with_the_sellers_receipt() -> None:
    """The financier holds it, financed, and the contract knows both its times."""
    market = Market()
    financing = market.instructed()
    before = market.holding_of(financing)
    assert (before.holder, before.lock_lapses_ms) == (party("supplier"), None)
    market.at_ms += DAY
    done = market.confirm(financing)
    holding = market.holding_of(done)
    assert (holding.state, holding.holder) == (HoldingState.FINANCED, party("financier"))
    assert holding.chain == (party("supplier"), party("financier"))
    assert (done.state, done.evidence) == (FinancingState.ACTIVE, Evidence.RECEIPT)
    assert (done.attested_by, done.paid_on) == (party("supplier"), date(2026, 1, 6))
    assert (done.accepted_ms, done.active_ms) == (market.at_ms - DAY, market.at_ms)
    assert market.findings() == []


def test_title_moves_with_a_banks_statement() -> None:
    """The same by the word of a bank that is not the payer."""
    market = Market()
    financing = market.instructed()
    market.do("bank", market.statement(financing))
    done = now(market, financing)
    assert (done.state, done.evidence) == (FinancingState.ACTIVE, Evidence.STATEMENT)
    assert (done.attested_by, done.reference) == (party("bank"), "pain.001 7")
    assert market.holding_of(done).holder == party("financier")
    assert market.findings() == []


def test_instructing_ends_the_lapse() -> None:
    """A month later the lock still stands, and the payment can still be proven."""
    market = Market()
    financing = market.instructed()
    market.at_ms += 30 * DAY
    assert market.tick() == 0
    assert market.holding_of(financing).state is HoldingState.LOCKED
    assert market.confirm(financing).state is FinancingState.ACTIVE


def test_who_may_instruct_and_when() -> None:
    """The financier, for the agreed day, while that day has not passed and the lock lives."""
    market = Market()
    financing = market.accepted()
    good = instruct(financing)
    assert refusal(market.do, "rival", good) == "act_belongs_to_another_party"
    other_day = replace(good, value_date=date(2026, 1, 7))
    assert refusal(market.do, "financier", other_day) == "value_date_differs"
    market.at_ms += 2 * DAY
    assert refusal(market.do, "financier", good) == "value_date_out_of_range"
    market.at_ms += DAY
    assert refusal(market.do, "financier", good) == "financing_has_lapsed"


def test_a_financier_without_role_instructs_nothing_but_may_let_go() -> None:
    """Losing the role stops new money; the way out stays open."""
    market = Market()
    financing = market.accepted()
    market.book.apply([RolesAssigned(party=party("financier"), roles=(Role.SUPPLIER,))])
    assert refusal(market.do, "financier", instruct(financing)) == "role_missing"
    market.do("financier", f.ReleaseLock(financing=financing.id))
    assert now(market, financing).state is FinancingState.RELEASED


def test_each_state_refuses_what_does_not_fit_by_its_own_name() -> None:
    """Twice instructed, proven too early, proven twice, proven after the end."""
    market = Market()
    accepted, instructed = market.accepted(), market.instructed()
    active, released = market.active(), market.instructed()
    market.do("financier", f.ReleaseLock(financing=released.id))
    codes = {
        accepted: "disbursement_not_instructed",
        active: "disbursement_is_proven",
        released: "financing_is_closed",
    }
    for financing, code in codes.items():
        assert refusal(market.do, "supplier", market.receipt(financing)) == code
        assert refusal(market.do, "bank", market.statement(financing)) == code
        failed = f.AttestFailure(financing=financing.id, reference="no")
        assert refusal(market.do, "bank", failed) == code
    codes = {
        instructed: "disbursement_is_instructed",
        active: "disbursement_is_proven",
        released: "financing_is_closed",
    }
    for financing, code in codes.items():
        assert refusal(market.do, "financier", instruct(financing)) == code
    for financing in (active, released):
        release = f.ReleaseLock(financing=financing.id)
        assert refusal(market.do, "financier", release) == codes[financing]


def test_the_receipt_is_the_sellers_over_exactly_the_price() -> None:
    """Not the financier's own word, not the bank's; not a fen more or less, nor another day."""
    market = Market()
    financing = market.instructed(1_000_00)
    good = market.receipt(financing)
    for name in ("financier", "bank", "second", "operator"):
        assert refusal(market.do, name, good) == "act_belongs_to_another_party"
    price = financing.price
    for amount in (price + cny(1), price - cny(1), financing.face, usd(price.minor)):
        wrong = replace(good, amount=amount)
        assert refusal(market.do, "supplier", wrong) == "amount_differs_from_price"
    for days in (-1, 1):
        wrong = replace(good, paid_on=market.today + timedelta(days=days))
        assert refusal(market.do, "supplier", wrong) == "payment_date_out_of_range"


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("operator", {}, "operator_in_principal_leg"),
        ("supplier", {}, "role_missing"),
        ("bank", {"amount": cny(1)}, "amount_differs_from_price"),
        ("bank", {"paid_on": date(2026, 1, 4)}, "payment_date_out_of_range"),
        ("bank", {"account": account("second")}, "account_is_not_agreed"),
        ("bank", {"account": account("supplier", "USD")}, "account_is_not_agreed"),
        ("bank", {"financing": "fin_x"}, "record_not_found"),
    ],
)
def test_a_statement_is_a_banks_over_price_and_account(
    who: str, changes: dict[str, Any], code: str
) -> None:
    """Each fault has its name; nothing moves."""
    market = Market()
    financing = market.instructed()
    assert refusal(market.do, who, market.statement(financing, **changes)) == code
    assert market.holding_of(financing).holder == party("supplier")


def test_a_bank_does_not_attest_its_own_payment() -> None:
    """A financier that is a bank needs the seller's word, or another bank's."""
    market = Market()
    financing = market.accept_offer(market.held(), market.make_offer("house"))
    market.instruct(financing)
    statement = market.statement(financing)
    assert refusal(market.do, "house", statement) == "attester_is_payer"
    market.do("clearer", statement)
    assert now(market, financing).state is FinancingState.ACTIVE


def test_a_statement_line_is_evidence_once() -> None:
    """The same bank's line cannot move a second title; another bank's line of that name can."""
    market = Market()
    first, second = market.instructed(), market.instructed()
    market.do("bank", market.statement(first))
    again = market.statement(second)
    assert refusal(market.do, "bank", again) == "statement_line_is_used"
    market.do("clearer", again)
    assert now(market, second).state is FinancingState.ACTIVE


def test_failure_and_release_free_the_holding_and_the_limits() -> None:
    """The seller has it back, freely, and the financier's exposure is gone."""
    market = Market()
    failed, released = market.instructed(), market.accepted()
    command = f.AttestFailure(financing=failed.id, reference="pain.002 AC04")
    assert refusal(market.do, "operator", command) == "operator_in_principal_leg"
    assert refusal(market.do, "financier", command) == "role_missing"
    market.do("bank", command)
    release = f.ReleaseLock(financing=released.id)
    assert refusal(market.do, "supplier", release) == "act_belongs_to_another_party"
    market.do("financier", release)
    assert now(market, failed).state is FinancingState.FAILED
    assert now(market, released).state is FinancingState.RELEASED
    for financing in (failed, released):
        holding = market.holding_of(financing)
        assert (holding.state, holding.pending) == (HoldingState.HELD, None)
        assert market.get(Exposure, financing.programme).amount == cny(0)
    assert market.findings() == []


def test_a_freed_holding_is_sold_anew() -> None:
    """After a failure the same holding goes to another financier."""
    market = Market()
    failed = market.instructed()
    market.do("bank", f.AttestFailure(financing=failed.id, reference="no"))
    again = market.accept_offer(market.holding_of(failed), market.make_offer("rival"))
    assert market.confirm(market.instruct(again)).financier == party("rival")
    assert market.findings() == []
