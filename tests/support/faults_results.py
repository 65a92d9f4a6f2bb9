"""The figures of fault campaigns: each long one leaves a file, from which the page is made.

Only where DUEBILL_RESULTS is set, as for the other pages under docs/results.
"""

from __future__ import annotations

import json
import os

from tests.tidy import ROOT

FIGURES = ROOT / "docs" / "results" / "reliability"


def record(
    place: str,
    title: str,
    *,
    times: int,
    acknowledged: int | None = None,
    lost: int = 0,
    slowest_s: float | None = None,
    found: str = "",
) -> None:
    """Keep what a campaign met that has just passed; `place` (``10-kill``) orders the page.

    `acknowledged` commands of which `lost` were not there afterwards, in so many `times`; the
    slowest restart, or end, or refusal, and in `found` whatever else is worth a sentence.
    """
    if os.environ.get("DUEBILL_RESULTS"):
        FIGURES.mkdir(exist_ok=True)
        figures = {
            "title": title,
            "times": times,
            "acknowledged": acknowledged,
            "lost": lost,
            "slowest_s": slowest_s,
            "found": found,
        }
        text = json.dumps(figures, indent=1, ensure_ascii=False)
        (FIGURES / f"{place}.json").write_text(f"{text}\n", "utf-8")
