"""What an audit that goes on reads of a longer log, and what it costs beside a whole one."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from ledger.audit.findings import Level, Verdict
from ledger.chain.trust import trust_in
from tests.support.audit_on import CountingSource, audit_folder, audit_on, beginning, new_files
from tests.support.long_log import long_log
from tests.tidy import ROOT

OLD, SIZE = 10_000, 10_300
SCRIPT = ROOT / "docs" / "results" / "make_audit_on.py"


def test_ten_thousand_entries_are_not_read_again(tmp_path: Path) -> None:
    """Only new bundles, the partial one at the edge, and tiles there; no byte more, none twice."""
    log, state = long_log(SIZE), tmp_path / "state"
    audit_folder(beginning(log, OLD).write(tmp_path / "old"), state, log, Level.MERKLE)
    source = CountingSource(log.write(tmp_path / "new"))
    report = audit_on(source, state, trust_in(log.keys), Level.MERKLE)
    assert (report.verdict, report.since, report.size) == (Verdict.CLEAN, OLD, SIZE)
    once = {place: (tmp_path / "new" / place).stat().st_size for place in new_files(SIZE, OLD)}
    assert once.pop("checkpoint") <= source.read.pop("checkpoint")  # asked for by each level
    assert source.read == once


def test_the_page_is_made_from_the_figures() -> None:
    """docs/results/audit-on.md is what its script makes; nothing but what is new was read."""
    make = runpy.run_path(str(SCRIPT))
    figures = make["read_figures"]()
    assert make["PAGE"].read_text("utf-8") == make["page"](figures)
    assert figures["on"]["other"] == []
    assert figures["on"]["cpu_s"] <= make["MOST"] * figures["whole"]["cpu_s"]


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_thousand_entries_after_a_hundred_thousand(tmp_path: Path) -> None:
    """At all levels, of a ledger of the bench: only what is new is read; the cost is printed."""
    make = runpy.run_path(str(SCRIPT))
    figures = make["measure"](tmp_path)
    print(make["page"](figures))  # noqa: T201 - for who runs the campaign
    assert figures["on"]["other"] == []
    assert (figures["on"]["known"], figures["on"]["entries"]) == (100_000, 101_000)
    assert figures["on"]["bytes"] < figures["whole"]["bytes"] / 20
