"""Values made from type hints: any command, event or record, as its field kinds allow it.

    @given(from_hints(SplitHolding))
    def test_something(command): ...

The values obey the marks of `ledger.model.kinds` and no business rule: ids name nothing, dates are
in no order. Personal fields hold a digest, as they do everywhere behind the wire.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from hypothesis import strategies as st

from ledger.base64url import b64url_encode
from ledger.model.annotations import is_shape
from ledger.model.codec import hints
from ledger.model.kinds import (
    PERSONAL,
    Digest,
    FieldClass,
    Length,
    NotNegative,
    Pattern,
    Plain,
    Positive,
    Range,
)
from ledger.money import LARGEST_MINOR, Money

T = TypeVar("T")

DIGITS = {"BHD": 3, "CNY": 2, "EUR": 2, "JPY": 0}
"""The currencies of generated amounts, with their minor digits."""

digests = st.binary(min_size=32, max_size=32).map(b64url_encode)
"""SHA-256 digests in base64url, in their one form."""

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cn", "Cs", "Co"]), max_size=20)
"""Short texts from all planes, control characters included."""

_names = st.text("abcXYZ09 -./ÄñЖ確权公司🚚", min_size=1, max_size=20)
_integers = st.integers(-(2**53) + 1, 2**53 - 1)


def from_hints(kind: type[T]) -> st.SearchStrategy[T]:
    """Values of the struct `kind`; every field varies, those with defaults too."""
    return st.builds(kind, **{name: from_hint(hint) for name, hint in hints(kind).items()})


def from_hint(hint: Any) -> st.SearchStrategy[Any]:
    """Values of one field annotation."""
    if typing.get_origin(hint) is typing.Annotated:
        base, *marks = typing.get_args(hint)
        return _marked(base, marks)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        return st.none() | st.one_of(*map(from_hint, members))
    if typing.get_origin(hint) is tuple:
        return st.lists(from_hint(typing.get_args(hint)[0]), max_size=3).map(tuple)
    if hint is Money:
        return _amounts(-LARGEST_MINOR)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_shape(hint):
        return from_hints(typing.cast("type[Any]", hint))
    return {str: texts, int: _integers, bool: st.booleans(), dt.date: st.dates()}[hint]


def _marked(base: Any, marks: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Values of `base` under its marks, of which all but a field class restrict the value."""
    if PERSONAL in marks:
        return digests
    bounds = [mark for mark in marks if not isinstance(mark, FieldClass)]
    if not bounds:
        return from_hint(base)
    strategy = _bounded(base, bounds[0])
    for mark in bounds[1:]:
        strategy = strategy.filter(partial(_fits, mark))
    return strategy


def _fits(mark: Any, value: Any) -> bool:
    return mark.objection(value) is None


def _bounded(base: Any, mark: Any) -> st.SearchStrategy[Any]:
    match mark:
        case Pattern() if mark in typing.get_args(Digest):
            return digests
        case Pattern():
            return st.from_regex(re.compile(mark.expression, re.ASCII), fullmatch=True)
        case Plain():
            return _names.filter(partial(_fits, mark))
        case Range():
            return st.integers(mark.least, mark.most)
        case Length():
            member = from_hint(typing.get_args(base)[0])
            most = min(mark.most, mark.least + 2)
            return st.lists(member, min_size=mark.least, max_size=most).map(tuple)
        case Positive():
            return _amounts(1)
        case NotNegative():
            return _amounts(0)
    raise TypeError(f"no values are known for the mark {mark!r}")


def _amounts(least: int) -> st.SearchStrategy[Money]:
    return st.builds(Money, st.integers(least, LARGEST_MINOR), st.sampled_from(sorted(DIGITS)))
