"""Struct to tree and back: one reader and one writer for commands, events and records.

What a field may be stands in its annotation (`ledger.model.kinds`). Two forms exist. The *wire*
form is what people sign: amounts as decimal strings with the currency's digits, sealed fields
as digests. The *plain* form is what we compute with and store: amounts in minor units, nothing
sealed. Absent fields are left out, never null.

This is the exact codec: it knows each field's place and says what is wrong there. What is as it
should be never comes here, since functions made once per class (`ledger.model.compiled`) are many
times faster; where they hesitate, this file decides.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar, cast

from ledger.canonical import Tree
from ledger.dates import parse_date
from ledger.errors import RefusalCode, Refused
from ledger.model.annotations import field_classes, hints, is_shape, required, split
from ledger.model.compiled import ODD, plain_reader, plain_writer, wire_reader
from ledger.model.kinds import CONFIDENTIAL, PERSONAL, FieldClass
from ledger.money import Money, format_decimal, parse_money

__all__ = [
    "PLAIN",
    "Form",
    "PlainForm",
    "WireForm",
    "field_classes",
    "hints",
    "read",
    "read_field",
    "read_wire",
    "unsealed",
    "write",
]

T = TypeVar("T")
Digits = Callable[[str], int | None]
"""A currency's minor digits; None for one that is unknown."""
Disclosures = Mapping[str, tuple[str, Any]]
"""By the digest of a sealed field its (name, value)."""


class Form(Protocol):
    """How amounts and sealed fields are written: the wire form or the plain form."""

    def read_money(self, tree: Any, place: str, /) -> Money:
        """The amount of its tree. Raises `Refused` with `place`."""
        ...

    def write_money(self, money: Money, /) -> Tree:
        """The tree of an amount: the inverse of `read_money`."""
        ...

    def unseal(self, tree: Any, name: str, place: str, /) -> Any:
        """The tree of the confidential field `name`. Raises `Refused` with `place`."""
        ...

    def seal(self, name: str, tree: Tree, /) -> Tree:
        """What stands in place of the confidential field `name`: the inverse of `unseal`."""
        ...

    def read_digest(self, tree: Any, name: str, place: str, /) -> str:
        """The digest of the personal field `name`. Raises `Refused` with `place`."""
        ...

    def write_digest(self, digest: str, /) -> Tree:
        """What stands in place of a personal field: the inverse of `read_digest`."""
        ...


class PlainForm:
    """Amounts as ``{"currency", "minor"}``, nothing sealed. It reads only what we wrote."""

    def read_money(self, tree: Any, _place: str, /) -> Money:
        """The amount of its minor units."""
        return Money(tree["minor"], tree["currency"])

    def write_money(self, money: Money, /) -> Tree:
        """The amount in minor units."""
        return {"currency": money.currency, "minor": money.minor}

    def unseal(self, tree: Any, _name: str, _place: str, /) -> Any:
        """The tree itself."""
        return tree

    def seal(self, _name: str, tree: Tree, /) -> Tree:
        """The tree itself."""
        return tree

    def read_digest(self, tree: Any, _name: str, _place: str, /) -> str:
        """The text itself."""
        return cast(str, tree)

    def write_digest(self, digest: str, /) -> Tree:
        """The text itself."""
        return digest


