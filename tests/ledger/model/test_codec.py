"""The codec: what was written is read again, sealed or plain, and a misfit is named by place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import Enum
from itertools import count
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from msgspec import Struct

from ledger import canonical, vocabulary
from ledger.base64url import b64url_decode, b64url_encode
from ledger.envelope import Sealer, read_disclosure
from ledger.errors import Refused
from ledger.model.codec import WireForm, field_classes, hints, read, write
from ledger.model.kinds import Amount, Confidential, Length, Name, Personal, Range
from ledger.money import Money
from ledger.sealing import sealed_once
from tests.support.strategies import DIGITS, from_hints

SALT = bytes(16)


class Colour(Enum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


class Inner(Struct, frozen=True, kw_only=True, gc=False):
    """A part of the sample."""

    amount: Confidential[Amount]
    day: dt.date | None = None


class Sample(Struct, frozen=True, kw_only=True, gc=False):
    """Every sort of field."""

    colour: Colour
    flag: bool
    count: Annotated[int, Range(0, 9)]
    parts: Annotated[tuple[Inner, ...], Length(1, 2)]
    name: Confidential[Name] | None = None
    person: Personal | None = None
    list_sealed: Annotated[Confidential[tuple[Name, ...]], Length(1, 2)] | None = None


def seal(value: Any, sealer: Sealer | None = None) -> tuple[Any, dict[str, tuple[str, Any]]]:
    """The wire tree of a value, through bytes, and what its disclosures say."""
    sealer = sealer or Sealer(lambda: SALT)
    tree = write(value, WireForm(DIGITS.get, {}, sealer))
    found = (read_disclosure(text) for text in sealer.disclosed)
    return canonical.decode(canonical.encode(tree)), {d: (name, v) for d, name, v in found}


@pytest.mark.parametrize("kind", [*vocabulary.COMMANDS.values(), Sample], ids=lambda k: k.__name__)
def test_every_command_survives_the_wire(kind: type[Any]) -> None:
    """Any value of any command, sealed, encoded and read again, is equal; nothing sealed leaks."""

    @settings(max_examples=10)
    @given(from_hints(kind))
    def check(command: Any) -> None:
        salts = count()
        tree, disclosures = seal(command, Sealer(lambda: next(salts).to_bytes(16)))
        assert read(kind, tree, WireForm(DIGITS.get, disclosures)) == command
        assert disclosures.keys() <= sealed_once(tree)

    check()


@pytest.mark.parametrize("kind", vocabulary.EVENTS, ids=lambda k: k.__name__)
def test_every_event_has_a_plain_form(kind: type[Any]) -> None:
    """Any value of any event has canonical bytes: each field that is there, nothing sealed."""

    @settings(max_examples=5)
    @given(from_hints(kind))
    def check(event: Any) -> None:
        tree = canonical.decode(canonical.encode(write(event)))
        assert tree.keys() == {name for name in hints(kind) if getattr(event, name) is not None}
        assert sealed_once(tree) == frozenset()

    check()


@given(from_hints(Sample))
def test_the_plain_form_is_read_as_it_was_written(sample: Sample) -> None:
    """Minor units and open values: what stores keep."""
    assert read(Sample, canonical.decode(canonical.encode(write(sample)))) == sample


def test_field_classes_name_each_sealed_field_by_its_path() -> None:
    """Parts of lists and of optional values are found; open fields are not named."""
    assert field_classes(Sample) == {
        "parts/amount": "confidential",
        "name": "confidential",
        "person": "personal",
        "list_sealed": "confidential",
    }


SAMPLE = Sample(
    colour=Colour.RED,
    flag=True,
    count=3,
    parts=(Inner(amount=Money(12345, "CNY"), day=dt.date(2026, 1, 2)),),
    name="Granhult AB",
)


def test_the_wire_form_is_what_people_sign() -> None:
    """Decimal strings with the currency's digits, absent fields left out, digests in place."""
    tree, disclosures = seal(SAMPLE)
    assert sorted(disclosures.values(), key=str) == [
        ("amount", {"amount": "123.45", "currency": "CNY"}),
        ("name", "Granhult AB"),
    ]
    assert tree.keys() == {"colour", "flag", "count", "parts", "name"}
    assert (tree["colour"], tree["flag"], tree["count"]) == ("red", True, 3)
    assert tree["parts"][0]["day"] == "2026-01-02"
    assert tree["parts"][0]["amount"].keys() == tree["name"].keys() == {"sd"}


