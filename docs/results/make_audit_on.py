"""Measures what an audit that goes on costs beside a whole one, for docs/results/audit-on.md.

.venv/bin/python docs/results/make_audit_on.py FOLDER     measures; leaves audit-on.json
.venv/bin/python docs/results/make_audit_on.py            makes the page of audit-on.json

A ledger of 100,000 entries is written below FOLDER and exported; 1,000 more are appended, and it is
exported again. The first export is audited at all levels into a new state, the second with that
state, and without one: each by a process of its own, on one core, the CPU of which counts from
where the audit begins to where its state is kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.bench.load import GROUP, Recipe, ledger, ordering, raise_first
from api.bench.market import FEW
from ledger.audit.findings import Level, Verdict
from ledger.audit.folder import FolderSource, disclosure_path, export_log
from ledger.audit.run import audit
from ledger.audit.statefile import open_state
from ledger.chain.tiles import tree_bundles, tree_tiles
from ledger.envelope import read_submission
from ledger.errors import Halted
from ledger.store.records import temporary_records

FIGURES = Path(__file__).with_name("audit-on.json")
PAGE = Path(__file__).with_name("audit-on.md")
LOADED, ADDED = 100_000, 1_000
MOST = 0.05
"""Of the CPU of a whole audit an audit of the added entries may cost."""


class Counting(FolderSource):
    """An export of which every byte that is read is counted, by kind of file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.files: dict[str, int] = {}

    def _read(self, place: str) -> bytes:
        data = super()._read(place)
        self.files[place] = self.files.get(place, 0) + len(data)
        return data


def audited(folder: Path, state: Path | None) -> dict[str, Any]:
    """What one audit cost. Raises `Halted` unless it is clean."""
    source = Counting(folder)
    began = time.process_time()
    how: dict[str, Any] = {"level": Level.RULES, "jobs": 1}
    if state is None:
        report = audit(source, temporary_records, **how)
    else:
        with open_state(state, "1", Level.RULES) as kept:
            report = audit(source, temporary_records, state=kept, **how)
    cpu_s = time.process_time() - began
    if report.verdict is not Verdict.CLEAN:
        raise Halted(f"The ledger is not clean: {report.findings[:1]}")
    new = {bundle.path for bundle in tree_bundles(report.size, report.since)}
    allowed = new | {tile.path for tile in tree_tiles(report.size, report.since)} | {"checkpoint"}
    allowed |= {disclosure_path(bundle.index) for bundle in tree_bundles(report.size, report.since)}
    return {
        "entries": report.size,
        "known": report.since,
        "cpu_s": cpu_s,
        "files": len(source.files),
        "bytes": sum((folder / place).stat().st_size for place in source.files),
        "other": sorted(source.files.keys() - allowed),
    }


def measure(folder: Path) -> dict[str, Any]:
    """All figures."""
    made = ledger(Recipe(FEW, LOADED, ADDED, apart=10), folder, lambda _done: None)
    state = folder / "state"
    for name in ("before", "after", "state"):
        shutil.rmtree(folder / name, ignore_errors=True)
    state.unlink(missing_ok=True)
    with made.copy(folder) as copy:
        _export(copy, folder / "before", ())
        _export(copy, folder / "after", made.commands())
    return {
        "first": _child(folder / "before", state),
        "state_bytes": state.stat().st_size,
        "on": _child(folder / "after", state),
        "whole": _child(folder / "after", None),
    }


def page(figures: dict[str, Any]) -> str:
    """The text of the page."""
    on, whole = figures["on"], figures["whole"]
    ratio = on["cpu_s"] / whole["cpu_s"]
    rows = [
        ("a first audit that keeps a state", figures["first"]),
        (f"{ADDED:,} more entries, with the state", on),
        ("the same log, without", whole),
    ]
    table = "".join(
        f"| {title} | {item['entries']:,} | {item['known']:,} | {item['cpu_s']:.2f} s "
        f"| {item['files']:,} | {item['bytes']:,} |\n"
        for title, item in rows
    )
    verdict = "met" if ratio <= MOST else "not met"
    other = "no other file" if not on["other"] else f"beside: {', '.join(on['other'])}"
    less = on["bytes"] / whole["bytes"]
    return f"""# Audits that go on

A ledger of {LOADED:,} entries is audited at all levels from an export, on one core, and again when
{ADDED:,} more are there. CPU is that of the process from where the audit begins to where its state
is kept. Made by `docs/results/make_audit_on.py`.

| audit | entries | known before | CPU | files read | bytes of them |
|---|---:|---:|---:|---:|---:|
{table}
Going on costs {ratio:.1%} of the CPU of a whole audit (bar: {MOST:.0%}, {verdict}) and {less:.1%}
of the bytes: the bundles from the old edge on with their disclosures, the tiles that are not full
or became so, and the signed head; {other}. The state has {figures["state_bytes"]:,} bytes.
"""


def read_figures() -> dict[str, Any]:
    """What was measured last."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text("utf-8"))
    return figures


def _export(copy: Path, folder: Path, commands: Sequence[bytes]) -> None:
    with ordering(copy) as sequencer:
        for start in range(0, len(commands), GROUP):
            some = commands[start : start + GROUP]
            raise_first(sequencer.run([read_submission(item) for item in some]))
        export_log(sequencer.store, folder, [])


def _child(folder: Path, state: Path | None) -> dict[str, Any]:
    words = [sys.executable, __file__, "audit", str(folder), *([str(state)] if state else [])]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, env=os.environ)  # noqa: S603 - this interpreter, this file
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main(words: Sequence[str]) -> None:
    """Measure, or make the page."""
    match words:
        case ["audit", folder, *state]:
            print(json.dumps(audited(Path(folder), Path(state[0]) if state else None)))
            return
        case [folder]:
            figures = measure(Path(folder))
            FIGURES.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(read_figures()), "utf-8")
    print(PAGE.read_text("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
