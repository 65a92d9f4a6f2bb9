"""Command bodies as people write them: plain JSON, nothing sealed, amounts with their currency.

    {"amount": {"amount": "100.00", "currency": "CNY"}, "receivable": "rcv_…", …}

Sealing happens while the command is drafted. A personal field holds its text here; the command
holds only the digest of it.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from ledger import vocabulary
from ledger.errors import RefusalCode, Refused
from ledger.model import codec
from ledger.model.annotations import fields, is_shape, split
from ledger.model.kinds import FieldClass, Length, Pattern, Plain, Range
from ledger.money import Money

_SAMPLES = ("code", "CNY", "CN", "pty_" + "a" * 26, "A" * 43, "A" * 86)
_WORDS = {str: "text", int: "whole number", bool: "true or false", date: "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyForm(codec.WireForm):
    """The form of a body: as the wire form, but confidential fields stand there as they are.

    `personal` seals the text of a personal field and gives the digest that the command holds.
    """

    personal: Callable[[str, str], str]

    def unseal(self, tree: Any, name: str, place: str) -> Any:
        """The field as it stands there."""
        return tree

    def read_digest(self, tree: Any, name: str, place: str) -> str:
        """The digest of a personal field's text. Raises `Refused` (`field_invalid`)."""
        if not isinstance(tree, str) or not 0 < len(tree) <= 200:
            detail = f"The field {name} is not a text of 1 to 200 characters."
            raise Refused(RefusalCode.FIELD_INVALID, detail, place=place)
        return self.personal(name, tree)


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """A field of a command for its reader: its path, what it is, whether it may be left out."""

    path: str
    what: str
    needed: bool
    sealed: str


def kind_class(kind: str) -> type:
    """The newest command class of a wire name. Raises `Refused` (`kind_unknown`)."""
    versions = [ver for name, ver in vocabulary.COMMANDS if name == kind]
    if not versions:
        names = ", ".join(sorted({name for name, _ in vocabulary.COMMANDS}))
        raise Refused(RefusalCode.KIND_UNKNOWN, f"There is no command {kind!r}, but {names}.")
    return vocabulary.COMMANDS[(kind, max(versions))]


def read_body(
    kind: type,
    tree: Any,
    digits: Callable[[str], int | None],
    personal: Callable[[str, str], str],
) -> Any:
    """The command of a body. Raises `Refused` with the field that does not fit."""
    form = BodyForm(digits=digits, disclosures={}, personal=personal)
    return codec.read(kind, tree, form, "/body")


def example(kind: type) -> dict[str, Any]:
    """A body of a command with every field, each of a right form; its values mean nothing."""
    return {name: _example(hint) for name, hint in codec.hints(kind).items()}


def field_help(kind: type, prefix: str = "") -> Iterator[FieldHelp]:
    """The fields of a command, those of its parts indented by their path."""
    for field in fields(kind):
        base, marks = split(codec.hints(kind)[field.name])
        sealed = next((mark.name for mark in marks if isinstance(mark, FieldClass)), "open")
        inner = typing.get_args(base)[0] if typing.get_origin(base) is tuple else base
        yield FieldHelp(prefix + field.name, _what(base, marks), field.required, sealed)
        part, _ = split(inner)
        if is_shape(part):
            yield from field_help(part, f"{prefix}{field.name}/")


def _example(hint: Any) -> Any:
    base, marks = split(hint)
    if base is Money:
        return {"amount": "100.00", "currency": "CNY"}
    if typing.get_origin(base) is tuple:
        least = max([1, *(mark.least for mark in marks if isinstance(mark, Length))])
        return [_example(typing.get_args(base)[0])] * least
    if base is bool:
        return False
    if base is int:
        return next((mark.least for mark in marks if isinstance(mark, Range)), 0)
    if base is date:
        return "2026-12-31"
    if isinstance(base, type) and issubclass(base, Enum):
        return next(iter(base)).value
    if base is str:
        rules = [mark for mark in marks if not isinstance(mark, FieldClass)]
        return next(text for text in _SAMPLES if not any(rule.objection(text) for rule in rules))
    return example(base)


def _what(base: Any, marks: tuple[Any, ...]) -> str:
    for mark in marks:
        if isinstance(mark, Pattern):
            return mark.says
        if isinstance(mark, Plain):
            return f"a text of 1 to {mark.longest} characters"
        if isinstance(mark, Range):
            return f"a whole number from {mark.least} to {mark.most}"
        if isinstance(mark, Length):
            return f"a list of {mark.least} to {mark.most}"
    if base is Money:
        return 'an amount: {"amount", "currency"}'
    if typing.get_origin(base) is tuple:
        return "a list"
    if isinstance(base, type) and issubclass(base, Enum):
        return "one of " + ", ".join(str(member.value) for member in base)
    return _WORDS.get(base, "an object")
