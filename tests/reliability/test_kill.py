"""kill -9 at random under mixed load: nothing acknowledged is lost, nothing forks."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from ledger.audit.findings import Level
from tests.support.faults import Child, Nursery, at, read_answers, seeded, wait_until
from tests.support.faults_load import Load
from tests.support.faults_results import record
from tests.support.faults_verdict import Restart, check_restart

LONGEST_RESTART_S = 1.0
LARGE = 100_000
"""Entries at which a restart must still be quick."""


class Campaign:
    """Cycles of writing, dying and coming back, on one ledger for as long as the load lasts."""

    def __init__(self, nursery: Nursery, load: Load, folder: Path, audit_every: int) -> None:
        self._nursery, self._load, self._folder = nursery, load, folder
        self._random, self._audit_every = seeded("kill", audit_every), audit_every
        self.cycles = self.acknowledged = self.unheard = 0
        self.restarts: list[Restart] = []
        self._begin()

    def _begin(self) -> None:
        self.ledger = self._load.copy(self._folder / f"ledger-{self.cycles}")
        self.size = self._load.base

    def kill(self, times: int) -> None:
        """So many cycles."""
        for _ in range(times):
            if self.size == self._load.base + self._load.count:
                self._begin()
            acks, child = self._write()
            if (
                self._random.random() < 0.75
            ):  # else it dies while it opens the ledger, or soon after
                wait_until(lambda file=acks: file.exists() and file.stat().st_size > 0)
            time.sleep(self._random.uniform(0.0, 0.08))
            child.kill()
            with at("cycle", self.cycles, self.ledger):
                self._come_back(acks)

    def grow(self, size: int) -> None:
        """Go on without any kill until the log has so many entries."""
        while self.size < size:
            acks, child = self._write(size - self.size)
            assert child.wait(3_600) == 0, child.says()
            self._come_back(acks)

    def check(self) -> None:
        """The whole log, audited with every rule; every restart was quick.

        Its work is judged each time, and what it waits for by the median: the machine's other work
        may keep one of many waiting.
        """
        check_restart(self._load, self.ledger, [], level=Level.RULES)
        assert max(back.work_s for back in self.restarts) < LONGEST_RESTART_S
        assert median(back.seconds for back in self.restarts) < LONGEST_RESTART_S
        assert self.acknowledged > self.cycles

    def _write(self, most: int | None = None) -> tuple[Path, Child]:
        self.cycles += 1
        acks = self._folder / f"acks-{self.cycles}"
        how: dict[str, Any] = {"acks": str(acks), "seed": self.cycles, "most": most}
        return acks, self._nursery.start("write", self._load, self.ledger, **how)

    def _come_back(self, acks: Path) -> None:
        answers, _ = read_answers(acks)
        assert not [answer for answer in answers if answer.error]
        level = None if self.cycles % self._audit_every else Level.MERKLE
        back = check_restart(self._load, self.ledger, answers, since=self.size, level=level)
        self.acknowledged += back.acknowledged
        self.unheard += back.size - self.size - back.acknowledged
        self.size = back.size
        self.restarts.append(back)


def test_forty_kills_lose_nothing(nursery: Nursery, load: Load, tmp_path: Path) -> None:
    """40 kills at random moments of writing and of opening; then the whole log is audited."""
    campaign = Campaign(nursery, load, tmp_path, audit_every=10)
    campaign.kill(40)
    campaign.check()


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_thousand_kills_lose_nothing(nursery: Nursery, long_load: Load, tmp_path: Path) -> None:
    """1,000 kills, the last fifty of them on a ledger of 100,000 entries."""
    campaign = Campaign(nursery, long_load, tmp_path, audit_every=100)
    campaign.kill(950)
    campaign.grow(LARGE)
    campaign.kill(50)
    campaign.check()
    slowest_s = max(back.seconds for back in campaign.restarts)
    assert slowest_s < LONGEST_RESTART_S
    record(
        "10-kill",
        "kill -9 of the writer at random, SQLite",
        times=1_000,
        acknowledged=campaign.acknowledged,
        slowest_s=slowest_s,
        found=f"{campaign.unheard:,} commands were committed and their writers dead before they"
        f" heard so; {campaign.size:,} entries at the end, all rules replayed",
    )
