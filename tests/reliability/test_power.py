"""The power fails at random under mixed load: nothing acknowledged is lost.

The control runs the same with a database that does not sync; there acknowledged entries must be
missing after a cut, else the cuts cut nothing. Even then the loss is loud: the ledger stays shut.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.embedded import open_folder
from ledger.audit.findings import Level
from ledger.errors import Halted, Unavailable
from tests.support.faults import Answer, Nursery, at, read_answers, seeded, wait_until
from tests.support.faults_disks import disk_image, plugged, power_cut, run
from tests.support.faults_load import Load, driven_clock
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart

PAUSE_S = 0.02
"""Between a writer's calls, so that its load lasts for all cuts."""
Check = Callable[[Path, list[Answer]], None]
"""Holds the ledger on the disk after a cut against all answers before it."""


def cut_again_and_again(
    nursery: Nursery, load: Load, folder: Path, cuts: int, check: Check, synchronous: str = ""
) -> None:
    """So many cuts under one writer; `synchronous` as in `tests.support.faults_jobs.write`."""
    random, acks = seeded("power", cuts, synchronous), folder / "acks"
    how: dict[str, Any] = {"seed": cuts, "synchronous": synchronous, "pause_s": PAUSE_S}
    with disk_image(folder / "image") as image, plugged(image) as disk:
        ledger = load.copy(disk / "ledger")
        run("sync", "--file-system", disk)
        writer = nursery.start("write", load, ledger, acks=str(acks), **how)
        for number in range(cuts):
            before = len(read_answers(acks)[0])
            wait_until(lambda known=before: len(read_answers(acks)[0]) > known)
            time.sleep(random.uniform(0.0, 0.2))
            with power_cut(image, writer) as cut, at("cut", number):
                check(cut / "ledger", read_answers(acks)[0])
        writer.kill()


def lose_nothing(nursery: Nursery, load: Load, folder: Path, cuts: int) -> dict[str, Any]:
    """With the settings of the release, every cut leaves all that was acknowledged."""
    restarts = []

    def check(ledger: Path, answers: list[Answer]) -> None:
        restarts.append(check_restart(load, ledger, answers, level=Level.MERKLE))

    cut_again_and_again(nursery, load, folder, cuts, check)
    assert len(restarts) == cuts
    return {
        "times": cuts,
        "acknowledged": restarts[-1].acknowledged,
        "slowest_s": max(restart.seconds for restart in restarts),
    }


def lose_something(
    nursery: Nursery, load: Load, folder: Path, cuts: int, synchronous: str
) -> dict[str, Any]:
    """With another `synchronous` some cut takes acknowledged entries, and the ledger stays shut."""
    losses = []

    def check(ledger: Path, answers: list[Answer]) -> None:
        losses.append(max(0, load.base + len(answers) - _there(ledger)))
        if losses[-1]:
            clock = driven_clock(load.begun_ms)
            with pytest.raises((Halted, Unavailable)), open_folder(ledger, clock):
                pass

    cut_again_and_again(nursery, load, folder, cuts, check, synchronous)
    assert any(losses), "the cuts cut nothing"
    found = f"{sum(map(bool, losses))} cuts lost entries, {max(losses):,} at most; no ledger opened"
    return {"times": cuts, "lost": sum(losses), "found": found}


def _there(ledger: Path) -> int:
    """How many entries SQLite itself finds in a ledger."""
    with contextlib.closing(sqlite3.connect(ledger / "ledger.db")) as database:
        try:
            return int(database.execute("SELECT count(*) FROM entry").fetchone()[0])
        except sqlite3.DatabaseError:
            return 0


def test_three_power_cuts_lose_nothing(nursery: Nursery, load: Load, tmp_path: Path) -> None:
    """Three cuts at random moments: every acknowledged entry is on the disk, and nothing forked."""
    lose_nothing(nursery, load, tmp_path, 3)


def test_power_cuts_without_sync_lose_entries_and_say_so(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """The positive control: cuts find what was not synced, and the head store tells."""
    lose_something(nursery, load, tmp_path, 3, "OFF")


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_thirty_power_cuts_lose_nothing(nursery: Nursery, long_load: Load, tmp_path: Path) -> None:
    """The same for 30 cuts."""
    figures = lose_nothing(nursery, long_load, tmp_path, 30)
    record("20-power", "power cut, synchronous=FULL (the release)", **figures)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_thirty_power_cuts_without_sync_lose_entries_and_say_so(
    nursery: Nursery, long_load: Load, tmp_path: Path, synchronous: str
) -> None:
    """Both controls for 30 cuts: NORMAL syncs only when the WAL is copied back."""
    figures = lose_something(nursery, long_load, tmp_path, 30, synchronous)
    title = f"power cut, synchronous={synchronous} (control)"
    record(f"21-power-{synchronous.lower()}", title, **figures)
