"""One byte form: equal to RFC 8785, and everything that has no form here is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.canonical import DEEPEST, LARGEST_INTEGER, decode, encode, parse
from ledger.errors import Refused
from tests.support.strategies import texts

keys = st.text(st.characters(codec="ascii"), max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts | st.just("")
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


def code(data: bytes, read: Any = decode) -> str:
    """The wire name of the code with which `data` is refused."""
    with pytest.raises(Refused) as caught:
        read(data)
    return caught.value.code.value


def nested(depth: int, inner: bytes = b"1") -> bytes:
    """`inner` in `depth` - 1 lists: `depth` levels."""
    return b"[" * (depth - 1) + inner + b"]" * (depth - 1)


@given(trees)
@example({'\x00\x1f\x7f"\\/\b\f\n\r\t': '\x00\x1f\x7f"\\/\b\f\n\r\t  é确🚚'})
@example({"b": 1, "a": 2, "aa": 3, "B": 4, "": 5})
def test_r12_bytes_are_those_of_rfc_8785(tree: Any) -> None:
    """An independent implementation of RFC 8785 writes the same bytes."""
    assert encode(tree) == rfc8785.dumps(tree)


@given(trees)
def test_r12_canonical_form_is_a_fixed_point(tree: Any) -> None:
    """What was written is read back as it was, and writing it again changes nothing."""
    data = encode(tree)
    assert decode(data) == tree
    assert encode(decode(data)) == data


@given(texts)
def test_r12_text_is_not_normalized(text: str) -> None:
    """NFC and NFD of a text are two texts: bytes are kept, never mended."""
    assert decode(encode(text)) == text
    assert encode("\u00e9") != encode("e\u0301")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1,"a":1}', "json_duplicate_key"),
        (b'[{"x":{"y":[{"a":1,"b":2,"a":3}]}}]', "json_duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "json_duplicate_key"),
        (b"1.0", "json_number_forbidden"),
        (b"1e2", "json_number_forbidden"),
        (b"1E400", "json_number_forbidden"),
        (b"-0", "json_number_forbidden"),
        (b"-0.0", "json_number_forbidden"),
        (b"NaN", "json_number_forbidden"),
        (b"Infinity", "json_number_forbidden"),
        (b"-Infinity", "json_number_forbidden"),
        (b"9007199254740992", "json_number_forbidden"),
        (b"-9007199254740992", "json_number_forbidden"),
        (b"9" * 5000, "json_number_forbidden"),
        (b'"\\ud800"', "json_text_forbidden"),
        (b'"\\udc00\\ud800"', "json_text_forbidden"),
        ('"͸"'.encode(), "json_text_forbidden"),
        ('"\U0001fae8"'.encode(), "json_text_forbidden"),
        ('"￾"'.encode(), "json_text_forbidden"),
        ('{"é":1}'.encode(), "json_text_forbidden"),
        ('{"a":{"确":1}}'.encode(), "json_text_forbidden"),
        (nested(DEEPEST + 1), "json_too_deep"),
        (nested(10_000), "json_too_deep"),
        (b'{"a":' * 10_000, "json_too_deep"),
        (b'"\xed\xa0\x80"', "json_invalid"),
        (b'"\xc0\xaf"', "json_invalid"),
        (b'"\xff"', "json_invalid"),
        ('"é"'.encode("latin-1"), "json_invalid"),
        ('"a"'.encode("utf-16"), "json_invalid"),
        (b"\xef\xbb\xbf1", "json_invalid"),
        (b"1 2", "json_invalid"),
        (b'{"a":1}}', "json_invalid"),
        (b"", "json_invalid"),
        (b" ", "json_invalid"),
        (b"01", "json_invalid"),
        (b"+1", "json_invalid"),
        (b"'a'", "json_invalid"),
        (b"[1,]", "json_invalid"),
        (b"{a:1}", "json_invalid"),
        (b'"\n"', "json_invalid"),
        (b"// x\n1", "json_invalid"),
    ],
)
def test_r12_what_has_no_form_is_refused(data: bytes, expected: str) -> None:
    """Each fault has its own code, whether the bytes must be canonical or not."""
    assert code(data) == code(data, parse) == expected


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b" 1",
        b"1\n",
        b"[1, 2]",
        b'"\\u0061"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b'"\\u00e9"',
        b'"\\ud83d\\ude9a"',
    ],
)
def test_r12_other_writings_are_refused(data: bytes) -> None:
    """JSON that is not in its one form is read by `parse`, and refused where bytes are signed."""
    assert code(data) == "json_not_canonical"
    assert decode(encode(parse(data))) == parse(data)


@pytest.mark.parametrize(
    "tree",
    [1.0, math.nan, 2**53, -(2**53), "\ud800", ["͸"], {"é": 1}, {1: 2}, {"a": {1, 2}}, b"x"],
)
def test_values_without_a_form_are_refused(tree: Any) -> None:
    """The writer refuses what the reader would."""
    with pytest.raises(Refused):
        encode(tree)


def test_the_deepest_value_and_the_largest_numbers_are_taken() -> None:
    """32 levels and ±(2^53-1) are inside the bounds."""
    for data in (nested(DEEPEST), b"9007199254740991", b"-9007199254740991"):
        assert encode(decode(data)) == data


def test_a_key_that_stands_twice_is_found_at_once() -> None:
    """A submission full of keys of which the last stands twice costs no more than any other."""
    names = [f'"k{number}":1' for number in [*range(60_000), 59_999]]
    assert code(f"{{{','.join(names)}}}".encode()) == "json_duplicate_key"


@given(
    st.binary(max_size=40) | st.text('{}[]",:\\u0123456789eE+-.tfnd ', max_size=30).map(str.encode)
)
def test_r12_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever comes, nothing but `Refused` is raised; what is read is in its one form."""
    for read in (parse, decode):
        try:
            tree = read(data)
        except Refused:
            continue
        assert decode(encode(tree)) == tree
        assert read is parse or encode(tree) == data
