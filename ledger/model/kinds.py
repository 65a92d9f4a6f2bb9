"""Kinds of field: what a value may look like, said once as a type and used by every command.

Each alias is an ordinary type with a mark (`typing.Annotated`) that `ledger.model.codec` obeys.
`Confidential` and `Personal` are the field classes: such a field travels as a salted digest
``{"sd": "…"}`` in its place, with its disclosure beside the log (RFC 9901, section 4.2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, TypeVar

from ledger.dates import LAST_INSTANT_MS
from ledger.money import Money

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The whole text matches `expression`; `says` describes it to a person."""

    expression: str
    says: str

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        if isinstance(value, str) and self.fullmatch(value):
            return None
        return f"is not {self.says}"

    @property
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        """The match of a whole text, or None."""
        return _compiled(self.expression).fullmatch


@lru_cache(maxsize=512)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


@dataclass(frozen=True, slots=True)
class Plain:
    """One to `longest` characters of NFC text without control, format or separator characters.

    Format characters (bidirectional marks, zero-width joiners) make two different texts look the
    same, so names and numbers may not carry them.
    """

    longest: int

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        if not isinstance(value, str) or not 0 < len(value) <= self.longest:
            return f"is not a text of 1 to {self.longest} characters"
        if value != value.strip() or not unicodedata.is_normalized("NFC", value):
            return "has blanks at an end or is not in Unicode form NFC"
        # What Python calls printable is in none of these categories, and quickly told.
        seen = value.isprintable() or not _INVISIBLE.intersection(map(unicodedata.category, value))
        return None if seen else "contains control or invisible characters"


_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Co"})


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        if type(value) is int and self.least <= value <= self.most:
            return None
        return f"is not a whole number from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class Length:
    """A list of `least` to `most` members."""

    least: int
    most: int

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        if isinstance(value, (list, tuple)) and self.least <= len(value) <= self.most:
            return None
        return f"is not a list of {self.least} to {self.most} members"


@dataclass(frozen=True, slots=True)
class Positive:
    """An amount above zero."""

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        return None if isinstance(value, Money) and value.minor > 0 else "is not above zero"


@dataclass(frozen=True, slots=True)
class NotNegative:
    """An amount of zero or more."""

    def objection(self, value: object) -> str | None:
        """Why `value` does not fit, or None."""
        return None if isinstance(value, Money) and value.minor >= 0 else "is below zero"


@dataclass(frozen=True, slots=True)
class FieldClass:
    """How public a field is: `open` (unmarked), `confidential` or `personal`."""

    name: str


CONFIDENTIAL = FieldClass("confidential")
PERSONAL = FieldClass("personal")

Confidential = Annotated[T, CONFIDENTIAL]
"""Sealed in place; `decide` sees the value; disclosed by right, kept to the end of retention."""
Personal = Annotated[str, PERSONAL]
"""Sealed in place and erasable: `decide` sees only the digest, whatever the value is."""

Id = Annotated[str, Pattern(r"[a-z]{3}_[a-z2-7]{26}", "an id of this ledger (abc_ and 26 letters)")]
"""An id that the ledger made: kind prefix and the base32 of 16 bytes."""
Digest = Annotated[str, Pattern(r"[A-Za-z0-9_-]{43}", "a SHA-256 digest in base64url")]
Signature64 = Annotated[str, Pattern(r"[A-Za-z0-9_-]{86}", "a 64-byte signature in base64url")]
Name = Annotated[str, Plain(200)]
"""A name of a person, company, bank or place."""
Reference = Annotated[str, Plain(100)]
"""A number or reference that somebody else gave: invoice, contract, statement, court file."""
Code = Annotated[str, Pattern(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}", "a code of 1 to 64 characters")]
Currency = Annotated[str, Pattern(r"[A-Z]{3}", "an ISO 4217 code")]
Country = Annotated[str, Pattern(r"[A-Z]{2}", "an ISO 3166-1 code of two letters")]
Amount = Annotated[Money, Positive()]
"""An amount above zero."""
AmountOrZero = Annotated[Money, NotNegative()]
Instant = Annotated[int, Range(0, LAST_INSTANT_MS)]
"""Milliseconds since 1970-01-01T00:00Z, to the end of the year 9998."""
DailyPpm = Annotated[int, Range(0, 10_000)]
"""A daily rate in millionths: 0.05 % is 500. At most 1 %."""
RatePpm = Annotated[int, Range(0, 1_000_000)]
"""A yearly rate in millionths: 4.35 % is 43500. At most 100 %."""
