"""An intruder in the database: whatever is changed in it, the audit says so and names the entry.

The list of changes is made from the schema, so a new table or column cannot be forgotten. The
signed head is in hand, as anybody has it who kept a receipt.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.findings import Report, Verdict
from ledger.base64url import b64url_decode
from ledger.chain.entry import Head, follow, make_entry, read_entry
from ledger.chain.tiles import Edge
from ledger.store.images import IMAGES
from ledger.store.tables import METADATA, TABLES
from tests.support.acts import claims_by_manifest
from tests.support.history import Ending, tour
from tests.support.tampering import Hands, Row, columns, hands_on, keys, other_value

LOG = [name for name, worth in TABLES.items() if worth == "log"]
DERIVED = [name for name, worth in TABLES.items() if worth == "derived"]
MOST_COLUMNS = max(len(columns(name)) for name in DERIVED)
PLACES = ("first", "middle", "last")
KINDS = {image.table.name: kind.__name__ for kind, image in IMAGES.items()}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """A ledger with rows in every derived table."""
    return tour(tmp_path_factory.mktemp("short"), 1)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """A ledger of more than 256 entries: with a full tile, too."""
    return tour(tmp_path_factory.mktemp("long"), 2, more=claims_by_manifest)


def at(rows: list[Row], place: str) -> Row:
    """The first, middle or last row."""
    return rows[{"first": 0, "middle": len(rows) // 2, "last": -1}[place]]


def altered(rows: list[Row], row: Row, table: str, column: str) -> Any:
    """Another value for a column of a row, that fits."""
    seen = [item[column] for item in rows]
    unique = bool(METADATA.tables[table].c[column].unique)
    return other_value(row[column], seen, key=unique or column in keys(table))


def first_bad(report: Report) -> int | None:
    """The entry that an audit which is not clean names first."""
    assert report.verdict is not Verdict.CLEAN
    return report.first_bad_entry


def test_both_ledgers_are_honest_and_fill_every_table(short: Ending, long: Ending) -> None:
    """Without a change there is no finding, and there is something to change everywhere."""
    for ending in (short, long):
        report = ending.audit()
        assert (report.verdict, report.findings) == (Verdict.CLEAN, [])
    with hands_on(long.path, long.path.with_name("copy.db")) as hands:
        assert [name for name in (*LOG, *DERIVED) if not hands.rows(name)] == []


# -- derived tables: each round changes many rows, of which each must be named ---------------------
def check_named(report: Report, changed: set[tuple[str, str]]) -> None:
    """Every changed record (table, id) is named by a finding."""
    assert report.verdict is Verdict.FINDINGS
    said = [item.detail for item in report.findings]
    unnamed = {
        (table, name)
        for table, name in changed
        if not any(text.startswith(f"{KINDS[table]} {name} ") for text in said)
    }
    assert unnamed == set()


@pytest.mark.parametrize("number", range(MOST_COLUMNS))
def test_every_column_of_every_derived_table(short: Ending, tmp_path: Path, number: int) -> None:
    """In the first, the middle and the last row: each changed record is named."""
    copy, changed = tmp_path / "copy.db", set()
    with hands_on(short.path, copy) as hands:
        for table in DERIVED:
            rows = hands.rows(table)
            names = columns(table)
            for shift, place in enumerate(PLACES):
                row, column = at(rows, place), names[(number + shift) % len(names)]
                if (table, row["id"]) not in changed:
                    hands.set(table, row, **{column: altered(rows, row, table, column)})
                    changed.add((table, row["id"]))
    check_named(short.audit(copy), changed)


@pytest.mark.parametrize("place", PLACES)
def test_rows_taken_out_of_every_derived_table(short: Ending, tmp_path: Path, place: str) -> None:
    """A record that follows from the entries is missed, with the entry that made it so."""
    copy, seqs = tmp_path / "copy.db", {}
    with hands_on(short.path, copy) as hands:
        for table in DERIVED:
            row = at(hands.rows(table), place)
            hands.delete(table, row)
            seqs[table, row["id"]] = row["last_seq"]
    report = short.audit(copy)
    check_named(report, set(seqs))
    missed = [item for item in report.findings if item.code == "record_missing"]
    assert sorted(item.seq for item in missed if item.seq is not None) == sorted(seqs.values())


def test_rows_put_into_every_derived_table(short: Ending, tmp_path: Path) -> None:
    """A copy of a row under another key follows from no entry."""
    copy, changed = tmp_path / "copy.db", set()
    with hands_on(short.path, copy) as hands:
        for table in DERIVED:
            rows = hands.rows(table)
            forged = altered(rows, rows[0], table, "id")
            hands.insert(table, rows[0] | {"id": forged})
            changed.add((table, forged))
    check_named(short.audit(copy), changed)


def test_rows_swapped_in_every_derived_table(short: Ending, tmp_path: Path) -> None:
    """Two records with each other's contents are both named."""
    copy, changed = tmp_path / "copy.db", set()
    with hands_on(short.path, copy) as hands:
        for table in DERIVED:
            first, *others = hands.rows(table)
            names = [name for name in columns(table) if name != "id"]
            # Rows that say the same but for the id cannot be told apart once swapped.
            other = next((row for row in others if any(row[n] != first[n] for n in names)), None)
            if other is not None:
                hands.swap(table, first, other, names)
                changed |= {(table, first["id"]), (table, other["id"])}
    check_named(short.audit(copy), changed)


# -- log tables ------------------------------------------------------------------------------------
def log_changes() -> Iterator[tuple[str, str, str]]:
    """Each column of each log table, in three rows."""
    for table in LOG:
        for column in columns(table):
            for place in PLACES:
                yield table, column, place


