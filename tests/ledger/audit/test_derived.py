"""Derived rows against a replay, both in the order of ids: equal, other, missing, stray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.derived import compare_records
from ledger.audit.findings import Collector
from ledger.audit.source import Row
from ledger.parties.state import Spent

Rows = dict[str, tuple[int, str]]


class Sides:
    """A source and a scratch in one: `stored` rows of one kind, and what the replay made."""

    def __init__(self, stored: Iterable[Row], replayed: Rows) -> None:
        self.stored = stored
        self.replayed = replayed

    def damages(self) -> Iterator[str]:
        """None."""
        return iter(())

    def derived(self, kind: type) -> Iterator[Row]:
        """What stands in the table."""
        return iter(self.stored if kind is Spent else ())

    def damage(self, kind: type, row: Row) -> str:
        """A number where a number is due."""
        return "" if type(row[1]) is int else "column last_seq holds no number"

    def rows(self, kind: type) -> Iterator[Row]:
        """What the replay made, by the bytes of the id."""
        if kind is Spent:
            for key in sorted(self.replayed, key=str.encode):
                yield (key, *self.replayed[key])

    def get(self, kind: type, ids: Iterable[str]) -> dict[str, Spent]:
        """A record of the replay."""
        return {
            key: Spent(id=key, last_seq=self.replayed[key][0], payload=self.replayed[key][1])
            for key in ids
        }


def compared(stored: Iterable[Row], replayed: Rows) -> tuple[int, list[tuple[str, int | None]]]:
    """How many are equal, and (id or words, entry) of every finding."""
    found = Collector()
    sides: Any = Sides(stored, replayed)
    equal = compare_records(sides, sides, found)
    return equal, [(f"{item.code} {item.detail.split()[1]}", item.seq) for item in found.findings]


IDS = st.text(st.sampled_from("ab_é公\U0001f600"), min_size=1, max_size=3)
CONTENT = st.tuples(st.integers(0, 3), st.sampled_from("xy"))


@given(st.dictionaries(IDS, CONTENT), st.dictionaries(IDS, CONTENT))
def test_rows_in_order(stored: Rows, replayed: Rows) -> None:
    """Whatever the two sides hold, each row is counted or named once."""
    rows = [(key, *stored[key]) for key in sorted(stored, key=str.encode)]
    equal, findings = compared(rows, replayed)
    both = stored.keys() & replayed.keys()
    assert equal == sum(stored[key] == replayed[key] for key in both)
    assert sorted(findings, key=str) == sorted(
        [(f"record_stray {key}", None) for key in stored.keys() - both]
        + [(f"record_missing {key}", replayed[key][0]) for key in replayed.keys() - both]
        + [
            (f"record_differs {key}", replayed[key][0])
            for key in both
            if stored[key] != replayed[key]
        ],
        key=str,
    )


@pytest.mark.parametrize(
    "row", [("a", 1.0, "x"), ("a", True, "x"), ("a", 1, b"x"), ("a", "1", "x")]
)
def test_a_value_of_another_type_is_not_equal(row: Row) -> None:
    """SQLite keeps any type in a column, and Python finds 1.0 and True equal to 1."""
    assert compared([row], {"a": (1, "x")}) == (0, [("record_differs a", 1)])


@pytest.mark.parametrize("key", [None, 7, 1.5, b"b", "\udcff"])
def test_an_id_of_another_type_is_stray(key: Any) -> None:
    """Wherever a database sorts it: numbers before texts, bytes behind, bad UTF-8 by its bytes."""
    rows: list[Row] = [("a", 1, "x"), ("c", 1, "x")]
    rows.insert({b"b": 2, "\udcff": 2}.get(key, 0), (key, 1, "x"))
    equal, findings = compared(rows, {"a": (1, "x"), "c": (1, "x")})
    assert (equal, [name for name, _ in findings]) == (2, [f"record_stray {key}"])


def test_rows_out_of_order_are_named() -> None:
    """An index that lies about the order hides nothing: the row is stray, its record missing."""
    rows: list[Row] = [("b", 1, "x"), ("a", 1, "x"), ("c", 1, "x")]
    equal, findings = compared(rows, dict.fromkeys("abc", (1, "x")))
    assert equal == 2
    assert findings == [("record_missing a", 1), ("record_stray a", None)]


def test_a_table_that_cannot_be_read_on() -> None:
    """It is reported once; what is behind may be there."""

    def torn() -> Iterator[Row]:
        yield ("a", 1, "x")
        raise OSError("torn")

    equal, findings = compared(torn(), {"a": (1, "x"), "b": (2, "x")})
    assert equal == 1
    assert findings == [("unreadable torn", None)]
