"""One byte form: equal to RFC 8785, and everything that has no form here is refused."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import canonical
from ledger.canonical import DEEPEST, LARGEST_INTEGER, decode, decode_each, encode, parse
from ledger.errors import Refused
from tests.support import plain_json
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


def said(read: Callable[[Any], Any], given: Any) -> str:
    """What comes out, types included, or the code of the refusal."""
    try:
        return repr(read(given))
    except Refused as refused:
        return refused.code.value


def code(data: bytes, read: Any = decode) -> str:
    """The wire name of the code with which `data` is refused."""
    with pytest.raises(Refused) as caught:
        read(data)
    return caught.value.code.value


def nested(depth: int, inner: bytes = b"1") -> bytes:
    """`inner` in `depth` - 1 lists: `depth` levels."""
    return b"[" * (depth - 1) + inner + b"]" * (depth - 1)


@given(trees)
@example("".join(map(chr, range(0x100))))
@example({"".join(map(chr, range(0x80))): ["\u2028\u2029", "\U00010000\U0010fffd", "é\x7f"]})
@example([LARGEST_INTEGER, -LARGEST_INTEGER, 0, -1, True, False, None, "", [], {}])
@example(["x" * 100_000, "确" * 50_000, "\x00" * 20_000])
@example({str(number): {chr(number): number} for number in range(0x80)})
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


class Word(StrEnum):
    """A text that is not only a text."""

    ONE = "one"


class Sub(str):
    """A text of another type."""

    __slots__ = ()


odd = st.sampled_from(
    [
        *(1.0, 0.5, -0.0, 1e300, math.nan, math.inf, 2**53, -(2**53), 2**64, 10**30, 1j),
        *(b"x", bytearray(b"x"), "\ud800", "\udc00x", "\u0378", "\U0001fae8", Word.ONE, Sub("x")),
        *({1: 2}, {None: 2}, {True: 1}, {"é": 1}, {Word.ONE: 1}, {Sub("a"): 1}, {b"a": 1}),
        *(
            {"a": {"\ud800": 1}},
            OrderedDict(a=1),
            ("a", 1),
            {"a"},
            frozenset({1}),
            range(3),
            object,
        ),
    ]
)
values = st.recursive(
    scalars | odd,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(values, st.integers(0, DEEPEST + 2))
@example({"a": 1, Sub("b"): 2}, 0)
@example("x", DEEPEST - 1)
@example([], DEEPEST - 1)
@example("x", DEEPEST)
def test_the_writer_agrees_with_the_plain_one(value: Any, depth: int) -> None:
    """Whatever the value and however deep: the same bytes, or the same refusal."""
    for _ in range(depth):
        value = [value]
    assert said(encode, value) == said(plain_json.encode, value)


def test_a_value_that_holds_itself_is_too_deep() -> None:
    """It has no end, and no form."""
    ring: list[Any] = []
    ring.append(ring)
    assert said(encode, ring) == "json_too_deep"


SEEDS = [
    b'{"a":[1,-1,0,true,false,null,"x",{}],"b":{"c":{"d":[[]]}},"n":9007199254740991}',
    '{"k":"确权\\u0000\\n\\"🚚","l":["é\u2028",-9007199254740991],"m":""}'.encode(),
    b'["MDEyMzQ1Njc4OWFiY2RlZg","amount",{"amount":"664.52","currency":"CNY"}]',
    b'{"body":{"amount":{"sd":"lVQAR9KkTtqzpC5jBdPfz1QMQkdRxopRo4TSQ-ZaY6w"}},"exp":1768179600}',
    b'{"a":1,"b":{"a":1,"a":{"c":0},"ab":2}}',
    nested(DEEPEST, b'"x"'),
    nested(9, b"{}"),
]
SPLICES = [
    *(bytes([number]) for number in (*range(0x20, 0x7F), 0, 9, 10, 13, 0x7F, 0x80, 0xC0, 0xFF)),
    *(b"-0", b"0.0", b"1e2", b"1E400", b"NaN", b"Infinity", b"-", b"00", b"9007199254740992"),
    *(b"18446744073709551616", b"9" * 400, b"9" * 5000, b"\\u0061", b"\\u00e9", b"\\ud800"),
    *(b"\\ud83d\\ude9a", b"\\udc00", b"\\/", b"\\b", b"\\u001F", b"\\x", b"\xed\xa0\x80"),
    *(b"\xc0\xaf", b"\xef\xbb\xbf", b"\xf4\x90\x80\x80", "͸".encode(), "\U0001fae8".encode()),
    *("é".encode(), "🚚".encode(), "\uffff".encode(), b'"a":1,', b'"a":1', b"[[[[[[", b"{}", b"[]"),
    *(b"null", b"tru", b" ", b"\n", b"//", b"/**/", b"'", b",,", b"1 2", b'"', b"[" * 5000),
]


def mutated(random: Random) -> bytes:
    """One of the seeds with up to three changes: spliced, cut, doubled."""
    data = random.choice(SEEDS)
    for _ in range(random.randint(0, 3)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice([0, 0, 1, 1, 2, 8]))
        part = random.choice([b"", data[start:end] * 2, random.choice(SPLICES)])
        data = data[:start] + part + data[end:]
    return data


@pytest.mark.parametrize("seed", range(4))
def test_the_reader_agrees_with_the_plain_one(seed: int) -> None:
    """Over mutated bytes: the same value, or the same refusal, canonical and not."""
    random = Random(seed)  # noqa: S311 - the same bytes in every run
    heard = set()
    for _ in range(2_500):
        data = mutated(random)
        verdict = said(plain_json.decode, data)
        assert said(decode, data) == verdict, data
        assert said(parse, data) == said(plain_json.parse, data), data
        heard.add(verdict)
    assert {code for code in heard if code.startswith("json_")} == {
        *("json_invalid", "json_not_canonical", "json_duplicate_key", "json_number_forbidden"),
        *("json_text_forbidden", "json_too_deep"),
    }


@given(
    st.lists(
        trees.map(encode)
        | st.sampled_from([b"", b" 1", b"1\n2", b"1,", b"1]", b"[", "\u0378".encode(), b"1.0"]),
        max_size=5,
    )
)
@example([b'["a"', b'"b"]'])
@example([b'"a', b'b"'])
@example([b"1\n2", b"3"])
@example([b"1 2", b""])
@example([b"1\n", b"2"])
@example([b'{"a":1', b'"b":2}'])
def test_many_texts_are_read_as_each_is(texts: list[bytes]) -> None:
    """Read in one pass or one by one: the same values, or the first refusal."""
    assert said(decode_each, texts) == said(lambda each: [decode(text) for text in each], texts)


@pytest.mark.parametrize("tree", [{"a": [{"b": [{"c": {"d": 1}}]}]}, {"name": "福建晋江🚚"}])
def test_what_is_in_form_is_read_once(tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact reader is not asked where nothing is wrong: not for Chinese either."""
    monkeypatch.setattr(canonical, "_read_exactly", pytest.fail)
    assert decode(encode(tree)) == parse(encode(tree)) == tree
    assert decode_each([encode(tree)] * 2) == [tree, tree]
