"""Functions written while the program runs: the code that a patient person would type.

Reading annotations at every call costs many times what the work itself does. So the work is
written down once per class as Python source, as `dataclasses` itself does, and compiled. No text
of anybody else ever enters such a source: only names of fields and values bound to names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any


class Source:
    """The lines of a function to be, and what its names stand for."""

    def __init__(self, head: str) -> None:
        self._lines = [f"def made({head}):"]
        self._depth = 1
        self._names: dict[str, Any] = {}
        self._count = 0

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines added inside stand under `head`, which ends with a colon."""
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def new(self) -> str:
        """A variable that nothing else uses."""
        self._count += 1
        return f"v{self._count}"

    def name(self, value: Any) -> str:
        """A name for a value from outside."""
        for name, known in self._names.items():
            if known is value:
                return name
        name = f"c{len(self._names)}"
        self._names[name] = value
        return name

    def function(self) -> Callable[..., Any]:
        """The function that the lines define."""
        space: dict[str, Any] = dict(self._names)
        exec("\n".join(self._lines), space)  # noqa: S102 - only field names and names made here stand in it
        made: Callable[..., Any] = space["made"]
        return made


def give(source: Source, kind: type, parts: Mapping[str, str], others: str = "") -> None:
    """Return the `kind` whose fields are the values of these expressions, all fields named.

    `others` is an expression of a mapping whose values take the place of those.

    A frozen class fills its slots one slow call at a time. An object of a class with equal slots
    is filled at once and may then change its class, in a tenth of the time for twenty fields.
    """
    bare = _bare(kind)
    if bare is None:
        given = "{" + ", ".join(f"{field!r}: {value}" for field, value in parts.items()) + "}"
        source.line(f"return {source.name(kind)}(**{given + (f' | {others}' if others else '')})")
        return
    source.line(f"made = {source.name(bare)}()")
    for field, value in parts.items():
        source.line(f"made.{field} = {value}")
    if others:
        with source.block(f"for name, value in {others}.items():"):
            source.line("setattr(made, name, value)")
    source.line(f"made.__class__ = {source.name(kind)}")
    source.line("return made")


@lru_cache(maxsize=512)
def _bare(kind: type) -> type | None:
    """A class with the slots of `kind` and nothing else; None unless `kind` only fills them."""
    own: Any = vars(kind)
    if kind.__bases__ != (object,) or "__post_init__" in own or not is_dataclass(kind):
        return None
    slots = {field.name for field in fields(kind) if field.init}
    if set(own.get("__slots__", ())) != slots or not own["__dataclass_params__"].init:
        return None
    bare = type(f"Bare{kind.__name__}", (), {"__slots__": tuple(slots)})
    empty: Any = bare()
    try:
        empty.__class__ = kind
    except TypeError:
        return None
    return bare
