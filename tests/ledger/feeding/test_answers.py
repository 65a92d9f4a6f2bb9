"""What a witness may answer, from nonsense to a head that contradicts the log."""

from __future__ import annotations

import pytest

from ledger.chain.contradiction import Relation
from ledger.chain.note import Cosigner
from tests.support.answering import Reply
from tests.support.feeding import (
    ORIGIN,
    Evidence,
    FakeWitness,
    LogOfCounters,
    Script,
    cosigned,
    failing,
    feed,
    reached,
    seeded,
    told,
    witnesses,
)
from tests.support.waiting import wait_until


def answer_of(name: str) -> Script:
    """A hostile or broken answer by its name."""
    stranger = Cosigner("stranger.example/w", seeded("stranger"))

    def other_key(item: FakeWitness, _old: int, _proof: list[bytes], note: str) -> Reply:
        body = note.partition("\n\n")[0] + "\n"
        return 200, "text/plain", stranger.line(body, int(item.now())).encode()

    def other_body(item: FakeWitness, _old: int, _proof: list[bytes], note: str) -> Reply:
        return cosigned(item, f"{ORIGIN}\n1\n{'A' * 43}=\n")

    def stale(item: FakeWitness, _old: int, _proof: list[bytes], note: str) -> Reply:
        return cosigned(item, note.partition("\n\n")[0] + "\n", int(item.now()) - 3_600)

    def future(item: FakeWitness, _old: int, _proof: list[bytes], note: str) -> Reply:
        return cosigned(item, note.partition("\n\n")[0] + "\n", int(item.now()) + 3_600)

    scripts: dict[str, Script] = {
        "other key": other_key,
        "other body": other_body,
        "stale": stale,
        "future": future,
        "huge": lambda *_: (200, "text/plain", b"\xe2\x80\x94 x " + b"A" * 10_000_000 + b"\n"),
        "garbage": lambda *_: (200, "text/plain", bytes(range(256))),
        "empty": lambda *_: (200, "text/plain", b""),
        "400": lambda *_: (400, "text/plain", b"no\n"),
        "403": lambda *_: (403, "text/plain", b"no\n"),
        "404": lambda *_: (404, "text/plain", b"no\n"),
        "409 without type": lambda *_: (409, "text/plain", b"3\n"),
        "409 no number": lambda *_: (409, "text/x.tlog.size", b"-3\n"),
        "409 as asked": lambda _item, old, *_: told(old),
        "409 many": lambda _item, old, *_: told(old + 1 if old < 2 else 0),
        "422": lambda *_: (422, "text/plain", b"no\n"),
        "500": lambda *_: (500, "text/plain", b"\x1b[31m" * 100),
        "redirect": lambda *_: (302, "text/plain", b""),
    }
    return scripts[name]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("other key", "has no cosignature of w1"),
        ("other body", "does not verify"),
        ("stale", "-3600 seconds"),
        ("future", "+3600 seconds"),
        ("huge", "more than 65536 bytes"),
        ("garbage", "control characters"),
        ("empty", "has no cosignature of w1"),
        ("400", "answers 400"),
        ("403", "answers 403"),
        ("404", "answers 404"),
        ("409 without type", "answers 409"),
        ("409 no number", "answers 409"),
        ("409 as asked", "answers 409"),
        ("409 many", "another size"),
        ("422", "answers 422"),
        ("500", "answers 500"),
        ("redirect", "answers 302"),
    ],
)
def test_an_answer_that_is_none_does_not_count(name: str, says: str) -> None:
    """Whatever a witness answers, nothing counts but its own fresh cosignature; the log goes on."""
    with witnesses("w1") as (witness,):
        witness.always = answer_of(name)
        log = LogOfCounters(5)
        with feed(log, 1, witness) as feeder:
            failing(feeder, says)
            assert feeder.witnessed() is None
            assert feeder.states()[0].failures > 0
            witness.always = None
            reached(feeder, 5)
        assert log.halted == []


def test_a_claim_alone_stops_nobody() -> None:
    """A witness that says it has more entries, and shows no head of so many, is only a failure."""
    with witnesses("w1") as (witness,):
        witness.always = lambda *_: told(1_000)
        log, evidence = LogOfCounters(5), Evidence()
        with feed(log, 1, witness, evidence=evidence) as feeder:
            failing(feeder, "1000 entries")
        assert log.halted == []
        assert evidence == []


def test_a_larger_head_of_our_own_key_stops_the_writer() -> None:
    """The log lost entries: the witness shows the head that was signed, and both are kept."""
    with witnesses("w1") as (witness,):
        later = LogOfCounters(9).head
        witness.size, witness.root, witness.note = 9, later.root, later.note
        log, evidence = LogOfCounters(5), Evidence()
        with feed(log, 1, witness, evidence=evidence):
            wait_until(lambda: log.halted and evidence)
        assert "9 entries was signed, and the log has 5" in log.halted[0]
        evidence.shows(log, later.note, log.head.note, Relation.UNPROVEN)


@pytest.mark.parametrize("size", [4, 5])
def test_another_history_under_our_own_key_stops_the_writer(size: int) -> None:
    """The witness has another root of the same or a smaller size; its refusal leads to the head."""
    with witnesses("w1") as (witness,):
        other = LogOfCounters(size, prefix="forged ").head
        witness.size, witness.root, witness.note = size, other.root, other.note
        log, evidence = LogOfCounters(5), Evidence()
        with feed(log, 1, witness, evidence=evidence):
            wait_until(lambda: log.halted and evidence)
        assert f"another head of {size} entries was signed" in log.halted[0]
        evidence.shows(log, other.note, log.head.note, Relation.FORK)


def test_a_forged_head_stops_nobody() -> None:
    """A contradicting head that another key signed proves nothing."""
    with witnesses("w1") as (witness,):
        other = LogOfCounters(9, key=seeded("thief")).head
        witness.size, witness.root, witness.note = 9, other.root, other.note
        log = LogOfCounters(5)
        with feed(log, 1, witness) as feeder:
            failing(feeder, "9 entries")
        assert log.halted == []


def test_a_newer_head_of_another_process_is_no_conflict() -> None:
    """Another process of this ledger fed the witness: the next round asks for the newer head."""
    with witnesses("w1") as (witness,):
        log = LogOfCounters(5)
        first = log.head
        with feed(log, 1, witness) as feeder:
            reached(feeder, 5)
            newer = log.at(8)

            def ahead(item: FakeWitness, _old: int, _proof: list[bytes], _note: str) -> Reply:
                item.size, item.root = 8, newer.root
                log.head = log.at(9)  # what the other process signed next
                return told(8)

            witness.script = [ahead]
            log.grow()
            reached(feeder, 9)
        assert first.size == 5
        assert log.halted == []
