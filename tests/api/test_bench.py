"""The benchmark: its workload is real and taken whole, and its verdicts follow from its numbers."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from api.bench import load, run
from api.bench.figures import Goal, Judged, Outcome, Pair, Status, alternate, judge, variation
from api.bench.ground import QUICK, Ground, Scale
from api.bench.market import FEW, Crowd
from api.bench.profile import COMPONENTS, Probe
from api.bench.report import row
from api.bench.workload import FILLING, MIX, ROUND, STAGES, Workload
from api.commands import bench
from api.sources import open_source
from ledger.audit.findings import Verdict
from ledger.audit.run import audit
from ledger.store.records import temporary_records
from tests.support.benching import SMALL, TINY
from tests.support.cli import answer, duebill


# -- the workload ----------------------------------------------------------------------------------
def test_rounds_are_in_exact_proportions() -> None:
    """From the round on at which everything runs, each hundred commands are the mix, no more."""
    workload = Workload(TINY, apart=2)
    rounds = list(islice(workload.rounds(), 2 * STAGES + 3))
    filling, whole = rounds[: 2 * STAGES], rounds[2 * STAGES :]
    assert sum(map(len, filling)) == 2 * FILLING
    assert sum(MIX.values()) == ROUND == 100
    for some in whole:
        assert Counter(made.draft.payload["kind"] for made in some) == MIX


def test_a_seed_makes_the_same_bytes() -> None:
    """Two workloads of one seed are equal byte for byte; another seed gives others."""

    def first(seed: int) -> list[bytes]:
        workload = Workload(TINY, seed=seed)
        return [*workload.founding(), *islice(workload.commands(), 120)]

    assert first(1) == first(1)
    assert not set(first(1)) & set(first(2))


def test_a_crowd_counts_its_keys_and_its_founding() -> None:
    """The crowd of a full run has a thousand keys; the founding has one entry for each act."""
    assert Crowd().keys == 1000
    assert len(Workload(TINY).founding()) == TINY.founding


def test_the_workload_is_taken_whole_and_audits_clean(ground: Ground) -> None:
    """Every command becomes an entry, however they are grouped; the audit finds nothing."""
    commands = ground.base.commands()
    random.Random(3).shuffle(commands)  # noqa: S311 - any order, and the same each time
    with ground.base.copy(ground.folder) as folder:
        with load.opened(folder) as embedded:
            service = embedded.service
            assert service.signed.size == SMALL.loaded
            groups = (commands[:1], commands[1:40], commands[40:])
            for group in groups:
                load.raise_first(service.submit_many(group))
            assert service.signed.size == SMALL.loaded + len(commands)
        with open_source(str(folder)) as source:
            report = audit(source, temporary_records)
    assert (report.verdict, report.size) == (Verdict.CLEAN, SMALL.loaded + len(commands))


def test_a_kept_ledger_is_used_again(ground: Ground, tmp_path: Path) -> None:
    """A recipe is written once; what another recipe or seed would give is written anew."""
    told: list[int] = []
    recipe = load.Recipe(TINY, 440, 10, apart=1)
    made = load.ledger(recipe, tmp_path, told.append)
    assert told[-1] == 440
    told.clear()
    assert load.ledger(recipe, tmp_path, told.append) == made
    assert told == []
    assert len(made.commands()) == 10
    assert recipe.key != replace(recipe, seed=2).key


def test_a_ledger_too_small_for_its_commands_is_refused(tmp_path: Path) -> None:
    """A recipe whose measured commands would not be in exact proportions makes nothing."""
    with pytest.raises(ValueError, match="need"):
        load.ledger(load.Recipe(TINY, 100, 10, apart=1), tmp_path, lambda _: None)


def test_bodies_come_back_as_they_were(tmp_path: Path) -> None:
    """What is written for the sender reads back the same, line breaks and all."""
    bodies = [b"", b"1\n22", bytes(range(256))]
    load.write_bodies(tmp_path / "bodies", bodies)
    assert load.read_bodies(tmp_path / "bodies") == bodies


# -- verdicts --------------------------------------------------------------------------------------
FLOOR = Goal("speed", "how fast", "/s", bound=0.5, target=0.8, limit="at best")
CEILING = Goal("delay", "how slow", "ms", bound=60, judged=Judged.VALUE, at_most=True)


def pairs(*ours: float, limit: float = 10.0) -> list[Pair]:
    """Pairs with one steady limit."""
    return [Pair(number, limit) for number in ours]


def test_the_median_is_held_against_the_bound() -> None:
    """One bad pair of three changes nothing; a bad median is a miss."""
    assert judge(FLOOR, pairs(5, 6, 1)).status is Status.MET
    assert judge(FLOOR, pairs(4.9, 1, 9)).status is Status.MISSED
    assert judge(CEILING, pairs(60, 59, 99)).status is Status.MET
    assert judge(CEILING, pairs(61, 60.5, 1)).status is Status.MISSED


def test_an_unsteady_limit_makes_a_ratio_void() -> None:
    """More than 20 % between the highest and the lowest limit: nothing is judged, as it says."""
    steady = [Pair(1, 10), Pair(1, 11), Pair(1, 12)]
    unsteady = [Pair(9, 10), Pair(9, 10), Pair(9, 12.1)]
    assert judge(FLOOR, steady).status is Status.MISSED
    outcome = judge(FLOOR, unsteady)
    assert (outcome.status, outcome.note) == (
        Status.VOID,
        "the limit varied by 21%, more than 20%",
    )
    assert judge(CEILING, unsteady).status is Status.MET


def test_variation_is_of_the_median() -> None:
    """Highest less lowest over the median; one number does not vary."""
    assert variation([10, 12, 8]) == pytest.approx(0.4)
    assert variation([10]) == variation([]) == 0


def test_pairs_alternate() -> None:
    """Ours and the limit are taken in turns, and who comes first changes."""
    order: list[str] = []

    def note(name: str) -> str:
        order.append(name)
        return name

    found = alternate(4, lambda: note("ours"), lambda: note("limit"))
    assert found == [("ours", "limit")] * 4
    assert order == ["limit", "ours", "ours", "limit"] * 2


def test_a_row_says_what_was_judged() -> None:
    """The row of a ratio has both absolute figures, the ratio, its spread, bound and verdict."""
    assert row(judge(FLOOR, pairs(5, 6, 7, limit=9000 / 1000))) == (
        *("speed", "how fast", "6.00 /s", "9.00 /s", "0.67", "0.56 to 0.78"),
        *("≥ 0.50 (target 0.80)", "met"),
    )
    assert row(Outcome(FLOOR, Status.UNMEASURED, note="needs a clock"))[2:] == (
        *("", "", "", "", "≥ 0.50 (target 0.80)", "not measured: needs a clock"),
    )


# -- the command -----------------------------------------------------------------------------------
Take = Callable[[Ground], Mapping[str, Sequence[Pair]]]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[Take], None]:
    """Puts one measure in place of all."""

    def put(take: Take) -> None:
        monkeypatch.setattr(run, "MEASURES", (run.Measure((FLOOR,), take),))

    return put


def test_exit_status_follows_the_floors(fake: Callable[[Take], None]) -> None:
    """0 at or above the floor, 1 below it, 2 for a figure that does not exist."""
    fake(lambda _: {"speed": pairs(5, 5, 5)})
    duebill("bench", "--quick", "--only", "speed", status=0)
    fake(lambda _: {"speed": pairs(4, 4, 4)})
    result = duebill("bench", "--quick", "--only", "speed", status=1)
    assert "Missed: speed" in result.stdout
    duebill("bench", "--quick", "--only", "sped", status=2)


def test_a_void_figure_is_taken_again_and_fails_nothing(
    fake: Callable[[Take], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as the scale says; what stays void is said and is no failure."""
    taken = []

    def take(_ground: Ground) -> dict[str, list[Pair]]:
        taken.append(1)
        return {"speed": [Pair(1, 1), Pair(1, 2)]}

    fake(take)
    monkeypatch.setattr(bench, "QUICK", replace(QUICK, attempts=3))
    (figure,) = answer("bench", "--quick", "--only", "speed")["figures"]
    assert (figure["status"], len(taken)) == ("void", 3)


