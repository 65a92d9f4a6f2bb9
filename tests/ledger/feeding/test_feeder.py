"""The feeder against witnesses that are honest, slow, away, mistaken or hostile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.chain.contradiction import Relation, read_contradiction
from ledger.chain.note import Cosigner, open_note
from ledger.chain.proof import LONGEST_PROOF
from ledger.errors import Halted, Refused
from ledger.feeding.feeder import Feeder, Pace
from ledger.feeding.kept import Kept, Reader
from ledger.feeding.outside import Outside
from tests.support.feeding import (
    ORIGIN,
    FakeWitness,
    LogOfCounters,
    Reply,
    Script,
    cosigned,
    honest,
    policy,
    seeded,
    told,
    witnesses,
)

QUICK = Pace(interval_s=0.01, timeout_s=0.5, rest_s=0.05, look_s=0.05)
PATIENT_S = 20.0


class Evidence(list[bytes]):
    """What was kept of contradictions."""

    def shows(self, log: LogOfCounters, kept: str, shown: str, relation: Relation) -> None:
        """The first file shows these two notes, and that they are this to each other."""
        found = read_contradiction(self[0], [log.key])
        assert (found.kept_note, found.shown_note) == (kept, shown)
        assert found.relation is relation


@contextmanager
def feed(
    log: LogOfCounters,
    quorum: int,
    *asked: FakeWitness,
    path: Path | None = None,
    pace: Pace = QUICK,
    evidence: Evidence | None = None,
    start: bool = True,
) -> Iterator[Feeder]:
    """A feeder of the log, running unless `start` is false."""
    reader = Reader(ORIGIN, log.keys, policy(log.key, quorum, *asked))
    fed = log.fed()
    outside = Outside(fed, log.keys, (evidence if evidence is not None else Evidence()).append)
    with Feeder(fed, reader, Kept(path, reader), outside, log.news, pace) as feeder:
        if start:
            feeder.start()
        yield feeder


def reached(feeder: Feeder, size: int) -> str:
    """The note of the witnessed head, once it has `size` entries."""
    feeder.when(size).result(PATIENT_S)
    best = feeder.witnessed()
    assert best is not None
    assert best.head.size >= size
    return best.note


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    tick = threading.Event()
    for _ in range(int(PATIENT_S / 0.01)):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("it never came to be so")


def failing(feeder: Feeder, text: str) -> None:
    """Wait until the first witness fails with a reason that has `text`."""
    until(lambda: text in feeder.states()[0].failing)


def test_a_head_gets_the_cosignatures_of_all() -> None:
    """Each witness is asked from size 0, then with a proof from where it is."""
    with witnesses("w1", "w2", "w3") as three:
        log = LogOfCounters(5)
        with feed(log, 3, *three) as feeder:
            reached(feeder, 5)
            log.grow(300)
            note = reached(feeder, 305)
        keys = [witness.cosigner.key for witness in three]
        assert set(open_note(note, keys).cosigned) == set(keys)
        assert [witness.asked for witness in three] == [[(0, 5), (5, 305)]] * 3
        assert log.halted == []
        assert [state.size for state in feeder.states()] == [305, 305, 305]
        assert feeder.unwitnessed_since is None


def test_a_quorum_is_reached_when_enough_answer() -> None:
    """Two of three are enough, whether the third hangs up or refuses; the state tells which."""
    with witnesses("w1", "w2", "w3") as three:
        three[0].always = lambda *_: None
        log = LogOfCounters(5)
        with feed(log, 2, *three) as feeder:
            reached(feeder, 5)
            log.grow()
            reached(feeder, 6)
            failing(feeder, "no answer")
            assert [state.failing != "" for state in feeder.states()] == [True, False, False]


def test_without_enough_there_is_no_witnessed_head() -> None:
    """One cosignature of two is on the newest head, which is not witnessed, and that is said."""
    with witnesses("w1", "w2") as two:
        two[0].always = lambda *_: (503, "text/plain", b"later\n")
        log = LogOfCounters(5)
        with feed(log, 2, *two) as feeder:
            until(lambda: feeder.over(log.head).lines)
            failing(feeder, "503")
            assert feeder.witnessed() is None
            assert feeder.unwitnessed_since is not None
            two[0].always = None
            reached(feeder, 5)
            until(lambda: feeder.unwitnessed_since is None)


def test_a_witness_that_is_ahead_of_what_we_knew_tells_its_size() -> None:
    """409 with another size: the next request has the proof from exactly there."""
    with witnesses("w1") as (witness,):
        log = LogOfCounters(900)
        old = log.at(700)
        witness.size, witness.root, witness.note = 700, old.root, old.note
        with feed(log, 1, witness) as feeder:
            reached(feeder, 900)
        assert witness.asked == [(0, 900), (700, 900)]


def test_a_witness_that_forgot_begins_again() -> None:
    """A size that is smaller than the known one is taken as it is said."""
    with witnesses("w1") as (witness,):
        log = LogOfCounters(9)
        with feed(log, 1, witness) as feeder:
            reached(feeder, 9)
            witness.size, witness.root = 4, log.at(4).root
            log.grow()
            reached(feeder, 10)
        assert witness.asked == [(0, 9), (9, 10), (4, 10)]


def test_only_the_newest_head_is_asked_for() -> None:
    """What is signed while a round is on is left out, but for the newest of it."""
    with witnesses("w1") as (witness,):
        free = threading.Event()

        def held(item: FakeWitness, old: int, proof: list[bytes], note: str) -> Reply:
            free.wait(PATIENT_S)
            return honest(item, old, proof, note)

        witness.script = [held]
        log = LogOfCounters(1)
        with feed(log, 1, witness, pace=Pace(0.01, PATIENT_S, look_s=0.02)) as feeder:
            until(lambda: witness.asked)
            for _ in range(50):
                log.grow()
            free.set()
            reached(feeder, 51)
        assert witness.asked == [(0, 1), (1, 51)]


def test_all_are_asked_for_the_same_head_under_load() -> None:
    """A log that grows all the time still gets a quorum of slow witnesses: rounds are common."""
    with witnesses("w1", "w2") as two:
        tick = threading.Event()

        def slow(item: FakeWitness, old: int, proof: list[bytes], note: str) -> Reply:
            tick.wait(0.02 if item is two[0] else 0.05)
            return honest(item, old, proof, note)

        for witness in two:
            witness.always = slow
        log = LogOfCounters(1)
        with feed(log, 2, *two) as feeder:
            while not feeder.has(40):
                log.grow()
                tick.wait(0.002)
        assert [new for _, new in two[0].asked][:5] == [new for _, new in two[1].asked][:5]


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
            until(lambda: log.halted and evidence)
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
            until(lambda: log.halted and evidence)
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


def test_cosignatures_survive_a_restart(tmp_path: Path) -> None:
    """What was collected is there again, verified, and nobody is asked for the same head twice."""
    path = tmp_path / "kept.json"
    with witnesses("w1", "w2") as two:
        log = LogOfCounters(5)
        with feed(log, 2, *two, path=path) as feeder:
            note = reached(feeder, 5)
        with feed(log, 2, *two, path=path) as feeder:
            assert reached(feeder, 5) == note
            log.grow()
            reached(feeder, 6)
        assert [witness.asked for witness in two] == [[(0, 5), (5, 6)]] * 2


def test_a_damaged_file_costs_one_more_round(tmp_path: Path) -> None:
    """Whatever stands in the file, the feeder starts and asks again."""
    path = tmp_path / "kept.json"
    with witnesses("w1") as (witness,):
        log = LogOfCounters(5)
        for damage in (b"", b"[]", b"{", b'{"notes":[7],"sizes":{},"v":1}', b"\xff" * 100):
            path.write_bytes(damage)
            with feed(log, 1, witness, path=path) as feeder:
                reached(feeder, 5)


def test_what_was_cosigned_before_a_restored_backup_stops_the_writer(tmp_path: Path) -> None:
    """The kept cosignatures know a larger head: that is found at the start, without any witness."""
    path = tmp_path / "kept.json"
    with witnesses("w1") as (witness,):
        log = LogOfCounters(9)
        with feed(log, 1, witness, path=path) as feeder:
            reached(feeder, 9)
        older, evidence = LogOfCounters(5), Evidence()
        with feed(older, 1, witness, path=path, evidence=evidence):
            until(lambda: evidence)
        assert "9 entries was signed" in older.halted[0]


def test_closing_waits_for_nobody() -> None:
    """A feeder closes while a witness hangs, and its threads end."""
    with witnesses("w1") as (witness,):
        free = threading.Event()

        def hang(*_: object) -> None:
            free.wait(PATIENT_S)

        witness.always = hang
        log = LogOfCounters(5)
        with feed(log, 1, witness, pace=Pace(0.01, timeout_s=0.3)):
            until(lambda: witness.asked)
        free.set()
        until(lambda: not [t for t in threading.enumerate() if "duebill-feed" in t.name])


def test_sent_cosignatures_are_taken_when_the_policy_names_their_key() -> None:
    """An auditor sends its line over an older head; lines of strangers are ignored."""
    log = LogOfCounters(5)
    auditor, stranger = FakeWitness("auditor"), FakeWitness("stranger")
    with feed(log, 1, auditor, start=False) as feeder:
        head = log.head
        body = head.note.partition("\n\n")[0] + "\n"
        mine, other = (item.cosigner.line(body, 1_700_000_000) for item in (auditor, stranger))
        log.grow()
        assert feeder.take(head.note + other + mine) == ["auditor"]
        best = feeder.witnessed()
        assert best is not None
        assert best.note == head.note + mine
        assert feeder.over(log.head).lines == {}
        with pytest.raises(Refused, match="no cosignature"):
            feeder.take(head.note + other)
        with pytest.raises(Refused, match="did not sign"):
            feeder.take(f"{body}\n{mine}")
        with pytest.raises(Refused, match="does not verify"):
            feeder.take(log.head.note + mine)


def test_a_sent_note_that_contradicts_the_log_stops_the_writer() -> None:
    """Our own key signed another history and somebody shows it: that is kept, and writing ends."""
    log, evidence = LogOfCounters(5), Evidence()
    auditor = FakeWitness("auditor")
    with feed(log, 1, auditor, evidence=evidence, start=False) as feeder:
        other = LogOfCounters(5, prefix="forged ").head
        body = other.note.partition("\n\n")[0] + "\n"
        with pytest.raises(Halted, match="another head of 5 entries"):
            feeder.take(other.note + auditor.cosigner.line(body, 1_700_000_000))
    assert len(evidence) == 1
    assert len(log.halted) == 1


def test_who_gives_up_waiting_is_forgotten() -> None:
    """A cancelled wait leaves nothing behind, and those who stay are told."""
    log = LogOfCounters(5)
    auditor = FakeWitness("auditor")
    with feed(log, 1, auditor, start=False) as feeder:
        gone, stays = feeder.when(5), feeder.when(5)
        gone.cancel()
        body = log.head.note.partition("\n\n")[0] + "\n"
        feeder.take(log.head.note + auditor.cosigner.line(body, 1_700_000_000))
        assert stays.result(PATIENT_S) is None
        assert not feeder._waiting


def test_the_alarm_is_raised_once(caplog: pytest.LogCaptureFixture) -> None:
    """When nobody makes the quorum for too long, the operator hears of it once, with why."""
    with witnesses("w1") as (witness,):
        witness.always = lambda *_: (503, "text/plain", b"later\n")
        log = LogOfCounters(5)
        pace = Pace(0.01, 0.5, 0.02, alarm_s=0.05, look_s=0.01)
        with feed(log, 1, witness, pace=pace) as feeder:
            until(lambda: "no quorum of witnesses" in caplog.text)
            witness.always = None
            reached(feeder, 5)
            until(lambda: "has its quorum of witnesses again" in caplog.text)
        assert caplog.text.count("no quorum of witnesses") == 1


def test_a_proof_is_never_longer_than_a_witness_takes() -> None:
    """Sizes of all kinds: at most 63 lines, and each is the proof of exactly that pair."""
    log = LogOfCounters(1_000)
    with witnesses("w1") as (witness,):
        lengths = []

        def measured(item: FakeWitness, old: int, proof: list[bytes], note: str) -> Reply:
            lengths.append(len(proof))
            return honest(item, old, proof, note)

        witness.always = measured
        log.head = log.at(1)
        with feed(log, 1, witness) as feeder:
            for size in (2, 3, 7, 8, 255, 256, 257, 600, 1_000):
                log.head = log.at(size)
                log.news.set()
                reached(feeder, size)
        assert max(lengths) <= LONGEST_PROOF
        assert log.halted == []
