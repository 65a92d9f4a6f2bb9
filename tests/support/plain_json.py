"""The reader and the writer of canonical JSON without any shortcut: what the quick ones must equal.

The standard library alone, told to refuse what has no form, and a walk over every value. It is
slow and plain, so that it can be believed; the tests hold `ledger.canonical` against it.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from ledger.canonical import DEEPEST, LARGEST_INTEGER
from ledger.codepoints import forbidden_code_point
from ledger.errors import RefusalCode, Refused

_encoder = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def encode(tree: Any) -> bytes:
    """As `canonical.encode`."""
    _check(tree, 1)
    return _encoder.encode(tree).encode()


def decode(data: bytes) -> Any:
    """As `canonical.decode`."""
    tree = parse(data)
    if _encoder.encode(tree).encode() != data:
        raise Refused(RefusalCode.JSON_NOT_CANONICAL, "another form")
    return tree


def parse(data: bytes) -> Any:
    """As `canonical.parse`."""
    try:
        tree = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_bounded,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refused(RefusalCode.JSON_INVALID, str(error)) from None
    except RecursionError:
        raise Refused(RefusalCode.JSON_TOO_DEEP, "recursion") from None
    _check(tree, 1)
    return tree


def _check(tree: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Refused(RefusalCode.JSON_TOO_DEEP, "levels")
    kind = type(tree)
    if kind is str:
        if forbidden_code_point(tree) is not None:
            raise Refused(RefusalCode.JSON_TEXT_FORBIDDEN, "a code point")
    elif kind is int:
        if abs(tree) > LARGEST_INTEGER:
            _no_number("large")
    elif kind is dict:
        for key, value in tree.items():
            if type(key) is not str or not key.isascii():
                raise Refused(RefusalCode.JSON_TEXT_FORBIDDEN, "a key")
            _check(value, depth + 1)
    elif kind is list or kind is tuple:
        for value in tree:
            _check(value, depth + 1)
    elif tree is not None and kind is not bool:
        _no_number("another type")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        if key in tree:
            raise Refused(RefusalCode.JSON_DUPLICATE_KEY, key)
        tree[key] = value
    return tree


def _bounded(text: str) -> int:
    if len(text) > 17 or text == "-0":
        _no_number(text)
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise Refused(RefusalCode.JSON_NUMBER_FORBIDDEN, text)
