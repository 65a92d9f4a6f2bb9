"""Before a holding is sold: its invoices stand, and the financier has cleared its alerts."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.alerts.commands import CloseAlert, DispositionAlert, Verdict
from ledger.alerts.state import Alert
from ledger.financing import invariants as fi
from ledger.financing.records import Financing, Offer
from ledger.policy.commands import Gates
from ledger.policy.events import PolicyAdopted
from ledger.receivables import commands as c
from ledger.receivables.commands import InvoiceStatus as Status
from ledger.receivables.lineage import lineage
from ledger.receivables.records import Holding, Receivable
from tests.support.market import Market
from tests.support.world import DAY, cny, digest, line, party, policy, refusal

HOUR = DAY // 24


def alerted(market: Market) -> Holding:
    """A holding of the supplier whose invoice looks like an earlier one."""
    market.register(line("INV45"))
    return market.acknowledge(market.register(line("INV-45")))


def alerts(market: Market) -> list[Alert]:
    """All alerts."""
    return list(market.book.all(Alert))


def review(market: Market, by: str, verdict: Verdict, person: str = "bob") -> None:
    """A person of a financier says the same of every alert."""
    market.person = person
    for item in alerts(market):
        said = DispositionAlert(alert=item.id, verdict=verdict, evidence=digest("review"))
        market.do(by, said)
    market.person = "ann"


def refused(market: Market, holding: Holding, offer: Offer) -> str:
    """The code with which the holder's acceptance is refused."""
    command = market.acceptance(holding, offer)
    return refusal(market.do, "supplier", command, holding.id, offer.id)


def test_an_alert_that_the_financier_cleared_is_in_the_acceptance() -> None:
    """What the financier knew is on record, by the event and in the financing."""
    market = Market()
    holding, offer = alerted(market), market.make_offer()
    review(market, "financier", Verdict.CLEARED)
    financing = market.accept_offer(holding, offer)
    assert financing.alerts == tuple(item.id for item in alerts(market))
    assert market.findings() == []


@pytest.mark.parametrize("told", ["nobody", "declined", "another", "the maker"])
def test_the_holder_learns_only_that_it_is_not_cleared(told: str) -> None:
    """Nobody looked, it was declined, another financier cleared it, or who made the offer did."""
    market = Market()
    holding, offer = alerted(market), market.make_offer()
    if told == "declined":
        review(market, "financier", Verdict.DECLINED)
    elif told == "another":
        review(market, "rival", Verdict.CLEARED)
    elif told == "the maker":
        review(market, "financier", Verdict.CLEARED, person="ann")
    assert refused(market, holding, offer) == "alert_is_not_cleared"


def test_the_newest_word_of_the_reviewer_counts() -> None:
    """Cleared and then declined is declined; an alert that was closed asks nobody."""
    market = Market()
    holding, offer = alerted(market), market.make_offer()
    review(market, "financier", Verdict.CLEARED)
    review(market, "financier", Verdict.DECLINED)
    assert refused(market, holding, offer) == "alert_is_not_cleared"
    (item,) = alerts(market)
    market.do("auditor", CloseAlert(alert=item.id, evidence=digest("finding")))
    assert market.accept_offer(holding, offer).alerts == ()


def test_an_alert_goes_with_the_parts_and_not_to_others() -> None:
    """Each child of a split rests on the same invoice; another debt of the parties does not."""
    market = Market()
    child, _ = market.split("supplier", alerted(market), 40_00, 60_00)
    assert refused(market, child, market.make_offer()) == "alert_is_not_cleared"
    assert market.accept_offer(market.held(555_00), market.make_offer()).alerts == ()


def test_a_circle_alerts_and_its_part_remembers() -> None:
    """A to B to A is no crime, and whoever funds it, or a part of it, has looked at it."""
    market = Market()
    holding = market.held()
    there = market.accept("second", market.propose("supplier", holding, "second"))
    assert alerts(market) == []
    back = market.accept("supplier", market.propose("second", there, "supplier"))
    (alert,) = alerts(market)
    assert (alert.kind.value, alert.subject) == ("circular_trade", holding.id)
    assert alert.reasons == ("transferee_had_it_before", "hops_are_2")
    _, child = market.split("supplier", back, 40_00, 60_00)
    assert refused(market, child, market.make_offer()) == "alert_is_not_cleared"


