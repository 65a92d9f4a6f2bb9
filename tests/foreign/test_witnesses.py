"""Witnesses that others wrote cosign our heads, and refuse what a witness must refuse."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.contradiction import read_contradiction
from ledger.chain.note import NoteSigner, open_note, sign_note
from ledger.chain.trust import Group, LogLine, TrustPolicy, WitnessLine, parse_trust
from ledger.feeding.feeder import Feeder, Pace
from ledger.feeding.kept import FILE, Kept, Reader
from ledger.feeding.outside import FedLog, Outside
from ledger.ports import SignedHead
from ledger.witness.request import AddCheckpoint
from tests.foreign.growing import Growing
from tests.foreign.witnesses import Witness, aics_witness, witness_log
from tests.ledger.chain.sample import LOG_KEY, LOG_NOTE_KEY, ORIGIN, sha256
from tests.support.waiting import PATIENCE_S, wait_until

LOG = Growing(400)
SIZE_TYPE = "text/x.tlog.size"
STARTED: dict[str, Callable[[Path], AbstractContextManager[Witness]]] = {
    "witness-log": lambda _: witness_log(),
    "aics-witness": aics_witness,
}


@pytest.fixture(
    params=["witness-log", pytest.param("aics-witness", marks=pytest.mark.long)],
)
def witness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Witness]:
    """A fresh foreign witness; the one that has to be installed by hand in long runs only."""
    with STARTED[request.param](tmp_path) as found:
        yield found


def add_checkpoint(old: int, new: int, note: str | None = None) -> bytes:
    """The body of a request: our proof from `old` to `new`, and the signed head of `new`."""
    proof = LOG.consistency(old, new) if 0 < old < new else []
    return AddCheckpoint(old, tuple(proof), note or LOG.note(new)).text().encode()


def cosigned(witness: Witness, old: int, new: int) -> str:
    """The head of `new` with the witness's line, once it is held against our own reader."""
    before = int(time.time())
    answer = witness.ask(add_checkpoint(old, new))
    assert answer.status == 200, answer
    note = LOG.note(new) + answer.body.decode()
    opened = open_note(note, [LOG_NOTE_KEY, witness.key])
    assert opened.signed_by == {LOG_NOTE_KEY}
    assert before <= opened.cosigned[witness.key] <= time.time()
    return note


def test_it_cosigns_each_head_that_extends_the_last(witness: Witness) -> None:
    """From nothing to 400 entries across a full tile, the same head twice, and our reader agrees.

    Each growth comes with the proof that we make for exactly this pair of sizes.
    """
    sizes = [0, 1, 2, 5, 64, 255, 256, 257, 399, 400, 400]
    for old, new in pairwise(sizes):
        cosigned(witness, old, new)


def test_it_tells_what_it_has_when_asked_from_elsewhere(witness: Witness) -> None:
    """409 with the size alone; a request from that size then succeeds: so a feeder recovers."""
    cosigned(witness, 0, 9)
    for old in (0, 5):
        answer = witness.ask(add_checkpoint(old, 20))
        assert (answer.status, answer.media_type, answer.body) == (409, SIZE_TYPE, b"9\n")
    cosigned(witness, 9, 20)


def test_it_takes_no_fork(witness: Witness) -> None:
    """Another root at its size, or a larger tree that does not contain it, is 422, and no more."""
    cosigned(witness, 0, 9)
    same = sign_checkpoint(Checkpoint(ORIGIN, 9, sha256(b"fork")), LOG_KEY)
    assert witness.ask(add_checkpoint(9, 9, same)).status == 422
    larger = sign_checkpoint(Checkpoint(ORIGIN, 20, sha256(b"fork")), LOG_KEY)
    assert witness.ask(add_checkpoint(9, 20, larger)).status == 422
    cosigned(witness, 9, 20)


def test_it_knows_only_the_log_it_was_told_of(witness: Witness) -> None:
    """404 for another origin, 403 where no line is of the log's key or one does not verify."""
    other = Checkpoint("other.example/log", 3, LOG.root(3))
    note = sign_note(other.body, [NoteSigner(other.origin, LOG_KEY)])
    assert witness.ask(add_checkpoint(0, 3, note)).status == 404
    body = Checkpoint(ORIGIN, 3, LOG.root(3)).body
    stranger = sign_note(body, [NoteSigner("stranger.example", LOG_KEY)])
    assert witness.ask(add_checkpoint(0, 3, stranger)).status == 403
    forged = LOG.note(4).replace("\n4\n", "\n5\n")
    assert witness.ask(add_checkpoint(0, 5, forged)).status == 403
    cosigned(witness, 0, 3)


