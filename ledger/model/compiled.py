"""Readers and writers of structs, each written once as a function of its own (`source`).

They do what the exact codec does (`ledger.model.codec`), for values that are as they should be.
Whatever else they meet ends in one of `ODD`; then the exact codec says what is wrong and where,
or takes it after all. So nothing here makes a place, a sentence or a decision of its own.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from msgspec import NODEFAULT

from ledger.errors import Refused
from ledger.model.annotations import fields, hints, optional, required, split
from ledger.model.kinds import (
    CONFIDENTIAL,
    PERSONAL,
    FieldClass,
    Length,
    NotNegative,
    Pattern,
    Plain,
    Positive,
    Range,
)
from ledger.model.source import Source, give
from ledger.money import Money, parse_money

Reader: TypeAlias = Callable[..., Any]
"""(tree) for the plain form, (tree, digits, disclosures) for the wire form."""
Writer: TypeAlias = Callable[[Any], dict[str, Any]]


Made = TypeVar("Made")


class Odd(Exception):
    """A value that the exact codec has to look at."""


ODD = (Odd, Refused, LookupError, TypeError, ValueError, AttributeError)
"""What a compiled function may raise. It has then changed nothing."""


def _once(make: Callable[[type], Made]) -> Callable[[type], Made]:
    return lru_cache(maxsize=512)(make)


@_once
def plain_reader(kind: type) -> Reader:
    """The function from a tree in plain form to a `kind`."""
    return _reader(kind, wire=False)


@_once
def wire_reader(kind: type) -> Reader:
    """The function from a tree in wire form, digits and disclosures to a `kind`."""
    return _reader(kind, wire=True)


@_once
def plain_writer(kind: type) -> Writer:
    """The function from a `kind` to its tree in plain form."""
    source = Source("value")
    source.line("tree = {}")
    for field, hint in hints(kind).items():
        value = source.new()
        source.line(f"{value} = value.{field}")
        with source.block(f"if {value} is not None:") if optional(hint) else nullcontext():
            source.line(f"tree[{field!r}] = {written(source, hint, value)}")
    source.line("return tree")
    return source.function()


def odd_if(source: Source, condition: str) -> None:
    """Add to a function: here the exact codec has to look, if `condition` holds."""
    source.line(f"if {condition}: raise {source.name(Odd)}")


def read_plain(source: Source, hint: Any, value: str) -> None:
    """Add to a function: the variable `value` becomes what its tree in plain form means."""
    _read(source, hint, value, "", wire=False)


def written(source: Source, hint: Any, value: str) -> str:
    """Add to a function what checks the variable `value`; the expression of its plain tree."""
    base, _ = split(hint)
    if base is Money:
        return f'{{"currency": {value}.currency, "minor": {value}.minor}}'
    if typing.get_origin(base) is tuple:
        return _written_list(source, typing.get_args(base)[0], value)
    if base in (str, int, bool):
        odd_if(source, f"type({value}) is not {base.__name__}")
        return value
    if base is dt.date:
        return f"{source.name(_iso)}({value})"
    if isinstance(base, type) and issubclass(base, Enum):
        return f"{value}._value_"
    return f"{source.name(plain_writer(base))}({value})"


def _written_list(source: Source, member: Any, value: str) -> str:
    trees, item = source.new(), source.new()
    source.line(f"{trees} = []")
    with source.block(f"for {item} in {value}:"):
        source.line(f"{trees}.append({written(source, member, item)})")
    return trees


def _reader(kind: type, *, wire: bool) -> Reader:
    source = Source("tree, digits, disclosures" if wire else "tree")
    odd_if(source, "type(tree) is not dict")
    source.line("more = 0")
    parts = {}
    for field in fields(kind):
        hint, value = hints(kind)[field.name], source.new()
        parts[field.name] = value
        if field.name in required(kind):
            source.line(f"{value} = tree[{field.name!r}]")
            _read(source, hint, value, field.name, wire=wire)
            continue
        with source.block(f"if {field.name!r} in tree:"):
            source.line("more += 1")
            source.line(f"{value} = tree[{field.name!r}]")
            _read(source, hint, value, field.name, wire=wire)
        with source.block("else:"):
            made = field.default is NODEFAULT
            default = source.name(field.default_factory if made else field.default)
            source.line(f"{value} = {default}{'()' if made else ''}")
    odd_if(source, f"len(tree) != {len(required(kind))} + more")
    give(source, kind, parts)
    return source.function()


def _read(source: Source, hint: Any, value: str, name: str, *, wire: bool) -> None:
    """The variable `value` becomes what its tree means; `name` is the field's."""
    base, marks = split(hint)
    if PERSONAL in marks:
        if wire:
            _read_digest(source, value, name)
        return
    if CONFIDENTIAL in marks and wire:
        _take_digest(source, value, "sealed")
        source.line(f"said, {value} = disclosures[sealed]")
        odd_if(source, f"said != {name!r}")
    _read_base(source, base, value, name, wire=wire)
    for mark in marks:
        if not isinstance(mark, FieldClass):
            odd_if(source, _objects(source, mark, base, value))


