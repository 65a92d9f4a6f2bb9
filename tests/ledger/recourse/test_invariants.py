"""Each invariant about unpaid debts finds the fault that it is there for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing.records import Financing, FinancingState
from ledger.invariants import unpaid
from ledger.invariants.entries import ENTRY_CHECKS, Happened
from ledger.model.records import R, View
from ledger.receivables.commands import Recourse
from ledger.recourse import commands as c
from ledger.recourse import invariants as ri
from ledger.recourse.events import (
    DebtRecovered,
    DebtWrittenOff,
    RecoursePaid,
    RecourseReturned,
    RecoveryReturned,
)
from ledger.recourse.records import (
    DebtRecovery,
    RecourseClaim,
    RecoursePayment,
    RecourseState,
    WriteOff,
)
from ledger.settlement.records import Payment
from tests.ledger.recourse.staging import (
    at,
    back,
    breach,
    claim,
    have_back,
    market_of_sellers,
    receipt,
    recover,
    sold,
)
from tests.support.market import Market, account
from tests.support.world import cny, party

Fault = Callable[[dict[str, Any]], Any]


def _market() -> tuple[Market, dict[str, Any]]:
    """A repurchase, an open recourse, a recovery by a bank's word, a write-off; by short names."""
    market = market_of_sellers()
    bought, other = sold(market), sold(market)
    at(market, 10)
    met = claim(market, market.holding_of(bought), 100_50)
    market.do("financier", receipt(market, met, 100_50))
    open_ = claim(market, market.holding_of(other), 100_50)
    market.do("financier", receipt(market, open_, 20_00))
    market.do("bank", market.credit(market.holding_of(other), 40_00))
    attested = c.AttestRecovery(
        holding=other.holding,
        source=c.RecoverySource.INSURER,
        payer=party("rival"),
        account=account("financier"),
        amount=cny(30_00),
        value_date=market.today,
        reference="line 7",
    )
    recovered, _ = market.do("bank", attested)
    off = DebtWrittenOff(
        write_off="wof_1",
        holding=other.holding,
        holder=party("financier"),
        amount=cny(1_00),
        reason=c.WriteOffReason.OTHER,
        persons=("ann", "bob"),
        at_ms=market.at_ms,
    )
    market.book.apply([off])
    return market, {
        "bought": market.get(Financing, bought.id),
        "other": market.get(Financing, other.id),
        "met": market.get(RecourseClaim, met.id),
        "open": market.get(RecourseClaim, open_.id),
        "by_recourse": next(iter(market.book.find(RecoursePayment, recourse=open_.id))),
        "recovery": market.get(DebtRecovery, recovered.recovery),
        "payment": next(iter(market.book.find(Payment, holding=other.holding))),
        "off": market.get(WriteOff, "wof_1"),
    }


FAULTS: list[tuple[Callable[[View], list[str]], Fault]] = [
    (
        ri.invariant_13_payer_proves_no_recourse,
        lambda r: replace(r["by_recourse"], payer=party("core")),
    ),
    (
        ri.invariant_13_payer_proves_no_recourse,
        lambda r: replace(r["by_recourse"], attested_by=party("supplier")),
    ),
    (ri.invariant_13_others_are_others, lambda r: replace(r["recovery"], payer=party("core"))),
    (ri.invariant_13_others_are_others, lambda r: replace(r["recovery"], payer=party("bank"))),
    (ri.invariant_13_others_are_others, lambda r: replace(r["recovery"], payee=party("second"))),
    (ri.invariant_13_others_are_others, lambda r: replace(r["recovery"], account=None)),
    (ri.invariant_14_title_goes_back, lambda r: replace(r["bought"], state=FinancingState.ACTIVE)),
    (ri.invariant_14_title_goes_back, lambda r: replace(r["met"], liable=party("second"))),
    (ri.invariant_15_recourse_lines, lambda r: replace(r["recovery"], reference="line 8")),
    (ri.invariant_24_recourse_paid_once, lambda r: replace(r["open"], paid=cny(20_01))),
    (ri.invariant_24_recourse_paid_once, lambda r: replace(r["open"], returned=cny(20_01))),
    (
        ri.invariant_24_recourse_paid_once,
        lambda r: replace(r["open"], state=RecourseState.WITHDRAWN),
    ),
    (
        ri.invariant_24_recourse_paid_once,
        lambda r: replace(r["open"], holding=r["met"].holding, under=r["met"].under),
    ),
    (ri.invariant_24_recovery_returned, lambda r: replace(r["recovery"], returned=cny(30_01))),
    (ri.invariant_24_recovery_returned, lambda r: replace(r["recovery"], returned=cny(-1))),
    (ri.invariant_24_collected_while_held, lambda r: replace(r["other"], collected=cny(39_49))),
    (ri.invariant_24_collected_while_held, lambda r: replace(r["bought"], collected=cny(1))),
    (
        ri.invariant_24_collected_while_held,
        lambda r: replace(r["payment"], payee=party("supplier")),
    ),
    (ri.invariant_24_collected_while_held, lambda r: replace(r["payment"], recorded_ms=1)),
    (ri.invariant_25_accounts_alone, lambda r: replace(r["off"], persons=("ann",))),
    (ri.invariant_25_accounts_alone, lambda r: replace(r["off"], holder=party("rival"))),
    (ri.invariant_25_accounts_alone, lambda r: replace(r["off"], amount=cny(100_01))),
]