def changed(edit: Callable[[Any], object]) -> tuple[str, str]:
    """How the sample's tree, changed by `edit`, is refused: code and place."""
    tree, disclosures = seal(SAMPLE)
    edit(tree)
    with pytest.raises(Refused) as caught:
        read(Sample, tree, WireForm(DIGITS.get, disclosures), "/body")
    return caught.value.code.value, caught.value.place


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda t: t.update(more=1), ("field_unknown", "/body/more")),
        (lambda t: t.pop("flag"), ("field_missing", "/body/flag")),
        (lambda t: t.update(flag=1), ("field_invalid", "/body/flag")),
        (lambda t: t.update(flag=None), ("field_invalid", "/body/flag")),
        (lambda t: t.update(count=True), ("field_invalid", "/body/count")),
        (lambda t: t.update(count=10), ("field_invalid", "/body/count")),
        (lambda t: t.update(colour="green"), ("field_invalid", "/body/colour")),
        (lambda t: t.update(colour=[]), ("field_invalid", "/body/colour")),
        (lambda t: t.update(colour={}), ("field_invalid", "/body/colour")),
        (lambda t: t.update(parts={}), ("field_invalid", "/body/parts")),
        (lambda t: t.update(parts=[]), ("field_invalid", "/body/parts")),
        (lambda t: t.update(parts=t["parts"] * 3), ("field_invalid", "/body/parts")),
        (lambda t: t["parts"].append("x"), ("field_invalid", "/body/parts/1")),
        (lambda t: t["parts"].append({}), ("field_missing", "/body/parts/1/amount")),
        (lambda t: t["parts"][0].update(day=7), ("field_invalid", "/body/parts/0/day")),
        (lambda t: t["parts"][0].update(day="2026-02-30"), ("date_invalid", "/body/parts/0/day")),
        (lambda t: t["parts"][0].update(day=None), ("field_invalid", "/body/parts/0/day")),
        (lambda t: t.update(name="open"), ("field_invalid", "/body/name")),
        (lambda t: t.update(name=None), ("field_invalid", "/body/name")),
        (lambda t: t.update(name={"sd": 7}), ("field_invalid", "/body/name")),
        (lambda t: t.update(name={"sd": "short"}), ("field_invalid", "/body/name")),
        (lambda t: t["name"].update(x=1), ("field_invalid", "/body/name")),
        (lambda t: t.update(name={"sd": "A" * 43}), ("disclosure_missing", "/body/name")),
        (
            lambda t: t.update(name=t["parts"][0]["amount"]),
            ("disclosure_does_not_fit", "/body/name"),
        ),
        (lambda t: t.update(person=t["name"]), ("disclosure_does_not_fit", "/body/person")),
        (lambda t: t.update(person="open"), ("field_invalid", "/body/person")),
    ],
)
def test_a_misfit_is_named_by_its_place(edit: Any, expected: tuple[str, str]) -> None:
    """Unknown, missing, of another type, out of bounds, not sealed, sealed under another name."""
    assert changed(edit) == expected


def test_the_body_itself_is_an_object() -> None:
    """A list or text is refused at the root."""
    for tree in ([], "x", None, 7):
        with pytest.raises(Refused) as caught:
            read(Sample, tree, WireForm(DIGITS.get, {}), "/body")
        assert (caught.value.code.value, caught.value.place) == ("field_invalid", "/body")


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ("1.00", "field_invalid"),
        ({"amount": "1.00"}, "field_invalid"),
        ({"amount": 1, "currency": "CNY"}, "field_invalid"),
        ({"amount": "1.00", "currency": 7}, "field_invalid"),
        ({"amount": "1.00", "currency": "CNY", "x": 1}, "field_invalid"),
        ({"amount": "1.0", "currency": "CNY"}, "amount_invalid"),
        ({"amount": "1.00", "currency": "JPY"}, "amount_invalid"),
        ({"amount": "0.00", "currency": "CNY"}, "field_invalid"),
        ({"amount": "-1.00", "currency": "CNY"}, "field_invalid"),
        ({"amount": "1.00", "currency": "XYZ"}, "currency_unknown"),
    ],
)
def test_amounts_have_exactly_their_digits(tree: Any, code: str) -> None:
    """A decimal string with the digits that the policy gives the currency, above zero."""
    sealer = Sealer(lambda: SALT)
    sealed: Any = {"amount": {"sd": sealer("amount", tree)}}
    digest, name, value = read_disclosure(sealer.disclosed[0])
    with pytest.raises(Refused) as caught:
        read(Inner, sealed, WireForm(DIGITS.get, {digest: (name, value)}), "/body")
    assert (caught.value.code.value, caught.value.place) == (code, "/body/amount")


def test_personal_fields_stay_digests() -> None:
    """The reader sees only the digest, with its disclosure or, once that is erased, without."""
    sealer = Sealer(lambda: SALT)
    sealed = sealer("person", "Ann")
    sample = Sample(colour=Colour.BLUE, flag=False, count=0, parts=SAMPLE.parts, person=sealed)
    tree, disclosures = seal(sample, sealer)
    assert disclosures[sealed] == ("person", "Ann")
    assert read(Sample, tree, WireForm(DIGITS.get, disclosures)).person == sealed
    del disclosures[sealed]
    assert read(Sample, tree, WireForm(DIGITS.get, disclosures)).person == sealed
    disclosures[sealed] = ("person", 7)
    with pytest.raises(Refused, match="not a text"):
        read(Sample, tree, WireForm(DIGITS.get, disclosures))


def test_a_form_without_a_sealer_only_reads() -> None:
    """Writing sealed fields without randomness is a fault of the program, not of a caller."""
    with pytest.raises(TypeError, match="only reads"):
        write(SAMPLE, WireForm(DIGITS.get, {}))


def test_salts_tell_equal_values_apart() -> None:
    """Two fields of one value have two digests when each has its own salt."""
    salts = iter([bytes([1]) * 16, bytes([2]) * 16])
    sealer = Sealer(lambda: next(salts))
    assert sealer("name", "x") != sealer("name", "x")
    first = canonical.decode(b64url_decode(sealer.disclosed[0]))
    assert first == [b64url_encode(bytes([1]) * 16), "name", "x"]
