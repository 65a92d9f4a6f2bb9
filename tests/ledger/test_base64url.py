"""Bytes as text: one text for each byte string."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.base64url import b64url_decode, b64url_encode
from ledger.errors import Refused


@given(st.binary(max_size=70))
def test_bytes_come_back(data: bytes) -> None:
    """Decoding the text of bytes gives the bytes."""
    assert b64url_decode(b64url_encode(data)) == data


@given(st.text('AQgwZ_-09+/= \n\\u0"', max_size=9))
@example("\\u0041AAA")
@example("AAAA\\/AA")
def test_trap_6_no_two_texts_decode_to_the_same_bytes(text: str) -> None:
    """A text is refused or is the one encoding of its bytes: signed texts are not malleable."""
    with suppress(Refused):
        assert b64url_encode(b64url_decode(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "AAAAA",
        "AA==",
        "AA=",
        "AB",
        "AAB",
        "A+AA",
        "A/AA",
        "AA A",
        "AAAA\n",
        "\\u0041AAA",
        "AAA\\/",
        'AAAA"',
        '"',
        "AA\0A",
        "\ud800AAA",
        "é",
        7,
        None,
        b"AA",
    ],
)
def test_trap_6_lenient_writings_are_refused(text: Any) -> None:
    """Cut short, padded, with stray bits, in the other alphabet, blanks or escapes, no text."""
    with pytest.raises(Refused) as caught:
        b64url_decode(text)
    assert caught.value.code.value == "base64_invalid"


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"\xff", "_w")]
)
def test_texts_of_rfc_4648(data: bytes, text: str) -> None:
    """The values of RFC 4648, without padding."""
    assert (b64url_encode(data), b64url_decode(text)) == (text, data)


def test_trap_6_the_last_character_has_one_writing() -> None:
    """Of all that may stand last, one for each value of the last byte, as the standard reads it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for head, count in (("", 0), ("A", 4), ("AA", 16), ("AAA", 64)):
        taken = []
        for last in alphabet:
            with suppress(Refused):
                assert b64url_decode(head + last) == base64.urlsafe_b64decode(f"{head}{last}==")
                taken.append(last)
        assert len(taken) == count
