"""The one byte form of a value: canonical JSON (RFC 8785), strict in both directions.

The schema forbids what makes RFC 8785 hard: keys are ASCII, there are no floats, integers lie
within ±(2^53-1). Under these rules msgspec's C encoder writes exactly the bytes of RFC 8785 (a
property test compares it with the `rfc8785` package), and a value that was read can be proven to
be in its one form by writing it again. The same proof makes the quick reader safe: bytes that come
out as they went in hold no second key, no other escape and no blank. What it cannot prove is read
once more by the standard library, whose hooks know what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import GenericAlias
from typing import Annotated, Any, Final, NoReturn, TypeAlias

import msgspec

from ledger.codepoints import forbidden_code_point
from ledger.errors import RefusalCode, Refused

Tree: TypeAlias = "bool | int | str | Sequence[Tree] | Mapping[str, Tree] | None"
"""A value as JSON sees it, without floats."""

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

_ASCII = bytes(range(0x80))


def _quick_type(levels: int) -> Any:
    """The type of a value without floats, with bounded integers, of so many levels."""
    bounded = msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)
    scalar: Any = bool | str | None | Annotated[int, bounded]
    tree = scalar
    for _ in range(levels):
        tree = scalar | GenericAlias(list, tree) | GenericAlias(dict, (str, tree))
    return tree


# Each level doubles the decoder; no entry, submission or payload has more than five.
_decoder: Final = msgspec.json.Decoder(_quick_type(6))
_encoder: Final = msgspec.json.Encoder(order="deterministic")

_UNFIT = (TypeError, ValueError, RecursionError)
"""What msgspec raises for bytes and values that it cannot take."""


def encode(tree: Tree) -> bytes:
    """The canonical bytes of `tree`. Raises `Refused` for what has no canonical form here."""
    try:
        data, objects = _encoder.encode(tree), _objects((tree,))
        plain = set(map(type, chain.from_iterable(objects))) <= {str}
        if plain and (data.isascii() or _has_sound_text(data, objects)):
            return data
    except _UNFIT:
        pass
    _check(tree, 1)
    raise _bad_number(f"A {type(tree).__name__} has no canonical form.")


def encode_again(tree: Tree) -> bytes:
    """What `encode` gives for a tree of texts and numbers that `decode` or `parse` gave.

    They are not checked once more.
    """
    return _encoder.encode(tree)


def decode(data: bytes) -> Any:
    """The value of canonical bytes. Raises `Refused` unless `data` is exactly `encode(value)`."""
    tree, is_canonical = _read(data)
    if not is_canonical:
        raise Refused(
            RefusalCode.JSON_NOT_CANONICAL, "The bytes are JSON but not in their canonical form."
        )
    return tree


def decode_each(texts: Sequence[bytes]) -> list[Any]:
    """What `decode` gives for each of `texts`, in one pass."""
    joined = b"\n".join((*texts, b""))
    try:
        trees = _decoder.decode_lines(joined)
        # No canonical text holds a line break: so many lines as texts, and each is one of them.
        proven = len(trees) == len(texts) and _encoder.encode_lines(trees) == joined
        if proven and (joined.isascii() or _has_sound_text(joined, _objects(trees))):
            return trees
    except _UNFIT:
        pass
    return [decode(text) for text in texts]


def parse(data: bytes) -> Any:
    """The value of strict JSON bytes, canonical or not.

    Refuses duplicate keys, floats, NaN, integers beyond ±(2^53-1), non-ASCII keys, surrogates,
    unassigned code points (Unicode 14.0) and more than 32 levels.
    """
    return _read(data)[0]


def _read(data: bytes) -> tuple[Any, bool]:
    """The value of strict JSON bytes, and whether they are canonical."""
    try:
        tree = _decoder.decode(data)
        proven = _encoder.encode(tree) == data
        if proven and (data.isascii() or _has_sound_text(data, _objects((tree,)))):
            return tree, True
    except _UNFIT:
        pass
    tree = _read_exactly(data)
    return tree, _encoder.encode(tree) == data


def _has_sound_text(data: bytes, objects: Iterable[Any]) -> bool:
    """Whether no text in `data` is forbidden; `objects` are all that it holds."""
    keys = "".join(chain.from_iterable(objects))
    beyond = data.translate(None, _ASCII)  # the few characters that can be forbidden
    return keys.isascii() and forbidden_code_point(beyond.decode()) is None


def _objects(trees: Iterable[Any]) -> list[Any]:
    """All objects in `trees`; raises `ValueError` unless `_check` would take their shape."""
    objects: list[Any] = []
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for value in trees:
            kind = type(value)
            if kind is str:
                continue
            if kind is dict:
                objects.append(value)
                deeper += value.values()
            elif kind is list or kind is tuple:
                deeper += value
            elif kind is int:
                if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
                    raise ValueError
            elif value is not None and kind is not bool:
                raise ValueError
        if not deeper:
            return objects
        trees = deeper
    raise ValueError


def _read_exactly(data: bytes) -> Any:
    """As `parse`, by the standard library: slower, and it knows why a text is refused."""
    try:
        tree = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_bounded,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refused(RefusalCode.JSON_INVALID, f"This is not JSON: {error}.") from None
    except RecursionError:
        raise _too_deep() from None
    _check(tree, 1)
    return tree


def _check(tree: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise _too_deep()
    kind = type(tree)
    if kind is str:
        _check_text(tree)
    elif kind is int:
        if abs(tree) > LARGEST_INTEGER:
            raise _bad_number(f"{str(tree)[:30]} is beyond ±(2^53-1).")
    elif kind is dict:
        for key, value in tree.items():
            if type(key) is not str or not key.isascii():
                detail = f"The key {str(key)[:60]!r} is not ASCII text."
                raise Refused(RefusalCode.JSON_TEXT_FORBIDDEN, detail)
            _check(value, depth + 1)
    elif kind is list or kind is tuple:
        for value in tree:
            _check(value, depth + 1)
    elif tree is not None and kind is not bool:
        raise _bad_number(f"A {kind.__name__} has no canonical form.")


def _check_text(text: str) -> None:
    forbidden = forbidden_code_point(text)
    if forbidden is not None:
        raise Refused(RefusalCode.JSON_TEXT_FORBIDDEN, f"The text contains U+{ord(forbidden):04X}.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        if key in tree:
            raise Refused(RefusalCode.JSON_DUPLICATE_KEY, f"The key {key[:60]!r} stands twice.")
        tree[key] = value
    return tree


def _bounded(text: str) -> int:
    if len(text) > 17:
        raise _bad_number(f"{text[:30]} is beyond ±(2^53-1).")
    if text == "-0":
        raise _bad_number("-0 has another canonical form.")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise _bad_number(f"{text[:30]} is not a whole number.")


def _bad_number(detail: str) -> Refused:
    return Refused(RefusalCode.JSON_NUMBER_FORBIDDEN, detail)


def _too_deep() -> Refused:
    return Refused(RefusalCode.JSON_TOO_DEEP, f"The value nests more than {DEEPEST} levels.")
