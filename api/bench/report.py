"""The report: figures, profile and machine as a table, as JSON and as a Markdown page."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cryptography
from cryptography.hazmat.backends.openssl import backend

from api.bench.figures import STEADY, Judged, Outcome, Status, number_text
from api.bench.ground import Scale
from api.bench.profile import Part
from api.bench.workload import MIX

HEADERS = ("figure", "what", "ours", "limit", "judged", "spread", "bound", "verdict")


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run found. `tables` are bytes for each entry, by table, of the large ledger."""

    scale: Scale
    entries: int
    outcomes: Sequence[Outcome]
    profile: Sequence[Part]
    tables: Sequence[tuple[str, float]]

    @property
    def missed(self) -> list[str]:
        """The figures that are below their floor or above their ceiling."""
        return [item.goal.name for item in self.outcomes if item.status is Status.MISSED]


def machine() -> dict[str, str]:
    """What the figures were taken on; no name of a host and no path."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
        "cryptography": f"{cryptography.__version__}, {backend.openssl_version_text()}",
        "wrk": _wrk_version(),
    }


def row(outcome: Outcome) -> tuple[str, ...]:
    """One line of the table, as `HEADERS` says."""
    goal = outcome.goal
    return (
        goal.name,
        goal.title,
        _number(outcome.ours, goal.unit),
        _number(outcome.limit, goal.unit),
        _judged(outcome, outcome.median),
        _spread(outcome),
        goal.bound_text(),
        f"{outcome.status.value}: {outcome.note}" if outcome.note else outcome.status.value,
    )


def profile_rows(parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """Component, what it does, calls, microseconds of a command, share."""
    return [
        (part.name, part.says, f"{part.calls:,}", f"{part.micros:.1f}", f"{part.share:.1%}")
        for part in parts
    ]


def tree(found: Found) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "machine": machine(),
        "entries": found.entries,
        "scale": asdict(found.scale),
        "mix": MIX,
        "missed": found.missed,
        "figures": [_figure(outcome) for outcome in found.outcomes],
        "profile": [asdict(part) for part in found.profile],
        "bytes_by_table": dict(found.tables),
    }


def page(found: Found) -> str:
    """The report as a Markdown page."""
    lines = ["# Performance", "", *_introduction(found), ""]
    lines += _table(("machine", ""), list(machine().items()))
    lines += ["", "## Figures", ""]
    lines += _table(HEADERS, [row(outcome) for outcome in found.outcomes])
    lines += ["", *_limits(found.outcomes)]
    if found.profile:
        headers = ("component", "what", "calls", "µs a command", "share")
        lines += ["", "## Where the time goes", "", *_profile_says(found.profile), ""]
        lines += _table(headers, profile_rows(found.profile))
    if found.tables:
        rows = [(name, number_text(size)) for name, size in found.tables]
        lines += ["", "## Where the bytes go", ""]
        lines += _table(("table with its indexes", "bytes for each entry"), rows)
    lines += ["", "## The workload", ""]
    lines += _table(("command", "of 100"), [(kind, str(count)) for kind, count in MIX.items()])
    return "\n".join(lines) + "\n"


def _introduction(found: Found) -> list[str]:
    scale = found.scale
    return [
        "Written by `duebill bench`. Every figure stands beside a limit of the same machine, taken",
        "in the same minute in alternating order. Judged is the median over the pairs; the spread",
        "is the lowest and the highest. A ratio is void where its limit varied by more than",
        f"{STEADY:.0%}.",
        "",
        f"Real rules, real signatures. Each figure has {scale.pairs} pairs, taken over",
        f"{scale.crowd.keys:,} keys and {scale.loaded:,} entries that were there before; the large",
        f"ledger has {found.entries:,} entries.",
    ]


def _limits(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ["The limits:", ""]
    lines += [f"- `{item.goal.name}`: {item.goal.limit}" for item in outcomes if item.goal.limit]
    return lines


def _profile_says(parts: Sequence[Part]) -> list[str]:
    total = sum(part.micros for part in parts)
    return [f"{total:,.0f} µs a command in full groups, all on one thread, each component's own."]


def _figure(outcome: Outcome) -> dict[str, Any]:
    goal = outcome.goal
    return {
        "name": goal.name,
        "title": goal.title,
        "unit": goal.unit,
        "judged": goal.judged.value,
        "bound": goal.bound,
        "at_most": goal.at_most,
        "limit": goal.limit,
        "status": outcome.status.value,
        "note": outcome.note,
        "median": outcome.median,
        "ours": [pair.ours for pair in outcome.pairs],
        "limits": [pair.limit for pair in outcome.pairs],
    }


def _number(number: float | None, unit: str) -> str:
    return "" if number is None else f"{number_text(number)} {unit}"


def _judged(outcome: Outcome, number: float | None) -> str:
    if number is None:
        return ""
    value = outcome.goal.judged is Judged.VALUE
    return _number(number, outcome.goal.unit) if value else number_text(number)


def _spread(outcome: Outcome) -> str:
    numbers = outcome.numbers
    if len(numbers) < 2:
        return ""
    return f"{number_text(min(numbers))} to {number_text(max(numbers))}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [headers, ["---"] * len(headers), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text("utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _wrk_version() -> str:
    path = shutil.which("wrk")
    if path is None:
        return "none"
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True)  # noqa: S603 - asks a program for its version
    return said.stdout.partition("[")[0].strip() or "of no known version"
