"""The campaign: seeded histories until every act and every refusal was met often enough.

One seed replays exactly. Each history is told to a toy ledger, checked against all invariants
and audited on the way and at its end. The figures go to docs/results/state-machine.md when
DUEBILL_RESULTS is set.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.audit.findings import Verdict
from ledger.catalogue import RECORDS, Touch
from ledger.changes.records import Correction
from ledger.errors import RefusalCode
from ledger.financing.commands import AdvanceClock
from ledger.financing.records import Financing, FinancingState
from ledger.parties.records import Spent, Tidings
from ledger.policy.state import Ledger
from ledger.vocabulary import COMMANDS
from tests.support import having as h
from tests.support.actors import DAY, Clock, Stage, Twin, open_stage
from tests.support.acts import ACTS, NEVER, claims_by_manifest, lapsed
from tests.support.agreement import broken, disagreements
from tests.support.history import Ending, begin, err, step
from tests.support.mistakes import CROWDED, EMPTY, MISTAKES, REAL, UNREACHABLE
from tests.support.toy import watch

ACCEPTED, REFUSED = 200, 5
"""How often each kind is to be accepted, and each refusal to be met."""
STEPS = 250
RESULTS = Path(__file__).parents[2] / "docs" / "results" / "state-machine.md"
REACHABLE = {**MISTAKES, **EMPTY, **REAL, **CROWDED}


def test_every_kind_has_an_act_and_every_refusal_its_mistake_or_reason() -> None:
    """A new command or refusal cannot be forgotten: these tables must name it."""
    assert ACTS.keys() | NEVER.keys() == {kind for kind, _ in COMMANDS}
    assert ACTS.keys().isdisjoint(NEVER)
    assert REACHABLE.keys() | UNREACHABLE.keys() == {code.value for code in RefusalCode}
    assert REACHABLE.keys().isdisjoint(UNREACHABLE)


def history(
    folder: Path,
    seed: int,
    steps: int,
    before: Counter[str] | None = None,
    *,
    crowded: bool = False,
) -> Ending:
    """One history, checked at every tenth step, audited at half and at its end."""
    with open_stage(folder, seed) as s:
        toy = watch(s)
        begin(s)
        for number in range(steps):
            step(s, before=before)
            if number % 10 == 0:
                assert broken(s) + disagreements(s, toy) == []
            if number == steps // 2:
                assert Ending(s).audit().verdict is Verdict.CLEAN
        for code, mistake in CROWDED.items() if crowded else ():
            err(s, code, mistake)
        assert broken(s) + disagreements(s, toy) == []
        ending = Ending(s)
    report = ending.audit()
    assert (report.verdict, report.findings) == (Verdict.CLEAN, [])
    assert report.compared_records > 0
    return ending


@pytest.mark.parametrize("seed", range(4))
def test_a_short_history(tmp_path: Path, seed: int) -> None:
    """Acts and mistakes, then the audit: nothing is found, and replay equals the tables."""
    history(tmp_path, seed, 40)


def test_one_seed_replays_exactly(tmp_path: Path) -> None:
    """The same seed writes the same log: same size, same root, same counts."""
    endings = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with open_stage(tmp_path / name, 7) as s:
            begin(s)
            for _ in range(30):
                step(s)
            endings.append((s.heads.read(), s.tally))
    assert endings[0] == endings[1]


# -- with and without ticks ------------------------------------------------------------------------
def tick(s: Stage) -> None:
    """The operator states all that time has ended."""
    names = lapsed(s) if s.service.signed.size > 1 else []
    if names:
        assert s.do("operator", AdvanceClock(lapsed=tuple(names[:100]))).taken


def leave_open(s: Stage) -> None:
    """A proposed transfer and issue and an accepted offer, and so much time that all lapse."""
    h.pending(s, fresh=1)
    h.proposed(s, fresh=1)
    h.financing(s, FinancingState.ACCEPTED, fresh=1)
    s.clock.ms += 11 * DAY


def compare_with_ticks(folder: Path, seed: int, steps: int) -> None:
    """The same history on a ledger without ticks and on one with a tick before every command."""
    clock = Clock()
    for name in ("one", "other"):
        (folder / name).mkdir()
    with Stage(folder / "one", seed, clock) as s, Stage(folder / "other", seed, clock) as ticked:
        ticked.parties, ticked.secrets = s.parties, s.secrets
        s.twin = Twin(ticked, lambda: tick(ticked))
        begin(s)
        for number in range(steps):
            if number % 10 == 0:
                leave_open(s)
            step(s, without=frozenset({"clock.advance"}))
            assert s.twin.differences == []
        assert s.tally["clock.advance"] == 0
        for stage in (s, ticked):
            tick(stage)
        assert ticked.tally["clock.advance"] > 0
        assert records(s) == records(ticked)


def records(s: Stage) -> dict[Any, Any]:
    """All records but those that count entries and commands, without what names an entry:
    `last_seq`, and since when the log signs with which key.

    An acceptance says in its payload which entries it has seen, so its digest differs, too.
    """
    found: dict[Any, Any] = {}
    for kind in RECORDS:
        if kind not in (Touch, Spent, Tidings):
            other = _ENTRIES.get(kind, {})
            found |= {(kind, item.id): replace(item, last_seq=-1, **other) for item in s.all(kind)}
    return found


_ENTRIES: dict[Any, dict[str, Any]] = {
    Financing: {"proposal": ""},
    Ledger: {"log_keys": ()},
    Correction: {"entry": 0, "compensated_by": ()},
}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_decision_is_the_same_with_and_without_ticks(tmp_path: Path, seed: int) -> None:
    """No clock acts by itself: stating a lapse early changes no later answer and no holding."""
    compare_with_ticks(tmp_path, seed, 30)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_decisions_are_the_same_with_and_without_ticks(tmp_path: Path, seed: int) -> None:
    """The same for many longer histories."""
    compare_with_ticks(tmp_path, seed, 250)


# -- the long campaign -----------------------------------------------------------------------------
def wanting(tally: Counter[str]) -> list[str]:
    """What was not met often enough yet."""
    rare = [kind for kind in ACTS if tally[kind] < ACCEPTED]
    return rare + [code for code in REACHABLE if tally[code] < REFUSED]


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_the_campaign(tmp_path: Path) -> None:
    """History after history until every kind and every refusal was met often enough."""
    tally: Counter[str] = Counter()
    began, seed = time.monotonic(), 0
    while wanting(tally):
        assert seed < 500, f"still wanting: {wanting(tally)}"
        folder = tmp_path / str(seed)
        folder.mkdir()
        ending = history(folder, seed, STEPS, tally, crowded=seed < REFUSED)
        ending.path.unlink()
        tally += ending.tally
        seed += 1
    if os.environ.get("DUEBILL_RESULTS"):
        write_results(tally, seed, time.monotonic() - began)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_long_history(tmp_path: Path) -> None:
    """One ledger that goes on for years, with full tiles."""
    with open_stage(tmp_path, 99) as s:
        toy = watch(s)
        begin(s)
        for number in range(1_500):
            step(s)
            if number % 100 == 0:
                assert broken(s) + disagreements(s, toy) == []
        claims_by_manifest(s)
        ending = Ending(s)
    assert ending.audit().verdict is Verdict.CLEAN


@pytest.mark.long
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("share", range(8))
def test_two_hundred_honest_ledgers(tmp_path: Path, share: int) -> None:
    """No false alarm: the audit of an honest ledger finds nothing, whatever its history."""
    for seed in range(1_000 + share * 25, 1_025 + share * 25):
        folder = tmp_path / str(seed)
        folder.mkdir()
        history(folder, seed, 30)


RESULT = """\
{} seeded histories of {} steps: {:,} commands accepted, {:,} refused, {:,.0f} seconds. Every
refusal left every file as it was; at every tenth step all invariants held and the toy ledger
agreed; each history was audited twice at level rules, with no finding. `make test-long` with
`DUEBILL_RESULTS=1` writes this page."""


def write_results(tally: Counter[str], histories: int, seconds: float) -> None:
    """The figures of a campaign as a page."""
    entries = sum(tally[kind] for kind in {*ACTS, *NEVER})
    refused = sum(tally[code] for code in REACHABLE)
    lines = [
        "# State machine: what the campaign met",
        "",
        RESULT.format(histories, STEPS, entries, refused, seconds),
        "",
        "| command | accepted |",
        "|---|---:|",
        *(f"| `{kind}` | {tally[kind]:,} |" for kind in sorted(ACTS)),
        *(f"| `{kind}` | {tally[kind]:,} ({why}) |" for kind, why in NEVER.items()),
        "",
        "| refusal | met |",
        "|---|---:|",
        *(f"| `{code}` | {tally[code]:,} |" for code in sorted(REACHABLE)),
        "",
        "| refusal that no submission meets | why |",
        "|---|---|",
        *(f"| `{code}` | {why} |" for code, why in sorted(UNREACHABLE.items())),
    ]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
