"""The page of figures says what the campaigns left, and nothing else."""

from __future__ import annotations

import runpy

from tests.tidy import ROOT

SCRIPT = ROOT / "docs" / "results" / "make_reliability.py"


def test_the_page_is_made_from_the_figures() -> None:
    """docs/results/reliability.md is what its script makes, and no campaign lost anything."""
    make = runpy.run_path(str(SCRIPT))
    figures = make["read_figures"]()
    assert figures
    assert make["PAGE"].read_text("utf-8") == make["page"](figures)
    assert [item for item in figures if item["lost"] and "control" not in item["title"]] == []
