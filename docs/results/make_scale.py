"""Measures how the cost of an entry grows with the ledger, for docs/scale.md.

.venv/bin/python docs/results/make_scale.py FOLDER [--million]    measures; leaves scale.json
.venv/bin/python docs/results/make_scale.py                       puts scale.json into the page

Ledgers of 10^3, 10^4 and 10^5 entries (with --million of 10^6, too) are written below FOLDER, each
by a process of its own, so that its memory is the writer's. They are then open side by side and
take a group each in turn, with raw signature verifications between: what is compared was measured
in the same minute. Of everything the median over `ROUNDS` counts.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from api.bench.ground import child
from api.bench.limits import Signed, signed_messages, verify_rate
from api.bench.load import GROUP, Ledger, Recipe, ledger, opened, ordering, raise_first
from api.bench.market import FEW, Market
from api.embedded import Embedded
from ledger.backup.copying import copy_database
from ledger.envelope import read_submission
from ledger.receivables.records import Holding
from ledger.service import Service

FIGURES = Path(__file__).with_name("scale.json")
PAGE = Path(__file__).parents[1] / "scale.md"
BEGIN, END = "<!-- measured: make_scale.py -->\n", "<!-- end -->\n"
SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
ROUNDS = 5
READS = 100
AUDITED = (10_000, 100_000)
LEVELS = ("merkle", "signatures", "rules")
JOBS = 2
SEED = 1
LISTED = 100
"""Bytes for each entry from which on a table is listed."""
FRAME, HEADER = 4096 + 24, 32
"""Bytes of a frame, which holds one page, and of the header of SQLite's write-ahead log."""
ROWS = (
    ("append, CPU of all threads (µs)", "append_cpu_us", ",.0f"),
    ("append, CPU, in raw verifications", "append_ratio", ".2f"),
    ("pages written for each entry", "pages", ".2f"),
    ("file, bytes for each entry", "bytes", ",.0f"),
    ("inclusion proof (µs)", "proof_us", ",.0f"),
    ("point read of a holding (µs)", "read_us", ",.0f"),
    ("start-up for writing (ms)", "start_ms", ",.0f"),
    ("peak memory of the writer (MB)", "writer_mb", ",.0f"),
)


def recipe(size: int) -> Recipe:
    """A ledger of few parties, so that what depends on all entries of one party would show."""
    return Recipe(FEW, size, GROUP * 2 * (1 + ROUNDS), apart=2, seed=SEED)


