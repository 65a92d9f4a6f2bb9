"""Late payment: interest by the day, costs first, and a split that takes what is unpaid along.

The debts of this world are due on Thursday 2026-04-30, a business day. The policy's statute asks
0.05 % a day, so 100.00 costs 0.05 a day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.conduct.commands import DeclareInsolvency, EndInsolvency
from ledger.money import Money
from ledger.policy.commands import Statute
from ledger.policy.state import POLICY, Policy
from ledger.receivables.clocks import is_overdue, payable_from
from ledger.receivables.events import DueDateAmended
from ledger.receivables.records import Holding, HoldingState, ReceivableState
from ledger.settlement import commands as s
from ledger.settlement.arrears import Arrears, Parts, arrears_of, parts_of
from ledger.settlement.records import Costs, Payment
from tests.support.market import Market
from tests.support.world import DAY, NOW, cny, digest, line, party, refusal

DUE = date(2026, 4, 30)
DUE_MS = NOW + 115 * DAY
STATUTE = Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83)


def late_market() -> Market:
    """A market under the statute."""
    market = Market()
    policy = market.get(Policy, POLICY)
    market.book.records[(Policy, POLICY)] = replace(policy, statute=STATUTE)
    return market


def at(market: Market, days: int) -> None:
    """It is so many days after the due day."""
    market.at_ms = DUE_MS + days * DAY


def only_payment(market: Market, holding: Holding) -> Payment:
    """The one payment on a holding."""
    (found,) = market.book.find(Payment, holding=holding.id)
    return found


def parts(payment: Payment) -> tuple[int, int, int]:
    """Costs, interest, principal in minor units."""
    return (payment.costs.minor, payment.interest.minor, payment.principal.minor)


def test_on_the_day_nothing_is_late() -> None:
    """Paid on the payable day: principal alone, and no costs are ever on record."""
    market = late_market()
    holding = market.held()
    at(market, 0)
    market.do("supplier", market.payment(holding, 100_00))
    assert parts(only_payment(market, holding)) == (0, 0, 100_00)
    assert list(market.book.all(Costs)) == []
    assert market.findings() == []


def test_ten_days_late_cost_fifty_cents_and_interest_is_paid_first() -> None:
    """100.00 ten days late: 0.50 interest. Paying 100.00 leaves 0.50 of the principal."""
    market = late_market()
    holding = market.held()
    at(market, 10)
    market.do("supplier", market.payment(holding, 100_00))
    assert parts(only_payment(market, holding)) == (0, 50, 99_50)
    assert market.holding(holding.id).outstanding == cny(50)
    at(market, 12)
    assert refusal(market.do, "supplier", market.payment(market.holding(holding.id), 51)) == (
        "payment_exceeds_outstanding"
    )
    market.do("supplier", market.payment(market.holding(holding.id), 50))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert market.receivable(holding.receivable).state is ReceivableState.SETTLED
    assert market.findings() == []


def test_the_payee_may_agree_that_the_principal_is_paid_first() -> None:
    """Then no interest runs any more, and what has run is still owed on the closed holding."""
    market = late_market()
    holding = market.held()
    at(market, 10)
    market.do("supplier", replace(market.payment(holding, 100_00), principal_first=True))
    redeemed = market.holding(holding.id)
    assert redeemed.state is HoldingState.REDEEMED
    assert arrears_of(market.book, redeemed, date(2026, 12, 31)).interest == cny(50)
    market.do("supplier", market.payment(redeemed, 50))
    closed = market.holding(holding.id)
    assert arrears_of(market.book, closed, date(2026, 12, 31)).interest == cny(0)
    assert refusal(market.do, "supplier", market.payment(closed, 1)) == "holding_is_closed"
    assert market.findings() == []


def test_costs_are_paid_before_interest_and_principal() -> None:
    """3.00 admitted; 5.00 come ten days late: 3.00 costs, 0.50 interest, 1.50 principal."""
    market = late_market()
    holding = market.held()
    bill = s.AdmitCosts(holding=holding.id, amount=cny(3_00), evidence=digest("bill"))
    assert refusal(market.do, "supplier", bill) == "act_belongs_to_another_party"
    market.do("core", bill)
    at(market, 10)
    market.do("bank", market.credit(market.holding(holding.id), 5_00))
    assert parts(only_payment(market, holding)) == (3_00, 50, 1_50)
    assert market.findings() == []


def test_interest_runs_on_what_is_unpaid_only() -> None:
    """60 of 100 paid on time; the other 40.00 run 20 days: 0.40, not 1.00."""
    market = late_market()
    holding = market.held()
    at(market, 0)
    market.do("supplier", market.payment(holding, 60_00))
    at(market, 20)
    arrears = arrears_of(market.book, market.holding(holding.id), market.today)
    assert (arrears.interest, arrears.until) == (cny(40), date(2026, 5, 20))


def test_an_agreed_rate_goes_before_the_statute_s() -> None:
    """0.1 % a day was agreed on: ten days cost 1.00."""
    market = late_market()
    holding = market.acknowledge(market.register(line("AGREED"), late_ppm=1_000))
    at(market, 10)
    assert arrears_of(market.book, holding, market.today).interest == cny(1_00)


def test_after_a_split_each_part_bears_its_own_interest() -> None:
    """20 days on 33.33 or 33.34 are 0.33 each, 21 days 0.35: rounded once."""
    market = late_market()
    holding = market.held()
    at(market, 20)
    market.do("core", s.AdmitCosts(holding=holding.id, amount=cny(1), evidence=digest("bill")))
    market.do("supplier", replace(market.payment(holding, 1), value_date=market.today))
    assert arrears_of(market.book, market.holding(holding.id), market.today).interest == cny(1_00)
    children = market.split("supplier", market.holding(holding.id), 33_33, 33_33, 33_34)
    found = [arrears_of(market.book, child, market.today).interest.minor for child in children]
    assert found == [33, 33, 33]
    at(market, 21)
    later = [arrears_of(market.book, child, market.today).interest.minor for child in children]
    assert later == [35, 35, 35]


@given(
    amount=st.integers(1, 300),
    costs=st.integers(0, 100),
    interest=st.integers(0, 100),
    principal=st.integers(0, 100),
    principal_first=st.booleans(),
)
def test_every_payment_is_allocated_completely(
    amount: int, costs: int, interest: int, principal: int, *, principal_first: bool
) -> None:
    """Nothing is lost or paid twice; a later part is paid only once the earlier ones are."""
    arrears = Arrears(until=DUE, interest=cny(interest), costs=cny(costs))
    found = parts_of(cny(amount), arrears, cny(principal), principal_first=principal_first)
    assert found.costs + found.interest + found.principal + found.over == cny(amount)
    order = [(found.costs, costs), (found.interest, interest), (found.principal, principal)]
    if principal_first:
        order = [order[2], *order[:2]]
    for place, (paid, owed) in enumerate(order):
        assert Money(0, "CNY") <= paid <= cny(owed)
        if any(later.minor for later, _ in order[place + 1 :]) or found.over.minor:
            assert paid == cny(owed)


def test_what_is_over_is_told() -> None:
    """More than all that is owed is not swallowed by any part."""
    nothing = Arrears(until=DUE, interest=cny(0), costs=cny(0))
    expected = Parts(costs=cny(0), interest=cny(0), principal=cny(5), over=cny(2))
    assert parts_of(cny(7), nothing, cny(5), principal_first=False) == expected


@pytest.mark.parametrize("days", [0, 1, 30])
def test_without_a_statute_or_an_agreement_no_interest_runs(days: int) -> None:
    """The policy names none."""
    market: Any = Market()
    holding = market.held()
    at(market, days)
    assert arrears_of(market.book, holding, market.today).interest == cny(0)


def insolvent(market: Market, day: date) -> None:
    """The obligor's insolvency began on `day`."""
    command = DeclareInsolvency(
        party=party("core"), court="Court", case="1", day=day, evidence=digest("order")
    )
    market.do("core", command)


