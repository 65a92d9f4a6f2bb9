"""The vectors that came with RFC 8785: equal bytes where our schema allows the value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import decode, encode, parse
from ledger.errors import Refused


def has_a_form(tree: Any) -> bool:
    """Whether the value has no float and no key beyond ASCII."""
    if isinstance(tree, dict):
        return all(key.isascii() and has_a_form(value) for key, value in tree.items())
    if isinstance(tree, list):
        return all(map(has_a_form, tree))
    return not isinstance(tree, float)


def test_r12_the_vectors_of_rfc_8785(data_folder: Path) -> None:
    """All vectors: the published bytes come out, or the value is one that our schema forbids."""
    seen: dict[bool, int] = {True: 0, False: 0}
    for source in sorted((data_folder / "jcs-rfc8785" / "input").glob("*.json")):
        expected = (data_folder / "jcs-rfc8785" / "output" / source.name).read_bytes()
        allowed = has_a_form(json.loads(source.read_bytes()))
        seen[allowed] += 1
        if allowed:
            assert encode(parse(source.read_bytes())) == expected
            assert encode(decode(expected)) == expected
        else:
            with pytest.raises(Refused):
                parse(source.read_bytes())
    assert min(seen.values()) > 0
