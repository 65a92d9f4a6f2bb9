"""What each field of a command may be, read from its annotation once and said in many ways."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ledger.model.annotations import fields, hints, is_shape, split
from ledger.model.kinds import FieldClass, Length, NotNegative, Pattern, Plain, Positive, Range
from ledger.money import Money

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Value:
    """What a field holds: its type, the marks that bound it, and how public it is.

    `sealed` is ``open``, ``confidential`` or ``personal``; `member` what a list consists of.
    """

    base: Any
    marks: tuple[Any, ...]
    sealed: str
    member: Value | None = None

    @property
    def part(self) -> type[Any] | None:
        """The struct that the value, or each member of the list, is."""
        if self.member is not None:
            return self.member.part
        return self.base if is_shape(self.base) else None

    @property
    def length(self) -> Length | None:
        """The bounds of a list, where it has any."""
        return next((mark for mark in self.marks if isinstance(mark, Length)), None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The wire names of a closed list of values; none for anything else."""
        if isinstance(self.base, type) and issubclass(self.base, Enum):
            return tuple(str(member.value) for member in self.base)
        return ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct: its name, what it holds, and whether it must be there."""

    name: str
    value: Value
    needed: bool


def value_of(hint: Any, within: str = OPEN) -> Value:
    """What an annotation says; inside of what is sealed nothing is open."""
    base, marks = split(hint)
    sealed = next((mark.name for mark in marks if isinstance(mark, FieldClass)), within)
    bounds = tuple(mark for mark in marks if not isinstance(mark, FieldClass))
    is_list = typing.get_origin(base) is tuple
    member = value_of(typing.get_args(base)[0], sealed) if is_list else None
    return Value(base, bounds, sealed, member)


def fields_of(kind: type, within: str = OPEN) -> tuple[Field, ...]:
    """The fields of a struct, in its order, where it stands in a value of the class `within`."""
    known = hints(kind)
    return tuple(
        Field(one.name, value_of(known[one.name], within), one.required) for one in fields(kind)
    )


def all_fields(kind: type, prefix: str = "", within: str = OPEN) -> Iterator[tuple[str, Field]]:
    """Each field with its path, those of a part after the part: ``children/amount``."""
    for field in fields_of(kind, within):
        yield prefix + field.name, field
        part = field.value.part
        if part is not None:
            yield from all_fields(part, f"{prefix}{field.name}/", field.value.sealed)


def _same(text: str) -> str:
    return text


def in_words(
    value: Value, code: Callable[[str], str] = _same, link: Callable[[str], str] = _same
) -> str:
    """What a field holds, for a person. `code` marks up a choice, `link` the name of a part."""
    if value.member is not None:
        count = said_length(value.length) if value.length else "any number"
        return f"list of {count}: {in_words(value.member, code, link)}"
    if value.choices:
        return "one of " + ", ".join(map(code, value.choices))
    if value.part is not None:
        return link(value.part.__name__)
    said = next((text for mark in value.marks if (text := _bound(mark))), None)
    return said or _PLAIN[value.base]


_PLAIN = {str: "text", int: "whole number", bool: "true or false", Money: "amount", dt.date: "date"}


def said_length(length: Length) -> str:
    """How many members a list has, in words."""
    return f"{length.least} to {length.most}"


def _bound(mark: Any) -> str:
    match mark:
        case Pattern():
            return mark.says
        case Plain():
            return f"text of 1 to {mark.longest} characters"
        case Range():
            return f"whole number from {mark.least:,} to {mark.most:,}"
        case Positive():
            return "amount above zero"
        case NotNegative():
            return "amount of zero or more"
    return ""