def test_insolvency_makes_a_debt_payable_and_stops_its_interest() -> None:
    """Ten days late the proceedings open: 0.50, and no more a month later; a debt that was not due
    yet is payable that day and bears nothing.
    """
    market = late_market()
    late = market.held()
    early = market.acknowledge(market.register(line("EARLY"), due=date(2026, 6, 30)))
    at(market, 10)
    insolvent(market, market.today)
    at(market, 40)
    book = market.book
    assert arrears_of(book, late, market.today).interest == cny(50)
    assert arrears_of(book, early, market.today).interest == cny(0)
    assert payable_from(book, party("core"), early.due) == date(2026, 5, 10)
    assert is_overdue(market.receivable(early.receivable), book, market.at_ms)


def test_an_insolvency_that_ended_stops_nothing() -> None:
    """The proceedings were set aside: interest is as if they had not been."""
    market = late_market()
    holding = market.held()
    at(market, 10)
    insolvent(market, market.today)
    market.do("operator", EndInsolvency(party=party("core"), evidence=digest("set aside")))
    at(market, 40)
    assert arrears_of(market.book, holding, market.today).interest == cny(2_00)


def test_an_insolvency_that_ended_makes_nobody_late_before_the_due_day() -> None:
    """Costs were admitted while it lasted, a month before the due day; ten days late cost 0.50."""
    market = late_market()
    holding = market.held()
    at(market, -30)
    insolvent(market, market.today)
    market.do("core", admitted(holding))
    market.do("operator", EndInsolvency(party=party("core"), evidence=digest("set aside")))
    at(market, 10)
    assert arrears_of(market.book, market.holding(holding.id), market.today).interest == cny(50)


