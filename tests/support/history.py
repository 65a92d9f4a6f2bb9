"""Histories: what happens on a stage, and the audit of what is left of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from api.database import DatabaseSource
from ledger.audit.findings import Report
from ledger.audit.run import audit
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.ports import HeadStore
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.actors import Stage, open_stage
from tests.support.acts import ACTS, Act, wait
from tests.support.acts.changes import CHANGES
from tests.support.acts.turns import TURNS
from tests.support.founding import found
from tests.support.mistakes import EMPTY, MISTAKES, REAL, Mistake


def err(s: Stage, code: str, mistake: Mistake) -> None:
    """A mistake, which must meet its refusal."""
    before = s.tally[code]
    mistake(s)
    assert s.tally[code] > before, f"{code} was not met"


def begin(s: Stage) -> None:
    """Found the ledger: every second one is no sandbox, and began with mistakes."""
    real = s.random.random() < 0.5
    if not real:
        for code, mistake in EMPTY.items():
            err(s, code, mistake)
    found(s, sandbox=not real)
    if real:
        for code, mistake in REAL.items():
            err(s, code, mistake)


def step(
    s: Stage, without: frozenset[str] = frozenset(), before: Counter[str] | None = None
) -> None:
    """Time passes, something plausible happens (what happened least so far), or somebody errs.

    `before` counts what happened in earlier histories.
    """
    met = s.tally + (before or Counter())
    luck = s.random.random()
    if luck < 0.15:
        wait(s)
    elif luck < 0.2:
        s.random.choice(TURNS)(s)
    elif luck < 0.75:
        kinds = s.random.sample(sorted(ACTS.keys() - without), 3)
        ACTS[min(kinds, key=lambda kind: met[kind])](s)
    else:
        code = min(s.random.sample(sorted(MISTAKES), 3), key=lambda code: met[code])
        err(s, code, MISTAKES[code])


def play_all(s: Stage) -> None:
    """Every kind of act, so that each table has a row.

    What changes a debt takes several turns until it has met all that it leaves behind.
    """
    for act in (*ACTS.values(), *(3 * list(CHANGES.values())), *TURNS):
        act(s)


def tour(folder: Path, seed: int, more: Act = lambda _: None) -> Ending:
    """A history in which every kind of act is tried, and `more`: a row in every table."""
    with open_stage(folder, seed) as s:
        found(s)
        play_all(s)
        more(s)
        return Ending(s)


class Ending:
    """What is left of a history: the file, its signed head, and the log's key."""

    def __init__(self, s: Stage) -> None:
        self.path = s.store.path
        self.heads: HeadStore = s.heads
        self.keys: list[NoteKey] = s.log_keys
        self.tally = s.tally
        self.size = s.service.signed.size

    def audit(self, path: Path | None = None) -> Report:
        """The audit of the file, or of a copy of it, under the head that was signed."""
        with open_snapshot(path or self.path, self.heads) as snapshot:
            return audit(DatabaseSource(snapshot), temporary_records, trust=trust_in(self.keys))
