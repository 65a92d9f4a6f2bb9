"""Disclosures read at once: the same as one by one, and the first that is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import pytest

from ledger import canonical, sealing
from ledger.base64url import b64url_encode
from ledger.errors import Refused
from ledger.sealing import Sealer, read_disclosure, read_disclosures, sealed_once

VALUES: list[Any] = ["664.52", 7, None, "发票-1", {"amount": "1.00", "number": "合同🚚"}, ["x", []]]


def in_turn(
    disclosed: Sequence[str], expected: frozenset[str]
) -> Mapping[str, tuple[str, Any]] | str:
    """What reading one by one gives, or the place and the code of the first refusal."""
    found: dict[str, tuple[str, Any]] = {}
    for index, text in enumerate(disclosed):
        try:
            digest, name, value = read_disclosure(text)
        except Refused as refused:
            return f"/disclosures/{index} {refused.code.value}"
        if digest not in expected or digest in found:
            return f"/disclosures/{index} disclosure_does_not_fit"
        found[digest] = (name, value)
    return found


def at_once(
    disclosed: Sequence[str], expected: frozenset[str]
) -> Mapping[str, tuple[str, Any]] | str:
    """What the reader of all gives, in the same words."""
    try:
        return read_disclosures(disclosed, expected)
    except Refused as refused:
        return f"{refused.place} {refused.code.value}"


def sealed(random: Random, count: int) -> tuple[list[str], frozenset[str]]:
    """Disclosures of so many fields, and the digests that stand for them."""
    size = random.choice([16, 16, 16, 15, 17, 64, 65])
    sealer = Sealer(lambda: random.randbytes(size))
    tree = {f"f{number}": {"sd": sealer("name", random.choice(VALUES))} for number in range(count)}
    return sealer.disclosed, sealed_once(tree)


def text_of(content: Any) -> str:
    """A disclosure of any content."""
    return b64url_encode(canonical.encode(content))


SALT = "A" * 22
CHANGES: list[Callable[[str, Random], str]] = [
    lambda text, _: text[:-1],
    lambda text, _: text + "A",
    lambda text, random: text[: (at := random.randrange(len(text)))] + "_" + text[at + 1 :],
    lambda text, _: f"{text}=",
    lambda text, _: text.replace("I", "\\u0049"),
    lambda _text, _: b64url_encode(f'["{SALT}","a",1]\n["{SALT}","b",2]'.encode()),
    lambda _text, _: b64url_encode(f'["{SALT}"'.encode()),
    lambda _text, _: b64url_encode(f'["{SALT}","a","\u0378"]'.encode()),
    lambda _text, _: b64url_encode(f'["{SALT}","a",1.0]'.encode()),
    lambda _text, _: b64url_encode(f'["{SALT}","a",{{"é":1}}]'.encode()),
    lambda _text, _: b64url_encode(f'["{SALT}","a",{2**53}]'.encode()),
    lambda _text, _: text_of([SALT, "a"]),
    lambda _text, _: text_of([SALT, "a", 1, 1]),
    lambda _text, _: text_of([SALT, 1, 1]),
    lambda _text, _: text_of([f"{SALT[:-1]}B", "a", 1]),
    lambda _text, _: text_of([f"{SALT},{SALT}", "a", 1]),
    lambda _text, _: text_of([1, "a", 1]),
    lambda _text, _: text_of({SALT: 1, "a": 1, "b": 1}),
    lambda _text, _: text_of("abc"),
    lambda _text, _: text_of(None),
    lambda _text, _: "",
]


@pytest.mark.parametrize("change", range(len(CHANGES)))
def test_all_at_once_are_read_as_one_by_one(change: int) -> None:
    """Whatever is wrong with one of them, or with two: the same values, or the same refusal."""
    random = Random(change)  # noqa: S311 - the same cases in every run
    for count in (1, 2, 5, 9):
        for _ in range(6):
            texts, expected = sealed(random, count)
            for _ in range(random.randint(0, 2)):
                at = random.randrange(count)
                texts[at] = CHANGES[change](texts[at], random) if texts[at] else "A"
            assert at_once(texts, expected) == in_turn(texts, expected)
            assert at_once([*texts, texts[0]], expected) == in_turn([*texts, texts[0]], expected)
            assert at_once(texts, frozenset()) == in_turn(texts, frozenset())


def test_what_is_in_form_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of one is not asked where nothing is wrong: not for Chinese either."""
    sealer = Sealer(lambda: bytes(16))
    tree = [{"sd": sealer(f"n{number}", value)} for number, value in enumerate(VALUES)]
    monkeypatch.setattr(sealing, "read_disclosure", pytest.fail)
    found = read_disclosures(sealer.disclosed, sealed_once(tree))
    assert sorted(found.values(), key=str) == sorted(
        ((f"n{number}", value) for number, value in enumerate(VALUES)), key=str
    )
    assert read_disclosures([], frozenset()) == {}
