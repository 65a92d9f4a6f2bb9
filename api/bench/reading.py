"""How fast a ledger is audited, proven, replayed and opened, and how large it is."""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from api.bench import limits
from api.bench.figures import Goal, Judged, Pair, alternate
from api.bench.ground import Ground, NotTaken, NotValid, child
from api.bench.load import opened
from api.bench.writing import counted
from ledger.replay import replay
from ledger.store.heads import FileHeadStore
from ledger.store.sqlite import SqliteStore

CORES = 2
PROOFS = 500

STRUCTURE = Goal(
    name="audit.structure",
    title=f"audit, levels structure and merkle, {CORES} cores",
    unit="/s",
    bound=100_000,
    judged=Judged.VALUE,
    limit="one core reading the entries out of SQLite and hashing each twice",
)
SIGNATURES = Goal(
    name="audit.signatures",
    title=f"level signatures alone, {CORES} cores",
    unit="/s",
    bound=0.85,
    limit="Ed25519 verification by two threads, messages of the same size",
)
RULES = Goal(
    name="audit.rules",
    title="level rules alone, one core",
    unit="/s",
    bound=8_000,
    judged=Judged.VALUE,
)
ALL = Goal(
    name="audit.all",
    title=f"audit at all levels, {CORES} cores",
    unit="/s",
    bound=5_000,
    judged=Judged.VALUE,
    limit="Ed25519 verification by two threads, messages of the same size",
)
MEMORY = Goal(
    name="audit.memory",
    title="peak memory of an audit at all levels of the large ledger",
    unit="MB",
    bound=400,
    judged=Judged.VALUE,
    at_most=True,
)
MEMORY_GROWTH = Goal(
    name="audit.memory_growth",
    title="the same beside a tenth of the entries",
    unit="MB",
    bound=1.2,
    at_most=True,
    limit="the same of a ledger of a tenth",
)
RECEIPT = Goal(
    name="receipt",
    title="receipt with proof from the large ledger, in process, p50",
    unit="ms",
    bound=1.0,
    judged=Judged.VALUE,
    at_most=True,
)
REBUILD = Goal(
    name="rebuild",
    title="derived tables replayed from the entries",
    unit="/s",
    bound=15_000,
    judged=Judged.VALUE,
)
START = Goal(
    name="start",
    title="opening the large ledger for writing",
    unit="s",
    bound=2.0,
    judged=Judged.VALUE,
    at_most=True,
)
SIZE = Goal(
    name="size",
    title="bytes on disk for each entry of the large ledger",
    unit="B",
    bound=3.0,
    at_most=True,
    limit="mean bytes of an entry",
)


def _audited(folder: Path, level: str, jobs: int) -> dict[str, Any]:
    return child("audit", folder, level, f"{jobs}")


def _rate(folder: Path, level: str, jobs: int) -> float:
    found = _audited(folder, level, jobs)
    return float(found["entries"] / found["seconds"])


def _rate_beyond(folder: Path, below: str, level: str, jobs: int) -> float:
    """Entries per second of what `level` adds to the level `below` it."""
    less, more = (_audited(folder, name, jobs) for name in (below, level))
    seconds = more["seconds"] - less["seconds"]
    if seconds <= 0:
        raise NotValid("the level below took longer than both: the machine is too restless")
    return float(more["entries"] / seconds)


