"""Faults of real systems that must not happen here (each is described where it was found)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.financing.commands import CloseProgramme, WithdrawOffer
from ledger.financing.records import Exposure, Financing, FinancingState, Programme
from ledger.parties.commands import Role
from ledger.receivables.clocks import is_overdue
from ledger.receivables.records import Holding, HoldingState, ReceivableState
from tests.support.market import Market, account
from tests.support.world import DAY, cny, party, refusal


def test_regression_b_late_payment_does_not_revert() -> None:
    """A contract that reverts on payment after the due date keeps the debt open for ever."""
    for late in (1, 500):
        market = Market()
        financing = market.active()
        market.at_ms += (115 + late) * DAY
        market.do("financier", market.payment(market.holding_of(financing), 100_00))
        assert market.get(Financing, financing.id).state is FinancingState.REPAID


@pytest.mark.parametrize("state", ["held", "pending", "locked", "lapsed", "financed"])
def test_regression_d_overdue_is_no_dead_end(state: str) -> None:
    """Whatever a holding was in when it fell overdue, its holder can be paid."""
    market = Market()
    holding = market.held()
    late = 120 * DAY
    if state == "pending":
        market.propose("supplier", holding, "second")
    elif state == "financed":
        holding = market.holding_of(market.active())
    elif state == "locked":
        financing = market.accept_offer(holding, market.make_offer())
        late = 3 * DAY - 1
        assert market.holding_of(financing).state is HoldingState.LOCKED
    elif state == "lapsed":
        market.accept_offer(holding, market.make_offer())
    market.at_ms += late
    receivable = market.receivable(holding.receivable)
    assert is_overdue(receivable, market.book, market.at_ms) == (state != "locked")
    present = market.holding(holding.id)
    if state == "locked":
        market.do("bank", market.credit(present, 100_00))
    else:
        market.do(market.name_of(present.holder), market.payment(present, 100_00))
    assert market.receivable(holding.receivable).state is ReceivableState.SETTLED
    assert market.findings() == []


def test_regression_e_what_is_financed_is_on_the_record() -> None:
    """Flag and amount are in the state that rules read, not in a log that they do not."""
    market = Market()
    financing = market.active()
    holding = market.holding_of(financing)
    assert (holding.state, holding.pending) == (HoldingState.FINANCED, financing.id)
    assert (financing.face, financing.price) == (cny(100_00), cny(98_86))
    offer = market.make_offer("rival")
    command = replace(market.acceptance(holding, offer), account=account("financier"))
    code = refusal(market.do, "financier", command, holding.id, offer.id)
    assert code == "holding_is_financed"
    code = refusal(market.do, "supplier", command, holding.id, offer.id)
    assert code == "act_belongs_to_another_party"


def test_regression_f_repayment_raises_no_balance() -> None:
    """After repayment nothing is owed and nothing counts, and no second payment is taken."""
    market = Market()
    financing = market.active()
    holding = market.holding_of(financing)
    market.do("bank", market.credit(holding, 100_00))
    assert market.holding(holding.id).outstanding == cny(0)
    assert market.receivable(holding.receivable).outstanding == cny(0)
    assert {item.amount for item in market.book.all(Exposure)} == {cny(0)}
    again = market.credit(market.holding(holding.id), 1, reference="line 2")
    assert refusal(market.do, "bank", again) == "holding_is_closed"
    assert refusal(market.do, "supplier", market.receipt(financing)) == "disbursement_is_proven"


def test_regression_i_nobody_declares_its_own_payment() -> None:
    """Neither obligor, financier nor operator proves what it paid; nothing exceeds the face."""
    market = Market()
    financing = market.instructed()
    receipt, statement = market.receipt(financing), market.statement(financing)
    holding = market.held()
    payment, credit = market.payment(holding, 100_00), market.credit(holding, 100_00)
    for name in ("core", "financier", "operator"):
        for command in (receipt, statement, payment, credit):
            assert refusal(market.do, name, command) in {
                "act_belongs_to_another_party",
                "role_missing",
                "operator_in_principal_leg",
            }
    beyond = replace(payment, amount=cny(100_01))
    assert refusal(market.do, "supplier", beyond) == "payment_exceeds_outstanding"


def test_regression_i_terms_do_not_change_after_signature() -> None:
    """Closing the programme and withdrawing the offer leave the contract as signed."""
    market = Market()
    financing = market.accepted()
    market.do("financier", CloseProgramme(programme=financing.programme))
    market.do("financier", WithdrawOffer(offer=financing.offer))
    done = market.confirm(market.instruct(financing))
    assert (done.price, done.rate_ppm) == (financing.price, financing.rate_ppm)
    assert market.get(Programme, financing.programme).state.value == "closed"


def test_regression_j_two_acceptances_do_not_race() -> None:
    """Both were drafted while the holding was free: the second finds it locked or financed."""
    market = Market()
    holding = market.held()
    offers = [market.make_offer(), market.make_offer("rival")]
    drafts = [market.acceptance(holding, offer) for offer in offers]
    market.do("supplier", drafts[0], holding.id, offers[0].id)
    code = refusal(market.do, "supplier", drafts[1], holding.id, offers[1].id)
    assert code == "holding_is_locked"
    live = [item for item in market.book.all(Financing) if item.holding == holding.id]
    assert len(live) == 1


def test_regression_j_limits_count_what_is_only_accepted() -> None:
    """Two contracts that each fit the limit, and not together, cannot both be signed."""
    market = Market()
    programme = market.open_programme(limit_total=cny(150_00))
    offer = market.make_offer(programme=programme.id)
    first, second = market.held(), market.held()
    drafts = [market.acceptance(item, offer) for item in (first, second)]
    market.do("supplier", drafts[0], first.id, offer.id)
    code = refusal(market.do, "supplier", drafts[1], second.id, offer.id)
    assert code == "limit_exceeded"


def test_the_operator_has_no_role_in_which_it_could_hold_money() -> None:
    """Its one role is its own, and every holder and payee has another one."""
    market = Market()
    market.active()
    operator = market.signer("operator")
    assert operator.roles == {Role.OPERATOR.value}
    assert all(party("operator") not in item.chain for item in market.book.all(Holding))
