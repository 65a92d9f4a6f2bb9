"""Every figure of the benchmark is really taken; how fast is not what is tested here."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.bench import reading, run, web, writing
from api.bench.figures import Status
from api.bench.ground import Ground, child, serving
from api.bench.postgres import SCHEMA
from api.bench.postgres import measure_groups as measure_postgres
from api.bench.profile import profile
from api.commands import bench
from ledger.errors import Unavailable
from tests.support.benching import SMALL
from tests.support.cli import answer
from tests.support.postgres import Cluster


def measured(
    monkeypatch: pytest.MonkeyPatch, ground: Ground, *names: str, status: int = 0
) -> dict[str, Any]:
    """The figures of a run on the ground of the tests."""
    monkeypatch.setattr(bench, "QUICK", SMALL)
    words = [word for name in names for word in ("--only", name)]
    tree = answer("bench", "--quick", "--keep", ground.folder, *words, status=status)
    return {figure["name"]: figure for figure in tree["figures"]}


def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figure can miss: what is tested is that it is taken, not how fast this machine is."""
    monkeypatch.setattr(
        run,
        "MEASURES",
        tuple(
            replace(
                item,
                goals=tuple(
                    replace(goal, bound=1e12 if goal.at_most else 0.0) for goal in item.goals
                ),
            )
            for item in run.MEASURES
        ),
    )


def test_a_real_figure_meets_and_misses(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """The size of a ledger against floors that it must meet and cannot meet."""
    unbounded(monkeypatch)
    assert measured(monkeypatch, ground, "size")["size"]["status"] == "met"
    (measure,) = run.chosen(["size"])
    goals = (replace(measure.goals[0], bound=0.5),)
    monkeypatch.setattr(run, "MEASURES", (replace(measure, goals=goals),))
    figure = measured(monkeypatch, ground, "size", status=1)["size"]
    assert figure["status"] == "missed"
    assert figure["ours"][0] > figure["limits"][0] > 500


def test_bytes_are_itemised_by_table(ground: Ground) -> None:
    """The tables with their indexes add up to nearly all of the file, entries first."""
    tables = reading.bytes_by_table(ground.base.folder)
    (pair,) = reading.measure_size(ground)["size"]
    assert tables[0][0] == "entry"
    assert 0.9 * pair.ours < sum(size for _, size in tables) < pair.ours


def test_figures_in_process_are_taken(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """Appends, latency, receipts, replay and start: as many pairs as asked for, above zero."""
    unbounded(monkeypatch)
    names = ("append", "latency.process", "receipt", "rebuild", "start")
    figures = measured(monkeypatch, ground, *names)
    assert figures.pop("append.growth")["status"] == "not measured"
    assert len(figures) == 6
    for figure in figures.values():
        assert figure["status"] in ("met", "void")
        assert len(figure["ours"]) == SMALL.pairs
        assert all(number > 0 for number in figure["ours"])


def test_an_audit_runs_in_a_process_of_its_own(ground: Ground) -> None:
    """It is clean, and says how many entries, seconds and bytes it took."""
    said = child("audit", ground.audited.folder, "rules", "2")
    assert said["entries"] == SMALL.audited
    assert said["seconds"] > 0
    assert said["bytes"] > 10_000_000


def test_audit_figures_follow_from_seconds(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """A rate is entries by seconds; a level alone is what it takes beyond the one below."""
    seconds = {"merkle": 1, "signatures": 4, "rules": 9}

    def audited(_module: str, _folder: Path, level: str, jobs: str) -> dict[str, float]:
        return {"entries": 440, "seconds": seconds[level] * 2 / int(jobs), "bytes": 5_000_000}

    monkeypatch.setattr(reading, "child", audited)
    found = {
        outcome.goal.name: outcome.ours for outcome in run.outcomes(ground, run.chosen(["audit"]))
    }
    assert found == {
        "audit.structure": 440,
        "audit.signatures": pytest.approx(440 / 3),
        "audit.rules": 44,
        "audit.all": pytest.approx(440 / 9),
        "audit.memory": None,
        "audit.memory_growth": None,
    }
    large = replace(ground, entries=SMALL.loaded + 100)
    found = {
        outcome.goal.name: outcome.median
        for outcome in run.outcomes(large, run.chosen(["audit.memory"]))
    }
    assert found == {"audit.memory": 5, "audit.memory_growth": 1}


def test_growth_and_memory_need_a_large_ledger(ground: Ground) -> None:
    """With more entries than are loaded anyway, the large ledger is another and is compared."""
    large = replace(ground, entries=SMALL.loaded + 100)
    (found,) = writing.measure_growth(large).values()
    assert len(found) == SMALL.pairs
    assert large.large.recipe.loaded == SMALL.loaded + 100


@pytest.mark.timeout(600)
def test_http_figures_are_taken_with_wrk(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """With wrk every command that was sent became an entry; without it the figure says so."""
    unbounded(monkeypatch)
    monkeypatch.setattr(web, "ABLE", 1)
    monkeypatch.setattr(web, "BATCH", 10)
    figures = measured(monkeypatch, ground, "http", "latency.http")
    if shutil.which("wrk"):
        assert {figure["status"] for figure in figures.values()} <= {"met", "void"}
        assert all(len(figure["ours"]) == SMALL.pairs for figure in figures.values())
    monkeypatch.setattr(shutil, "which", lambda _: None)
    figures = measured(monkeypatch, ground, "http", "latency.http")
    assert {figure["note"] for figure in figures.values()} == {"needs wrk (Debian package wrk)"}


def test_the_figures_of_a_weak_sender_are_void(
    monkeypatch: pytest.MonkeyPatch, ground: Ground
) -> None:
    """Where wrk itself drives too little on a fixed answer, HTTP figures say nothing."""
    monkeypatch.setattr(web.Sender, "send", lambda *_: web.Sent(rate=7_999, p50=1, p99=1))
    (outcome,) = run.outcomes(replace(ground), run.chosen(["http.batch"]))
    assert outcome.status is Status.VOID
    assert outcome.note.startswith("wrk itself drives only 7,999")


def test_postgres_is_taken_beside_sqlite(ground: Ground, postgres: Cluster) -> None:
    """The same commands go into both; what was made in the database is gone afterwards."""
    (found,) = measure_postgres(replace(ground, postgres=postgres.url())).values()
    assert len(found) == SMALL.pairs
    assert all(pair.ours > 0 for pair in found)
    assert (SCHEMA,) not in postgres.run("SELECT nspname FROM pg_namespace")


def test_postgres_needs_its_url(ground: Ground) -> None:
    """Without a database the figure is not measured, and says what it needs."""
    (outcome,) = run.outcomes(ground, run.chosen(["postgres"]))
    assert (outcome.status, outcome.note) == (Status.UNMEASURED, "needs --db-postgres URL")


def test_the_profile_enters_every_component(ground: Ground) -> None:
    """Each component is met on the way of a command, and the shares make a whole."""
    parts = profile(ground)
    assert [part.name for part in parts if part.calls == 0] == []
    assert sum(part.share for part in parts) == pytest.approx(1)


def test_a_server_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    """A folder without a ledger's rights or files gives an error, and no endless waiting."""
    (tmp_path / "ledger.db").write_bytes(b"no database")
    with pytest.raises(Unavailable, match="did not start"), serving("ledger", tmp_path):
        pass
