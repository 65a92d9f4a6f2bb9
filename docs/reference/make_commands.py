"""Writes commands.md from the vocabulary: every kind, its fields, and who may send it."""

from __future__ import annotations

import datetime as dt
import inspect
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from ledger.model.annotations import hints, is_shape, required
from ledger.model.kinds import FieldClass, Length, NotNegative, Pattern, Plain, Positive, Range
from ledger.money import Money
from ledger.vocabulary import ALONE, COMMANDS

WHO = {
    "ledger.open": "the operator, as the first entry",
    "log_key.rotate": "the operator; the log's old key and its new one sign, too",
    "log_key.retire": "the operator",
    "policy.adopt": "the operator",
    "rules.adopt": "the operator",
    "party.enrol": "the operator",
    "party.assign_roles": "the operator",
    "key.bind": "any party, for itself",
    "key.rotate": "any party, for itself; the old key signs",
    "key.revoke": "any party, for itself",
    "key.attest": "a bank, for another party's key",
    "key.certify": "the key's own party",
    "approval.set": "any party, under the rule it replaces",
    "account.add": "any party, for itself",
    "key.delegate": "any party, for a key of its own, with another key",
    "key.undelegate": "the party that delegated",
    "party.set_contact": "any party, for itself",
    "manifest.sign": "any party, for its own lines",
    "receivable.register": "a supplier",
    "receivable.issue": "an obligor",
    "receivable.sign_for": "the creditor named in the issue",
    "receivable.decline": "the creditor named in the issue",
    "receivable.request": "the creditor",
    "receivable.acknowledge": "the obligor",
    "receivable.reject": "the obligor",
    "receivable.withdraw": "whoever proposed it",
    "holding.split": "the holder",
    "holding.propose_transfer": "the holder",
    "holding.accept_transfer": "the transferee",
    "holding.reject_transfer": "the transferee",
    "holding.rescind_transfer": "the holder",
    "programme.open": "a financier",
    "programme.close": "its financier",
    "financing.request": "the holder",
    "financing.withdraw_request": "the holder",
    "offer.make": "a financier, under its programme",
    "offer.withdraw": "its financier",
    "offer.accept": "the holder",
    "financing.instruct": "its financier",
    "financing.receive": "the seller",
    "financing.attest": "a bank that is no party to the financing",
    "financing.fail": "a bank that is no party to the financing",
    "financing.release": "its financier",
    "clock.advance": "the operator",
    "payment.receive": "the holder",
    "payment.attest": "a bank that is not the payer",
    "payment.distribute": "the paying agent",
}
"""Who may send each kind, in short; the rules stand in the `decide` of each module."""

HEAD = """# Commands

What a party may ask, by its `kind` and `ver`. How a command is signed and sent is in
[command.md](../spec/command.md); how it can be refused in [refusals.md](refusals.md).

A field is *open* (everybody may read it), *confidential* or *personal* (a digest stands in its
place; see the specification). A question mark follows the name of a field that may be left out.
This page is made by `docs/reference/make_commands.py`.
"""


def page() -> str:
    """The text of commands.md."""
    index = [f"- [`{kind}`](#{kind.replace('.', '')}-{ver})" for kind, ver in COMMANDS]
    parts = [part for _, command in _all() for part in _parts(command)]
    sections = [_section(f"{kind} {ver}", command) for (kind, ver), command in _all()]
    shapes = [_shape(part) for part in dict.fromkeys(parts)]
    return "\n".join([HEAD, *index, "", *sections, "## Parts of commands\n", *shapes])


def _all() -> Iterator[tuple[tuple[str, int], type[Any]]]:
    yield from COMMANDS.items()


def _section(title: str, command: type[Any]) -> str:
    kind = title.split(maxsplit=1)[0]
    alone = " It is never a line of a manifest." if kind in ALONE else ""
    who = f"Signed by {WHO[kind]}.{alone}"
    return f"## {title}\n\n{inspect.getdoc(command)}\n\n{who}\n\n{_table(command)}"


def _shape(part: type[Any]) -> str:
    return f"### {part.__name__}\n\n{inspect.getdoc(part)}\n\n{_table(part)}"


def _table(kind: type[Any]) -> str:
    if not hints(kind):
        return ""
    rows = ["| field | value | class |", "|---|---|---|"]
    for name, hint in hints(kind).items():
        value, marks = _read(hint)
        sealed = [mark.name for mark in marks if isinstance(mark, FieldClass)] or ["open"]
        mark = "" if name in required(kind) else "?"
        rows.append(f"| `{name}`{mark} | {value} | {sealed[0]} |")
    return "\n".join(rows) + "\n"


def _read(hint: Any) -> tuple[str, list[Any]]:
    """What a field's value is, in words, and the marks on it."""
    marks: list[Any] = []
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint, *found = typing.get_args(hint)
            marks += found
        elif type(None) in typing.get_args(hint):
            (hint,) = (member for member in typing.get_args(hint) if member is not type(None))
        else:
            break
    said = [text for mark in marks if (text := _bound(mark))]
    return (said[0] if said and hint in (str, int, Money) else _sort(hint, said)), marks


def _sort(hint: Any, said: list[str]) -> str:
    """The words for a type that its marks alone do not describe."""
    if typing.get_origin(hint) is tuple:
        member, _ = _read(typing.get_args(hint)[0])
        return f"list of {said[0] if said else 'any number'}: {member}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f"`{member.value}`" for member in hint)
    if is_shape(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    names = {str: "text", int: "whole number", bool: "true or false"}
    return (names | {Money: "amount", dt.date: "date"})[hint]


def _bound(mark: Any) -> str:
    match mark:
        case Pattern():
            return mark.says.replace("|", "\\|")
        case Plain():
            return f"text of 1 to {mark.longest} characters"
        case Range():
            return f"whole number from {mark.least:,} to {mark.most:,}"
        case Length():
            return f"{mark.least} to {mark.most}"
        case Positive():
            return "amount above zero"
        case NotNegative():
            return "amount of zero or more"
    return ""


def _parts(kind: type[Any]) -> Iterator[type[Any]]:
    """The structs inside a command, in the order in which a reader meets them."""
    for hint in hints(kind).values():
        for base in _bases(hint):
            if is_shape(base):
                yield base
                yield from _parts(base)


def _bases(hint: Any) -> Iterator[Any]:
    arguments = typing.get_args(hint)
    if not arguments:
        yield hint
    for argument in arguments[:1] if typing.get_origin(hint) is typing.Annotated else arguments:
        yield from _bases(argument)


if __name__ == "__main__":
    target = Path(__file__).with_name("commands.md")
    target.write_text(page(), "utf-8")
    print(f"wrote {target.name}")
