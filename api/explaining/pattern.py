"""The little language of the sentences: a text with places, parts that may be left out, and lists.

    You sell {holding} for {price}[, under contract {contract}].

    {path}          the value of a field; {a.b} of a field of a part, or of each part of a list
    {path|filter}   said in another way (`api.explaining.wording`)
    [text]          only where every value in it is there
    [path?text]     only where the field is there and not false, [!path?text] where it is not,
                    [path=word?text] where it is this choice
    <path:text>     for each member of a list, whose fields the text names

Patterns are ours, values are somebody's: no value is ever read as a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

_TOKEN = re.compile(
    r"(?P<path>\{(?P<name>[a-z0-9_.]+)(?:\|(?P<filter>[a-z]+))?\})"
    r"|(?P<each><(?P<list>[a-z0-9_.]+):)|(?P<end>>)"
    r"|(?P<open>\[(?:(?P<not>!)?(?P<if>[a-z0-9_.]+)(?:=(?P<is>[a-z0-9_]+))?\?)?)|(?P<close>\])"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A value, said as `filter` says it."""

    path: str
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Maybe:
    """Pieces that are said under a condition: a field that is there, or is `word`, or is not."""

    pieces: Pieces
    path: str = ""
    word: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """Pieces that are said of each member of a list."""

    path: str
    pieces: Pieces


Piece: TypeAlias = str | Place | Maybe | Each
Pieces: TypeAlias = tuple[Piece, ...]
Facts: TypeAlias = Mapping[str, Any]
Say: TypeAlias = Callable[[Any, str], str]
"""A value in words, by a filter."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Pieces:
    """The pieces of a pattern. Raises `ValueError` where brackets do not fit."""
    tokens = list(_TOKEN.finditer(text))
    pieces, end, at = _pieces(text, tokens, 0, 0, "")
    if at != len(tokens):
        raise ValueError(f"a bracket too many: {text}")
    return (*pieces, text[end:]) if text[end:] else pieces


def _pieces(
    text: str, tokens: list[re.Match[str]], at: int, start: int, closing: str
) -> tuple[Pieces, int, int]:
    """Pieces up to the token named `closing`: them, where the text goes on, and the next token."""
    found: list[Piece] = []
    while at < len(tokens):
        token = tokens[at]
        if text[start : token.start()]:
            found.append(text[start : token.start()])
        start, at = token.end(), at + 1
        if token["path"]:
            found.append(Place(token["name"], token["filter"] or ""))
        elif token["each"]:
            inner, start, at = _pieces(text, tokens, at, start, "end")
            found.append(Each(token["list"], inner))
        elif token["open"]:
            inner, start, at = _pieces(text, tokens, at, start, "close")
            negated = token["not"] is not None
            found.append(Maybe(inner, token["if"] or "", token["is"] or "", negated))
        elif closing and token[closing]:
            return tuple(found), start, at
        else:
            raise ValueError(f"a bracket too many: {text}")
    if closing:
        raise ValueError(f"a bracket is not closed: {text}")
    return tuple(found), start, at


def paths(pieces: Pieces, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each path that a pattern names, with the choice that it compares with (or "")."""
    for piece in pieces:
        match piece:
            case Place(path):
                yield prefix + path, ""
            case Maybe(inner, path, word):
                if path:
                    yield prefix + path, word
                yield from paths(inner, prefix)
            case Each(path, inner):
                yield prefix + path, ""
                yield from paths(inner, f"{prefix}{path}.")


def render(pieces: Pieces, facts: Facts, say: Say, join: Callable[[list[str]], str]) -> str:
    """The pattern with its values, each as `say` says it; lists as `join` joins them."""
    said = []
    for piece in pieces:
        match piece:
            case str():
                said.append(piece)
            case Place(path, how):
                said.append(say(find(facts, path), how))
            case Maybe() if _holds(piece, facts):
                said.append(render(piece.pieces, facts, say, join))
            case Each(path, inner):
                members = find(facts, path) or ()
                if isinstance(members, list | tuple):
                    said.append(join([render(inner, member, say, join) for member in members]))
                else:
                    said.append(say(members, ""))
    return "".join(said)


def _holds(maybe: Maybe, facts: Facts) -> bool:
    if not maybe.path:
        return all(find(facts, path) for path, _ in paths(maybe.pieces))
    value = find(facts, maybe.path)
    held = _word(value) == maybe.word if maybe.word else bool(value)
    return held is not maybe.negated


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def find(facts: Any, path: str) -> Any:
    """The value at a path, or None; of a list of parts the list of their values."""
    name, _, rest = path.partition(".")
    value = facts.get(name) if isinstance(facts, Mapping) else None
    if not rest or value is None:
        return value
    if isinstance(value, list | tuple):
        return [find(member, rest) for member in value]
    return find(value, rest) if isinstance(value, Mapping) else value