def test_an_insolvency_that_is_recorded_late_takes_back_what_was_counted_after_it() -> None:
    """1.00 was counted on the 20th day and 0.50 of it paid. The proceedings had opened on the
    fifth: 0.25 was owed, so nothing is unpaid and nothing more accrues.
    """
    market = late_market()
    holding = market.held()
    at(market, 20)
    market.do("supplier", market.payment(holding, 50))
    book = market.book
    assert arrears_of(book, market.holding(holding.id), market.today).interest == cny(50)
    insolvent(market, DUE + timedelta(days=5))
    at(market, 60)
    assert arrears_of(book, market.holding(holding.id), market.today).interest == cny(0)
    assert market.findings() == []


def test_a_payment_that_is_recorded_late_ends_the_interest_on_it() -> None:
    """10.00 on the 20th day paid 1.00 interest on 100.00, and 9.00. Then it shows that 60.00 had
    come on the due day: 40.00 bore 0.40, and 0.60 was paid too much. The 31.00 that are left bear
    0.0155 a day: that takes 38 days to use up, and after 64 days 0.39 are owed.
    """
    market = late_market()
    holding = market.held()
    at(market, 20)
    market.do("supplier", market.payment(holding, 10_00))
    assert parts(only_payment(market, holding)) == (0, 1_00, 9_00)
    known = market.holding(holding.id)
    market.do("supplier", replace(market.payment(known, 60_00), value_date=DUE))
    after = market.holding(holding.id)
    assert after.outstanding == cny(31_00)
    owed = [
        arrears_of(market.book, after, DUE + timedelta(days=days)).interest.minor
        for days in (20, 58, 84)
    ]
    assert owed == [0, 0, 39]
    assert market.findings() == []


@given(st.permutations([(0, 20_00), (7, 10_00), (15, 30_00), (22, 5_00)]))
def test_the_order_of_recording_changes_no_interest(paid: list[tuple[int, int]]) -> None:
    """Principal first, recorded in any order: 80.00 for 7 days, 70.00 for 8, 40.00 for 7 and 35.00
    for 18 bear 1.015: 1.02.
    """
    market = late_market()
    holding = market.held()
    at(market, 40)
    for days, minor in paid:
        known = market.payment(market.holding(holding.id), minor)
        value_date = DUE + timedelta(days=days)
        market.do("supplier", replace(known, value_date=value_date, principal_first=True))
    arrears = arrears_of(market.book, market.holding(holding.id), market.today)
    assert arrears.interest == cny(1_02)