def measure(folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """All figures; the ledgers stay in `folder` until the caller removes it."""
    memory = {size: _write(folder, size) for size in sizes}
    ledgers = {size: ledger(recipe(size), folder, _quiet) for size in sizes}
    by_size = {size: {"writer_mb": memory[size]} | _at_rest(ledgers[size]) for size in sizes}
    with ExitStack() as stack:
        copies = {size: stack.enter_context(ledgers[size].copy(folder)) for size in sizes}
        verify = _side_by_side(ledgers, copies, by_size)
        for size in sizes:
            commands = ledgers[size].commands()[-GROUP * (1 + ROUNDS) :]
            by_size[size]["pages"] = _pages(copies[size], commands)
    return {
        "verify_us": verify,
        "sizes": by_size,
        "tables": _bytes_by_table(ledgers[max(sizes)].folder),
        "copy_mb_s": _copy_mb_s(ledgers[max(sizes)].folder),
        "audit": {
            size: child("audit", ledgers[size].folder, "rules", str(JOBS)) for size in AUDITED
        },
        "audit_cpu_us": {level: _audit_cpu_us(ledgers, level) for level in LEVELS},
    }


def _side_by_side(
    ledgers: dict[int, Ledger], copies: dict[int, Path], into: dict[int, dict[str, float]]
) -> float:
    """Groups in turn; then reads. Returns the microseconds of CPU of one verification."""
    walls: dict[int, list[float]] = {size: [] for size in ledgers}
    cpus: dict[int, list[float]] = {size: [] for size in ledgers}
    verifies: list[float] = []
    with ExitStack() as stack:
        services = {
            size: stack.enter_context(opened(path)).service for size, path in copies.items()
        }
        commands = {size: ledgers[size].commands() for size in ledgers}
        signed = signed_messages(Market(FEW, SEED), commands[min(ledgers)][:GROUP])
        for number in range(1 + ROUNDS):
            verifies.append(_verify_cpu_us(signed))
            for size, service in services.items():
                wall, cpu = _append_us(service, commands[size][number * GROUP :][:GROUP])
                walls[size].append(wall)
                cpus[size].append(cpu)
    for size, path in copies.items():
        ratios = (cpu / verify for cpu, verify in zip(cpus[size][1:], verifies[1:], strict=True))
        into[size] |= {
            "append_us": median(walls[size][1:]),
            "append_cpu_us": median(cpus[size][1:]),
            "append_ratio": median(ratios),
        }
        into[size] |= _reads(path)
    return median(verifies)


def _append_us(service: Service, commands: Sequence[bytes]) -> tuple[float, float]:
    """Microseconds of a command in a group: by the clock, and of CPU in all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    answers = service.submit_many(commands)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    raise_first(answers)
    return wall * 1e6 / len(commands), cpu * 1e6 / len(commands)


def _verify_cpu_us(signed: Sequence[Signed]) -> float:
    cpu = time.process_time()
    verify_rate(signed, threads=1)
    return (time.process_time() - cpu) * 1e6 / len(signed)


def _reads(folder: Path) -> dict[str, float]:
    """Start-up (the files in the page cache), proofs and point reads at places taken by chance."""
    starts = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with opened(folder):
            starts.append(time.perf_counter() - start)
    with opened(folder) as embedded:
        chance = random.Random(SEED)  # noqa: S311 - the same holdings each run, no secret
        size = embedded.service.signed.size
        seqs = [chance.randrange(size) for _ in range(READS)]
        return {
            "start_ms": median(starts) * 1e3,
            "proof_us": _each_us(embedded.service.proof, seqs),
            "read_us": _each_us(_read_holding(embedded), _holdings(folder, chance)),
        }


def _read_holding(embedded: Embedded) -> Callable[[str], object]:
    return lambda holding: embedded.store.records.get(Holding, (holding,))[holding]


def _each_us(read: Callable[[Any], object], places: Sequence[Any]) -> float:
    seconds = []
    for place in places:
        start = time.perf_counter()
        read(place)
        seconds.append(time.perf_counter() - start)
    return median(seconds) * 1e6


def _holdings(folder: Path, chance: random.Random) -> list[str]:
    with _database(folder) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM holding ORDER BY id")]
    return chance.choices(ids, k=READS)


def _pages(folder: Path, commands: Sequence[bytes]) -> float:
    """Pages that a group of 512 writes to the write-ahead log, for each entry."""
    grown = []
    with ordering(folder) as sequencer, _database(folder) as connection:
        for at in range(0, len(commands), GROUP):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raise_first(sequencer.run([read_submission(item) for item in commands[at:][:GROUP]]))
            grown.append((folder / "ledger.db-wal").stat().st_size - HEADER)
    return median(grown[1:]) / FRAME / GROUP


def _audit_cpu_us(ledgers: dict[int, Ledger], level: str) -> float:
    """Microseconds of CPU that one entry more costs an audit up to `level`, in one process."""
    used = {}
    for size in SIZES[:2]:
        before = _children_s()
        child("audit", ledgers[size].folder, level, "1")
        used[size] = _children_s() - before
    return (used[SIZES[1]] - used[SIZES[0]]) * 1e6 / (SIZES[1] - SIZES[0])


def _children_s() -> float:
    """Seconds of CPU of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _at_rest(made: Ledger) -> dict[str, float]:
    with _database(made.folder) as connection:
        count, mean = connection.execute("SELECT count(*), avg(length(data)) FROM entry").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return {"bytes": pages * 4096 / count, "entry_bytes": mean}


def _bytes_by_table(folder: Path) -> dict[str, dict[str, float]]:
    """Bytes for each entry: of every table, and of its indexes."""
    with _database(folder) as connection:
        (count,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        rows = connection.execute(
            "SELECT m.tbl_name, m.type = 'index', sum(s.pgsize) FROM dbstat s"
            " JOIN sqlite_master m USING (name) GROUP BY 1, 2 ORDER BY 3 DESC"
        ).fetchall()
    found: dict[str, dict[str, float]] = {}
    for name, is_index, size in rows:
        found.setdefault(name, {"rows": 0.0, "indexes": 0.0})
        found[name]["indexes" if is_index else "rows"] += size / count
    return found


def _copy_mb_s(folder: Path) -> float:
    """Megabytes per second of what a backup copies first: the database as of one commit."""
    target = folder / "copy.db"
    with opened(folder) as embedded, embedded.store.reading() as view:
        start = time.perf_counter()
        copy_database(view, target)
        seconds = time.perf_counter() - start
    size = target.stat().st_size
    target.unlink()
    return size / 1e6 / seconds


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        yield connection


def _write(folder: Path, size: int) -> float:
    """Write the ledger of `size` in a process of its own; its peak memory in MB."""
    words = [sys.executable, __file__, "--write", str(folder), str(size)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE)  # noqa: S603 - this very file
    return float(done.stdout)


def _quiet(_count: int) -> None:
    """Nobody watches."""


def tables(figures: dict[str, Any]) -> str:
    """What was measured, as Markdown."""
    sizes, audits = figures["sizes"], figures["audit"]
    largest = f"{max(map(int, sizes)):,}"
    lines = _table("", *(f"{int(size):,}" for size in sizes))
    for title, name, form in ROWS:
        lines.append(_row(title, *(format(found[name], form) for found in sizes.values())))
    memory = (f"{audits[size]['bytes'] / 1e6:,.0f}" if size in audits else "" for size in sizes)
    lines.append(_row(f"peak memory of an audit, {JOBS} processes (MB)", *memory))
    lines += ["", *_table(f"bytes for each entry, at {largest}", "rows", "indexes")]
    for name, item in figures["tables"].items():
        if sum(item.values()) >= LISTED:
            lines.append(_row(f"`{name}`", *(f"{item[part]:,.0f}" for part in item)))
    lines += ["", *_table("audit up to level, for each entry", "CPU (µs)", "in raw verifications")]
    for level, micros in figures["audit_cpu_us"].items():
        ratio = micros / figures["verify_us"]
        lines.append(_row(f"`{level}`", f"{micros:,.0f}", f"{ratio:.2f}"))
    return "\n".join(lines) + "\n"


def _table(*titles: str) -> list[str]:
    return [_row(*titles), f"|---|{'---:|' * (len(titles) - 1)}"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main(words: Sequence[str]) -> None:
    """Write one ledger, measure all, or make the page, as the arguments say."""
    if words[:1] == ["--write"]:
        ledger(recipe(int(words[2])), Path(words[1]), _quiet)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        print(peak)
        return
    if words:
        sizes = SIZES + ((MILLION,) if "--million" in words else ())
        figures = json.dumps(measure(Path(words[0]), sizes), indent=1)
        FIGURES.write_text(figures + "\n", "utf-8")
    text = PAGE.read_text("utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    figures = json.loads(FIGURES.read_text("utf-8"))
    PAGE.write_text(before + BEGIN + tables(figures) + END + after, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