def policy_of(*found: Witness) -> TrustPolicy:
    """The policy that asks for all of these, as its file is read back."""
    lines = tuple(WitnessLine(f"w{at}", item.key, item.url) for at, item in enumerate(found))
    names = tuple(line.name for line in lines)
    group = {"all-of-them": Group(len(names), names)}
    return parse_trust(TrustPolicy((LogLine(LOG_NOTE_KEY),), lines, group, "all-of-them").text())


def test_its_cosignature_meets_a_quorum(witness: Witness) -> None:
    """A head is witnessed for our policy exactly when the foreign line is under it."""
    policy = policy_of(witness)
    assert policy.open(cosigned(witness, 0, 17), ORIGIN).witnessed
    assert not policy.open(LOG.note(17), ORIGIN).witnessed


@pytest.mark.long
def test_two_foreign_witnesses_make_one_quorum(tmp_path: Path) -> None:
    """Both lines under one head, in either order, meet a quorum of two; one alone does not."""
    with witness_log() as first, aics_witness(tmp_path) as second:
        policy = policy_of(first, second)
        one, two = cosigned(first, 0, 33), cosigned(second, 0, 33)
        lines = [note.removeprefix(LOG.note(33)) for note in (one, two)]
        for both in (lines, lines[::-1]):
            opened = policy.open(LOG.note(33) + "".join(both), ORIGIN)
            assert opened.witnessed
            assert opened.cosigned.keys() == {"w0", "w1"}
        assert not policy.open(one, ORIGIN).witnessed
        assert not policy.open(two, ORIGIN).witnessed


class Fed:
    """Our feeder over the sample log, which grows when it is told to."""

    def __init__(self, folder: Path, policy: TrustPolicy, size: int) -> None:
        self.size = size
        self.news = threading.Event()
        self.halted: list[str] = []
        self.evidence: list[bytes] = []
        log = FedLog(self.signed, self.signed, LOG.tile, {}, self.halted.append)
        reader = Reader(ORIGIN, lambda _: [LOG_NOTE_KEY], policy)
        outside = Outside(log, reader.log_keys, self.evidence.append)
        pace = Pace(interval_s=0.01, timeout_s=PATIENCE_S, look_s=0.05)
        kept = Kept(folder / FILE, reader)
        self.feeder = Feeder(log, reader, kept, outside, self.news, pace)

    def signed(self) -> SignedHead:
        """The newest head."""
        return SignedHead(self.size, LOG.root(self.size), LOG.note(self.size))

    def is_well(self) -> bool:
        """Whether its newest head has the quorum, as it says."""
        return self.feeder.unwitnessed_since is None

    def witnessed(self, size: int) -> str:
        """The note of the head of `size` entries once it meets the quorum."""
        self.size = size
        self.news.set()
        self.feeder.when(size).result(60)
        best = self.feeder.witnessed()
        assert best is not None
        return best.note


def test_our_feeder_gets_its_cosignatures(witness: Witness, tmp_path: Path) -> None:
    """Head after head meets the quorum; a feeder that forgot everything is told the size again."""
    policy = policy_of(witness)
    for sizes in ([3, 64, 256], [300, 399]):
        (tmp_path / FILE).unlink(missing_ok=True)
        fed = Fed(tmp_path, policy, sizes[0])
        with fed.feeder:
            fed.feeder.start()
            for size in sizes:
                opened = policy.open(fed.witnessed(size), ORIGIN)
                assert (opened.checkpoint.size, opened.witnessed) == (size, True)
            wait_until(fed.is_well)  # said just after those who waited are told
        assert fed.halted == []


def test_our_feeder_hears_of_a_rollback(witness: Witness, tmp_path: Path) -> None:
    """A witness that has more than the log: no head is witnessed, and the writer is halted.

    Halted only by a head that the witness shows, as one of these two does: evidence, no hearsay.
    """
    cosigned(witness, 0, 40)
    fed = Fed(tmp_path, policy_of(witness), 20)
    with fed.feeder:
        fed.feeder.start()
        wait_until(lambda: fed.feeder.states()[0].failures)
        assert fed.feeder.witnessed() is None
    assert bool(fed.halted) is bool(fed.evidence) is witness.shows_its_head
    for data in fed.evidence:
        found = read_contradiction(data, [LOG_NOTE_KEY])
        assert (found.kept.size, found.shown.size) == (40, 20)
        assert found.kept_note.startswith(LOG.note(40))
