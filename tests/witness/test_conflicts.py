"""What a witness keeps of a log that contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.contradiction import Contradiction, Relation, read_contradiction
from ledger.chain.note import parse_note_key
from ledger.errors import Refused
from ledger.witness import conflicts
from ledger.witness.conflicts import MOST_KEPT
from ledger.witness.witness import Witness
from tests.support.plain_log import PlainLog, numbered, request
from tests.support.witnesses import cosigned_head, new_witness, witness_of


@pytest.fixture
def log() -> PlainLog:
    """A log whose every checkpoint has a line that no JSON text of ours could hold."""
    found = PlainLog("log.example/plain", b"log", ["unassigned \u0378"])
    found.leaves = numbered(40)
    return found


def refuse(witness: Witness, *bodies: bytes) -> None:
    """All of these are refused."""
    for body in bodies:
        with pytest.raises(Refused):
            witness.add_checkpoint(body)


def kept(file: Path, log: PlainLog) -> list[Contradiction]:
    """What the lines of the file show to who trusts the log's key."""
    keys = [parse_note_key(log.vkey)]
    return [read_contradiction(line, keys) for line in file.read_bytes().splitlines()]


def test_both_notes_are_kept_once(tmp_path: Path, log: PlainLog) -> None:
    """Of a fork both signed notes are kept, once, over restarts, whatever old size was sent."""
    fork = log.fork()
    fork.leaves[5] = b"another"
    key = new_witness(tmp_path / "w")
    for old in (0, 9):
        with witness_of(tmp_path / "w", log) as witness:
            witness.add_checkpoint(log.request(old, 9))
            refuse(witness, fork.request(9, 9), fork.request(9, 9), fork.request(0, 9))
            assert witness.conflicts.counted == {"fork": 3, "unproven": 0}
        (found,) = kept(tmp_path / "w" / "evidence.jsonl", log)
        assert (found.relation, found.shown_note) == (Relation.FORK, fork.note(9))
        assert cosigned_head(found.kept_note, key)[0] == found.kept
        assert found.kept_note.startswith(log.note(9))


def test_the_name_of_the_file_is_durable(
    tmp_path: Path, log: PlainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first conflict makes the file, and its name is on the disk when the head is refused."""
    synced: list[Path] = []
    monkeypatch.setattr(conflicts, "sync_folder", synced.append)
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 8))
        assert synced == []
        refuse(witness, request(8, [], log.note(9)), request(8, [], log.note(10)))
    assert synced == [tmp_path / "w"]


def test_a_torn_line_spoils_no_other(tmp_path: Path, log: PlainLog) -> None:
    """What a crash cut off is left as it is, and the next line begins after it."""
    fork = log.fork()
    fork.leaves[5] = b"another"
    new_witness(tmp_path / "w")
    file = tmp_path / "w" / "evidence.jsonl"
    file.write_bytes(b'{"format')
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 9))
        refuse(witness, request(9, [], fork.note(20)), fork.request(9, 20))
    torn, *lines = file.read_bytes().splitlines()
    assert torn == b'{"format'
    file.write_bytes(b"\n".join(lines))
    found = kept(file, log)
    assert [item.relation for item in found] == [Relation.UNPROVEN, Relation.FORK]
    assert {item.shown_note for item in found} == {fork.note(20)}


def test_a_proof_that_leads_from_another_root_is_a_fork(tmp_path: Path, log: PlainLog) -> None:
    """The log's own proof of its other branch is what convicts it, where it names the root."""
    fork = log.fork()
    fork.leaves[2] = b"another"
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 7))
        refuse(witness, fork.request(7, 12))
        witness.add_checkpoint(log.request(7, 8))
        refuse(witness, fork.request(8, 12))
    shown, unproven = kept(tmp_path / "w" / "evidence.jsonl", log)
    assert shown.relation is Relation.FORK
    assert shown.grown is not None
    assert shown.grown.root == fork.root(7)
    assert (unproven.relation, unproven.kept.size) == (Relation.UNPROVEN, 8)


def test_the_file_has_a_bound(tmp_path: Path, log: PlainLog) -> None:
    """Anybody may send heads with bad proofs: they are counted, and so many are kept."""
    new_witness(tmp_path / "w")
    log.leaves = numbered(MOST_KEPT + 20)
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 8))
        refuse(witness, *(request(8, [], log.note(size)) for size in range(9, MOST_KEPT + 20)))
        assert witness.conflicts.counted["unproven"] == MOST_KEPT + 11
        assert len(kept(tmp_path / "w" / "evidence.jsonl", log)) == MOST_KEPT
        fork = log.fork()
        fork.leaves[0] = b"another"
        refuse(witness, fork.request(8, 8))
    assert kept(tmp_path / "w" / "evidence.jsonl", log)[-1].relation is Relation.FORK


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path, log: PlainLog) -> None:
    """The head is refused all the same, the loss is counted, and the next one is tried again."""
    new_witness(tmp_path / "w")
    file = tmp_path / "w" / "evidence.jsonl"
    with witness_of(tmp_path / "w", log) as witness:
        witness.add_checkpoint(log.request(0, 8))
        file.mkdir()
        refuse(witness, request(8, [], log.note(9)))
        assert witness.conflicts.lost == 1
        file.rmdir()
        refuse(witness, request(8, [], log.note(9)))
        assert witness.add_checkpoint(log.request(8, 9))
    assert file.read_bytes().startswith(b"\n{")
