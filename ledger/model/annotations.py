"""What the annotations of a struct say: the type of each field, its marks, what may be absent.

Everything that reads, writes or stores commands, events and records asks here, once per class.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeGuard

import msgspec
from msgspec.structs import FieldInfo

from ledger.model.kinds import FieldClass
from ledger.money import Money


def is_shape(kind: Any) -> TypeGuard[type[msgspec.Struct]]:
    """Whether `kind` is a class of fields; an amount has forms of its own and is none."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not Money


def hints(kind: type) -> Mapping[str, Any]:
    """The field annotations of a struct, resolved, marks included."""
    return _hints(kind)


@lru_cache(maxsize=512)
def _hints(kind: type) -> Mapping[str, Any]:
    resolved = typing.get_type_hints(kind, include_extras=True)
    return {field.name: resolved[field.name] for field in fields(kind)}


@lru_cache(maxsize=512)
def fields(kind: type) -> tuple[FieldInfo, ...]:
    """The fields of a struct with their defaults, in order."""
    return msgspec.structs.fields(kind)


@lru_cache(maxsize=512)
def required(kind: type) -> frozenset[str]:
    """The fields of a struct that have no default."""
    return frozenset(field.name for field in fields(kind) if field.required)


def split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A hint as (what it is without None and marks, its marks, outermost last)."""
    return _split(hint)


@lru_cache(maxsize=2048)
def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    marks: tuple[Any, ...] = ()
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint, *found = typing.get_args(hint)
            marks = (*found, *marks)
        elif _is_union(hint):
            (hint,) = (member for member in typing.get_args(hint) if member is not type(None))
        else:
            return hint, marks


def optional(hint: Any) -> bool:
    """Whether a hint, marked or not, lets a field be None."""
    while typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    if not _is_union(hint):
        return False
    members = typing.get_args(hint)
    return type(None) in members or any(optional(member) for member in members)


def _is_union(hint: Any) -> bool:
    return isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union


def field_classes(kind: type, prefix: str = "") -> dict[str, str]:
    """Each sealed field of a struct by its path, with its class: what genesis commits to."""
    found: dict[str, str] = {}
    for name, hint in hints(kind).items():
        path = f"{prefix}{name}"
        base, marks = split(hint)
        sealed = [mark.name for mark in marks if isinstance(mark, FieldClass)]
        if sealed:
            found[path] = sealed[0]
        for inner in (base, *typing.get_args(base)):
            if is_shape(inner):
                found |= field_classes(inner, f"{path}/")
    return found
