"""The page of foreign verifiers says what the long tests left, and nothing else."""

from __future__ import annotations

import runpy

from tests.foreign.in_process import VERIFIERS
from tests.foreign.test_long_verifiers import CASES, PROGRAMS
from tests.tidy import ROOT


def test_the_page_is_made_from_the_figures() -> None:
    """docs/results/foreign-verifiers.md is what its script makes: each case by each verifier."""
    make = runpy.run_path(str(ROOT / "docs/results/make_foreign.py"))
    figures = make["read_figures"]()
    assert make["PAGE"].read_text("utf-8") == make["page"](figures)
    runs = {(item["case"], item["verifier"]) for item in figures}
    assert runs == {(case, name) for case in CASES for name in (*PROGRAMS, *VERIFIERS)}
