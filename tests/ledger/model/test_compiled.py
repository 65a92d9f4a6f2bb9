"""Compiled reading and writing: the exact codec's verdicts and bytes, for whatever it is given."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from enum import Enum, StrEnum
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from msgspec import Struct, field
from msgspec.structs import replace

from ledger import canonical, vocabulary
from ledger.catalogue import RECORDS
from ledger.errors import Refused
from ledger.model import codec
from ledger.model.compiled import ODD, plain_reader, plain_writer, wire_reader
from ledger.model.kinds import Personal
from ledger.money import Money
from tests.ledger.model.test_codec import Sample, seal
from tests.support.misfits import misfits
from tests.support.strategies import DIGITS, from_hints

COMMANDS = pytest.mark.parametrize(
    "kind", [*vocabulary.COMMANDS.values(), Sample], ids=lambda kind: kind.__name__
)
RECORD = pytest.mark.parametrize("kind", [*RECORDS, Sample], ids=lambda kind: kind.__name__)
STORED = pytest.mark.parametrize(
    "kind", [*vocabulary.EVENTS, *RECORDS, Sample], ids=lambda kind: kind.__name__
)

SWEEP = settings(max_examples=2, phases=[Phase.generate])
"""For tests that try every change of a value: simpler values would not tell more."""


def verdict(act: Callable[[], Any]) -> Any:
    """What an act gives, or how it is refused, place and all."""
    try:
        return act()
    except Refused as refused:
        return refused.code, refused.detail, refused.place
    except ODD as error:
        return type(error), str(error)


def exactly(kind: type, tree: Any, form: codec.Form) -> Any:
    """The verdict of the exact codec."""
    return verdict(partial(codec._read, kind, tree, form, "", "/body"))


@COMMANDS
def test_what_is_right_is_read_at_once(kind: type[Any]) -> None:
    """A command in its wire form never needs the exact codec, whatever its values are."""

    @settings(max_examples=10)
    @given(from_hints(kind))
    def check(command: Any) -> None:
        tree, disclosures = seal(command)
        assert wire_reader(kind)(tree, DIGITS.get, disclosures) == command

    check()


@STORED
def test_what_is_ours_is_written_at_once(kind: type[Any]) -> None:
    """An event or record is written in plain form without the exact codec, in its very order."""

    @settings(max_examples=5)
    @given(from_hints(kind))
    def check(value: Any) -> None:
        exact: Any = codec._write(kind, value, codec.PLAIN, "")
        assert list(plain_writer(kind)(value).items()) == list(exact.items())

    check()


@RECORD
def test_what_we_wrote_is_read_at_once(kind: type[Any]) -> None:
    """A record in its plain form never needs the exact codec."""

    @settings(max_examples=10)
    @given(from_hints(kind))
    def check(value: Any) -> None:
        tree = canonical.decode(canonical.encode(codec.write(value)))
        assert plain_reader(kind)(tree) == value

    check()


@COMMANDS
def test_a_misfit_is_refused_as_exactly(kind: type[Any]) -> None:
    """With one thing changed, in the body or in what was sealed: the same value or refusal."""

    @SWEEP
    @given(from_hints(kind))
    def check(command: Any) -> None:
        tree, disclosures = seal(command)
        form = codec.WireForm(DIGITS.get, disclosures)
        for changed in misfits(tree):
            found = verdict(partial(codec.read, kind, changed, form, "/body"))
            assert found == exactly(kind, changed, form)
        for digest, (name, value) in list(disclosures.items()):
            for changed in misfits(value):
                disclosures[digest] = (name, changed)
                found = verdict(partial(codec.read, kind, tree, form, "/body"))
                assert found == exactly(kind, tree, form)
            disclosures[digest] = (name, value)

    check()


@RECORD
def test_a_plain_misfit_is_refused_as_exactly(kind: type[Any]) -> None:
    """The same for what a store gives back, changed."""

    @SWEEP
    @given(from_hints(kind))
    def check(record: Any) -> None:
        tree = canonical.decode(canonical.encode(codec.write(record)))
        for changed in misfits(tree):
            found = verdict(partial(codec.read, kind, changed, codec.PLAIN, "/body"))
            assert found == exactly(kind, changed, codec.PLAIN)

    check()


class Word(StrEnum):
    """A text that is none of ours by type."""

    X = "x"


VALUES = (None, True, 5, "x", Word.X, Money(5, "CNY"), (), ("x",), (Word.X, None), object)


@STORED
def test_odd_values_are_written_as_exactly(kind: type[Any]) -> None:
    """A field with a value that its type forbids is written as the exact codec writes it."""

    @SWEEP
    @given(from_hints(kind))
    def check(value: Any) -> None:
        for name, odd in itertools.product(codec.hints(kind), VALUES):
            changed = replace(value, **{name: odd})
            exact = verdict(partial(codec._write, kind, changed, codec.PLAIN, ""))
            assert verdict(partial(codec.write, changed)) == exact

    check()


class Weight(Enum):
    """Members that are no texts; one has a second name."""

    LIGHT = 1
    HEAVY = 2
    FEATHER = 1  # noqa: PIE796 - the second name is what is tested


class Checked(Struct, frozen=True):
    """A class that looks at its fields itself."""

    least: int
    most: int = 9
    words: tuple[str, ...] = field(default_factory=lambda: ("a",))

    def __post_init__(self) -> None:
        if self.least > self.most:
            raise ValueError("least above most")


class Loose(Struct):
    """A class that is not frozen, of one with a check."""

    inner: Checked
    weight: Weight = Weight.HEAVY
    who: Personal | None = None


@pytest.mark.parametrize(
    "tree",
    [
        {"inner": {"least": 1}},
        {"inner": {"least": 1, "most": 1, "words": []}, "weight": 1},
        {"inner": {"least": 5, "most": 1}},
        {"inner": {"least": 1}, "weight": True},
        {"inner": {"least": 1}, "weight": 3},
        {"inner": {"least": 1}, "who": "x"},
        {"inner": {"least": 1}, "who": {"sd": "A" * 43}},
        {"inner": {"least": 1}, "who": {"sd": "B" * 43}},
        {"inner": {"least": 1}, "who": {"sd": "C" * 43}},
        {"inner": {"least": 1}, "who": {"sd": "D" * 43}},
    ],
)
def test_classes_of_every_make(tree: Any) -> None:
    """Checks of a class are kept; defaults, factories and second names count as they do there."""
    form = codec.WireForm(
        DIGITS.get, {"A" * 43: ("who", "Ann"), "B" * 43: ("inner", "Ann"), "C" * 43: ("who", 7)}
    )
    for each in (codec.PLAIN, form):
        found = verdict(partial(codec.read, Loose, tree, each, "/body"))
        assert found == exactly(Loose, tree, each)


def test_a_list_is_no_object_without_fields() -> None:
    """An object all of whose fields may be absent is still an object."""

    class Nothing(Struct, frozen=True):
        """All of it may be absent."""

        a: int = 1

    for tree in ([], "", (), None):
        with pytest.raises(Refused):
            codec.read(Nothing, tree)
    assert codec.read(Nothing, {}) == Nothing()