def _take_digest(source: Source, value: str, digest: str) -> None:
    """The variable `digest` becomes what stands in ``{"sd": digest}``: 43 of something."""
    odd_if(source, f"type({value}) is not dict or len({value}) != 1")
    source.line(f'{digest} = {value}["sd"]')
    odd_if(source, f"type({digest}) is not str or len({digest}) != 43")


def _read_digest(source: Source, value: str, name: str) -> None:
    _take_digest(source, value, value)
    with source.block(f"if {value} in disclosures:"):
        source.line(f"said, text = disclosures[{value}]")
        odd_if(source, f"said != {name!r} or type(text) is not str")


def _read_base(source: Source, base: Any, value: str, name: str, *, wire: bool) -> None:
    if base is Money:
        _read_money(source, value, wire=wire)
    elif typing.get_origin(base) is tuple:
        odd_if(source, f"type({value}) is not list")
        items, item = source.new(), source.new()
        source.line(f"{items} = []")
        with source.block(f"for {item} in {value}:"):
            _read(source, typing.get_args(base)[0], item, name, wire=wire)
            source.line(f"{items}.append({item})")
        source.line(f"{value} = tuple({items})")
    elif base in (str, int, bool):
        odd_if(source, f"type({value}) is not {base.__name__}")
    elif base is dt.date:
        source.line(f"{value} = {source.name(_date)}({value})")
    elif isinstance(base, type) and issubclass(base, Enum):
        source.line(f"{value} = {source.name(_members(base))}[{value}]")
    else:
        reader = wire_reader(base) if wire else plain_reader(base)
        rest = ", digits, disclosures" if wire else ""
        source.line(f"{value} = {source.name(reader)}({value}{rest})")


def _read_money(source: Source, value: str, *, wire: bool) -> None:
    if not wire:
        source.line(f'{value} = {source.name(Money)}({value}["minor"], {value}["currency"])')
        return
    odd_if(source, f"len({value}) != 2")
    source.line(f'code = {value}["currency"]')
    parts = f'{value}["amount"], code, digits(code)'
    source.line(f"{value} = {source.name(parse_money)}({parts})")


@lru_cache(maxsize=8192)
def _date(text: str) -> dt.date:
    # Of the forms that `fromisoformat` takes, only one has hyphens at these two places.
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise Odd
    return dt.date.fromisoformat(text)


@lru_cache(maxsize=8192)
def _iso(day: dt.date) -> str:
    return day.isoformat()


@lru_cache(maxsize=512)
def _members(kind: type[Enum]) -> Mapping[Any, Enum]:
    """The members of an enumeration by their values."""
    return {member.value: member for member in kind}


def _objects(source: Source, mark: Any, base: Any, value: str) -> str:
    """The expression that is true for a value, of type `base`, to which `mark` objects."""
    match mark:
        case Pattern() if base is str:
            return f"{source.name(mark.fullmatch)}({value}) is None"
        case Range() if base is int:
            return f"not {mark.least} <= {value} <= {mark.most}"
        case Length() if typing.get_origin(base) is tuple:
            return f"not {mark.least} <= len({value}) <= {mark.most}"
        case Positive() if base is Money:
            return f"{value}.minor <= 0"
        case NotNegative() if base is Money:
            return f"{value}.minor < 0"
        case Plain() if base is str:
            usual = [
                f"0 < len({value}) <= {mark.longest}",
                f"{value}.isascii() and {value}.isprintable()",
                f'{value}[0] != " " != {value}[-1]',
            ]
            return f"not ({' and '.join(usual)}) and {source.name(mark.objection)}({value})"
    return f"{source.name(mark.objection)}({value})"
