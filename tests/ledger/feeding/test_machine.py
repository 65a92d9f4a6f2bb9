"""Any order of growth, failures, recoveries and restarts: a quorum that answers is a quorum."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.chain.note import open_note
from ledger.feeding.feeder import Feeder, Pace
from ledger.feeding.kept import Kept, Reader
from ledger.feeding.outside import Outside
from tests.support.feeding import ORIGIN, LogOfCounters, policy, told, witnesses
from tests.support.waiting import PATIENCE_S

NAMES = ("w1", "w2", "w3")
QUORUM = 2
PACE = Pace(interval_s=0.001, timeout_s=PATIENCE_S, rest_s=0.01, look_s=0.01)
BROKEN = {
    "hangs up": lambda *_: None,
    "refuses": lambda *_: (500, "text/plain", b"no\n"),
    "lies": lambda *_: told(10**9),
    "says nothing": lambda *_: (200, "text/plain", b""),
}


class Feeding(RuleBasedStateMachine):
    """Two of three witnesses are enough; the model is which of them are well."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.three = self.stack.enter_context(witnesses(*NAMES))
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.log = LogOfCounters(1)
        self.well = set(NAMES)
        self.witnessed = 0

    @initialize()
    def begin(self) -> None:
        """The feeder starts."""
        reader = Reader(ORIGIN, self.log.keys, policy(self.log.key, QUORUM, *self.three))
        fed = self.log.fed()
        kept = Kept(self.folder / "kept.json", reader)
        outside = Outside(fed, self.log.keys, lambda _: None)
        self.feeder = Feeder(fed, reader, kept, outside, self.log.news, PACE)
        self.feeder.start()

    @rule(count=st.integers(1, 600))
    def grow(self, count: int) -> None:
        """The log grows."""
        self.log.grow(count)

    @rule(at=st.integers(0, 2), how=st.sampled_from(sorted(BROKEN)))
    def break_one(self, at: int, how: str) -> None:
        """A witness does not answer any more, or not as it should."""
        self.three[at].always = BROKEN[how]
        self.well.discard(NAMES[at])

    @rule(at=st.integers(0, 2))
    def heal(self, at: int) -> None:
        """A witness is well again."""
        self.three[at].always = None
        self.well.add(NAMES[at])

    @rule(at=st.integers(0, 2), back=st.integers(0, 300))
    def forget(self, at: int, back: int) -> None:
        """A witness was restored from an older state of its own."""
        witness = self.three[at]
        size = max(0, witness.size - back)
        if size:
            with witness.lock:
                witness.size, witness.root = size, self.log.at(size).root

    @rule()
    def restart(self) -> None:
        """The server stops and starts: what was witnessed stays so, before anybody is asked."""
        self.feeder.close()
        self.begin()
        assert self.feeder.has(self.witnessed)

    @invariant()
    def a_quorum_is_reached(self) -> None:
        """When enough are well the newest head is witnessed, by enough of them, soon."""
        if len(self.well) >= QUORUM:
            self.feeder.when(self.log.head.size).result(PATIENCE_S)
        best = self.feeder.witnessed()
        if best is not None:
            assert best.head.size >= self.witnessed
            assert best.head == self.log.at(best.head.size)
            self.witnessed = best.head.size
            keys = [item.cosigner.key for item in self.three]
            assert len(open_note(best.note, keys).cosigned) >= QUORUM
        assert self.log.halted == []

    def teardown(self) -> None:
        """Stop everything."""
        self.feeder.close()
        self.stack.close()


TestFeeding = Feeding.TestCase
TestFeeding.settings = settings(
    max_examples=15,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
