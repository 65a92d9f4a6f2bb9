"""A state machine: whatever parties do or get wrong, the ledger stays sound after each step.

After every step each named invariant holds, a toy ledger of plain dicts agrees, time has not run
back; every refusal changed no byte of the files; and at the end the audit replays it all.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.audit.findings import Verdict
from ledger.chain.entry import read_entry
from tests.support.actors import HOUR, Clock, Stage
from tests.support.acts import ACTS
from tests.support.agreement import broken, disagreements
from tests.support.founding import found
from tests.support.history import Ending, err
from tests.support.mistakes import MISTAKES
from tests.support.toy import watch


class Ledger(RuleBasedStateMachine):
    """Acts, mistakes and time, in any order; each with its own seed for who and what."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="machine-")
        self.stage = Stage(Path(self.folder.name), 1, Clock(), exact=True)
        self.toy = watch(self.stage)
        self.last_ms = 0

    @initialize()
    def begin(self) -> None:
        """A founded ledger."""
        found(self.stage)

    @rule(kind=st.sampled_from(sorted(ACTS)), seed=st.integers(0, 2**16))
    def act(self, kind: str, seed: int) -> None:
        """Somebody does something plausible."""
        self.stage.random.seed(seed)
        ACTS[kind](self.stage)

    @rule(code=st.sampled_from(sorted(MISTAKES)), seed=st.integers(0, 2**16))
    def mistake(self, code: str, seed: int) -> None:
        """Somebody errs, and is refused as foreseen."""
        self.stage.random.seed(seed)
        err(self.stage, code, MISTAKES[code])

    @rule(hours=st.integers(0, 80))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.stage.clock.ms += hours * HOUR

    @invariant()
    def sound(self) -> None:
        """Every named invariant holds, and the toy agrees."""
        assert broken(self.stage) == []
        assert disagreements(self.stage, self.toy) == []

    @invariant()
    def time_never_runs_back(self) -> None:
        """The newest entry is not earlier than any before it."""
        size = self.stage.service.signed.size
        for data in self.stage.store.entries(max(size - 1, 0), size):
            at_ms = read_entry(data).at_ms
            assert at_ms >= self.last_ms
            self.last_ms = at_ms

    def teardown(self) -> None:
        """The audit finds nothing, and replay gives the very tables."""
        ending = Ending(self.stage)
        self.stage.store.close()
        report = ending.audit()
        self.folder.cleanup()
        assert (report.verdict, report.findings) == (Verdict.CLEAN, [])


_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
SHORT = settings(
    max_examples=8,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=_QUIET,
)
LONG = settings(
    max_examples=300,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=_QUIET,
    print_blob=True,
)


class Short(Ledger):
    """A few short runs, the same each time."""


class Long(Ledger):
    """Many longer runs, other ones each time."""


class Audited(Ledger):
    """The auditor comes after every step: nothing is wrong, and replay gives the very tables."""

    @invariant()
    def audited(self) -> None:
        """A full audit of the database as it stands, under the head that was signed last."""
        if self.stage.service.signed.size:
            report = Ending(self.stage).audit()
            assert (report.verdict, report.findings) == (Verdict.CLEAN, [])


class AuditedLong(Audited):
    """The same for many histories."""


TestShort = Short.TestCase
TestShort.settings = SHORT
TestAudited = Audited.TestCase
TestAudited.settings = settings(SHORT, max_examples=2, stateful_step_count=12)
TestAuditedLong = pytest.mark.long(pytest.mark.timeout(7_200)(AuditedLong.TestCase))
TestAuditedLong.settings = settings(LONG, max_examples=20, stateful_step_count=30)
TestLong = pytest.mark.long(pytest.mark.timeout(7_200)(Long.TestCase))
TestLong.settings = LONG
