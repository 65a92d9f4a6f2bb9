"""A log audited in parts: what is wrong is named at its entry, on whichever side of a seam, and the
report is the same however many processes there are and however long the parts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.folder import FolderSource, disclosure_lines
from ledger.audit.run import audit
from ledger.base64url import b64url_encode
from ledger.canonical import encode
from ledger.chain.entry import Head, make_entry, read_entry
from ledger.chain.tiles import TILE_WIDTH, BundleId, TileId, encode_bundle, tree_bundles
from ledger.chain.trust import trust_in
from ledger.store.records import temporary_records
from tests.support.helpers import kept_helpers
from tests.support.long_log import LongLog, long_log

SIZE = 1_100
SPAN = TILE_WIDTH
SEAMS = [0, 1, 255, 256, 511, 512, 513, 1_023, 1_024, SIZE - 1]


@dataclass(frozen=True)
class Ground:
    """An honest log, its export, and a folder whose files a test may change."""

    log: LongLog
    honest: Path
    folder: Path

    def restore(self) -> None:
        """The export as it was."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.honest, self.folder)

    def store(self, made: list[bytes]) -> None:
        """These entries instead of the honest ones; everything else as it was."""
        for bundle in tree_bundles(SIZE):
            first = bundle.index * TILE_WIDTH
            data = encode_bundle(made[first : first + bundle.width])
            (self.folder / bundle.path).write_bytes(data)

    def audit(self, jobs: int = 1, level: Level = Level.SIGNATURES, span: int = SPAN) -> Report:
        """What is said of the folder."""
        source = FolderSource(self.folder)
        trust = trust_in(self.log.keys)
        return audit(source, temporary_records, level=level, trust=trust, jobs=jobs, span=span)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One log for all tests, and helpers that stay."""
    folder = tmp_path_factory.mktemp("seams")
    log = long_log(SIZE)
    with kept_helpers():
        yield Ground(log, log.write(folder / "honest"), folder / "changed")


def same(ground: Ground, level: Level = Level.SIGNATURES) -> Report:
    """The report, which must be the same in every way of dividing the work."""
    report = ground.audit(1, level)
    for jobs in (2, 3):
        assert ground.audit(jobs, level) == report
    return report


Change = Callable[[list[bytes], int], None]


def another(data: bytes, **changes: Any) -> bytes:
    """An entry in form with other fields."""
    entry = read_entry(data)
    said = {"size": entry.seq, "last_leaf": entry.prev, "at_ms": entry.at_ms} | changes
    head = Head(said["size"], said["last_leaf"], 0)
    return make_entry(head, said["at_ms"], entry.rules, entry.command, entry.effects).data


def out_of_form(made: list[bytes], seq: int) -> None:
    """Bytes that are no entry."""
    made[seq] = made[seq].replace(b'"rules":1', b'"rules":0')


def another_effect(made: list[bytes], seq: int) -> None:
    """An entry in form that nobody wrote."""
    tree = json.loads(made[seq])
    made[seq] = encode(tree | {"effects": b64url_encode(hashlib.sha256(b"other").digest())})


def another_link(made: list[bytes], seq: int) -> None:
    """It follows nothing."""
    made[seq] = another(made[seq], last_leaf=bytes(range(32)))


def another_number(made: list[bytes], seq: int) -> None:
    """It says it were another."""
    made[seq] = another(made[seq], size=seq + 7)


def earlier(made: list[bytes], seq: int) -> None:
    """Time runs backwards there (before the first entry it cannot)."""
    made[seq] = another(made[seq], at_ms=0)


def later(made: list[bytes], seq: int) -> None:
    """Time runs ahead: every entry after it is too early, in whichever part."""
    made[seq] = another(made[seq], at_ms=read_entry(made[-1]).at_ms + 1_000)


def swapped(made: list[bytes], seq: int) -> None:
    """It stands where the one after it belongs; the last with the first."""
    other = (seq + 1) % len(made)
    made[seq], made[other] = made[other], made[seq]


def doubled(made: list[bytes], seq: int) -> None:
    """The one before it once more."""
    made[seq] = made[seq - 1]


CHANGES = [
    out_of_form,
    another_effect,
    another_link,
    another_number,
    earlier,
    later,
    swapped,
    doubled,
]


def test_the_honest_log_is_clean(ground: Ground) -> None:
    """In one part or many, by one process or more; the root is the log's own."""
    ground.restore()
    report = same(ground)
    assert (report.verdict, report.size) == (Verdict.CLEAN, SIZE)
    assert report.root == ground.log.head.frontier.root().hex()
    assert ground.audit(span=4 * SPAN) == report
    for level in (Level.STRUCTURE, Level.MERKLE):
        assert same(ground, level).root == report.root