@pytest.mark.parametrize(("table", "column", "place"), list(log_changes()))
def test_every_column_of_every_log_table(
    long: Ending, tmp_path: Path, table: str, column: str, place: str
) -> None:
    """A changed value is found; where it belongs to an entry, at that entry."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        rows = hands.rows(table)
        row = at(rows, place)
        hands.set(table, row, **{column: altered(rows, row, table, column)})
    bad = first_bad(long.audit(copy))
    if table == "entry" or (table == "disclosure" and column != "seq"):
        assert bad == row["seq"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("table", LOG)
def test_rows_taken_out_of_every_log_table(
    long: Ending, tmp_path: Path, table: str, place: str
) -> None:
    """An entry, tile, disclosure or document that is gone is missed; also the end of the log."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        row = at(hands.rows(table), place)
        hands.delete(table, row)
    report = long.audit(copy)
    bad = first_bad(report)
    if table == "entry":
        assert bad == row["seq"]
    if table == "disclosure":
        assert (report.verdict, report.not_checkable) == (
            Verdict.NOT_CHECKABLE,
            long.size - row["seq"],
        )


@pytest.mark.parametrize("table", LOG)
def test_rows_put_into_every_log_table(long: Ending, tmp_path: Path, table: str) -> None:
    """A copy of a row under another key is found."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        rows = hands.rows(table)
        forged = {name: altered(rows, rows[0], table, name) for name in keys(table)}
        if table == "entry":
            forged["leaf"] = bytes(32)
        hands.insert(table, rows[0] | forged)
    bad = first_bad(long.audit(copy))
    assert table != "entry" or bad == long.size


@pytest.mark.parametrize("table", [table for table in LOG if table in ("entry", "disclosure")])
def test_rows_swapped_in_every_log_table(long: Ending, tmp_path: Path, table: str) -> None:
    """Two rows in each other's place are found, at the first of the two."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        rows = hands.rows(table)
        one, other = rows[len(rows) // 3], rows[-2]
        names = [name for name in columns(table) if name != "seq"]
        hands.swap(table, one, other, names)
    assert first_bad(long.audit(copy)) == one["seq"]


@pytest.mark.parametrize("kept", [0, 1, 255, 256])
def test_a_cut_tail(long: Ending, tmp_path: Path, kept: int) -> None:
    """A log that ends before its signed head is found, at the first entry that is gone."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        for row in hands.rows("entry")[kept:]:
            hands.delete("entry", row)
    assert first_bad(long.audit(copy)) == kept


def rewrite(hands: Hands, seq: int) -> None:
    """Entry `seq` a second later, and the whole log after it made to fit: links, leaves, tiles."""
    head, edge, tiles = Head(), Edge(), []
    for row in hands.rows("entry"):
        entry = read_entry(row["data"])
        at_ms = max(entry.at_ms + (entry.seq == seq), head.at_ms)
        entry = make_entry(head, at_ms, entry.rules, entry.command, entry.effects)
        head = follow(head, entry)
        edge, full = edge.grow([entry.leaf])
        tiles += full
        if entry.leaf != row["leaf"]:
            hands.set("entry", row, data=entry.data, leaf=entry.leaf)
    for row, (_, data) in zip(hands.rows("tile"), tiles, strict=True):
        hands.set("tile", row, data=data)


@pytest.mark.parametrize("seq", [0, 100, 256])
def test_a_log_rewritten_from_an_entry_on(long: Ending, tmp_path: Path, seq: int) -> None:
    """However well it fits itself, it is not what was signed."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        rewrite(hands, seq)
    report = long.audit(copy)
    assert [item.code for item in report.findings] == ["root_differs"]


def test_a_leaf_hash_that_was_made_to_fit(long: Ending, tmp_path: Path) -> None:
    """An entry with a flipped effect and its own new leaf hash is found in its tile."""
    copy = tmp_path / "copy.db"
    with hands_on(long.path, copy) as hands:
        row = hands.rows("entry")[50]
        old = read_entry(row["data"])
        head = Head(old.seq, old.prev, old.at_ms)
        forged = make_entry(head, old.at_ms, old.rules, old.command, b64url_decode("A" * 43))
        hands.set("entry", row, data=forged.data, leaf=forged.leaf)
    report = long.audit(copy)
    assert (first_bad(report), report.findings[0].code) == (50, "tile_differs")


# -- what counts for nothing, and the shape --------------------------------------------------------
def test_a_half_signed_command_is_no_part_of_the_ledger(short: Ending, tmp_path: Path) -> None:
    """Volatile tables influence no decision, so the audit does not look at them."""
    copy = tmp_path / "copy.db"
    with hands_on(short.path, copy) as hands:
        forged: dict[str, Any] = dict.fromkeys(columns("pending"), "x") | {"created_ms": 1}
        hands.insert("pending", forged)
    assert short.audit(copy).verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entry_no_update",
        "CREATE TABLE another (a)",
        "ALTER TABLE holding ADD COLUMN another",
        "DROP TABLE payment",
        "CREATE TRIGGER mine AFTER INSERT ON entry BEGIN SELECT 1; END",
    ],
)
def test_a_changed_schema(short: Ending, tmp_path: Path, statement: str) -> None:
    """Tables and triggers are as this release makes them, or it is a finding."""
    copy = tmp_path / "copy.db"
    shutil.copyfile(short.path, copy)
    connection = sqlite3.connect(copy)
    connection.execute(statement)
    connection.close()
    assert short.audit(copy).verdict is Verdict.FINDINGS
