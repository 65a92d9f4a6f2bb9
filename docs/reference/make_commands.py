"""Writes commands.md from the vocabulary: every kind, its fields, and who may send it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.kinds.values import fields_of, in_words
from api.kinds.who import WHO
from ledger.model.annotations import hints
from ledger.vocabulary import ALONE, COMMANDS

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
    for field in fields_of(kind):
        mark = "" if field.needed else "?"
        said = in_words(field.value, _code, _link).replace("|", "\\|")
        rows.append(f"| `{field.name}`{mark} | {said} | {field.value.sealed} |")
    return "\n".join(rows) + "\n"


def _code(text: str) -> str:
    return f"`{text}`"


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _parts(kind: type[Any]) -> Iterator[type[Any]]:
    """The structs inside a command, in the order in which a reader meets them."""
    for field in fields_of(kind):
        part = field.value.part
        if part is not None:
            yield part
            yield from _parts(part)


if __name__ == "__main__":
    target = Path(__file__).with_name("commands.md")
    target.write_text(page(), "utf-8")
    print(f"wrote {target.name}")