@pytest.mark.parametrize("change", CHANGES)
def test_a_fault_at_a_seam_is_named_at_its_entry(ground: Ground, change: Change) -> None:
    """On each side of each seam, and at both ends of the log."""
    for seq in SEAMS:
        ground.restore()
        made = list(ground.log.made)
        change(made, seq)
        ground.store(made)
        first = 0 if (change, seq) == (swapped, SIZE - 1) else seq
        report = ground.audit()
        assert report.first_bad_entry == first, seq
        assert ground.audit(jobs=2) == report
        if change is not out_of_form:
            # Nothing ended the reading: the parts do not show.
            assert ground.audit(span=8 * SPAN) == report


def test_time_that_ran_ahead_is_remembered_across_seams(ground: Ground) -> None:
    """Each later entry is too early, not only those of the same part."""
    ground.restore()
    made = list(ground.log.made)
    later(made, 200)
    ground.store(made)
    report = same(ground, Level.STRUCTURE)
    bad = [item.seq for item in report.findings if item.detail.endswith("the entry before.")]
    assert bad == list(range(202, SIZE))


@pytest.mark.parametrize("seq", [0, 255, 256, 1_000, SIZE - 1])
def test_nothing_after_an_entry_out_of_form_is_judged(ground: Ground, seq: int) -> None:
    """What other processes already found there is left out."""
    ground.restore()
    made = list(ground.log.made)
    out_of_form(made, seq)
    for other in range(seq + 1, SIZE, 100):
        another_effect(made, other)
    ground.store(made)
    report = same(ground)
    assert report.size == seq
    assert {item.seq for item in report.findings} <= {seq, None}


def test_a_bundle_that_cannot_be_read(ground: Ground) -> None:
    """Its first entry is named; the report ends there."""
    ground.restore()
    (ground.folder / BundleId(2).path).write_bytes(b"\xff\xff")
    report = same(ground)
    assert (report.first_bad_entry, report.size) == (512, 512)
    assert report.findings[0].code == "tile_malformed"


@pytest.mark.parametrize("tile", [TileId(0, 1), TileId(0, 4, SIZE % 256), TileId(1, 0, 4)])
def test_a_flipped_bit_in_a_tile(ground: Ground, tile: TileId) -> None:
    """Full and partial, of entries and of tiles."""
    ground.restore()
    path = ground.folder / tile.path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    (finding,) = same(ground).findings
    last = tile.index * TILE_WIDTH + tile.width - 1
    assert (finding.code, finding.place) == ("tile_differs", tile.path)
    assert finding.seq == (None if tile.level else last)


@pytest.mark.parametrize("seq", [0, 255, 256, SIZE - 1])
def test_disclosures_at_seams(ground: Ground, seq: int) -> None:
    """A text that no sealed field stands for; one of another entry; one of no entry."""
    own, (other, *_) = list(ground.log.sealed[seq]), ground.log.sealed[400]
    for texts, where in ([*own[:-1], other], seq), (own + own[:1], seq), (own, SIZE + seq):
        ground.restore()
        kept = LongLog(made=ground.log.made, sealed=dict(ground.log.sealed))
        kept.sealed[where] = texts
        index = seq // TILE_WIDTH
        lines = disclosure_lines(kept, index * TILE_WIDTH, SIZE * 2)
        path = ground.folder / f"disclosures/{index:03}.ndjson"
        path.write_bytes(lines)
        report = same(ground, Level.STRUCTURE)
        assert report.findings
        bad = report.first_bad_entry
        assert bad == (seq if where == seq else None)


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, SIZE - 1)), max_size=4))
@settings(max_examples=15, deadline=None)
def test_any_tampering_is_reported_alike(ground: Ground, changes: list[tuple[Change, int]]) -> None:
    """One, two or three processes say the same; where anything changed, something is found."""
    ground.restore()
    made = list(ground.log.made)
    for change, seq in changes:
        change(made, seq)
    ground.store(made)
    report = same(ground)
    changed = [seq for seq, data in enumerate(made) if data != ground.log.made[seq]]
    assert report.first_bad_entry == (changed[0] if changed else None)
