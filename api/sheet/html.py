"""HTML by functions: whatever is no `Markup` is text, and text can never become an element.

Names come from strangers. Besides the five characters of HTML, every control, direction and
surrogate character is replaced, so that no name can turn around or hide what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from api.terminal import plain

VOID = frozenset({"meta", "br", "path"})


class Markup(str):
    """Text that is HTML already. Only `el` and `joined` make it."""

    __slots__ = ()


Child: TypeAlias = "Markup | str | int | Iterable[Child] | None"
"""What may stand in an element: HTML, text, a number, nothing, or several of these."""


def joined(*children: Child) -> Markup:
    """The children one after the other, escaped where they are text."""
    return Markup("".join(_written(child) for child in children))


def el(tag: str, *children: Child, **attributes: str) -> Markup:
    """An element. An attribute named ``class_`` or ``for_`` loses its last underscore."""
    pairs = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    said = "".join(f' {name}="{escape(plain(value))}"' for name, value in pairs)
    if tag in VOID:
        return Markup(f"<{tag}{said}>")
    return Markup(f"<{tag}{said}>{joined(*children)}</{tag}>")


def fill(template: str, **children: Child) -> Markup:
    """Our own sentence with something of a stranger's in each ``{place}``, apart by itself.

    A name that is read from right to left then cannot turn around what stands beside it.
    """
    apart = {name: el("bdi", child) for name, child in children.items()}
    return Markup(escape(template).format(**apart))


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, (str, int)):
        return escape(plain(str(child)))
    return "".join(_written(item) for item in child)
