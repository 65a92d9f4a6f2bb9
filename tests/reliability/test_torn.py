"""A torn write-ahead log: all that was signed is there, or the ledger does not open.

SQLite itself finds the longest clean prefix of a torn WAL and says nothing of the rest. What makes
the loss loud is the head store: it knows how many entries were signed.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from api.embedded import open_folder
from ledger.errors import Halted, Unavailable
from ledger.store.heads import FileHeadStore
from tests.support.faults import Nursery, at, read_answers, seeded, wait_until
from tests.support.faults_load import Load, driven_clock
from tests.support.faults_results import record
from tests.support.faults_wal import FRAME, TEARS

ENTRIES = 60
"""So many commands are acknowledged before the writer is killed."""
PAUSE_S = 0.1
"""Between the writer's calls: it must not come to the end of its load, where it would close the
ledger in good order, before we see that there is enough."""


def killed_ledger(nursery: Nursery, load: Load, folder: Path) -> tuple[Path, list[bytes]]:
    """A ledger whose writer was killed with its WAL full of entries, and those entries."""
    ledger, acks = load.copy(folder / "ledger"), folder / "acks"
    child = nursery.start("write", load, ledger, acks=str(acks), seed=1, pause_s=PAUSE_S)
    wait_until(lambda: len(read_answers(acks)[0]) >= ENTRIES)
    child.kill()
    whole = shutil.copytree(ledger, folder / "whole")
    with open_folder(whole, driven_clock(load.begun_ms)) as embedded:
        return ledger, list(embedded.store.entries(0, embedded.store.size()))


def verdict(load: Load, ledger: Path, known: list[bytes]) -> str:
    """How a torn ledger comes back; fails when any entry is another than it was."""
    head = FileHeadStore(ledger / "head.json").read()
    assert head
    try:
        with open_folder(ledger, driven_clock(load.begun_ms)) as embedded:
            found = list(embedded.store.entries(0, len(known) + 1))
    except (Halted, Unavailable):
        left = _what_is_left(ledger)
        assert left == known[: len(left)]
        return "stays shut over a clean prefix" if left else "stays shut over nothing"
    assert found == known[: len(found)]
    assert len(found) >= head.size, "signed entries are lost and nobody says so"
    return "whole" if len(found) == len(known) else "all that was signed"


def _what_is_left(ledger: Path) -> list[bytes]:
    """The entries that SQLite itself finds."""
    with contextlib.closing(sqlite3.connect(ledger / "ledger.db")) as database:
        try:
            return [row[0] for row in database.execute("SELECT data FROM entry ORDER BY seq")]
        except sqlite3.DatabaseError:
            return []


def tear(nursery: Nursery, load: Load, folder: Path, places: int) -> Counter[str]:
    """The verdicts over so many places."""
    ledger, known = killed_ledger(nursery, load, folder)
    wal = (ledger / "ledger.db-wal").read_bytes()
    assert len(wal) > 20 * FRAME
    random, verdicts = seeded("tear", places), Counter[str]()
    for place in range(places):
        how = TEARS[place % len(TEARS)]
        torn = shutil.copytree(ledger, folder / "torn", ignore=shutil.ignore_patterns("keys"))
        (torn / "keys").symlink_to(ledger / "keys")
        (torn / "ledger.db-wal").write_bytes(how(wal, random))
        with at("place", place, how.__name__):
            verdicts[f"{how.__name__}: {verdict(load, torn, known)}"] += 1
        shutil.rmtree(torn)
    assert verdicts.total() == places
    assert sum(count for name, count in verdicts.items() if "shut" in name) > places // 2
    return verdicts


def test_a_wal_torn_at_500_places_loses_nothing_in_silence(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """Truncated, flipped, swapped, zeroed, doubled: all that was signed, or a loud stop."""
    tear(nursery, load, tmp_path, 500)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_wal_torn_at_10_000_places_loses_nothing_in_silence(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """The same at 10,000 places."""
    verdicts = tear(nursery, load, tmp_path, 10_000)
    found = "; ".join(f"{name} {count:,}" for name, count in sorted(verdicts.items()))
    record("30-torn", "torn WAL", times=10_000, found=found)
