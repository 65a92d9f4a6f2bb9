"""Amounts: published vectors, and properties against exact fractions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.errors import RefusalCode, Refused
from ledger.money import (
    LARGEST_MINOR,
    Money,
    Rounding,
    allocate,
    divide,
    format_decimal,
    parse_decimal,
    parse_money,
)

minors = st.integers(min_value=-LARGEST_MINOR, max_value=LARGEST_MINOR)
digit_counts = st.integers(min_value=0, max_value=4)


def test_vector_c9_allocation() -> None:
    """100.00 in three equal parts, 0.05 in two: the odd unit goes to the first."""
    assert allocate(10_000, [1, 1, 1]) == (3334, 3333, 3333)
    assert allocate(5, [1, 1]) == (3, 2)


def test_vector_c11_halves() -> None:
    """2.675 and 2.665 to two decimals, half up and half even."""
    assert [divide(2675, 10, how) for how in (Rounding.HALF_UP, Rounding.HALF_EVEN)] == [268, 268]
    assert [divide(2665, 10, how) for how in (Rounding.HALF_UP, Rounding.HALF_EVEN)] == [267, 266]


def test_vectors_c1_interest() -> None:
    """1,000,000.00 at 4.35 % over 180 days: the straight discount under two day counts."""
    assert divide(100_000_000 * 435 * 180, 10_000 * 360, Rounding.HALF_UP) == 2_175_000
    assert divide(100_000_000 * 435 * 180, 10_000 * 365, Rounding.HALF_UP) == 2_145_205


@given(minors, st.integers(min_value=1, max_value=10**12), st.sampled_from(Rounding))
def test_division_rounds_as_named(numerator: int, denominator: int, how: Rounding) -> None:
    """The result is next to the exact quotient, on the side that the rounding names."""
    exact = Fraction(numerator, denominator)
    result = divide(numerator, denominator, how)
    error = abs(exact - result)
    if how is Rounding.UP:
        assert error < 1
        assert abs(result) >= abs(exact)
    elif how is Rounding.DOWN:
        assert error < 1
        assert abs(result) <= abs(exact)
    else:
        assert error <= Fraction(1, 2)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_halves_go_away_from_zero_or_to_even(odd: int) -> None:
    """Exactly half a unit: half up enlarges the magnitude, half even gives an even number."""
    numerator = 2 * odd + 1
    assert abs(divide(numerator, 2, Rounding.HALF_UP)) == (abs(numerator) + 1) // 2
    assert divide(numerator, 2, Rounding.HALF_EVEN) == round(Fraction(numerator, 2))


@given(minors, st.integers(min_value=1, max_value=10**12), st.sampled_from(Rounding))
def test_division_is_symmetric(numerator: int, denominator: int, how: Rounding) -> None:
    """Roundings judge the magnitude: a debt and a claim of one size round alike."""
    assert divide(-numerator, denominator, how) == -divide(numerator, denominator, how)


@pytest.mark.parametrize("denominator", [0, -1])
def test_division_by_nothing_is_a_fault_of_the_caller(denominator: int) -> None:
    """A denominator is positive."""
    with pytest.raises(ValueError, match="denominator"):
        divide(1, denominator, Rounding.DOWN)


@given(
    st.integers(min_value=0, max_value=LARGEST_MINOR),
    st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=30).filter(any),
)
def test_allocation_sums_and_is_fair(total: int, weights: list[int]) -> None:
    """The parts sum to the total, each within one unit of its exact share, nothing for weight 0."""
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert part >= 0
        assert part == 0 or weight > 0


@given(
    st.integers(min_value=0, max_value=10**6),
    st.lists(st.integers(min_value=0, max_value=50), min_size=1, max_size=8).filter(any),
)
def test_allocation_gives_the_rest_to_the_largest_fractions(total: int, weights: list[int]) -> None:
    """No part that was rounded up has a smaller fraction than one that was rounded down."""
    parts = allocate(total, weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    up = [share % 1 for part, share in zip(parts, exact, strict=True) if part > share]
    down = [share % 1 for part, share in zip(parts, exact, strict=True) if part <= share]
    assert not up or not down or min(up) >= max(down)


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_allocation_without_shares_is_a_fault_of_the_caller(total: int, weights: list[int]) -> None:
    """A negative total, and weights that are negative or sum to nothing."""
    with pytest.raises(ValueError, match="total of at least 0"):
        allocate(total, weights)


@given(minors, digit_counts)
def test_amount_reads_back_as_written(minor: int, digits: int) -> None:
    """`parse_decimal` undoes `format_decimal`; a document may leave out or add zero decimals."""
    text = format_decimal(minor, digits)
    assert parse_decimal(text, digits) == minor
    assert parse_decimal(text, digits, exact=False) == minor
    padded = text + ("0" if digits else ".0")
    assert parse_decimal(padded, digits, exact=False) == minor


@given(st.text(alphabet="-+.,0123456789eE ０١", max_size=24), digit_counts, st.booleans())
def test_any_text_is_an_amount_or_refused(text: str, digits: int, exact: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """No text raises anything but a refusal; what is read exactly writes itself back."""
    try:
        minor = parse_decimal(text, digits, exact=exact)
    except Refused as refused:
        assert refused.code is RefusalCode.AMOUNT_INVALID  # noqa: PT017 - some texts are amounts
        return
    assert Fraction(text) == Fraction(minor, 10**digits)
    if exact:
        assert format_decimal(minor, digits) == text


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("100", 2),
        ("100.0", 2),
        ("100.000", 2),
        ("-0.00", 2),
        ("01.00", 2),
        ("1.00", 0),
        (".50", 2),
        ("1e2", 0),
        ("+1", 0),
        ("1,000.00", 2),
        ("１", 0),
        ("90071992547409.92", 2),
        ("1\n", 0),
    ],
)
def test_amount_of_another_form_is_refused(text: str, digits: int) -> None:
    """In a command an amount has one form: no sign but minus, no blanks, exactly the decimals."""
    with pytest.raises(Refused) as refused:
        parse_decimal(text, digits)
    assert refused.value.code is RefusalCode.AMOUNT_INVALID


def test_document_amount_keeps_its_value() -> None:
    """A document may write fewer decimals or zeros behind them, but no value that is lost."""
    assert parse_decimal("834.9", 2, exact=False) == 83_490
    assert parse_decimal("5.5000", 2, exact=False) == 550
    assert parse_decimal("-0.00", 2, exact=False) == 0
    with pytest.raises(Refused):
        parse_decimal("0.123", 2, exact=False)


@given(minors, minors)
def test_sums_are_exact_and_bounded(first: int, second: int) -> None:
    """Amounts of one currency add as integers, and are refused beyond 2^53-1."""
    a, b = Money(first, "CNY"), Money(second, "CNY")
    if abs(first + second) <= LARGEST_MINOR:
        assert a + b == Money(first + second, "CNY")
        assert a + b - b == a
    else:
        with pytest.raises(Refused) as refused:
            _ = a + b
        assert refused.value.code is RefusalCode.AMOUNT_INVALID
    assert (a < b, a <= b, -a) == (first < second, first <= second, Money(-first, "CNY"))


def test_currencies_do_not_mix() -> None:
    """Amounts of two currencies are neither added nor compared."""
    for act in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(Refused) as refused:
            act(Money(1, "CNY"), Money(1, "EUR"))
        assert refused.value.code is RefusalCode.CURRENCY_MISMATCH


@pytest.mark.parametrize("currency", ["", "cny", "CN", "CNYX", "CNY\n", "ＣＮＹ"])
def test_currency_has_three_capitals(currency: str) -> None:
    """Anything but three ASCII capitals is no ISO 4217 code."""
    with pytest.raises(Refused) as refused:
        Money(1, currency)
    assert refused.value.code is RefusalCode.CURRENCY_UNKNOWN


@pytest.mark.parametrize("minor", [1.0, True, "1"])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    """A float, a boolean or a text as minor units is a fault of the caller."""
    with pytest.raises(TypeError, match="whole number"):
        Money(minor, "CNY")  # type: ignore[arg-type]  # the fault under test


class Code(StrEnum):
    """A currency that is a text, but of another type."""

    CNY = "CNY"


def told(make: Callable[[], object]) -> object:
    """What is made, or why not."""
    try:
        return make()
    except (Refused, TypeError) as error:
        return type(error), str(error)


@given(
    minors | st.sampled_from([True, 5.0, "5", None, 2**53, -(2**53)]),
    st.sampled_from(["CNY", "EUR", Code.CNY, "cny", "CN", "CNY ", "", 7, None]),
)
def test_no_way_to_an_amount_goes_round_its_guards(minor: Any, currency: Any) -> None:
    """A changed copy is an amount made anew, or refused alike; its code is plain; it is frozen."""
    short = told(partial(replace, Money(7, "JPY"), minor=minor, currency=currency))
    long = told(partial(Money, minor, currency))
    assert (type(short), short) == (type(long), long)
    if isinstance(short, Money):
        assert hash(short) == hash(long)
        assert type(short.currency) is str
        assert pickle.loads(pickle.dumps(short)) == short  # noqa: S301 - our own bytes
        with pytest.raises(AttributeError, match="immutable"):
            short.minor = 1  # type: ignore[misc]  # the fault under test


@given(minors, digit_counts, st.sampled_from(["CNY", "cny"]))
def test_money_is_read_as_its_parts(minor: int, digits: int, currency: str) -> None:
    """A decimal string beside a currency: the same amounts and refusals as one by one."""
    for text in (format_decimal(minor, digits), format_decimal(minor, 2), f"{minor}0", "-0.00"):
        parts = told(lambda text=text: Money(parse_decimal(text, digits), currency))  # type: ignore[misc]  # bound at once
        assert told(partial(parse_money, text, currency, digits)) == parts
