"""Trees that are almost right: changed in one place, as somebody clumsy or hostile would do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ODDITIES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    2**53,
    "",
    " ",
    "x",
    " x",
    "x ",
    "x\n",
    "e\u0301",
    "確权 有限公司",
    "a\u3000b",
    "a\u200bb",
    "0.00",
    "1.00",
    "-1.00",
    "-0.00",
    "01.00",
    "90071992547409.92",
    "1",
    "2026-02-30",
    "2026-W01-1",
    "20260101",
    "२०२६-०१-०१",
    "CNY",
    "cny",
    "A" * 43,
    "x" * 101,
    "x" * 201,
    [],
    ["x"],
    {},
    {"sd": "A" * 43},
    {"sd": "short"},
    {"sd": 7},
    {"sd": []},
    {"amount": "1.00", "currency": "CNY"},
    {"amount": "1", "currency": "JPY"},
    {"amount": "-5.00", "currency": "CNY"},
    {"amount": "0.00", "currency": "CNY"},
    {"amount": "1.00", "currency": "XYZ"},
    {"amount": 1, "currency": "CNY"},
    {"amount": "1.00", "currency": []},
    {"amount": "1.00"},
    {"minor": 5, "currency": "CNY"},
    {"minor": True, "currency": "CNY"},
    {"minor": 2**53, "currency": "CNY"},
    {"minor": 5, "currency": "yen"},
)
"""Values of every type that stand in nobody's right place, or almost do."""


def misfits(tree: Any) -> Iterator[Any]:
    """A tree of dicts and lists, changed in one place after the other.

    Each place holds each of `ODDITIES` in turn, holds what another place holds, is missing, or
    stands twice. It is always the same tree, which is as it was when the iterator ends.
    """
    yield from ODDITIES
    places = list(_places(tree))
    for parent, key in places:
        right = parent[key]
        for odd in [*ODDITIES, *(other[there] for other, there in places)]:
            parent[key] = odd
            yield tree
        parent[key] = right
        if isinstance(parent, list):
            parent.append(right)
            yield tree
            parent.pop()
            continue
        parent["more"] = parent.pop(key)
        yield tree
        parent[key] = right
        yield tree
        del parent["more"]


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every (dict or list, key or index) in a tree."""
    if isinstance(tree, dict | list):
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _places(tree[key])
