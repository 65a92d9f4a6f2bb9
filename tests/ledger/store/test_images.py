"""Derived tables are the exact image of their records, for every kind the book lists."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ledger.catalogue import RECORDS
from ledger.errors import Halted, Refused
from ledger.model.codec import hints
from ledger.model.compiled import Odd
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.parties.state import Party, Spent
from ledger.store.cells import Cell
from ledger.store.images import IMAGES, Image, image_of
from ledger.store.records import temporary_records
from ledger.store.tables import METADATA, TABLES
from tests.ledger.store.sample import records_of

KINDS = pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)


def test_every_table_is_declared() -> None:
    """Each table is log, derived or volatile, and none is declared that does not exist."""
    assert set(TABLES) == set(METADATA.tables)
    assert set(TABLES.values()) == {"log", "derived", "volatile"}
    derived = {name for name, worth in TABLES.items() if worth == "derived"}
    assert derived == {image.table.name for image in IMAGES.values()}
    assert set(IMAGES) == set(RECORDS)


@KINDS
def test_columns_are_the_fields(kind: Any) -> None:
    """The columns of a table are the fields of its record, in order; an amount has two."""
    image = image_of(kind)
    expected = [name for cell in image.cells for name, _ in cell.columns]
    assert image.columns == tuple(expected)
    assert [cell.field for cell in image.cells] == list(hints(kind))
    assert [column.name for column in image.table.columns] == expected
    assert list(image.model.model_fields) == expected
    assert [column.name for column in image.table.primary_key.columns] == ["id"]
    assert {tuple(column.name for column in index.columns) for index in image.table.indexes} == {
        (*index, "id") for index in kind.INDEXES
    }


@KINDS
@settings(max_examples=25)
@given(data=st.data())
def test_rows_and_records_are_inverse(kind: type[Any], data: st.DataObject) -> None:
    """A record becomes a row and the row the same record, for whatever its fields may hold."""
    record = data.draw(records_of(kind))
    image = image_of(kind)
    row = image.values(record)
    assert repr(row) == repr(without_shortcuts(image).values(record))
    assert image._read(row) == record
    assert len(row) == len(image.columns)


@KINDS
def test_misfits_are_told_as_exactly(kind: type[Any]) -> None:
    """A row with one value changed is the same record, or damaged in the same words."""
    image = image_of(kind)
    exact = without_shortcuts(image)

    @settings(max_examples=3, phases=[Phase.generate])
    @given(records_of(kind))
    def check(record: Any) -> None:
        row = list(image.values(record))
        for at, value in itertools.product(range(len(row)), VALUES):
            changed = [*row[:at], value, *row[at + 1 :]]
            assert told(image, changed) == told(exact, changed)
        assert told(image, row[:-1]) == told(exact, row[:-1])

    check()


def without_shortcuts(image: Image[Any]) -> Image[Any]:
    """The image as its cells alone say it."""

    def odd(_: Any) -> Any:
        raise Odd

    return replace(image, _write=odd, _read=odd)


def told(image: Image[Any], row: list[Any]) -> Any:
    """The record of a row, or why it is none."""
    try:
        return image.record(row)
    except Halted as halted:
        return str(halted)


VALUES = (
    *(None, True, 0, 1, -1, 2, 2**53, 5.0, "", "x", b"x", "\udcff"),
    *("open", "held", "CNY", "cny", "2026-01-05", "2026-1-5", "2026-W01-1"),
    *("[]", '["x"]', '["x", "y"]', '["buyer","buyer"]', "null", "{}"),
)
"""What may be found in a column, each in the wrong one mostly."""


@KINDS
def test_the_database_keeps_records_exactly(kind: type[Any]) -> None:
    """Through SQL, too, a record comes back equal, and the last of two with one id stays.

    What is fixed stays as the first one had it: no rule changes it.
    """
    known: dict[str, Any] = {}

    @settings(max_examples=20)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        pair = data.draw(records_of(kind)), data.draw(records_of(kind))
        records.put(pair)
        for record in pair:
            was = known.get(record.id, record)
            fixed = {name: getattr(was, name) for name in getattr(kind, "FIXED", ())}
            known[record.id] = structs.replace(record, **fixed)
        ids = [record.id for record in pair]
        assert records.get(kind, ids) == {name: known[name] for name in ids}

    with temporary_records() as records:
        check()


@pytest.mark.parametrize(
    ("shape", "tree", "values"),
    [
        ("text", "x", ("x",)),
        ("int", 5, (5,)),
        ("bool", True, (1,)),
        ("bool", False, (0,)),
        ("money", {"minor": -5, "currency": "CNY"}, (-5, "CNY")),
        ("json", [1, {"a": "é"}], ('[1,{"a":"é"}]',)),
        ("text", None, (None,)),
        ("money", None, (None, None)),
    ],
)
def test_cells(shape: str, tree: Any, values: tuple[Any, ...]) -> None:
    """Each shape of field has its columns, and reads back what it wrote."""
    cell = Cell("f", shape, optional=True)
    assert cell.values(tree) == values
    assert cell.tree(values) == tree
    assert len(cell.columns) == len(values)


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("text", (None,)),
        ("text", (5,)),
        ("text", (b"x",)),
        ("int", ("5",)),
        ("int", (5.0,)),
        ("bool", (2,)),
        ("money", (5, None)),
        ("money", (None, "CNY")),
        ("json", ("[1, 2]",)),
        ("json", ("[1",)),
        ("json", ("null",)),
        ("json", ("\ud800",)),
    ],
)
def test_damaged_cells(shape: str, values: tuple[Any, ...]) -> None:
    """A value that writing never makes is an error, not a near enough value."""
    with pytest.raises((ValueError, Refused), match=r"column|JSON|canonical|surrogates"):
        Cell("f", shape, optional=False).tree(values)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("roles", '["king"]'),
        ("roles", "{}"),
        ("roles", "[[[["),
        ("identifiers", '[{"scheme":5}]'),
        ("natural", "yes"),
        ("last_seq", None),
    ],
)
def test_a_damaged_row_halts(column: str, value: object) -> None:
    """A row that no record makes is named by its id and table."""
    image = image_of(Party)
    party = Party(id="p", natural=False, roles=(Role.BANK,), evidence="e")
    row: dict[str, Any] = dict(zip(image.columns, image.values(party), strict=True))
    with pytest.raises(Halted, match="Row 'p' of table party"):
        image.record(list((row | {column: value}).values()))


def test_a_kind_that_the_book_does_not_list() -> None:
    """Only kinds of the book have tables."""
    with pytest.raises(KeyError):
        image_of(Money)  # type: ignore[type-var] # the very mistake that is tested


def test_temporary_records_may_be_kept(tmp_path: Path) -> None:
    """A named file keeps what was put when the block ends well, and nothing after an exception."""
    path, one, two = tmp_path / "state.db", Spent(id="1", payload="a"), Spent(id="2", payload="b")
    with temporary_records(path) as records:
        records.put([one], {"digest": b"document"})

    def fail() -> None:
        with temporary_records(path) as records:
            records.put([two])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with temporary_records(path) as records:
        assert list(records.scan(Spent)) == [one]
        assert records.document("digest") == b"document"


@KINDS
def test_fixed_fields_are_indexed_ones(kind: Any) -> None:
    """Only a field with an index gains by being left out of updates."""
    indexed = {field for index in kind.INDEXES for field in index}
    assert set(getattr(kind, "FIXED", ())) <= indexed
