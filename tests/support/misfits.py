"""Trees that are almost right: changed in one place, as somebody clumsy or hostile would do it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

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
    "x\n",
    "e\u0301",
    "確权 有限公司",
    "a\u3000b",
    "a\u200bb",
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


def misfit(draw: st.DrawFn, tree: Any) -> Any:
    """A copy of a tree of dicts and lists with one place of it changed."""
    changed = copy.deepcopy(tree)
    places = list(_places(changed))
    if not places:
        return draw(st.sampled_from(ODDITIES))
    parent, key = draw(st.sampled_from(places))
    act = draw(st.sampled_from(["put", "put", "put", "take", "add", "move"]))
    if act == "put":
        parent[key] = copy.deepcopy(draw(st.sampled_from(ODDITIES)))
    elif act == "take":
        del parent[key]
    elif act == "add" and isinstance(parent, dict):
        parent["more"] = parent[key]
    elif act == "add":
        parent.append(parent[key])
    else:
        other, there = draw(st.sampled_from(places))
        parent[key] = copy.deepcopy(other[there])
    return changed


misfits = st.composite(misfit)
"""Copies of a tree, each with one place changed."""


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every (dict or list, key or index) in a tree."""
    if isinstance(tree, dict | list):
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _places(tree[key])
