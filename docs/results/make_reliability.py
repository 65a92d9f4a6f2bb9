"""Make docs/results/reliability.md from the figures that the long fault campaigns left.

DUEBILL_RESULTS=1 make test-long
.venv/bin/python docs/results/make_reliability.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("reliability.md")
FIGURES = Path(__file__).with_name("reliability")
HEAD = """# Reliability: what the fault campaigns met

Every figure is from a run. After each fault the ledger is opened again and held against what its
writers had been told: each acknowledged entry is there, byte for byte, at its number; the head
only grew from every acknowledged checkpoint (a consistency proof each, so no fork); the audit is
clean. *Lost* counts acknowledged entries that were not there. *Slowest* is the longest reopening,
where nothing else is said. `make test` runs the same campaigns in small; `make test-long` with
`DUEBILL_RESULTS=1` leaves the figures, and `docs/results/make_reliability.py` makes this page.

| campaign | times | acknowledged | lost | slowest | what else |
|---|---:|---:|---:|---:|---|
"""


def page(figures: list[dict[str, Any]]) -> str:
    """The text of the page."""
    return HEAD + "".join(map(_row, figures))


def read_figures() -> list[dict[str, Any]]:
    """What the campaigns left, in the order of the page."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(FIGURES.glob("*.json"))]


def _row(item: dict[str, Any]) -> str:
    acknowledged, slowest = item["acknowledged"], item["slowest_s"]
    cells = [
        item["title"],
        f"{item['times']:,}",
        "" if acknowledged is None else f"{acknowledged:,}",
        f"{item['lost']:,}",
        "" if slowest is None else f"{slowest * 1_000:,.0f} ms",
        item["found"],
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(read_figures()), "utf-8")
    print(f"{PAGE.name}: {len(read_figures())} campaigns")
