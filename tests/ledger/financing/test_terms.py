"""Prices to the minor unit, against published and independently computed figures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.dates import DayCount, days_between, year_denominator
from ledger.financing.terms import quote, straight_discount
from ledger.money import Rounding
from tests.support.market import VALUE_DATE, Market
from tests.support.world import DAY, cny, refusal

HALF_UP = Rounding.HALF_UP


@pytest.mark.parametrize(
    ("face", "ppm", "days", "denominator", "expected"),
    [
        (1_000_000_00, 26_200, 75, 360, 5_458_33),  # V1: a Chinese bill
        (9_700_00, 95_000, 135, 360, 345_56),  # V3
        (15_600_00, 72_500, 270, 360, 848_25),  # V3
        (1_000_000_00, 43_500, 180, 360, 21_750_00),  # C1, ACT/360
        (1_000_000_00, 43_500, 180, 365, 21_452_05),  # C1, ACT/365F
        (1_000_000_00, 43_500, 179, 360, 21_629_17),  # C1, 30/360
        (1_000_000, 12_300, 47, 360, 1_606),  # C10: JPY has no minor unit
        (1_000_000, 55_000, 61, 360, 9_319),  # C10: KWD has three digits
    ],
)
def test_straight_discount_gives_the_published_figures(
    face: int, ppm: int, days: int, denominator: int, expected: int
) -> None:
    """Bank discount F·r·t, halves up, in the currency's minor units."""
    assert straight_discount(face, ppm, days, denominator, HALF_UP) == expected


def test_the_days_of_the_published_figures() -> None:
    """15 August to 29 October is 75 days; 15 January to 14 July is 180, or 179 of 30/360."""
    assert days_between(date(2025, 8, 15), date(2025, 10, 29), DayCount.ACT_360) == 75
    first, last = date(2026, 1, 15), date(2026, 7, 14)
    counted = [days_between(first, last, DayCount(name)) for name in ("ACT/360", "30/360")]
    assert counted == [180, 179]
    assert year_denominator(DayCount.ACT_365F) == 365


@given(
    st.integers(0, 2**53 - 1),
    st.integers(0, 1_000_000),
    st.integers(0, 400),
    st.sampled_from([360, 365]),
    st.sampled_from(Rounding),
)
def test_the_discount_is_exact_but_for_one_rounding(
    face: int, ppm: int, days: int, denominator: int, rounding: Rounding
) -> None:
    """It is within one unit of the exact fraction, and half a unit where halves are rounded."""
    exact = Fraction(face * ppm * days, 1_000_000 * denominator)
    off = abs(straight_discount(face, ppm, days, denominator, rounding) - exact)
    bound = Fraction(1, 2) if rounding in (HALF_UP, Rounding.HALF_EVEN) else 1
    assert off <= bound
    assert off < 1


def test_a_quote_counts_to_the_business_day_on_which_the_debt_is_payable() -> None:
    """Due 30 April, a Thursday: 114 days from 6 January. Due on a holiday, it is the next day."""
    market = Market()
    offer, holding = market.make_offer(), market.held(1_000_00)
    found = quote(market.book, holding, offer, VALUE_DATE, market.at_ms)
    assert (found.due, found.days) == (date(2026, 4, 30), 114)
    assert (found.discount, found.price) == (cny(11_40), cny(988_60))
    moved = replace(holding, due=date(2026, 5, 1))  # a holiday, and a weekend after it
    found = quote(market.book, moved, offer, VALUE_DATE, market.at_ms)
    assert (found.due, found.days) == (date(2026, 5, 4), 118)
    assert found.discount == cny(11_80)


@pytest.mark.parametrize(
    ("value_date", "later_days", "code"),
    [
        (date(2026, 1, 4), 0, "value_date_out_of_range"),  # yesterday
        (date(2026, 1, 9), 0, "value_date_out_of_range"),  # one day beyond the lock
        (date(2026, 4, 30), 114, "value_date_out_of_range"),  # the due date itself
        (date(2026, 4, 29), 113, "value_date_out_of_range"),  # the record date: the list is signed
        (date(2026, 1, 10), 2, "value_date_is_no_business_day"),  # a Saturday
    ],
)
def test_a_value_date_is_a_business_day_soon_and_before_the_due_date(
    value_date: date, later_days: int, code: str
) -> None:
    """From today to the end of the policy's lock period, before it is fixed who is paid."""
    market = Market()
    offer, holding = market.make_offer(), market.held()
    at_ms = market.at_ms + later_days * DAY
    assert refusal(quote, market.book, holding, offer, value_date, at_ms) == code


def test_the_first_and_the_last_value_date_are_taken() -> None:
    """Today, and three days from now, are in range under a policy of three days."""
    market = Market()
    offer, holding = market.make_offer(), market.held()
    for value_date in (date(2026, 1, 5), date(2026, 1, 8)):
        found = quote(market.book, holding, offer, value_date, market.at_ms)
        assert found.days == (date(2026, 4, 30) - value_date).days


def test_a_discount_that_leaves_nothing_is_refused() -> None:
    """At 100 % a year over more than a year of 360 days nothing would be paid."""
    market = Market()
    offer = market.make_offer(rate_ppm=1_000_000)
    holding = replace(market.held(), due=date(2027, 1, 1))
    code = refusal(quote, market.book, holding, offer, VALUE_DATE, market.at_ms)
    assert code == "nothing_would_be_paid"
