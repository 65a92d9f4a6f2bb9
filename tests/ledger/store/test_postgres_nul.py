"""U+0000, which PostgreSQL cannot keep in text: no command brings one into a record."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from ledger.model.annotations import is_shape
from ledger.model.codec import hints
from ledger.model.kinds import PERSONAL
from ledger.vocabulary import COMMANDS


def texts(hint: Any, place: str, marks: tuple[Any, ...] = ()) -> Iterator[tuple[str, list[Any]]]:
    """Every text field below a field annotation: where it is, and its marks."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        yield from texts(arguments[0], place, (*marks, *arguments[1:]))
    elif origin is tuple:
        yield from texts(arguments[0], place)
    elif arguments:
        for member in arguments:
            yield from texts(member, place, marks)
    elif is_shape(hint):
        for name, inner in hints(typing.cast(type, hint)).items():
            yield from texts(inner, f"{place}/{name}")
    elif hint is str:
        yield place, list(marks)


def test_only_personal_fields_take_a_nul() -> None:
    """Each text of each command has a form without U+0000, but for what is kept as a digest."""
    fields = [field for (name, _), kind in COMMANDS.items() for field in texts(kind, str(name))]
    assert len(fields) > 50
    taking = {
        place
        for place, marks in fields
        if all(
            mark.objection(text) is None
            for mark in marks
            if hasattr(mark, "objection")
            for text in ("\0", "a\0b", "0\0" * 13)
        )
    }
    assert taking == {place for place, marks in fields if PERSONAL in marks}