@pytest.mark.parametrize(("check", "fault"), FAULTS)
def test_each_invariant_finds_its_fault(check: Callable[[View], list[str]], fault: Fault) -> None:
    """A record that somebody changed behind the rules' back is found."""
    market, records = _market()
    assert market.findings() == []
    changed = fault(records)
    market.book.records[(type(changed), changed.id)] = changed
    assert check(market.book) != []


def test_every_invariant_has_a_fault_here() -> None:
    """A new check must come with what it finds."""
    assert {check for check, _ in FAULTS} == set(ri.INVARIANTS)


def _bought_back(market: Market) -> Financing:
    """A financing that its seller undid before the day, for the price."""
    financing = sold(market)
    (given,) = market.do("financier", breach(market, market.holding_of(financing), 98_86))
    market.at_ms += 1
    recourse = market.get(RecourseClaim, given.recourse)
    market.do("financier", receipt(market, recourse, 98_86))
    market.at_ms += 1
    return market.get(Financing, financing.id)


def test_each_financing_of_a_holding_has_collected_its_own_payments() -> None:
    """Financed, bought back, financed again by the same: 40.00 are the second's alone."""
    market = market_of_sellers()
    first = _bought_back(market)
    offer = market.make_offer(recourse=Recourse.ASSIGNOR)
    accepted = market.accept_offer(market.holding_of(first), offer)
    second = market.confirm(market.instruct(accepted))
    market.at_ms += 1
    market.do("financier", market.payment(market.holding_of(second), 40_00))
    found = [market.get(Financing, item.id).collected for item in (first, second)]
    assert found == [cny(0), cny(40_00)]
    assert market.findings() == []


def test_what_a_former_financier_is_paid_as_a_plain_holder_no_financing_collects() -> None:
    """Financed, bought back, passed to the same party without a financing, paid: 0 and 100.00."""
    market = market_of_sellers()
    first = _bought_back(market)
    offered = market.propose("supplier", market.holding_of(first), "financier")
    plain = market.accept("financier", offered)
    market.do("financier", market.payment(plain, 100_00))
    assert market.get(Financing, first.id).collected == cny(0)
    assert market.findings() == []


def _entry(market: Market, *events: Any) -> list[str]:
    """What the checks of entries say of one with these events, once they are applied."""
    market.book.apply(events)
    happened = Happened(7, market.at_ms, events)
    kinds = {type(event) for event in events}
    checks = [check for check in ENTRY_CHECKS if kinds & set(check.on)]
    assert checks
    return [sentence for check in checks for sentence in check.check(market.book, happened)]