@dataclass(frozen=True, slots=True)
class WireForm:
    """What is signed.

    `digits` gives a currency's minor digits (None: unknown). `disclosures` maps the digest of a
    sealed field to its ``(name, value)``. `sealer` makes the digest of a field when writing; it
    stays with the one who writes, since salts need randomness.
    """

    digits: Digits
    disclosures: Disclosures
    sealer: Callable[[str, Tree], str] | None = None

    def read_money(self, tree: Any, place: str, /) -> Money:
        """The amount of ``{"amount", "currency"}`` with exactly the currency's digits."""
        if not isinstance(tree, dict) or set(tree) != {"amount", "currency"}:
            raise _invalid('is not {"amount": "…", "currency": "…"}', place)
        amount, currency = tree["amount"], tree["currency"]
        if not isinstance(amount, str) or not isinstance(currency, str):
            raise _invalid("has an amount or currency that is not text", place)
        try:
            return parse_money(amount, currency, self._digits(currency, place))
        except Refused as refused:
            raise Refused(refused.code, refused.detail, place=place) from None

    def write_money(self, money: Money, /) -> Tree:
        """A decimal string beside its currency. Raises `Refused` (`currency_unknown`)."""
        digits = self._digits(money.currency, "")
        return {"amount": format_decimal(money.minor, digits), "currency": money.currency}

    def _digits(self, currency: str, place: str) -> int:
        digits = self.digits(currency)
        if digits is None:
            raise Refused(
                RefusalCode.CURRENCY_UNKNOWN,
                f"The policy in force does not list {currency!r}.",
                place=place,
            )
        return digits

    def unseal(self, tree: Any, name: str, place: str, /) -> Any:
        """The disclosed tree; the disclosure was made for a field of this name."""
        return unsealed(self.disclosures, tree, name, place)

    def seal(self, name: str, tree: Tree, /) -> Tree:
        """The digest that the sealer gives, in place of the tree."""
        if self.sealer is None:
            raise TypeError("this form only reads")
        return {"sd": self.sealer(name, tree)}

    def read_digest(self, tree: Any, name: str, place: str, /) -> str:
        """The digest; while its disclosure is there, it is of this field and a text."""
        digest = _sealed_digest(tree, place)
        if digest in self.disclosures and not isinstance(self.unseal(tree, name, place), str):
            raise _invalid("is not a text", place)
        return digest

    def write_digest(self, digest: str, /) -> Tree:
        """The digest, in place of the text that the drafter sealed."""
        return {"sd": digest}


def unsealed(disclosures: Disclosures, tree: Any, name: str, place: str) -> Any:
    """The disclosed value of the field `name`, of which ``{"sd": digest}`` is the tree.

    Raises `Refused` with `place` for another tree, without its disclosure, or with one that was
    made for another field.
    """
    digest = _sealed_digest(tree, place)
    if digest not in disclosures:
        raise Refused(
            RefusalCode.DISCLOSURE_MISSING,
            f"The sealed field {name} came without its disclosure.",
            place=place,
        )
    disclosed_name, value = disclosures[digest]
    if disclosed_name != name:
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT,
            f"The disclosure of {name} was made for the field {disclosed_name[:60]!r}.",
            place=place,
        )
    return value


def _sealed_digest(tree: Any, place: str) -> str:
    digest = tree.get("sd") if isinstance(tree, dict) and len(tree) == 1 else None
    if not isinstance(digest, str) or len(digest) != 43:
        raise _invalid('is not sealed as {"sd": "<digest>"}', place)
    return digest


PLAIN = PlainForm()


def read(kind: type[T], tree: Any, form: Form = PLAIN, place: str = "") -> T:
    """The struct that `tree` means. Raises `Refused` naming the field that does not fit."""
    if type(form) is WireForm:
        return read_wire(kind, tree, form.digits, form.disclosures, place)
    if type(form) is PlainForm:
        try:
            return cast(T, plain_reader(kind)(tree))
        except ODD:
            pass
    return cast(T, _read(kind, tree, form, "", place))


def read_wire(
    kind: type[T], tree: Any, digits: Digits, disclosures: Disclosures, place: str = ""
) -> T:
    """`read` with a `WireForm` of these digits and disclosures."""
    try:
        return cast(T, wire_reader(kind)(tree, digits, disclosures))
    except ODD:
        pass
    return cast(T, _read(kind, tree, WireForm(digits, disclosures), "", place))


def read_field(hint: Any, tree: Any, form: Form, name: str, place: str) -> Any:
    """The value of the one field `name` with this annotation. Raises `Refused` with `place`."""
    return _read(hint, tree, form, name, place)


