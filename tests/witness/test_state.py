"""The state of a witness: durable before it answers, one object with the key, never going back."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import ledger.witness
from api.keyfiles import read_keys
from ledger.chain.note import Cosigner, parse_note_key
from ledger.errors import Halted, OutcomeUnknown, RefusalCode, Refused, Unavailable
from ledger.witness.conflicts import Conflicts
from ledger.witness.judging import log_keys
from ledger.witness.state import WitnessState, origin_hash
from ledger.witness.witness import Witness
from tests.support.plain_log import PlainLog, numbered
from tests.support.witnesses import NOON, Clock, cosigned_head, new_witness, witness_of

PLACE = str(Path(ledger.witness.__file__).parent)


class PowerCut(BaseException):
    """The process is gone: no handler of the program runs for it."""


@pytest.fixture
def log() -> PlainLog:
    """A log of twenty leaves."""
    found = PlainLog("log.example/plain", b"log")
    found.leaves = numbered(20)
    return found


def stored_size(folder: Path, log: PlainLog) -> int:
    """The size of the head in the file itself, read by nobody of ours; 0 without one."""
    with closing(sqlite3.connect(folder / "witness.db")) as file:
        rows = file.execute("SELECT size FROM head WHERE hash = ?", (origin_hash(log.origin),))
        return int((rows.fetchone() or (0,))[0])


def lost(folder: Path, log: PlainLog) -> str:
    """What a witness says that will not open for want of its state."""
    with pytest.raises(Refused) as refused, witness_of(folder, log):
        raise AssertionError("opened")
    assert refused.value.code is RefusalCode.WITNESS_STATE_LOST
    return refused.value.detail


def test_what_is_cosigned_is_there_after_a_restart(tmp_path: Path, log: PlainLog) -> None:
    """A head and its cosignature outlive the process; the next head goes on from it."""
    key = new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        line = witness.add_checkpoint(log.request(0, 7))
    with witness_of(tmp_path / "w", log, clock=Clock(NOON + 5)) as witness:
        kept = witness.state.latest(origin_hash(log.origin))
        assert kept is not None
        assert kept.note == log.note(7) + line
        assert cosigned_head(kept.note, key) == (kept.head, NOON)
        line = witness.add_checkpoint(log.request(7, 20))
        assert cosigned_head(log.note(20) + line, key)[1] == NOON + 5


def test_the_time_of_a_log_never_goes_back(tmp_path: Path, log: PlainLog) -> None:
    """A clock that is put back changes nothing of the order of the cosignatures."""
    key, clock = new_witness(tmp_path / "w"), Clock()
    with witness_of(tmp_path / "w", log, clock=clock) as witness:
        times = []
        for old, new, now in ((0, 3, NOON), (3, 4, NOON - 60), (4, 4, NOON + 1), (4, 9, 0)):
            clock.now = now
            line = witness.add_checkpoint(log.request(old, new))
            times.append(cosigned_head(log.note(new) + line, key)[1])
    assert times == [NOON, NOON, NOON + 1, NOON + 1]


def test_the_same_head_again_costs_no_write(tmp_path: Path, log: PlainLog) -> None:
    """Anybody may send a head again: in the same second nothing is written for it."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        first = witness.add_checkpoint(log.request(0, 7))
        before = (tmp_path / "w" / "witness.db").stat().st_mtime_ns
        assert witness.add_checkpoint(log.request(7, 7)) == first
        assert (tmp_path / "w" / "witness.db").stat().st_mtime_ns == before


def test_each_log_has_its_head(tmp_path: Path, log: PlainLog) -> None:
    """Logs do not meet, and one that is not named for a while is not forgotten."""
    other = PlainLog("log.example/other", b"other")
    other.leaves = numbered(5)
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log, other) as witness:
        witness.add_checkpoint(log.request(0, 7))
        witness.add_checkpoint(other.request(0))
        assert sorted(witness.state.sizes().values()) == [5, 7]
    with witness_of(tmp_path / "w", other) as witness, pytest.raises(Refused):
        witness.add_checkpoint(log.request(7))
    with witness_of(tmp_path / "w", log) as witness:
        assert witness.add_checkpoint(log.request(7))


