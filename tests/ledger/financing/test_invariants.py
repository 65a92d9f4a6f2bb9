"""Each invariant of financing and settlement finds the fault that it is there for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing import invariants as fi
from ledger.financing.records import (
    Exposure,
    Financing,
    FinancingState,
    Programme,
)
from ledger.model.records import View
from ledger.receivables.records import Holding
from ledger.settlement import invariants as si
from ledger.settlement.commands import AdmitCosts
from ledger.settlement.records import Costs, Misdirected, Payment, Surplus
from tests.support.market import Market, astray
from tests.support.world import cny, digest, party

Fault = Callable[[dict[str, Any]], Any]


def _market() -> tuple[Market, dict[str, Any]]:
    """A market with one financing of each kind, and its records by short names."""
    market = Market()
    accepted, instructed = market.accepted(), market.instructed()
    active, paid = market.active(), market.held()
    market.do("bank", market.credit(market.holding_of(active), 40_00))
    market.do("supplier", market.payment(paid, 40_00))
    by_bank, by_holder = _payments(market)
    costs = AdmitCosts(holding=paid.id, amount=cny(1_00), evidence=digest("bill"))
    market.do("core", costs)
    market.do("bank", astray(market, paid))
    return market, {
        "accepted": accepted,
        "instructed": instructed,
        "active": market.get(Financing, active.id),
        "locked": market.holding_of(accepted),
        "financed": market.holding_of(active),
        "paid": market.holding(paid.id),
        "programme": market.get(Programme, accepted.programme),
        "exposure": market.get(Exposure, accepted.programme),
        "by_bank": by_bank,
        "by_holder": by_holder,
        "costs": next(iter(market.book.all(Costs))),
        "astray": next(iter(market.book.all(Misdirected))),
    }


def _payments(market: Market) -> list[Payment]:
    return sorted(market.book.all(Payment), key=lambda item: item.account is None)


FAULTS: list[tuple[Callable[[View], list[str]], Fault]] = [
    (fi.invariant_4_one_financing, lambda r: replace(r["locked"], pending=r["active"].id)),
    (fi.invariant_4_one_financing, lambda r: replace(r["locked"], pending="fin_x")),
    (
        fi.invariant_4_one_financing,
        lambda r: replace(r["accepted"], state=FinancingState.RELEASED),
    ),
    (fi.invariant_4_one_financing, lambda r: replace(r["active"], holding=r["locked"].id)),
    (fi.invariant_9_limits, lambda r: replace(r["exposure"], amount=cny(99_99))),
    (fi.invariant_9_limits, lambda r: replace(r["accepted"], state=FinancingState.LAPSED)),
    (fi.invariant_13_no_operator_money, lambda r: replace(r["active"], holder=party("core"))),
    (
        fi.invariant_13_no_operator_money,
        lambda r: replace(r["programme"], financier=party("rival")),
    ),
    (fi.invariant_14_title, lambda r: replace(r["active"], evidence=None)),
    (fi.invariant_14_title, lambda r: replace(r["accepted"], active_ms=1)),
    (fi.invariant_14_title, lambda r: replace(r["financed"], chain=(party("supplier"),))),
    (fi.invariant_22_price, lambda r: replace(r["active"], price=cny(98_85))),
    (fi.invariant_22_price, lambda r: replace(r["active"], rate_ppm=40_000)),
    (fi.invariant_22_price, lambda r: replace(r["active"], days=113)),
    (fi.invariant_24_collected, lambda r: replace(r["active"], collected=cny(100_01))),
    (fi.invariant_24_collected, lambda r: replace(r["active"], collected=cny(100_00))),
    (fi.invariant_24_collected, lambda r: replace(r["accepted"], collected=cny(1))),
    (fi.invariant_24_collected, lambda r: replace(r["active"], state=FinancingState.REPAID)),
    (fi.invariant_32_known_alerts, lambda r: replace(r["accepted"], alerts=("alt_x",))),
    (si.invariant_7_paid_is_proven, lambda r: replace(r["paid"], paid=cny(39_99))),
    (si.invariant_7_paid_is_proven, lambda r: replace(r["by_holder"], principal=cny(1))),
    (si.invariant_12_allocated, lambda r: replace(r["by_holder"], amount=cny(1))),
    (si.invariant_12_allocated, lambda r: replace(r["costs"], amount=cny(-1))),
    (
        si.invariant_13_payer_proves_nothing,
        lambda r: replace(r["by_bank"], attested_by=party("core")),
    ),
    (
        si.invariant_13_payer_proves_nothing,
        lambda r: replace(r["by_bank"], payer=party("supplier")),
    ),
    (
        si.invariant_13_payer_proves_nothing,
        lambda r: replace(r["by_holder"], payee=party("second")),
    ),
    (si.invariant_13_payer_proves_nothing, lambda r: replace(r["by_bank"], account=None)),
    (
        si.invariant_13_payer_proves_nothing,
        lambda r: replace(r["by_holder"], attested_by=party("bank")),
    ),
    (si.invariant_15_statement_lines, lambda r: replace(r["by_bank"], reference="other")),
    (
        si.invariant_24_surplus,
        lambda r: Surplus(id=r["active"].id, owed=cny(100_00), paid=cny(0)),
    ),
    (si.invariant_24_money_astray, lambda r: replace(r["astray"], payment="pay_x")),
    (si.invariant_24_money_astray, lambda r: replace(r["astray"], payment=r["by_bank"].id)),
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
    assert {check for check, _ in FAULTS} == {*fi.INVARIANTS, *si.INVARIANTS}


def test_a_programme_beyond_its_limit_is_found() -> None:
    """What is instructed and advanced is within the limit; locks alone may have lapsed."""
    market, records = _market()
    firm = market.get(Programme, records["active"].programme)
    market.book.records[(Programme, firm.id)] = replace(firm, limit_total=cny(59_99))
    assert fi.invariant_9_limits(market.book) == [f"{firm.id}: more is funded than its limit."]
    loose = market.get(Programme, records["accepted"].programme)
    market.book.records[(Programme, firm.id)] = firm
    market.book.records[(Programme, loose.id)] = replace(loose, limit_total=cny(1))
    assert fi.invariant_9_limits(market.book) == []


def test_a_redeemed_holding_keeps_its_repaid_financing() -> None:
    """After the last payment nothing contradicts anything, though nothing is pending."""
    market = Market()
    financing = market.active()
    market.do("bank", market.credit(market.holding_of(financing), 100_00))
    assert market.get(Holding, financing.holding).pending is None
    assert market.findings() == []
