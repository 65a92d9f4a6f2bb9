"""The feeder: rounds, quorums, restarts, alarms, and cosignatures that are sent."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import ledger.feeding.feeder as feeder_module
from ledger.chain.note import MOST_SIGNATURES, NoteKey, NoteSigner, note_body, open_note
from ledger.chain.proof import LONGEST_PROOF
from ledger.errors import Halted, Overloaded, Refused, Unavailable
from ledger.feeding.feeder import Pace
from ledger.feeding.outside import FedLog
from ledger.ports import SignedHead
from tests.support.answering import Reply
from tests.support.feeding import (
    ORIGIN,
    Evidence,
    FakeWitness,
    LogOfCounters,
    failing,
    feed,
    honest,
    reached,
    seeded,
    witnesses,
)
from tests.support.waiting import PATIENCE_S, wait_until


def test_a_head_gets_the_cosignatures_of_all() -> None:
    """Each witness is asked from size 0, then with a proof from where it is."""
    with witnesses("w1", "w2", "w3") as three:
        log = LogOfCounters(5)
        with feed(log, 3, *three) as feeder:
            reached(feeder, 5)
            log.grow(300)
            note = reached(feeder, 305)
            wait_until(lambda: [state.size for state in feeder.states()] == [305, 305, 305])
            wait_until(lambda: feeder.unwitnessed_since is None)
        keys = [witness.cosigner.key for witness in three]
        assert set(open_note(note, keys).cosigned) == set(keys)
        assert [witness.asked for witness in three] == [[(0, 5), (5, 305)]] * 3
        assert log.halted == []


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
            wait_until(lambda: feeder.over(log.head).lines)
            failing(feeder, "503")
            assert feeder.witnessed() is None
            assert feeder.unwitnessed_since is not None
            two[0].always = None
            reached(feeder, 5)
            wait_until(lambda: feeder.unwitnessed_since is None)


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
            free.wait(PATIENCE_S)
            return honest(item, old, proof, note)

        witness.script = [held]
        log = LogOfCounters(1)
        with feed(log, 1, witness, pace=Pace(0.01, PATIENCE_S, look_s=0.02)) as feeder:
            wait_until(lambda: witness.asked)
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
            while min(len(item.asked) for item in two) < 5:
                log.grow()
                tick.wait(0.002)
            first, second = ([new for _, new in item.asked][:5] for item in two)
            assert first == second
            assert feeder.has(first[3])  # a round ends with its quorum, and the fifth has begun


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
            wait_until(lambda: evidence)
        assert "9 entries was signed" in older.halted[0]


def test_what_was_kept_is_held_against_the_log_once_its_head_is_known(tmp_path: Path) -> None:
    """The head store is away at the start: when it is back, the larger head is found all the same.

    The witness that cosigned it shows nothing.
    """
    path = tmp_path / "kept.json"

    class Away(LogOfCounters):
        def fed(self) -> FedLog:
            """Its newest head cannot be had at first."""
            return replace(super().fed(), newest=self.newest)

        def newest(self) -> SignedHead:
            """The head, from the third question on."""
            asked.append(self.head.size)
            if len(asked) < 3:
                raise Unavailable("the head store is away")
            return self.head

    asked: list[int] = []
    with witnesses("w1") as (witness,):
        with feed(LogOfCounters(9), 1, witness, path=path) as feeder:
            reached(feeder, 9)
        older, evidence, witness.note = Away(5), Evidence(), ""
        with feed(older, 1, witness, path=path, evidence=evidence):
            wait_until(lambda: evidence)
        assert "9 entries was signed" in older.halted[0]
        assert len(older.halted) == 1


def test_closing_waits_for_nobody() -> None:
    """A feeder closes while a witness hangs; the thread that asks it ends with the exchange."""
    with witnesses("w1") as (witness,):
        free = threading.Event()

        def hang(*_: object) -> None:
            free.wait(PATIENCE_S)

        def asking() -> list[threading.Thread]:
            return [item for item in threading.enumerate() if "duebill-feed" in item.name]

        witness.always = hang
        log = LogOfCounters(5)
        with feed(log, 1, witness, pace=Pace(0.01, timeout_s=PATIENCE_S)):
            wait_until(lambda: witness.asked)
        assert asking()
        free.set()
        wait_until(lambda: not asking())


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


def test_a_sent_note_changes_nothing_of_what_the_log_signed() -> None:
    """Lines of the log that are repeated, or left out while it has two keys, stay as they were.

    Else anybody could make of the witnessed head a note that is too long, or that a reader with
    one of the keys refuses.
    """
    second = NoteSigner(ORIGIN, seeded("next key"))

    class TwoKeys(LogOfCounters):
        def keys(self, size: int) -> list[NoteKey]:
            """Those of a log that changes its key."""
            return [self.key, second.key]

    log, auditor, witness = TwoKeys(5), FakeWitness("auditor"), FakeWitness("w1")
    body = note_body(log.head.note)
    whole = log.head.note + second.line(body)
    mine, other = (item.cosigner.line(body, 1_700_000_000) for item in (auditor, witness))
    with feed(log, 2, auditor, witness, start=False) as feeder:
        feeder.take(log.head.note + mine)
        feeder.take(whole + other)
        for note in (
            log.head.note + second.line(body) * (MOST_SIGNATURES - 2) + mine,
            log.head.note + other,
            f"{body}\n{second.line(body)}{mine}",
        ):
            assert len(feeder.take(note)) == 1
            best = feeder.witnessed()
            assert best is not None
            assert best.note == whole + mine + other


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
        assert stays.result(PATIENCE_S) is None
        assert not feeder._waiting


def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """One caller more is told so at once; when one has given up there is room again."""
    monkeypatch.setattr(feeder_module, "MOST_WAITING", 2)
    with feed(LogOfCounters(5), 1, FakeWitness("auditor"), start=False) as feeder:
        first, _ = feeder.when(5), feeder.when(5)
        with pytest.raises(Overloaded, match="2 callers wait"):
            feeder.when(5)
        first.cancel()
        assert not feeder.when(5).done()


def test_who_fails_rests_longer_each_time() -> None:
    """From the interval on, twice as long each time, up to the longest rest; then it is well."""
    with witnesses("w1") as (witness,):
        moments: list[float] = []

        def fails(*_: object) -> Reply:
            moments.append(time.monotonic())
            return 503, "text/plain", b"later\n"

        witness.always = fails
        log, pace = LogOfCounters(5), Pace(0.02, PATIENCE_S, rest_s=0.08, look_s=0.01)
        with feed(log, 1, witness, pace=pace) as feeder:
            wait_until(lambda: len(moments) > 12)  # without a longest rest: after 80 seconds
            witness.always = None
            reached(feeder, 5)
            wait_until(lambda: not feeder.states()[0].failing)
        pauses = [later - earlier for earlier, later in pairwise(moments[:13])]
        # No pause is shorter than its rest; how much longer it is is the machine's affair.
        dues = [0.02, 0.04, *[0.08] * 10]
        assert all(got >= due for got, due in zip(pauses, dues, strict=True))


def test_the_alarm_is_raised_once(caplog: pytest.LogCaptureFixture) -> None:
    """When nobody makes the quorum for too long, the operator hears of it once, with why."""
    with witnesses("w1") as (witness,):
        witness.always = lambda *_: (503, "text/plain", b"later\n")
        log = LogOfCounters(5)
        pace = Pace(0.01, PATIENCE_S, 0.02, alarm_s=0.05, look_s=0.01)
        with feed(log, 1, witness, pace=pace) as feeder:
            wait_until(lambda: "no quorum of witnesses" in caplog.text)
            witness.always = None
            reached(feeder, 5)
            wait_until(lambda: "has its quorum of witnesses again" in caplog.text)
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