def test_one_process_at_a_time(tmp_path: Path, log: PlainLog) -> None:
    """A second opening is refused while the first holds the state."""
    new_witness(tmp_path / "w")
    with (
        witness_of(tmp_path / "w", log),
        pytest.raises(Unavailable, match="another process"),
        witness_of(tmp_path / "w", log),
    ):
        raise AssertionError("opened twice")


def test_a_closed_state_says_so(tmp_path: Path, log: PlainLog) -> None:
    """A request that comes while the witness stops is not cosigned."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        pass
    with pytest.raises(Unavailable):
        witness.add_checkpoint(log.request(0))
    witness.state.close()


def test_a_new_witness_needs_a_folder_of_its_own(tmp_path: Path) -> None:
    """A witness is never made over another, nor under a name that cannot name a key."""
    new_witness(tmp_path / "w")
    with pytest.raises(Refused) as refused:
        new_witness(tmp_path / "w")
    assert refused.value.code is RefusalCode.FOLDER_NOT_EMPTY
    with pytest.raises(Refused) as refused:
        new_witness(tmp_path / "v", "two words")
    assert refused.value.code is RefusalCode.NOTE_KEY_MALFORMED
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(b"x" * 12_288),
        lambda path: statement(path, "DROP TRIGGER head_grows"),
        lambda path: statement(path, "DELETE FROM witness"),
        lambda path: statement(path, "DROP TABLE head"),
    ],
    ids=["gone", "empty", "cut", "other", "no trigger", "no key", "no table"],
)
def test_a_key_without_its_state_signs_nothing(
    tmp_path: Path, log: PlainLog, harm: Callable[[Path], object]
) -> None:
    """A state that is gone or damaged is never made anew beside a key that was used."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0))
    harm(tmp_path / "w" / "witness.db")
    for _ in range(2):
        assert lost(tmp_path / "w", log)
    with pytest.raises(Refused):
        new_witness(tmp_path / "w")


def test_the_state_of_another_key_is_not_taken(tmp_path: Path, log: PlainLog) -> None:
    """A state from another witness, empty or not, does not open with this key."""
    for name in ("w", "v"):
        new_witness(tmp_path / name)
    shutil.copy(tmp_path / "v" / "witness.db", tmp_path / "w" / "witness.db")
    assert "not of this key" in lost(tmp_path / "w", log)


def test_the_file_itself_refuses_to_go_back(tmp_path: Path, log: PlainLog) -> None:
    """Whatever program writes: no head shrinks, changes its root, or is forgotten."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0))
    for words in (
        "UPDATE head SET size = 19",
        "UPDATE head SET root = x'00'",
        "UPDATE head SET hash = 'other'",
        "DELETE FROM head",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            statement(tmp_path / "w" / "witness.db", words)
    assert stored_size(tmp_path / "w", log) == 20


def test_a_head_that_is_not_as_it_was_signed_stops_the_witness(
    tmp_path: Path, log: PlainLog
) -> None:
    """Our own cosignature guards what is read back: one changed letter, and nothing is signed."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 10))
    longer = "UPDATE head SET note = replace(note, char(10) || '10', char(10) || '11')"
    statement(tmp_path / "w" / "witness.db", longer)
    with witness_of(tmp_path / "w", log) as witness:
        for _ in range(2):
            with pytest.raises(Halted):
                witness.add_checkpoint(log.request(10))
        with pytest.raises(Halted):
            witness.state.latest(origin_hash(log.origin))


def test_a_head_of_another_log_stops_the_witness(tmp_path: Path, log: PlainLog) -> None:
    """A head that stands under the name of another log is not believed."""
    other = PlainLog("log.example/other", b"other")
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0))
    swap = "INSERT INTO head SELECT '{}', size, root, note FROM head"
    statement(tmp_path / "w" / "witness.db", swap.format(origin_hash(other.origin)))
    with witness_of(tmp_path / "w", log, other) as witness, pytest.raises(Halted):
        witness.add_checkpoint(other.request(0))