@pytest.mark.parametrize("paid", [0, 50])
def test_deferred_by_all_it_keeps_the_interest_of_before(paid: int) -> None:
    """Twenty days late cost 1.00, whether or not somebody has paid some of it; then none until the
    new day, a month on, and 0.50 for ten days after it.
    """
    market = late_market()
    holding = market.held()
    at(market, 20)
    if paid:
        market.do("supplier", market.payment(holding, paid))
    today, due = market.today, date(2026, 6, 30)
    market.book.apply([DueDateAmended(receivable=holding.receivable, due=due, day=today)])
    amended = market.holding(holding.id)
    owed = [
        arrears_of(market.book, amended, day).interest
        for day in (today, due, due + timedelta(days=10))
    ]
    assert owed == [cny(1_00 - paid), cny(1_00 - paid), cny(1_50 - paid)]
    assert amended.outstanding == cny(100_00)


@pytest.mark.parametrize("due", [date(2026, 3, 31), date(2026, 6, 30)])
def test_interest_runs_from_the_day_that_all_concerned_agreed_on(due: date) -> None:
    """Costs that were admitted before do not keep the old day: ten days late cost 0.50."""
    market = late_market()
    holding = market.held()
    market.do("core", admitted(holding))
    market.book.apply([DueDateAmended(receivable=holding.receivable, due=due, day=market.today)])
    amended = market.holding(holding.id)
    late = arrears_of(market.book, amended, due + timedelta(days=10))
    assert (late.interest, late.costs) == (cny(50), cny(2_00))


def test_what_was_split_or_acquired_is_not_paid_beside_what_it_became() -> None:
    """Its arrears are the children's, and whoever owes itself proves no payment."""
    market = late_market()
    split, acquired = (market.acknowledge(market.register(line(name))) for name in ("A", "B"))
    for item in (split, acquired):
        market.do("core", admitted(item))
    at(market, 10)
    one, two = market.split("supplier", market.holding(split.id), 50_00, 50_00)
    payment = market.payment(market.holding(split.id), 2_00)
    assert refusal(market.do, "supplier", payment) == "holding_is_closed"
    owed = [arrears_of(market.book, market.holding(item), DUE).costs for item in (split.id, one.id)]
    assert owed == [cny(0), cny(1_00)]
    assert arrears_of(market.book, two, DUE).costs == cny(1_00)
    market.accept("core", market.propose("supplier", market.holding(acquired.id), "core"))
    payment = market.payment(market.holding(acquired.id), 2_00)
    assert refusal(market.do, "core", payment) == "holding_is_closed"
    assert market.findings() == []


def test_a_long_line_of_splits_is_no_hindrance() -> None:
    """What was split two thousand times is paid like anything else, its costs with it."""
    market = late_market()
    holding = market.held()
    market.do("core", admitted(holding))
    above = market.holding(holding.id)
    for depth in range(2_000):
        market.book.records[Holding, above.id] = replace(above, state=HoldingState.SPLIT)
        above = replace(above, id=f"hld_{depth}", parent=above.id)
    market.book.records[Holding, above.id] = above
    assert arrears_of(market.book, above, DUE + timedelta(days=10)).costs == cny(2_00)


def admitted(holding: Holding) -> s.AdmitCosts:
    """The command by which the obligor owes 2.00 of costs on a holding."""
    return s.AdmitCosts(holding=holding.id, amount=cny(2_00), evidence=digest("bill"))


def test_interest_on_a_part_reads_no_payment_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be a thousand parts: only what was paid on the holding and above it is read."""
    market = late_market()
    one, other = market.split("supplier", market.held(), 40_00, 60_00)
    at(market, 10)
    for part in (one, other):
        market.do("supplier", market.payment(part, 20_00))
    find, read = market.book.find, list[Any]()

    def listened(kind: Any, **key: Any) -> Any:
        found = find(kind, **key)
        read.extend(item.holding for item in found if isinstance(item, Payment))
        return found

    monkeypatch.setattr(market.book, "find", listened)
    assert arrears_of(market.book, market.holding(one.id), market.today).interest == cny(0)
    assert read == [one.id]
