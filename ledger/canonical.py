"""The one byte form of a value: canonical JSON (RFC 8785), strict in both directions.

The schema forbids what makes RFC 8785 hard: keys are ASCII, there are no floats, integers lie
within ±(2^53-1). Under these rules the standard library's C encoder writes exactly the bytes of
RFC 8785 (a property test compares it with the `rfc8785` package), and a value that was read
can be proven to be in its one form by writing it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from ledger.codepoints import forbidden_code_point
from ledger.errors import RefusalCode, Refused

Tree: TypeAlias = "bool | int | str | Sequence[Tree] | Mapping[str, Tree] | None"
"""A value as JSON sees it, without floats."""

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

_encoder = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def encode(tree: Tree) -> bytes:
    """The canonical bytes of `tree`. Raises `Refused` for what has no canonical form here."""
    _check(tree, 1)
    return _encoder.encode(tree).encode()


def decode(data: bytes) -> Any:
    """The value of canonical bytes. Raises `Refused` unless `data` is exactly `encode(value)`."""
    tree = parse(data)
    if _encoder.encode(tree).encode() != data:
        raise Refused(
            RefusalCode.JSON_NOT_CANONICAL, "The bytes are JSON but not in their canonical form."
        )
    return tree


def parse(data: bytes) -> Any:
    """The value of strict JSON bytes, canonical or not.

    Refuses duplicate keys, floats, NaN, integers beyond ±(2^53-1), non-ASCII keys, surrogates,
    unassigned code points (Unicode 14.0) and more than 32 levels.
    """
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
