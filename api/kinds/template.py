"""A body of a kind of command to start from: every field, and what to write there.

A placeholder is no value, so what was forgotten is refused by its place and never signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.kinds.values import OPEN, Field, Value, fields_of, in_words, said_length
from ledger.errors import RefusalCode, Refused
from ledger.money import Money


def template(kind: type[Any]) -> dict[str, Any]:
    """A body with every field of `kind`, needed ones first; each leaf is a placeholder."""
    return _object(kind, OPEN, ())


def _object(kind: type[Any], within: str, notes: tuple[str, ...]) -> dict[str, Any]:
    needed_first = sorted(fields_of(kind, within), key=lambda field: not field.needed)
    return {field.name: _value(field.value, (*notes, *_notes(field))) for field in needed_first}


def _notes(field: Field) -> Iterator[str]:
    """What each leaf of a field says of it: how many there may be, and whether any must."""
    if field.value.length:
        yield f"{field.name}: {said_length(field.value.length)}"
    if not field.needed:
        yield f"{field.name} is optional"


def _value(value: Value, notes: tuple[str, ...]) -> Any:
    if value.member is not None:
        return [_value(value.member, notes)]
    if value.part is not None:
        return _object(value.part, value.sealed, notes)
    if value.base is Money:
        return {
            "amount": _placeholder(f"{in_words(value)}, as 100.00", value.sealed, notes),
            "currency": _placeholder("ISO 4217 code", value.sealed, notes),
        }
    return _placeholder(in_words(value), value.sealed, notes)


def _placeholder(what: str, sealed: str, notes: tuple[str, ...]) -> str:
    return f"<{'; '.join((what, sealed, *notes))}>"


def check_filled(kind: type[Any], body: Any) -> None:
    """Raises `Refused` (`field_invalid`) where `body` still holds a placeholder of `kind`."""
    placeholders = {text for _, text in _texts(template(kind), "")}
    for place, text in _texts(body, "/body"):
        if text in placeholders:
            raise Refused(
                RefusalCode.FIELD_INVALID,
                "A placeholder of the template stands here: write the value, or leave the field"
                " out where it may be.",
                place=place,
            )


def _texts(tree: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield place, tree
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield from _texts(value, f"{place}/{name}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _texts(value, f"{place}/{index}")