def write(value: Any, form: Form = PLAIN) -> dict[str, Tree]:
    """The tree of a struct: the inverse of `read`."""
    if type(form) is PlainForm:
        try:
            return plain_writer(type(value))(value)
        except ODD:
            pass
    return cast("dict[str, Tree]", _write(type(value), value, form, ""))


def _read(hint: Any, tree: Any, form: Form, name: str, place: str) -> Any:
    base, marks = split(hint)
    if PERSONAL in marks:
        return form.read_digest(tree, name, place)
    if CONFIDENTIAL in marks:
        tree = form.unseal(tree, name, place)
    value = _read_base(base, tree, form, name, place)
    for mark in marks:
        if not isinstance(mark, FieldClass):
            objection = mark.objection(value)
            if objection:
                raise _invalid(objection, place)
    return value


def _read_base(base: Any, tree: Any, form: Form, name: str, place: str) -> Any:
    if base is Money:
        return form.read_money(tree, place)
    if typing.get_origin(base) is tuple:
        if not isinstance(tree, list):
            raise _invalid("is not a list", place)
        member = typing.get_args(base)[0]
        return tuple(
            _read(member, item, form, name, f"{place}/{index}") for index, item in enumerate(tree)
        )
    if base in (str, int, bool):
        if type(tree) is not base:
            raise _invalid(f"is not {_SAYS[base]}", place)
        return tree
    if base is dt.date:
        return _read_date(tree, place)
    if isinstance(base, type) and issubclass(base, Enum):
        return _read_enum(base, tree, place)
    return _read_object(base, tree, form, place)


_SAYS = {str: "a text", int: "a whole number", bool: "true or false"}


def _read_date(tree: Any, place: str) -> dt.date:
    if not isinstance(tree, str):
        raise _invalid("is not a date", place)
    try:
        return parse_date(tree)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=place) from None


def _read_enum(base: type[Enum], tree: Any, place: str) -> Enum:
    try:
        return base(tree)
    except ValueError:
        allowed = ", ".join(str(member.value) for member in base)
        raise _invalid(f"is not one of {allowed}", place) from None


def _read_object(kind: type, tree: Any, form: Form, place: str) -> Any:
    if not isinstance(tree, dict):
        raise _invalid("is not an object", place)
    known = hints(kind)
    for key in tree:
        if key not in known:
            raise Refused(
                RefusalCode.FIELD_UNKNOWN,
                f"There is no field {key!r} here.",
                place=f"{place}/{key}",
            )
    for key in known:
        if key not in tree and key in required(kind):
            raise Refused(
                RefusalCode.FIELD_MISSING, f"The field {key} is missing.", place=f"{place}/{key}"
            )
    values = {
        key: _read(hint, tree[key], form, key, f"{place}/{key}")
        for key, hint in known.items()
        if key in tree
    }
    return kind(**values)


def _write(hint: Any, value: Any, form: Form, name: str) -> Tree:
    base, marks = split(hint)
    if PERSONAL in marks:
        return form.write_digest(value)
    tree = _write_base(base, value, form, name)
    return form.seal(name, tree) if CONFIDENTIAL in marks else tree


def _write_base(base: Any, value: Any, form: Form, name: str) -> Tree:
    if base is Money:
        return form.write_money(value)
    if typing.get_origin(base) is tuple:
        member = typing.get_args(base)[0]
        return [_write(member, item, form, name) for item in value]
    if isinstance(value, Enum):
        return cast(Tree, value.value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if is_shape(base):
        return {
            key: _write(hint, getattr(value, key), form, key)
            for key, hint in hints(base).items()
            if getattr(value, key) is not None
        }
    return cast(Tree, value)


def _invalid(objection: str, place: str) -> Refused:
    name = place.rpartition("/")[2] or "value"
    return Refused(RefusalCode.FIELD_INVALID, f"The field {name} {objection}.", place=place)
