"""The order in which faults are named: the page, the table in the code, and what an audit says."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.audit.findings import Finding, Level, Report
from ledger.audit.folder import FolderSource, disclosure_lines
from ledger.audit.order import OWN, SPECIAL, Rank, rank_of
from ledger.audit.run import audit
from ledger.chain.entry import Head, make_entry, read_entry
from ledger.chain.tiles import BundleId, TileId, encode_bundle
from ledger.chain.trust import trust_in
from ledger.errors import RefusalCode
from ledger.store.records import temporary_records
from tests.support.long_log import LongLog, long_log
from tests.tidy import ROOT

PAGE = (ROOT / "docs" / "spec" / "audit.md").read_text("utf-8")
SIZE = 300


def rows(after: str) -> Iterator[list[str]]:
    """The cells of the first table after a sentence of the page."""
    lines = PAGE[PAGE.index(after) :].split("\n")
    first = next(at for at, line in enumerate(lines) if line.startswith("|---"))
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def test_the_page_has_the_ranks_of_the_code() -> None:
    """In their order, each with its level."""
    said = [(name, level) for _, name, level, _ in rows("within an entry by rank:")]
    assert said == [(rank.value, rank.level.value) for rank in Rank]
    depths = [rank.level.depth for rank in Rank]
    assert depths == sorted(depths)


def test_the_page_has_the_words_of_the_code() -> None:
    """Each word with the ranks that it may have."""
    everything = [rank.value for rank in Rank if rank is not Rank.ORDER]
    said = {}
    for code, ranks, *_ in rows("one of these words:"):
        said[code] = everything if ranks == "all but order" else ranks.split(", ")
    assert said == {code: [rank.value for rank in ranks] for code, ranks in OWN.items()}
    assert not said.keys() & {code.value for code in RefusalCode}
    assert SPECIAL.keys() <= {code.value for code in RefusalCode}


def spoken() -> dict[str, set[str]]:
    """Every word of its own that an audit adds, by the text of the program: file and words."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "ledger" / "audit").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, set()).add(path.name)
    return found


def test_no_word_is_said_that_is_not_in_the_table() -> None:
    """And every word of the table is said somewhere beside it."""
    words = spoken()
    for code in OWN:
        assert words[code] - {"order.py"}, code
    added = re.compile(r'\.add\(\s*Level\.(\w+),\s*"(\w+)"')
    for path in (ROOT / "ledger" / "audit").glob("*.py"):
        for level, code in added.findall(path.read_text("utf-8")):
            assert Level[level] in {rank.level for rank in OWN[code]}, (path.name, code)


def test_every_rank_is_of_its_level() -> None:
    """Whatever the code: a finding of a level has a rank of that level."""
    codes = [*OWN, *(code.value for code in RefusalCode)]
    for level in Level:
        for code in codes:
            possible = {rank.level for rank in OWN.get(code, ())}
            if not possible or level in possible:
                special = SPECIAL.get(code)
                if special is None or special.level is level:
                    assert rank_of(level, code).level is level, (level, code)


def test_findings_are_sorted_by_entry_and_rank() -> None:
    """Those of the log as a whole are last."""
    items = [
        Finding(Level.MERKLE, "root_differs", ""),
        Finding(Level.MERKLE, "checkpoint_missing", ""),
        Finding(Level.RULES, "effects_differ", "", 3),
        Finding(Level.SIGNATURES, "signature_invalid", "", 3),
        Finding(Level.MERKLE, "entry_after_cosignature", "", 3),
        Finding(Level.MERKLE, "entries_missing", "", 3),
        Finding(Level.MERKLE, "tile_differs", "", 3),
        Finding(Level.STRUCTURE, "disclosure_does_not_fit", "", 3, said=Rank.BESIDE),
        Finding(Level.STRUCTURE, "entry_out_of_order", "", 3),
        Finding(Level.STRUCTURE, "entry_malformed", "", 3),
        Finding(Level.RULES, "rules_differ", "", 2),
    ]
    expected = [*reversed(items[2:]), *items[:2]]
    assert sorted(items, key=lambda item: item.order) == expected


