"""What a command says, field by field: sealed fields as their disclosures say, or withheld."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

from api.kinds.values import value_of
from ledger.errors import RefusalCode, Refused
from ledger.model import codec
from ledger.model.annotations import hints, split
from ledger.model.codec import WireForm
from ledger.model.kinds import PERSONAL, FieldClass, Plain


class Withheld:
    """A sealed value whose disclosure the file does not hold."""


class Text(str):
    """A text that somebody wrote as he liked: a name, a number, a reference."""

    __slots__ = ()


WITHHELD = Withheld()


def read_facts(kind: type, tree: Any, form: WireForm, place: str = "/body") -> dict[str, Any]:
    """The fields of a body of `kind`. Raises `Refused` with the field that does not fit.

    What is sealed and not disclosed is `WITHHELD`; what is absent has its default.
    """
    if not isinstance(tree, dict):
        raise Refused(RefusalCode.FIELD_INVALID, "This is not an object.", place=place)
    known = hints(kind)
    for name in tree:
        if name not in known:
            raise Refused(
                RefusalCode.FIELD_UNKNOWN, f"There is no field {name!r} here.", place=place
            )
    return {
        name: _fact(hint, tree[name], form, name, f"{place}/{name}")
        for name, hint in known.items()
        if name in tree
    }


def _fact(hint: Any, tree: Any, form: WireForm, name: str, place: str) -> Any:
    base, marks = split(hint)
    sealed = any(isinstance(mark, FieldClass) for mark in marks)
    if sealed and _digest(tree) not in form.disclosures:
        return WITHHELD
    if PERSONAL in marks:
        return Text(form.unseal(tree, name, place))
    value = value_of(hint)
    if value.part is None:
        found = codec.read_field(hint, tree, form, name, place)
        return _marked(found, (*marks, *(value.member.marks if value.member else ())))
    inner = form.unseal(tree, name, place) if sealed else tree
    if value.member is None:
        return read_facts(base, inner, form, place)
    if not isinstance(inner, list):
        raise Refused(RefusalCode.FIELD_INVALID, f"The field {name} is no list.", place=place)
    (member, *_) = typing.get_args(base)
    return [_fact(member, item, form, name, f"{place}/{at}") for at, item in enumerate(inner)]


def _digest(tree: Any) -> str:
    return str(tree.get("sd", "")) if isinstance(tree, dict) else ""


def _marked(found: Any, marks: tuple[Any, ...]) -> Any:
    """The value; what is free text is known as such."""
    if not any(isinstance(mark, Plain) for mark in marks):
        return found
    return tuple(map(Text, found)) if isinstance(found, tuple) else Text(found)


def digits_in(tree: Any) -> Mapping[str, int]:
    """By currency the decimals of the first amount in a tree.

    What digits a currency has is the ledger's policy; a file shows what its drafter took them for,
    and an amount of another length is refused as the ledger would.
    """
    found: dict[str, int] = {}
    _collect(tree, found)
    return found


def _collect(tree: Any, found: dict[str, int]) -> None:
    if isinstance(tree, dict):
        amount, currency = tree.get("amount"), tree.get("currency")
        if isinstance(amount, str) and isinstance(currency, str):
            found.setdefault(currency, len(amount.partition(".")[2]))
        for value in tree.values():
            _collect(value, found)
    elif isinstance(tree, list):
        for value in tree:
            _collect(value, found)
