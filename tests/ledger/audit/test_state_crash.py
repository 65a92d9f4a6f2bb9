"""Trap 9: a state that was saved before the scan finished would be believed the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.findings import Verdict
from ledger.audit.folder import FolderSource
from ledger.audit.source import Entries
from ledger.audit.statefile import StateFile
from ledger.chain.trust import trust_in
from ledger.errors import Unavailable
from tests.support.audit_on import audit_folder, audit_on, beginning, laid_open
from tests.support.long_log import LongLog, long_log

OLD, SIZE = 600, 1_100
KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.audit import statefile
from ledger.audit.findings import Level
from tests.support.audit_on import audit_on, FolderSource
from ledger.chain.trust import parse_trust

folder, state, policy, when = sys.argv[1:]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Dying(statefile.StateFile):
    def put_tiles(self, tiles):
        super().put_tiles(tiles)
        self._driver.execute("PRAGMA cache_spill = 1").fetchall()
        if when == "scan":
            # More than the cache holds: the file itself is written before anything is committed.
            self._driver.execute("PRAGMA cache_size = 1").fetchall()
            rows = ((9, n, bytes(4000)) for n in range(500))
            self._driver.executemany("INSERT INTO audit_tile VALUES (?, ?, ?)", rows)
            die()

    def _commit(self):
        if when == "passed":
            die()
        super()._commit()
        if when == "kept":
            die()

statefile.StateFile = Dying
trust = parse_trust(Path(policy).read_text())
audit_on(FolderSource(Path(folder)), Path(state), trust, Level.SIGNATURES)
"""


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


@pytest.fixture
def state(log: LongLog, tmp_path: Path) -> Path:
    """The state of an audit of its beginning; the export of all of it lies beside."""
    audit_folder(beginning(log, OLD).write(tmp_path / "old"), tmp_path / "state", log)
    log.write(tmp_path / "new")
    return tmp_path / "state"


def test_trap_9_a_source_that_fails_half_way(log: LongLog, state: Path) -> None:
    """At whatever read it stops answering, nothing is kept."""

    class Failing(FolderSource):
        left = 0

        def _read(self, place: str) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise OSError("the line is dead")
            return super()._read(place)

    before = laid_open(state)
    for reads in range(30):
        source = Failing(state.with_name("new"))
        source.left = reads
        report = audit_on(source, state, trust_in(log.keys))
        if report.verdict is Verdict.CLEAN:
            break
        assert laid_open(state) == before, reads
    assert reads > 10
    assert report.since == OLD


def test_trap_9_a_source_that_changes_while_it_is_read(log: LongLog, state: Path) -> None:
    """Each level is shown another log: that is found, and nothing is kept."""
    other = log.rewritten(900, effects=bytes(32))

    class Changing(FolderSource):
        asked = 0

        def entry_page(self, start: int, stop: int) -> Entries:
            page = super().entry_page(start, stop)
            if start == 768:
                self.asked += 1
                if self.asked > 1:
                    return Entries(other.made[start:stop])
            return page

        def elsewhere(self) -> Any:
            """Nowhere else."""

    before = laid_open(state)
    report = audit_on(Changing(state.with_name("new")), state, trust_in(log.keys))
    assert {item.code for item in report.findings} == {"entries_changed"}
    assert laid_open(state) == before


def test_trap_9_an_audit_that_is_interrupted(log: LongLog, state: Path) -> None:
    """Whoever stops it, by whatever exception."""

    class Stopped(FolderSource):
        def tile(self, tile: Any) -> bytes:
            raise KeyboardInterrupt

    before = laid_open(state)
    with pytest.raises(KeyboardInterrupt):
        audit_on(Stopped(state.with_name("new")), state, trust_in(log.keys))
    assert laid_open(state) == before


@pytest.mark.parametrize("when", ["scan", "passed", "kept"])
def test_trap_9_a_kill_before_and_after_the_commit(
    log: LongLog, state: Path, tmp_path: Path, when: str
) -> None:
    """The state is the old one until the commit, and the new one from then on; never half."""
    before = laid_open(state)
    policy = tmp_path / "policy"
    policy.write_text(trust_in(log.keys).text())
    words = [sys.executable, "-c", KILLED, str(tmp_path / "new"), str(state), str(policy), when]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(words, env=env, check=False, capture_output=True, text=True)  # noqa: S603 - this interpreter with our own words
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (state.with_name("state-journal").exists()) == (when != "kept")
    report = audit_folder(tmp_path / "new", state, log)
    assert (report.verdict, report.since) == (Verdict.CLEAN, SIZE if when == "kept" else OLD)
    fresh = tmp_path / "fresh"
    audit_folder(tmp_path / "new", fresh, log)
    assert laid_open(state) == laid_open(fresh) != before


def test_trap_9_a_commit_that_fails(
    log: LongLog, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, say: the caller hears of it, and what was known before still counts."""
    before = laid_open(state)

    def full(self: StateFile) -> Iterator[None]:
        self._driver.execute("PRAGMA max_page_count = 1").fetchall()
        self._driver.execute("CREATE TABLE too_much AS SELECT zeroblob(100000000)")
        raise AssertionError

    monkeypatch.setattr(StateFile, "_commit", full)
    with pytest.raises(Unavailable, match="cannot be written"):
        audit_folder(state.with_name("new"), state, log)
    assert laid_open(state) == before
