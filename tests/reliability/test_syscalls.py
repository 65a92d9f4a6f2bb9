"""Each system call on the files of a ledger fails once: no false word, and a whole next start."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.findings import Level
from tests.support.faults import Answer, Child, Nursery, at, read_answers, seeded
from tests.support.faults_calls import Fault, made, made_after, traced
from tests.support.faults_jobs import CRASHED, HALTED
from tests.support.faults_load import Load
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart

COMMANDS, TRIES = 6, 3
DATABASE, HEAD_STORE = {"fdatasync", "pwrite64"}, {"fsync", "rename"}
"""The calls that each of the two files, once it failed, must not see again."""
LOUD = ("ledger.errors.Unavailable: ", "ledger.errors.Halted: ")
ERRORS = {
    "fdatasync": ("EIO", "ENOSPC", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EINTR"),
    "pwrite64": ("EIO", "ENOSPC", "EINTR"),
    "write": ("EIO", "ENOSPC", "EINTR"),
    "rename": ("EIO", "ENOSPC"),
    "pread64": ("EIO",),
}


@dataclass(frozen=True, slots=True)
class Run:
    """A writer's end: its exit status and last words, its answers and notes, and its calls."""

    ledger: Path
    status: int
    says: str
    answers: Sequence[Answer]
    notes: dict[str, Any]
    calls: Counter[str]
    later: Counter[str]
    """The calls after the one that failed."""


def run(nursery: Nursery, load: Load, folder: Path, fault: Fault | None) -> Run:
    """A writer gives six commands under a fault, each up to three times."""
    folder.mkdir()
    ledger, acks = load.copy(folder / "ledger"), folder / "acks"

    def start(gate: str) -> Child:
        return nursery.start(
            "insist", load, ledger, gate=gate, acks=str(acks), count=COMMANDS, tries=TRIES
        )

    with traced(start, folder, fault) as (child, trace):
        status = child.wait()
    answers, notes = read_answers(acks)
    return Run(ledger, status, child.says(), answers, notes, made(trace), made_after(trace))


def all_faults(nursery: Nursery, load: Load, folder: Path) -> list[Fault]:
    """Every fault that a run without faults has a call for."""
    honest = run(nursery, load, folder / "honest", None)
    assert (honest.status, [answer.error for answer in honest.answers]) == (0, [""] * COMMANDS)
    assert honest.calls.keys() == ERRORS.keys()
    return [
        Fault(name, error, number)
        for name, count in sorted(honest.calls.items())
        for error in ERRORS[name]
        for number in range(1, count + 1)
    ]


def check(load: Load, fault: Fault, ended: Run) -> str:
    """How a run under a fault ended; fails when a word of it was false."""
    errors = [answer.error for answer in ended.answers if answer.error]
    back = check_restart(load, ended.ledger, ended.answers, level=Level.MERKLE)
    _check_unavailable(load, ended.answers, back.size)
    if not ended.notes:  # it ended by an error: at its start, or when it read
        assert ended.status in (CRASHED, HALTED)
        assert ended.says.splitlines()[-1].startswith(LOUD), ended.says
        assert fault.name == "pread64" or not ended.answers
        return "could not read" if ended.answers else "not opened"
    assert ended.notes["read"] == load.base, "reads must go on"
    if ended.status == HALTED:
        halted = errors.index("Halted") if "Halted" in errors else len(errors)
        assert set(errors[halted:]) <= {"Halted"}
        same_file = DATABASE if fault.name in DATABASE else HEAD_STORE
        assert not ended.later.keys() & same_file, "what failed is not tried again"
        return "halted"
    assert ended.status == 0
    assert back.acknowledged == COMMANDS
    if errors and fault.name != "pread64":
        assert fault.error != "EIO", f"{fault} was answered by {errors}, then writing went on"
    return "waited and went on" if errors else "not noticed"


def _check_unavailable(load: Load, answers: Sequence[Answer], size: int) -> None:
    """A command that heard nothing but `Unavailable` is not in the log."""
    said: dict[int, set[str]] = {}
    for answer in answers:
        said.setdefault(answer.index, set()).add(answer.error)
    assert not [i for i, words in said.items() if words == {"Unavailable"} and load.base + i < size]


def fail_each(nursery: Nursery, load: Load, folder: Path, faults: Sequence[Fault]) -> Counter[str]:
    """How the runs ended."""
    ends: Counter[str] = Counter()
    for number, fault in enumerate(faults):
        place = folder / f"{number}"
        with at(fault, place):
            end = check(load, fault, run(nursery, load, place, fault))
        ends[f"{fault.name} {fault.error}: {end}"] += 1
        shutil.rmtree(place)
    assert ends.total() == len(faults)
    return ends


def test_twenty_failing_calls_lead_to_no_false_word(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """One of each call and error, and five more: what was acknowledged is there afterwards."""
    faults, random = all_faults(nursery, load, tmp_path), seeded("calls")
    sample = [
        random.choice([fault for fault in faults if (fault.name, fault.error) == (name, error)])
        for name, errors in ERRORS.items()
        for error in errors
    ]
    sample += random.sample(faults, 20 - len(sample))
    fail_each(nursery, load, tmp_path, sample)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_each_failing_call_leads_to_no_false_word(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """Every call that a run makes, with every error."""
    faults = all_faults(nursery, load, tmp_path)
    ends = fail_each(nursery, load, tmp_path, faults)
    found = "; ".join(f"{name} {count:,}" for name, count in sorted(ends.items()))
    record("40-calls", "the N-th system call fails, for every N", times=len(faults), found=found)
