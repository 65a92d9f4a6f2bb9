"""Which code points are assigned is a table of ours, equal to Unicode 14.0."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from ledger.codepoints import forbidden_code_point


def test_what_python_knew_then_is_the_table() -> None:
    """Equal to Python's table where that is of version 14.0; a later one only assigned more."""
    ours = {number for number in range(sys.maxunicode + 1) if forbidden_code_point(chr(number))}
    theirs = {
        number
        for number in range(sys.maxunicode + 1)
        if unicodedata.category(chr(number)) in {"Cn", "Cs"}
    }
    assert theirs <= ours
    version = tuple(map(int, unicodedata.unidata_version.split(".")))
    assert version >= (14, 0, 0)
    # Unicode 14.0 assigned 144,697 characters, 65 controls and 137,468 for private use besides.
    assert sys.maxunicode + 1 - len(ours) == 144_697 + 65 + 137_468
    assert (ours == theirs) == (version == (14, 0, 0))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", None),
        ("确权 é 🚚 \ue000", None),
        ("a\ud800", "\ud800"),
        ("\udfff", "\udfff"),
        ("公͸￿", "͸"),
        ("\U0001fae8", "\U0001fae8"),
    ],
)
def test_the_first_forbidden_one_is_named(text: str, found: str | None) -> None:
    """Surrogates, noncharacters and what Unicode 15 brought; the first in the text."""
    assert forbidden_code_point(text) == found