def test_the_page_has_every_figure_and_no_place(
    monkeypatch: pytest.MonkeyPatch, fake: Callable[[Take], None], ground: Ground, tmp_path: Path
) -> None:
    """The page: machine, figures, profile, bytes, workload; nothing of where it was made."""
    monkeypatch.setattr(bench, "QUICK", SMALL)
    fake(lambda _: {"speed": pairs(5, 6)})
    file = tmp_path / "page.md"
    duebill("bench", "--quick", "--keep", ground.folder, "--report", file)
    page = file.read_text("utf-8")
    assert page.startswith("# Performance\n")
    for name in ("speed", *COMPONENTS, *MIX, "at best", "processor"):
        assert name in page
    assert str(ground.folder) not in page


def test_json_is_all_there(fake: Callable[[Take], None]) -> None:
    """The JSON names machine, scale and every figure with all its numbers."""
    fake(lambda _: {"speed": pairs(5, 6, 7)})
    tree = json.loads(duebill("bench", "--quick", "--only", "speed", "--json").stdout)
    assert tree["figures"][0]["ours"] == [5, 6, 7]
    assert tree["scale"]["pairs"] == QUICK.pairs
    assert set(tree["machine"]) >= {"processor", "cores", "python", "sqlite"}


# -- the profile -----------------------------------------------------------------------------------
def test_each_component_is_charged_its_own_time() -> None:
    """What a component calls is charged to what is called; the rest stays its own."""
    times = iter([0, 10, 25, 60, 100])
    probe = Probe(lambda: next(times, 100))
    with probe.inside("judge"):
        with probe.inside("decide"):
            pass
        with probe.inside("evolve"):
            pass
    assert probe.spent == {"judge": 10 + 35, "decide": 15, "evolve": 40}
    assert probe.calls == {"judge": 1, "decide": 1, "evolve": 1}


def test_scales_are_consistent() -> None:
    """Both scales load enough for what they measure; the quick one is the smaller."""
    for scale in (bench.FULL, QUICK, SMALL):
        assert _least(scale) <= scale.loaded
        least = scale.crowd.founding + FILLING * scale.apart
        assert least <= min(scale.audited, scale.small)
    assert QUICK.crowd == FEW


def _least(scale: Scale) -> int:
    return load.Recipe(scale.crowd, scale.loaded, scale.measured, load.spread(scale.measured)).least
