"""Time: what lapses, who may say so, and that saying so decides nothing."""

from __future__ import annotations

from ledger.financing import commands as f
from ledger.financing.events import FinancingLapsed
from ledger.financing.records import Exposure, Financing, FinancingState
from ledger.receivables.events import HoldingUnlocked, IssueLapsed, TransferLapsed
from ledger.receivables.records import HoldingState
from tests.support.market import Market, instruct
from tests.support.world import DAY, cny, line, propose, refusal


def advance(*lapsed: str) -> f.AdvanceClock:
    """The operator's tick."""
    return f.AdvanceClock(lapsed=lapsed)


def test_a_tick_states_what_is_over() -> None:
    """A financing, a transfer and a proposed issue, in the order in which they are named."""
    market = Market()
    financing = market.accepted()
    transfer = market.propose("supplier", market.held(), "second")
    issue = market.issue(line("ISSUE"))
    market.at_ms += 10 * DAY
    events = market.do("operator", advance(financing.id, transfer.id, issue.id))
    assert [type(event) for event in events] == [
        FinancingLapsed,
        HoldingUnlocked,
        TransferLapsed,
        IssueLapsed,
    ]
    assert market.get(Financing, financing.id).state is FinancingState.LAPSED
    assert market.holding_of(financing).state is HoldingState.HELD
    assert market.get(Exposure, financing.programme).amount == cny(0)
    assert market.findings() == []


def test_a_tick_states_nothing_else() -> None:
    """Not before the time, not twice, not by the name of a holding, and only by the operator."""
    market = Market()
    financing, instructed = market.accepted(), market.instructed()
    market.at_ms += 3 * DAY - 1
    early = advance(financing.id)
    assert refusal(market.do, "operator", early) == "nothing_to_lapse"
    market.at_ms += 1
    assert refusal(market.do, "financier", early) == "role_missing"
    for wrong in (
        advance(financing.id, financing.id),
        advance(financing.id, instructed.id),
        advance(financing.holding),
        advance("fin_x"),
    ):
        assert refusal(market.do, "operator", wrong) == "nothing_to_lapse"
    market.do("operator", early)
    assert refusal(market.do, "operator", early) == "nothing_to_lapse"


def test_a_lapsed_lock_is_no_lock_without_any_tick() -> None:
    """Split, transfer and finance find the holding free; the financing is dead to its parties."""
    for act in ("split", "transfer", "finance", "request"):
        market = Market()
        financing = market.accepted()
        holding = market.holding_of(financing)
        market.at_ms += 3 * DAY
        if act == "split":
            market.split("supplier", holding, 60_00, 40_00)
        elif act == "transfer":
            market.do("supplier", propose(holding, "second", market.at_ms + DAY))
        elif act == "finance":
            market.accept_offer(holding, market.make_offer("rival"))
        else:
            market.do("supplier", f.RequestFinancing(holding=holding.id, latest=market.today))
        for name, command in (
            ("financier", instruct(financing)),
            ("financier", f.ReleaseLock(financing=financing.id)),
            ("supplier", market.receipt(financing)),
            ("bank", market.statement(financing)),
        ):
            assert refusal(market.do, name, command) == "financing_has_lapsed"
        assert market.findings() == []
        # What a lower floor could not tell, the next tick does.
        assert market.tick() == (1 if act in ("split", "transfer") else 0)
        assert market.get(Financing, financing.id).state is FinancingState.LAPSED
        assert market.findings() == []


def test_a_late_tick_leaves_the_new_owner_of_the_lock_alone() -> None:
    """The first financing lapses in the records while the second has the holding."""
    market = Market()
    first = market.accepted()
    market.at_ms += 3 * DAY
    market.propose("supplier", market.holding_of(first), "second")
    market.at_ms += DAY
    market.tick()
    second = market.accept_offer(market.holding_of(first), market.make_offer("rival"))
    assert market.get(Financing, first.id).state is FinancingState.LAPSED
    assert market.holding_of(first).pending == second.id
    assert market.findings() == []