def measure_structure(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Form, links and tree against the bare reading and hashing."""
    folder = ground.base.folder
    with ground.counting(STRUCTURE.name) as tell:
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: _rate(folder, "merkle", CORES)),
            lambda: limits.scan_rate(folder / "ledger.db"),
        )
    return {STRUCTURE.name: [Pair(ours, limit) for ours, limit in found]}


def measure_signatures(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """What level signatures adds to the levels below it, against the raw verification rate."""
    folder = ground.audited.folder
    return _against_verifying(
        ground, SIGNATURES, lambda: _rate_beyond(folder, "merkle", "signatures", CORES)
    )


def measure_all(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """All levels; the raw verification rate stands beside it."""
    folder = ground.audited.folder
    return _against_verifying(ground, ALL, lambda: _rate(folder, "rules", CORES))


def _against_verifying(
    ground: Ground, goal: Goal, once: Callable[[], float]
) -> Mapping[str, Sequence[Pair]]:
    with ground.counting(goal.name) as tell:
        found = alternate(
            ground.scale.pairs,
            counted(tell, once),
            lambda: limits.verify_rate(ground.signed, CORES),
        )
    return {goal.name: [Pair(ours, limit) for ours, limit in found]}


def measure_rules(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """What level rules adds to the levels below it, on one core."""
    folder = ground.audited.folder
    once = partial(_rate_beyond, folder, "signatures", "rules", 1)
    return {RULES.name: _alone(ground, RULES, once)}


def measure_memory(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Once: memory does not depend on how busy the machine is."""
    if not ground.is_large:
        raise NotTaken(f"needs --entries of more than {ground.scale.loaded:,}")
    with ground.bar(MEMORY.name, 2) as tell:
        tenth = _audited(ground.tenth.folder, "rules", CORES)["bytes"] / 1e6
        tell(1)
        large = _audited(ground.large.folder, "rules", CORES)["bytes"] / 1e6
        tell(2)
    pairs = [Pair(large, tenth)]
    return {MEMORY.name: pairs, MEMORY_GROWTH.name: pairs}


def measure_receipt(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Proofs of entries taken by chance from the whole log."""
    chance = random.Random(1)  # noqa: S311 - the same entries each run, no secret
    with opened(ground.large.folder) as embedded:
        size = embedded.service.signed.size

        def once() -> float:
            seconds = []
            for _ in range(PROOFS):
                seq = chance.randrange(size)
                start = time.perf_counter()
                embedded.service.proof(seq)
                seconds.append(time.perf_counter() - start)
            return statistics.median(seconds) * 1e3

        return {RECEIPT.name: _alone(ground, RECEIPT, once)}


def measure_rebuild(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """What `duebill rebuild` does."""
    with ground.audited.copy(ground.folder) as folder:

        def once() -> float:
            heads = FileHeadStore(folder / "head.json")
            start = time.perf_counter()
            with (
                SqliteStore(folder / "ledger.db", heads, rebuild=True) as store,
                store.rebuilding() as records,
            ):
                head = replay(store, records)
            return head.size / (time.perf_counter() - start)

        return {REBUILD.name: _alone(ground, REBUILD, once)}


def measure_start(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """From nothing to a ledger that takes commands, its files in the page cache."""

    def once() -> float:
        start = time.perf_counter()
        with opened(ground.large.folder):
            return time.perf_counter() - start

    return {START.name: _alone(ground, START, once)}


def measure_size(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Database and head store, the write-ahead log truncated, against the entries' own bytes."""
    ledger = ground.large
    with _database(ledger.folder) as connection:
        count, mean = connection.execute("SELECT count(*), avg(length(data)) FROM entry").fetchone()
    files = [ledger.folder / name for name in ("ledger.db", "ledger.db-wal", "head.json")]
    total = sum(file.stat().st_size for file in files if file.exists())
    return {SIZE.name: [Pair(total / count, mean)]}


def bytes_by_table(folder: Path) -> list[tuple[str, float]]:
    """Bytes for each entry of every table with its indexes, largest first.

    Empty where SQLite was built without its table of pages (``dbstat``).
    """
    with _database(folder) as connection:
        (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        try:
            rows = connection.execute(
                "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m USING (name)"
                " WHERE s.aggregate = 1 GROUP BY m.tbl_name ORDER BY 2 DESC"
            ).fetchall()
        except sqlite3.OperationalError:
            return []
    return [(name, size / count) for name, size in rows]


def _alone(ground: Ground, goal: Goal, once: Callable[[], float]) -> list[Pair]:
    """As many numbers as pairs are asked for, with no limit beside them."""
    with ground.counting(goal.name) as tell:
        work = counted(tell, once)
        return [Pair(work()) for _ in range(ground.scale.pairs)]


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{(folder / 'ledger.db').resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection
