"""Functions written while the program runs: the code that a patient person would type.

Reading annotations at every call costs many times what the work itself does. So the work is
written down once per class as Python source, as `dataclasses` itself does, and compiled. No text
of anybody else ever enters such a source: only names of fields and values bound to names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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


def give(source: Source, kind: type, parts: Mapping[str, str]) -> None:
    """Return the `kind` whose fields are the values of these expressions, all fields named."""
    given = ", ".join(f"{field}={value}" for field, value in parts.items())
    source.line(f"return {source.name(kind)}({given})")
