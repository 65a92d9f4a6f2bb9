"""A witness against a toy that knows all the leaves: growth, forks, replays, crowds, crashes."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger.errors import Refused
from ledger.witness.judging import OldSizeDiffers
from ledger.witness.state import origin_hash
from ledger.witness.witness import Witness
from tests.support.plain_log import PlainLog, numbered, request
from tests.support.witnesses import Clock, cosigned_head, new_witness, witness_of

MOST_BRANCHES = 4
LARGEST = 40
numbers = st.integers(0, LARGEST)
branches = st.integers(0, MOST_BRANCHES - 1)


class WitnessMachine(RuleBasedStateMachine):
    """The toy keeps the leaves under every head that was cosigned; one must begin the next."""

    def __init__(self) -> None:
        super().__init__()
        self.folders = ExitStack()
        self.place = Path(self.folders.enter_context(tempfile.TemporaryDirectory()))
        self.lives = 0
        self.clock = Clock()
        self.log = PlainLog("log.example/plain", b"log", ["an extension"])
        self.branches = [self.log]
        self.leaves: list[bytes] = []
        self.cosigned: dict[int, bytes] = {}
        self.taken: list[bytes] = []

    @initialize(size=st.integers(1, 20))
    def begin(self, size: int) -> None:
        """A new witness, and a log with some leaves."""
        self.log.leaves = numbered(size)
        self.key = new_witness(self.folder)
        self.open()

    def teardown(self) -> None:
        """Close what is open."""
        self.folders.close()

    @property
    def folder(self) -> Path:
        """Where the witness lives now."""
        return self.place / f"life-{self.lives}"

    def open(self) -> None:
        """Open the witness of the folder."""
        self.opened = ExitStack()
        self.witness: Witness = self.opened.enter_context(
            witness_of(self.folder, self.log, clock=self.clock)
        )
        self.folders.push(self.opened)

    def branch(self, number: int) -> PlainLog:
        """One of the branches."""
        return self.branches[number % len(self.branches)]

    def accepted(self, log: PlainLog, size: int, line: str) -> None:
        """The toy learns of a cosignature, which must verify and contradict none before."""
        head, _ = cosigned_head(log.note(size) + line, self.key)
        assert (head.size, head.root) == (size, log.root(size))
        assert self.cosigned.setdefault(size, head.root) == head.root

    @rule(number=branches, count=st.integers(1, 6))
    def grow(self, number: int, count: int) -> None:
        """A branch gets leaves that no other has."""
        log = self.branch(number)
        if len(log.leaves) < LARGEST:
            log.leaves += numbered(count, len(log.leaves), f"branch {self.branches.index(log)}")

    @rule(number=branches, at=numbers)
    def fork(self, number: int, at: int) -> None:
        """The log signs another history from here on."""
        if len(self.branches) < MOST_BRANCHES:
            log = self.branch(number)
            other = log.fork()
            other.leaves[min(at, len(log.leaves)) :] = [f"fork {len(self.branches)}".encode()]
            self.branches.append(other)

    @rule(number=branches, size=numbers, old=st.none() | numbers, prover=branches)
    def submit(self, number: int, size: int, old: int | None, prover: int) -> None:
        """A head with an old size and a proof, from any branches: the toy foretells the answer."""
        log, prover_log = self.branch(number), self.branch(prover)
        size = min(size, len(log.leaves))
        old = len(self.leaves) if old is None else old
        proof = prover_log.proof(old, size) if old <= min(size, len(prover_log.leaves)) else []
        body = request(old, proof, log.note(size))
        good = old <= size and proof == log.proof(old, size)
        fits = old == len(self.leaves) and log.leaves[:old] == self.leaves
        before = self.witness.conflicts.counted["fork"]
        if good and fits:
            self.accepted(log, size, self.witness.add_checkpoint(body))
            self.leaves = log.leaves[:size]
            self.taken.append(body)
            return
        with pytest.raises(Refused) as refused:
            self.witness.add_checkpoint(body)
        if old <= size and old != len(self.leaves):
            assert isinstance(refused.value, OldSizeDiffers)
            assert refused.value.size == len(self.leaves)
        forked = size == len(self.leaves) and size > 0 and log.leaves[:size] != self.leaves
        shown = good and old == len(self.leaves) < size and old.bit_count() > 1
        assert self.witness.conflicts.counted["fork"] == before + (forked or shown)

    @rule(number=numbers)
    def replay(self, number: int) -> None:
        """A request that was taken once moves nothing any more."""
        if self.taken:
            with contextlib.suppress(OldSizeDiffers):
                self.witness.add_checkpoint(self.taken[number % len(self.taken)])

    @rule(picks=st.lists(st.tuples(branches, numbers), min_size=2, max_size=8))
    def crowd(self, picks: Sequence[tuple[int, int]]) -> None:
        """Many at once, each a good request by itself: what is cosigned is one history."""
        old, together = len(self.leaves), threading.Barrier(len(picks))
        wanted = [
            (log, min(size, len(log.leaves)))
            for log, size in ((self.branch(number), size) for number, size in picks)
        ]

        def send(pick: tuple[PlainLog, int]) -> str | None:
            log, size = pick
            proof = log.proof(old, size) if old <= size else []
            body = request(old, proof, log.note(size))
            together.wait(30)
            try:
                return self.witness.add_checkpoint(body)
            except Refused:
                return None

        with ThreadPoolExecutor(len(picks)) as pool:
            lines = list(pool.map(send, wanted))
        for (log, size), line in zip(wanted, lines, strict=True):
            if line is not None:
                self.accepted(log, size, line)
                assert log.leaves[:old] == self.leaves[:old]
                if size > len(self.leaves):
                    assert len(self.leaves) == old
                    self.leaves = log.leaves[:size]

    @rule(seconds=st.integers(-100, 100))
    def tick(self, seconds: int) -> None:
        """The clock goes on, or is put back."""
        self.clock.now += seconds

    @rule()
    def restart(self) -> None:
        """Stopped and started."""
        self.opened.close()
        self.open()

    @rule()
    def crash(self) -> None:
        """Started again from what is on the disk now, with nothing closed before."""
        before = self.folder
        self.lives += 1
        shutil.copytree(before, self.folder)
        self.opened.close()
        self.open()

    @invariant()
    def what_was_said_is_on_the_disk(self) -> None:
        """The file has the head of the last answer, and the toy's root over its leaves."""
        if not hasattr(self, "key"):
            return
        with closing(sqlite3.connect(self.folder / "witness.db")) as file:
            rows = file.execute("SELECT hash, size, root FROM head").fetchall()
        expected = PlainLog(self.log.origin, b"").fork(*self.leaves)
        last = (origin_hash(self.log.origin), len(self.leaves), expected.root())
        assert rows == ([last] if self.cosigned else [])

    @invariant()
    def all_that_was_cosigned_is_one_history(self) -> None:
        """Every head ever cosigned is a beginning of the last."""
        history = PlainLog(self.log.origin, b"").fork(*self.leaves)
        for size, root in self.cosigned.items():
            assert size <= len(self.leaves)
            assert history.root(size) == root


TestWitness = WitnessMachine.TestCase
TestWitness.settings = settings(max_examples=40, stateful_step_count=30)


@pytest.mark.long
def test_a_long_life() -> None:
    """The same, for longer."""
    run_state_machine_as_test(
        WitnessMachine, settings=settings(max_examples=300, stateful_step_count=80)
    )
