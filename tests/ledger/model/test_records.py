"""Copies of records: the same as records made anew, and as frozen as what was copied."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field

from ledger.catalogue import RECORDS
from ledger.model.codec import hints
from ledger.model.records import changed, placed
from ledger.parties.state import Spent
from tests.support.strategies import from_hint, from_hints


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_copies_are_as_if_made_anew(kind: type[Any]) -> None:
    """Any fields of any record changed, or its place alone: equal, of its class, another object."""

    @settings(max_examples=5)
    @given(from_hints(kind), st.integers(0, 2**53), st.data())
    def check(record: Any, seq: int, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(list(hints(kind))), unique=True))
        values = {name: data.draw(from_hint(hints(kind)[name])) for name in names}
        before = repr(record)
        own = {name: getattr(record, name) for name in hints(kind)}
        for copy, other in [
            (changed(record, **values), kind(**(own | values))),
            (placed(record, seq), kind(**(own | {"last_seq": seq}))),
        ]:
            assert (type(copy), copy, hash(copy)) == (kind, other, hash(other))
            assert repr(copy) == repr(other)
            assert copy is not record
            assert pickle.loads(pickle.dumps(copy)) == copy  # noqa: S301 - our own bytes
        assert repr(record) == before

    check()


def test_copies_are_frozen() -> None:
    """A copy keeps its fields as firmly as any record."""
    record = Spent(id="a", payload="p")
    for copy in (changed(record, payload="q"), placed(record, 7)):
        with pytest.raises(AttributeError, match="immutable"):
            copy.payload = "r"  # type: ignore[misc] # the very mistake that is tested


@pytest.mark.parametrize("name", ["unheard_of", "PREFIX", "__class__x"])
def test_a_field_that_is_not_there(name: str) -> None:
    """What is no field cannot be changed."""
    with pytest.raises(TypeError, match=f"`Spent` has no field '{name}'"):
        changed(Spent(id="a", payload="p"), **{name: 1})


class Checked(Struct, frozen=True):
    """A record that looks at its fields itself, and keeps what it saw."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.last_seq > 9:
            raise ValueError("too late")


def test_a_record_that_checks_itself_is_asked() -> None:
    """No shortcut goes round a class's own check, nor round its own list of fields."""
    record = Checked("a")
    assert placed(record, 9) == changed(record, last_seq=9) == Checked("a", 9)
    for act in (placed, lambda it, seq: changed(it, last_seq=seq)):
        with pytest.raises(ValueError, match="too late"):
            act(record, 10)
    with pytest.raises(TypeError):
        changed(record, unheard_of=1)
