"""Amounts: whole minor units with an ISO 4217 code, one named rounding per division.

How many digits a currency has is a value (`digits`), never looked up in a package: the policy
in force says so, and an update of somebody's table must not change a past verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import force_setattr

from ledger.errors import RefusalCode, Refused

LARGEST_MINOR = 2**53 - 1
"""Amounts stay inside the integers that every JSON reader keeps exact (RFC 8785, 3.2.2.3)."""

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,9}))?")
_USUAL = {
    digits: re.compile(rf"(?:0|[1-9][0-9]{{0,{14 - digits}}})\.[0-9]{{{digits}}}").fullmatch
    for digits in range(1, 10)
}
"""By minor digits the amounts that need no second look: exact, without a sign, below 10^15."""
_CODE = re.compile(r"[A-Z]{3}")


class _Codes(dict[str, str]):
    """The currency codes met so far, at most 26^3: asking a dictionary costs least."""

    def __missing__(self, code: str) -> str:
        match = _CODE.fullmatch(code)
        if match is None:
            raise Refused(RefusalCode.CURRENCY_UNKNOWN, f"{code!r} is not an ISO 4217 code.")
        return self.setdefault(match.group(), match.group())


_CODES = _Codes()


class Rounding(Enum):
    """How a fraction of a minor unit becomes a whole one. Halves are judged by magnitude."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


# To ask an enumeration for its member costs more than a whole division.
_HALF_UP, _HALF_EVEN, _UP, _ = Rounding


class Money(Struct, frozen=True, gc=False):
    """`minor` whole minor units (may be negative, |minor| < 2^53) of `currency` (ISO 4217 code)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        minor, currency = self.minor, self.currency
        if type(minor) is not int and (not isinstance(minor, int) or isinstance(minor, bool)):
            raise TypeError("minor units are a whole number")
        if not -LARGEST_MINOR <= minor <= LARGEST_MINOR:
            raise Refused(RefusalCode.AMOUNT_INVALID, "The amount is beyond 2^53-1 minor units.")
        code = _CODES[currency]
        if type(currency) is not str:
            force_setattr(self, "currency", code)  # a text of a class of its own becomes plain

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Refused(
                RefusalCode.CURRENCY_MISMATCH,
                f"{self.currency} and {other.currency} cannot be added or compared.",
            )


class Unbounded(Enum):
    """What no amount bounds: more than any."""

    UNBOUNDED = "unbounded"


UNBOUNDED = Unbounded.UNBOUNDED
Stake = Money | Unbounded
"""How much an act is about, by which approval tiers and delegations judge it."""


@lru_cache(maxsize=4096)
def parse_money(text: str, currency: str, digits: int) -> Money:
    """The amount that a command writes as `text`: see `parse_decimal` with `exact`.

    One amount stands in many places (gross, used, acknowledged, paid), so the last ones are kept.
    Raises `Refused` (`amount_invalid`; `currency_unknown` for what is no ISO 4217 code).
    """
    return Money(parse_decimal(text, digits), currency)


def parse_decimal(text: str, digits: int, *, exact: bool = True) -> int:
    """The whole minor units that a decimal string means in a currency of `digits` minor digits.

    With `exact` the string has exactly `digits` decimals (``"100.00"`` for CNY, ``"100"`` for
    JPY): the one form commands may carry. Without it fewer decimals, or more that are all zero,
    are read too, as documents write them. Raises `Refused` (`amount_invalid`).
    """
    usual = _USUAL.get(digits)
    if usual and usual(text):
        return int(text.replace(".", ""))
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise Refused(RefusalCode.AMOUNT_INVALID, f"{text[:40]!r} is not a decimal amount.")
    decimals = match.group(2) or ""
    if exact and len(decimals) != digits:
        raise Refused(RefusalCode.AMOUNT_INVALID, f"{text!r} must have exactly {digits} decimals.")
    kept, rest = decimals[:digits].ljust(digits, "0"), decimals[digits:]
    if rest.strip("0"):
        raise Refused(RefusalCode.AMOUNT_INVALID, f"{text!r} has more than {digits} decimals.")
    whole = match.group(1)
    minor = int(whole + kept)
    if text.startswith("-"):
        if minor == 0 and exact:
            raise Refused(RefusalCode.AMOUNT_INVALID, "Minus zero is not an amount.")
        minor = -minor
    if abs(minor) > LARGEST_MINOR:
        raise Refused(RefusalCode.AMOUNT_INVALID, f"{text!r} is beyond 2^53-1 minor units.")
    return minor


def format_decimal(minor: int, digits: int) -> str:
    """The one decimal string of `minor` units: the inverse of `parse_decimal` with `exact`."""
    sign = "-" if minor < 0 else ""
    text = str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """`numerator / denominator` rounded to a whole number as `rounding` says; exact integers."""
    if denominator <= 0:
        raise ValueError("the denominator is positive")
    quotient, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    away = (
        (rounding is _UP and rest > 0)
        or (rounding is _HALF_UP and twice >= denominator)
        or (
            rounding is _HALF_EVEN
            and (twice > denominator or (twice == denominator and quotient % 2 == 1))
        )
    )
    result = quotient + (1 if away else 0)
    return -result if numerator < 0 else result


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` minor units in proportion to `weights` so that the parts sum to `total`.

    Largest remainder (Hare): each part is rounded down, and what is left goes one unit each to
    the largest fractions; ties to the earlier place. `total` >= 0, weights >= 0 with a positive
    sum, else `ValueError`.
    """
    weight_sum = sum(weights)
    if total < 0 or weight_sum <= 0 or min(weights) < 0:
        raise ValueError("a total of at least 0 and weights with a positive sum")
    parts = [total * weight // weight_sum for weight in weights]
    by_fraction = sorted(
        range(len(weights)),
        key=lambda place: (-(total * weights[place] % weight_sum), place),
    )
    for place in by_fraction[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)
