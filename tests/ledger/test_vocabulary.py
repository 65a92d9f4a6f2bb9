"""The bytes of events: written in one pass, and the canonical bytes of their trees all the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import canonical, vocabulary
from ledger.model.annotations import hints, split
from tests.support.strategies import from_hints, texts

TRICKS = ["null", ":null", ',"id":null', '{"id":null,', ',\\"id\\":null', '"', "\\", "{", ","]
"""Texts that look like a field without a value, or end like the begin of one."""


@pytest.mark.parametrize("kind", vocabulary.EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_is_written_as_its_tree(kind: type[Any]) -> None:
    """Any values, absent ones and all that texts may hold, alone and beside other events."""
    open_texts = [name for name, hint in hints(kind).items() if split(hint)[0] is str]
    tricks = st.lists(st.sampled_from(TRICKS), max_size=3).map("".join)

    @settings(max_examples=25)
    @given(from_hints(kind), from_hints(kind), st.data())
    def check(one: Any, other: Any, data: st.DataObject) -> None:
        values = {name: data.draw(tricks | texts) for name in open_texts}
        for events in ((one,), (one, replace(other, **values)), ()):
            expected = canonical.encode(vocabulary.event_trees(events))
            assert vocabulary.event_bytes(events) == expected

    check()


def test_an_event_is_known_by_its_name_in_the_list() -> None:
    """What the library writes as ``event`` is the name that the closed list gives."""
    for kind, name in vocabulary.EVENTS.items():
        assert kind.__struct_config__.tag == name