def test_what_a_holding_rests_on() -> None:
    """Itself, what it was split from, receivable, invoices, debtor and hands; no sibling."""
    market = Market()
    holding = market.held()
    child, sibling = market.split("supplier", holding, 40_00, 60_00)
    (receivable,) = market.book.all(Receivable)
    expected = (child.id, holding.id, receivable.id, receivable.uses[0].invoice)
    assert lineage(market.book, child) == (*expected, party("core"), party("supplier"))
    assert sibling.id not in lineage(market.book, child)


# -- the status of invoices ------------------------------------------------------------------------
def attest(market: Market, holding: Holding, status: Status, reduced: int | None = None) -> None:
    """A provider says this of the invoice of a holding, and an auditor closes what it alarms."""
    (use,) = market.receivable(holding.receivable).uses
    command = c.AttestInvoiceStatus(
        invoice=use.invoice,
        status=status,
        provider="tax-office",
        provided_ms=market.at_ms,
        response=digest("answer"),
        reduced=None if reduced is None else cny(reduced),
    )
    market.do("tax", command)
    for item in alerts(market):
        if item.state.value == "open":
            market.do("auditor", CloseAlert(alert=item.id, evidence=digest("finding")))


def gated(market: Market) -> None:
    """From now on the policy asks for the status of invoices."""
    gates = Gates(invoice_status=True)
    market.book.apply((PolicyAdopted(policy=replace(policy(), gates=gates)),))


@pytest.mark.parametrize("status", [Status.RED, Status.VOID])
def test_a_reversed_invoice_blocks_what_is_not_funded(status: Status) -> None:
    """No new sale, gate or not; what was sold before stays as it is, and is paid out."""
    market = Market()
    whole = market.held()
    first, second = market.split("supplier", whole, 40_00, 60_00)
    sold = market.accept_offer(first, market.make_offer())
    attest(market, first, status)
    assert refused(market, second, market.make_offer()) == "invoice_is_red"
    market.confirm(market.instruct(sold))
    assert market.holding(first.id).holder == party("financier")
    assert market.findings() == []


@pytest.mark.parametrize(("reduced", "code"), [(20_00, ""), (20_01, "invoice_is_red")])
def test_part_red_blocks_as_far_as_more_is_used_than_left(reduced: int, code: str) -> None:
    """Of 100.00, 80.00 are used: a reversal of 20.00 takes nothing from them."""
    market = Market()
    holding = market.acknowledge(market.register(line(used=80_00, gross=cny(100_00))))
    attest(market, holding, Status.PART_RED, reduced)
    offer = market.make_offer()
    if code:
        assert refused(market, holding, offer) == code
    else:
        market.accept_offer(holding, offer)


def test_the_gate_asks_for_a_status_of_today() -> None:
    """Missing, just fresh enough (24 h by the provider's time), and a millisecond too old."""
    market = Market()
    gated(market)
    holding, offer = market.held(), market.make_offer()
    assert refused(market, holding, offer) == "invoice_status_is_missing"
    attest(market, holding, Status.NORMAL)
    market.at_ms += 24 * HOUR + 1
    assert refused(market, holding, offer) == "invoice_status_is_old"
    market.at_ms -= 1
    market.accept_offer(holding, offer)


# -- the invariant ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Financing, {"alerts": ()}),
        (Financing, {"alerts": ("alt_x",)}),
        (Alert, {"raised_ms": 2**50}),
    ],
)
def test_invariant_32_finds_its_faults(kind: type, changes: dict[str, Any]) -> None:
    """An alert left out, one that is none, one that came later."""
    market = Market()
    holding, offer = alerted(market), market.make_offer()
    review(market, "financier", Verdict.CLEARED)
    market.at_ms += 1
    market.accept_offer(holding, offer)
    assert fi.invariant_32_known_alerts(market.book) == []
    (item,) = market.book.all(kind)
    market.book.records[(kind, item.id)] = replace(item, **changes)
    assert len(fi.invariant_32_known_alerts(market.book)) > 0
