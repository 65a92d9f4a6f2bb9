"""A default is a flag: declared when a debt is late enough, lifted at will, cured by payment."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.conduct.commands import DeclareInsolvency
from ledger.policy.state import POLICY, Policy
from ledger.receivables.acts import burden
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding
from ledger.recourse import commands as c
from ledger.recourse.defaults import is_cured, is_live
from ledger.recourse.records import Default
from tests.ledger.recourse.staging import at, claim, market_of_sellers, receipt, sold
from tests.support.market import Market
from tests.support.world import cny, digest, party, refusal

OVERDUE = c.DefaultGround.OVERDUE


def declared(market: Market, holding: Holding, ground: c.DefaultGround = OVERDUE) -> Default:
    """The default that its holder declares."""
    command = c.DeclareDefault(holding=holding.id, ground=ground)
    (event,) = market.do(market.name_of(holding.holder), command)
    return market.get(Default, event.default)


def test_ninety_days_after_the_payable_day_it_is_default_and_payment_cures_it() -> None:
    """Due on 2026-04-30: not on 2026-07-28, but on 2026-07-29. 104.55 are owed a day later
    (91 days at 0.05), and when they are paid it is cured, lifted or not.
    """
    market = market_of_sellers()
    holding = market.held()
    at(market, 89)
    assert market.today == date(2026, 7, 28)
    assert refusal(declared, market, holding) == "default_ground_missing"
    at(market, 90)
    default = declared(market, holding)
    assert (default.holder, default.obligor) == (party("supplier"), party("core"))
    assert refusal(declared, market, holding) == "default_is_declared"
    at(market, 91)
    market.do("supplier", market.payment(holding, 104_54))
    assert not is_cured(market.book, default, market.today)
    market.do("supplier", market.payment(market.holding(holding.id), 1))
    assert is_cured(market.book, default, market.today)
    assert is_live(default, market.holding(holding.id))
    lift = c.LiftDefault(default=default.id)
    assert refusal(market.do, "core", lift) == "act_belongs_to_another_party"
    market.do("supplier", lift)
    assert refusal(market.do, "supplier", lift) == "default_is_lifted"
    assert refusal(declared, market, market.holding(holding.id)) == "holding_is_closed"
    assert market.findings() == []


def test_without_days_of_grace_the_day_after_is_the_first() -> None:
    """A policy of no days never makes the payable day itself late."""
    market = market_of_sellers()
    policy = market.get(Policy, POLICY)
    clocks = replace(policy.clocks, default_days=0)
    market.book.records[(Policy, POLICY)] = replace(policy, clocks=clocks)
    holding = market.held()
    at(market, 0)
    assert refusal(declared, market, holding) == "default_ground_missing"
    at(market, 1)
    declared(market, holding)


def test_what_is_disputed_is_in_no_default() -> None:
    """All of 100.00 disputed: none. All but a cent: default."""
    market = market_of_sellers()
    for minor, fits in ((100_00, False), (99_99, True)):
        holding = market.held()
        disputed = Burden(id=f"dsp_{minor}", kind=BurdenKind.DISPUTE, amount=cny(minor))
        market.book.apply(burden(holding, disputed))
        at(market, 90)
        now = market.holding(holding.id)
        if fits:
            declared(market, now)
        else:
            assert refusal(declared, market, now) == "default_ground_missing"
        at(market, -115)


def test_insolvency_is_a_ground_before_the_day_and_only_the_holder_declares() -> None:
    """From the day on which it begins; nobody else says it of a holding."""
    market = market_of_sellers()
    holding = market.held()
    ground = c.DefaultGround.INSOLVENCY
    assert refusal(declared, market, holding, ground) == "default_ground_missing"
    begun = DeclareInsolvency(
        party=party("core"), court="Court", case="1", day=market.today, evidence=digest("order")
    )
    market.do("operator", begun)
    command = c.DeclareDefault(holding=holding.id, ground=ground)
    assert refusal(market.do, "core", command) == "act_belongs_to_another_party"
    declared(market, holding, ground)


def test_the_word_of_a_former_holder_binds_no_later_one() -> None:
    """Who has the holding now says it anew; the first may still lift its own."""
    market = market_of_sellers()
    holding = market.held()
    at(market, 90)
    first = declared(market, holding)
    now = market.accept("second", market.propose("supplier", holding, "second"))
    assert not is_live(first, now)
    assert is_live(declared(market, now), now)
    market.do("supplier", c.LiftDefault(default=first.id))


def test_of_a_split_holding_all_parts_are_paid_before_it_is_cured() -> None:
    """60.00 paid of 60.00 and 40.00 cures nothing; each part is declared by itself."""
    market = market_of_sellers()
    holding = market.held()
    at(market, 90)
    default = declared(market, holding)
    parts = market.split("supplier", holding, 60_00, 40_00)
    assert not is_live(default, market.holding(holding.id))
    declared(market, parts[0])
    for part, minor, cured in zip(parts, (62_70, 41_80), (False, True), strict=True):
        market.do("supplier", market.payment(part, minor))
        assert is_cured(market.book, default, market.today) is cured


def _life(*, in_default: bool) -> dict[Any, Any]:
    """All records but defaults, after a late debt was part paid, sold back, passed on and paid."""
    market = market_of_sellers()
    financing = sold(market)
    at(market, 90)
    holding = market.holding_of(financing)
    market.do("financier", market.payment(holding, 24_50))
    market.count = 1_000  # the same ids, whether or not a default was declared
    if in_default:
        declared(market, holding)
    market.count = 2_000
    recourse = claim(market, market.holding_of(financing), 80_00)
    market.do("financier", receipt(market, recourse, 80_00))
    again = market.propose("supplier", market.holding_of(financing), "second")
    market.accept("second", again)
    market.do("second", market.payment(market.holding_of(financing), 80_00))
    assert market.findings() == []
    found = market.book.records.items()
    return {key: replace(item, last_seq=0) for key, item in found if key[0] is not Default}


def test_nothing_but_the_flag_changes() -> None:
    """Payments, recourse, repurchase and transfers are the same, to the record."""
    assert _life(in_default=True) == _life(in_default=False)