def test_entries_tell_what_comes_or_goes_back_twice() -> None:
    """What the rules refuse, recorded behind their back, is found in its entry; what they take
    is not.
    """
    market, known = _market()
    recovery, recourse = known["recovery"], known["open"]
    took = DebtRecovered(
        recovery="dbr_1",
        holding=recovery.holding,
        source=recovery.source,
        payer=recovery.payer,
        payee=recovery.payee,
        account=None,
        amount=cny(10_50),
        value_date=market.today,
        evidence=known["by_recourse"].evidence,
        reference="r",
        by=recovery.payee,
        at_ms=market.at_ms,
    )
    assert _entry(market, took) == []
    too_much = replace(took, recovery="dbr_2", amount=cny(1))
    assert _entry(market, too_much) == ["dbr_2: more is recovered than is owed."]
    one_back = {"value_date": market.today, "reference": "r", "amount": cny(1)}
    assert _entry(market, RecoveryReturned(recovery="dbr_2", **one_back)) == []
    assert _entry(market, RecoveryReturned(recovery="dbr_1", **one_back)) == [
        "dbr_1: more went back than was too much."
    ]
    paid = RecoursePaid(
        payment="rcp_1",
        recourse=recourse.id,
        payer=recourse.liable,
        payee=recourse.claimant,
        account=None,
        amount=cny(1),
        value_date=market.today,
        evidence=known["by_recourse"].evidence,
        reference="r",
        by=recourse.claimant,
        at_ms=market.at_ms,
    )
    assert _entry(market, paid) == []
    twice = replace(paid, payment="rcp_2")
    assert _entry(market, twice) == ["rcp_2: with it more came than was claimed."]
    assert _entry(market, RecourseReturned(recourse=recourse.id, **one_back)) == []
    assert _entry(market, RecourseReturned(recourse=recourse.id, **one_back)) == [
        f"{recourse.id}: more went back than was too much."
    ]


def test_an_entry_tells_when_a_claim_changed_with_the_books() -> None:
    """A write-off alone is well; one beside an event of the debt is not."""
    market, known = _market()
    off = known["off"]
    written = DebtWrittenOff(
        write_off="wof_2",
        holding=off.holding,
        holder=off.holder,
        amount=off.amount,
        reason=off.reason,
        persons=off.persons,
        at_ms=market.at_ms,
    )
    assert _entry(market, written) == []
    holding = market.holding(off.holding)
    events = market.do("financier", market.payment(holding, 1_00))
    happened = Happened(7, market.at_ms, (written, *events))
    assert unpaid.entry_25_books_alone(market.book, happened) != []


def test_what_the_rules_take_the_entries_find_well() -> None:
    """A recovery, a payment, and back what came twice, each by its rule: no sentence."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 10)
    holding = market.holding_of(financing)
    recourse = claim(market, holding, 100_50)
    market.do("financier", receipt(market, recourse, 50_00))
    market.at_ms += 1
    item = recover(market, holding, 50_50)
    market.do("bank", market.credit(holding, 60_00))
    for name, command in (
        ("rival", have_back(market, item, 50_50)),
        ("supplier", back(market, recourse, 9_50)),
    ):
        events = market.do(name, command)
        happened = Happened(7, market.at_ms, events)
        assert unpaid.entry_24_returned(market.book, happened) == []


class Backwards:
    """All records of a market, the last first: in what order they are read, tells nothing."""

    def __init__(self, market: Market) -> None:
        self._book = market.book

    def all(self, kind: type[R]) -> Iterable[R]:
        """Every record of a kind."""
        return reversed(list(self._book.all(kind)))


def test_a_notice_that_was_taken_back_hides_no_repurchase() -> None:
    """Bought back by a second notice and sold to the same financier again, who is paid then."""
    market = market_of_sellers()
    financing = sold(market)
    for _ in range(2):
        (noticed,) = market.do("financier", breach(market, market.holding_of(financing), 98_86))
        market.do("financier", c.EndRecourse(recourse=noticed.recourse))
    (noticed,) = market.do("financier", breach(market, market.holding_of(financing), 98_86))
    recourse = market.get(RecourseClaim, noticed.recourse)
    market.do("financier", receipt(market, recourse, 98_86))
    market.at_ms += 1
    offer = market.make_offer()
    again = market.accept_offer(market.holding_of(financing), offer)
    market.confirm(market.instruct(again))
    market.at_ms += 1
    market.do("financier", market.payment(market.holding_of(again), 40_00))
    for view in (market.book, Backwards(market)):
        assert [finding for check in ri.INVARIANTS for finding in check(view)] == []
