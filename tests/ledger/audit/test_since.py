"""A log that went back or was forked since it was audited: said, and shown by an evidence file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.since import first_difference
from ledger.chain.contradiction import Relation, read_contradiction
from ledger.chain.tiles import TileId
from tests.ledger.chain.sample import naive_reader, numbered_leaves, sha256
from tests.support.audit_on import audit_folder, beginning, laid_open
from tests.support.long_log import LongLog, long_log

SIZE = 1_100


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


@pytest.fixture(scope="module")
def fork(log: LongLog) -> LongLog:
    """The same with another entry 300, signed as well."""
    return log.rewritten(300, effects=bytes(32))


def went_on(
    folder: Path, known: LongLog, shown: LongLog, level: Level = Level.SIGNATURES
) -> Report:
    """What is said of `shown` by who knew `known`; what was known must stay."""
    state = folder / "state"
    assert audit_folder(known.write(folder / "known"), state, known, level).verdict is Verdict.CLEAN
    before = laid_open(state)
    report = audit_folder(shown.write(folder / "shown"), state, known, level)
    assert report.verdict is Verdict.FINDINGS
    assert laid_open(state) == before
    return report


def relation(report: Report, log: LongLog) -> Relation:
    """What the evidence shows to anybody who has the log's key."""
    return read_contradiction(report.evidence, log.keys).relation


@pytest.mark.parametrize("size", [1, 255, 256, 512, 700, SIZE - 1])
def test_a_smaller_head_of_the_same_history_is_a_rollback(
    log: LongLog, tmp_path: Path, size: int
) -> None:
    """Not a fork, and the first entry that is gone is named."""
    report = went_on(tmp_path, log, beginning(log, size))
    (finding,) = report.findings
    assert (finding.code, finding.seq, report.size) == ("log_went_back", size, size)
    assert relation(report, log) is Relation.ROLLBACK


@pytest.mark.parametrize(("known", "shown"), [(SIZE, SIZE), (SIZE, 600), (600, SIZE), (512, 513)])
def test_another_history_is_a_fork(
    log: LongLog, fork: LongLog, tmp_path: Path, known: int, shown: int
) -> None:
    """Whichever of the two heads is larger: the entry at which they part is named."""
    report = went_on(tmp_path, beginning(log, known), beginning(fork, shown))
    forked = [item for item in report.findings if item.code == "log_forked"]
    assert [item.seq for item in forked] == [300]
    assert report.first_bad_entry == 300
    assert relation(report, log) is Relation.FORK


@pytest.mark.parametrize("level", [Level.MERKLE, Level.SIGNATURES])
def test_a_fork_within_the_page_that_is_read_again(
    log: LongLog, tmp_path: Path, level: Level
) -> None:
    """The entry itself is named, and the fork is shown."""
    other = log.rewritten(530, effects=bytes(32))
    report = went_on(tmp_path, beginning(log, 600), other, level)
    assert {"entry_rewritten", "log_forked"} <= {item.code for item in report.findings}
    assert report.first_bad_entry == 530
    assert relation(report, log) is Relation.FORK


def test_a_log_that_keeps_its_tiles_to_itself_shows_nothing(
    log: LongLog, fork: LongLog, tmp_path: Path
) -> None:
    """Both heads are kept; the file says that nothing is proven."""
    state, known = tmp_path / "state", beginning(log, 600)
    audit_folder(known.write(tmp_path / "known"), state, log)
    shown = fork.write(tmp_path / "shown")
    (shown / "tile/0/001").unlink()
    report = audit_folder(shown, state, log)
    assert "growth_unproven" in {item.code for item in report.findings}
    assert relation(report, log) is Relation.UNPROVEN


def test_a_fault_in_what_is_new_is_no_fork(log: LongLog, tmp_path: Path) -> None:
    """The signed tree extends the known one: a broken bundle or tile accuses nobody of that."""
    state = tmp_path / "state"
    audit_folder(beginning(log, 600).write(tmp_path / "known"), state, log)
    for place in ("tile/entries/003", "tile/0/003", "tile/1/000.p/4"):
        shown = log.write(tmp_path / place.replace("/", "-"))
        data = bytearray((shown / place).read_bytes())
        data[50] ^= 1
        (shown / place).write_bytes(data)
        report = audit_folder(shown, state, log)
        assert report.verdict is Verdict.FINDINGS
        assert not report.evidence


LEAVES = numbered_leaves(1_500)


@given(st.integers(1, 1_500), st.integers(1, 1_500), st.integers(0, 1_499))
def test_where_two_trees_part(one: int, other: int, at: int) -> None:
    """One tile a level tells; none where both end before."""
    changed = [*LEAVES[:at], sha256(b"another"), *LEAVES[at + 1 :]]
    read: list[TileId] = []

    def theirs(tile: TileId) -> bytes:
        read.append(tile)
        return naive_reader(changed)(tile)

    first = first_difference(naive_reader(LEAVES), one, theirs, other)
    assert first == (at if at < min(one, other) else None)
    assert len(read) <= 2