# -- several faults at one entry -------------------------------------------------------------------
@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log of a full page and a part of one."""
    return long_log(SIZE)


def form(folder: Path, log: LongLog, seq: int) -> None:
    """The entry is out of form."""
    _store(folder, log, seq, log.made[seq].replace(b'"rules":1', b'"rules":0'))


def order(folder: Path, log: LongLog, seq: int) -> None:
    """The entry follows another than the one before."""
    entry = read_entry(log.made[seq])
    head = Head(seq, bytes(range(32)), 0)
    other = make_entry(head, entry.at_ms, entry.rules, entry.command, entry.effects)
    _store(folder, log, seq, other.data)


def beside(folder: Path, log: LongLog, seq: int) -> None:
    """A disclosure of another entry is kept for it."""
    kept = LongLog(made=log.made, sealed={**log.sealed, seq: log.sealed[seq - 1]})
    index = seq // 256
    lines = disclosure_lines(kept, index * 256, min(SIZE, (index + 1) * 256))
    (folder / f"disclosures/{index:03}.ndjson").write_bytes(lines)


def tile(folder: Path, log: LongLog, seq: int) -> None:
    """Its hash in the tile of level 0 is another."""
    index = seq // 256
    path = folder / TileId(0, index, min(256, SIZE - index * 256)).path
    data = bytearray(path.read_bytes())
    data[seq % 256 * 32] ^= 1
    path.write_bytes(data)


def checkpoint(folder: Path, log: LongLog, seq: int) -> None:
    """The signed head has another signature."""
    path = folder / "checkpoint"
    path.write_text(path.read_text("utf-8").replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n"), "utf-8")


def _store(folder: Path, log: LongLog, seq: int, data: bytes) -> None:
    index = seq // 256
    made = [*log.made[:seq], data, *log.made[seq + 1 :]][index * 256 : (index + 1) * 256]
    (folder / BundleId(index, len(made)).path).write_bytes(encode_bundle(made))


Fault = Callable[[Path, LongLog, int], None]
BOTH = [
    ([form, beside, tile, checkpoint], [Rank.FORM]),
    ([order, beside, tile, checkpoint], [Rank.ORDER, Rank.BESIDE, Rank.TILE]),
    ([beside, tile], [Rank.BESIDE, Rank.TILE]),
    ([order, tile], [Rank.ORDER, Rank.TILE]),
    ([tile, checkpoint], [Rank.TILE]),
]


@pytest.mark.parametrize("seq", [7, 255, 256, SIZE - 1])
@pytest.mark.parametrize(("faults", "ranks"), BOTH)
def test_faults_of_one_entry_are_named_in_order(
    log: LongLog, tmp_path: Path, faults: list[Fault], ranks: list[Rank], seq: int
) -> None:
    """That entry is the first bad one, and its faults stand in the order of the page."""
    folder = log.write(tmp_path / "log")
    for fault in faults:
        fault(folder, log, seq)
    report = audited(folder, log)
    assert report.first_bad_entry == seq
    at = [item.rank for item in report.findings if item.seq == seq]
    assert list(dict.fromkeys(at)) == ranks
    orders = [item.order for item in report.findings]
    assert orders == sorted(orders)
    if form in faults:
        assert {item.seq for item in report.findings} <= {seq, None}
        assert "disclosure_stray" not in {item.code for item in report.findings}
    if checkpoint in faults:
        assert Rank.CHECKPOINT in {item.rank for item in report.findings if item.seq is None}


def audited(folder: Path, log: LongLog) -> Report:
    """The report at the level of signatures."""
    source = FolderSource(folder)
    return audit(source, temporary_records, level=Level.SIGNATURES, trust=trust_in(log.keys))