def statement(path: Path, words: str) -> None:
    """Change a state with another program's hand."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(words)


@pytest.mark.parametrize(
    ("code", "first", "then"),
    [
        (sqlite3.SQLITE_FULL, Unavailable, None),
        (sqlite3.SQLITE_IOERR, OutcomeUnknown, Halted),
        (sqlite3.SQLITE_CORRUPT, OutcomeUnknown, Halted),
    ],
)
@pytest.mark.parametrize("word", ["INSERT", "COMMIT"])
def test_a_write_that_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: PlainLog,
    code: int,
    first: type[Exception],
    then: Any,
    word: str,
) -> None:
    """No cosignature without a write; a full disk passes, any other trouble lasts to a restart."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 5))
        failing = Failing(witness.state._driver, code, word)
        monkeypatch.setattr(witness.state, "_driver", failing)
        with pytest.raises(first):
            witness.add_checkpoint(log.request(5))
        failing.code = 0
        if then is None:
            assert witness.add_checkpoint(log.request(5))
        else:
            with pytest.raises(then):
                witness.add_checkpoint(log.request(5))
    with witness_of(tmp_path / "w", log) as witness:
        assert witness.add_checkpoint(log.request(5 if then else 20))


class Failing:
    """A connection on which statements of one kind fail while there is a `code`."""

    def __init__(self, driver: Any, code: int, word: str) -> None:
        self._driver, self.code, self._word = driver, code, word

    def execute(self, words: str, *values: Any) -> Any:
        """Run it, or fail."""
        if self.code and self._word in words:
            error = sqlite3.OperationalError("made to fail")
            error.sqlite_errorcode = self.code
            raise error
        return self._driver.execute(words, *values)

    def close(self) -> None:
        """Close it."""
        self._driver.close()


@contextmanager
def cut_at(step: int) -> Iterator[list[int]]:
    """In the block, the process ends at this line of the witness's own code that it comes to."""
    steps = [0]

    def line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and frame.f_code.co_filename.startswith(PLACE):
            steps[0] += 1
            if steps[0] == step:
                raise PowerCut
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        yield steps
    finally:
        sys.settrace(before)


def test_a_crash_at_any_line_leaves_the_old_head_or_the_new(tmp_path: Path, log: PlainLog) -> None:
    """Wherever it stops, what opens again is the old or the new head; answered means new."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 5))
    seen: set[tuple[bool, int]] = set()
    step = 0
    while (True, 9) not in seen:
        step += 1
        folder, left = tmp_path / f"at-{step}", tmp_path / f"left-{step}"
        shutil.copytree(tmp_path / "w", folder)
        answered = dies_at(step, folder, left, log)
        seen.add((answered, reopened_size(left, log)))
        shutil.rmtree(folder)
        shutil.rmtree(left)
    assert seen == {(False, 5), (False, 9), (True, 9)}
    assert step > 50


def dies_at(step: int, folder: Path, left: Path, log: PlainLog) -> bool:
    """Whether it answered before that line. `left` is the folder as the disk has it then."""
    keys = log_keys([parse_note_key(log.vkey)])
    (key,) = read_keys([folder / "witness.pem"], None)
    state = WitnessState(folder / "witness.db", key.public)
    cosigner = Cosigner(state.key.name, key)
    witness = Witness(keys, cosigner, state, Conflicts(folder / "conflicts.jsonl"), Clock())
    answered = False
    with contextlib.suppress(PowerCut), cut_at(step):
        witness.add_checkpoint(log.request(5, 9))
        answered = True
    shutil.copytree(folder, left)  # before anything is closed, as a dead process closes nothing
    if state._driver is not None:
        state._driver.close()
    state._lock.close()
    return answered


def reopened_size(folder: Path, log: PlainLog) -> int:
    """The size of the head of a witness that is opened again; it still grows."""
    with witness_of(folder, log) as witness:
        kept = witness.state.latest(origin_hash(log.origin))
        assert kept is not None
        assert kept.head.root == log.root(kept.head.size)
        assert witness.add_checkpoint(log.request(kept.head.size))
        return kept.head.size
