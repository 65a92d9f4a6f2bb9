"""Kinds of field: what each lets pass, said once."""

from __future__ import annotations

import typing
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.model.kinds import (
    Amount,
    AmountOrZero,
    Code,
    Country,
    Currency,
    Digest,
    Id,
    Instant,
    Length,
    Name,
    RatePpm,
    Reference,
    Signature64,
)
from ledger.model.records import make_id
from ledger.money import Money
from tests.support.strategies import from_hint, texts


def objection(hint: Any, value: object) -> str | None:
    """Why a value does not fit a kind, or None."""
    (mark,) = typing.get_args(hint)[1:]
    return typing.cast("str | None", mark.objection(value))


GOOD = [
    (Id, make_id("pty", "x", "y")),
    (Digest, "A" * 43),
    (Signature64, "_" * 86),
    (Name, "确权 有限公司"),
    (Name, "Åse & Söhne"),
    (Name, "x" * 200),
    (Reference, "2024/0001 (b)"),
    (Code, "SHA-256+Ed25519"),
    (Code, "a.b_c:d"),
    (Currency, "CNY"),
    (Country, "CN"),
    (Amount, Money(1, "CNY")),
    (AmountOrZero, Money(0, "CNY")),
    (Instant, 0),
    (RatePpm, 1_000_000),
]
BAD = [
    (Id, "pty_short"),
    (Id, make_id("pty", "x", "y") + "\n"),
    (Id, make_id("pty", "x", "y").upper()),
    (Digest, "A" * 42),
    (Digest, "+" * 43),
    (Signature64, "A" * 88),
    (Name, ""),
    (Name, "x" * 201),
    (Name, " x"),
    (Name, "x "),
    (Name, "x\u3000"),
    (Name, "e\u0301"),
    (Name, "a\nb"),
    (Name, "a\x00b"),
    (Name, "a\u202eb"),
    (Name, "a\u200db"),
    (Name, "a\ufeffb"),
    (Name, "a\u2028b"),
    (Name, "a\ue000b"),
    (Name, 7),
    (Reference, "x" * 101),
    (Code, ""),
    (Code, "-a"),
    (Code, "a b"),
    (Code, "a" * 65),
    (Currency, "cny"),
    (Currency, "CNYX"),
    (Currency, "\uff23NY"),
    (Country, "CHN"),
    (Amount, Money(0, "CNY")),
    (Amount, 1),
    (AmountOrZero, Money(-1, "CNY")),
    (Instant, -1),
    (Instant, True),
    (Instant, 1.0),
    (RatePpm, 1_000_001),
]


@pytest.mark.parametrize(("hint", "value"), GOOD)
def test_values_that_fit(hint: Any, value: object) -> None:
    """Each kind takes what it is for, up to its bound."""
    assert objection(hint, value) is None


@pytest.mark.parametrize(("hint", "value"), BAD)
def test_values_that_do_not_fit(hint: Any, value: object) -> None:
    """Out of bounds, of another type, invisible, not normalized; the reason is a phrase."""
    reason = objection(hint, value)
    assert reason is not None
    assert reason.split()[0] in {"is", "has", "contains"}


def test_lists_have_bounds() -> None:
    """Least and most members; other values are no lists."""
    mark = Length(1, 2)
    assert [mark.objection(value) is None for value in ((), (1,), [1, 2], (1, 2, 3), "ab")] == [
        False,
        True,
        True,
        False,
        False,
    ]


@given(texts)
def test_a_name_that_passes_looks_like_what_it_is(text: str) -> None:
    """No two names that pass differ only by blanks at the ends or by normal form."""
    if objection(Name, text) is None:
        assert text == text.strip()
        assert text.isprintable() or any(char.isspace() for char in text)


@given(from_hint(Name), from_hint(Id), from_hint(Code), from_hint(Amount))
def test_generated_values_fit(name: str, record: str, code: str, amount: Money) -> None:
    """The strategies that other tests build on make only what the kinds let pass."""
    for hint, value in ((Name, name), (Id, record), (Code, code), (Amount, amount)):
        assert objection(hint, value) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
def test_plain_text_is_what_it_says(text: str) -> None:
    """The quick ways to tell plain text agree with the definition, character by character."""
    categories = {unicodedata.category(char) for char in text}
    plain = (
        bool(text)
        and text == text.strip() == unicodedata.normalize("NFC", text)
        and not categories & {"Cc", "Cf", "Zl", "Zp", "Co"}
    )
    assert (objection(Name, text) is None) == plain
