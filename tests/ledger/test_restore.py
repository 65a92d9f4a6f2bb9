"""Restores: complete, or exactly what is missing; never a ledger that could sign over it."""

from __future__ import annotations

import base64
import json
import multiprocessing
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from api.embedded import open_folder
from api.outside import Gathered
from ledger import canonical
from ledger.audit.folder import FolderSource
from ledger.backup.restoring import Verdict
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.proof import consistency_proof
from ledger.chain.tree import leaf_hash
from ledger.errors import Halted, Refused
from ledger.keys import SigningKey
from ledger.parties.commands import Role
from ledger.store.heads import FileHeadStore
from tests.support import backups
from tests.support.backups import Drill, leftovers, log_key, log_of, make_drill
from tests.support.sandbox import Clock, Sandbox, refusal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """A drill over more than one tile, to be copied."""
    return make_drill(tmp_path_factory.mktemp("made"), before=240, between=20, after=10)


@pytest.fixture
def drill(made: Drill, tmp_path: Path) -> Drill:
    """A copy of the test's own."""
    return replace(made, folder=Path(shutil.copytree(made.folder, tmp_path / "drill")))


def check_nothing_left(drill: Drill) -> None:
    """Neither the new folder nor an incomplete nor an unfinished one."""
    assert [path.name for path in drill.folder.iterdir() if "new" in path.name] == []


# -- complete --------------------------------------------------------------------------------------
def test_a_backup_with_nothing_after_it_is_complete(drill: Drill) -> None:
    """The head of its own size, kept outside, and older evidence: complete, byte for byte."""
    done = drill.restore(drill.folder / "checkpoint")
    assert (done.verdict, done.size, done.missing) == (Verdict.COMPLETE, drill.size, range(0))
    assert done.report.compared_records > drill.size
    entries, texts, documents = log_of(drill.folder / "ledger")
    assert log_of(drill.folder / "new") == (
        entries[: drill.size],
        {seq: found for seq, found in texts.items() if seq < drill.size},
        documents,
    )
    assert (drill.folder / "new").stat().st_mode & 0o777 == 0o700
    assert leftovers(drill.folder) == []


def test_a_complete_ledger_goes_on(drill: Drill) -> None:
    """With the keys brought back it signs heads that extend what was kept outside."""
    drill.restore(drill.folder / "checkpoint")
    shutil.copytree(drill.folder / "ledger" / "keys", drill.folder / "new" / "keys")
    clock = Clock()
    clock.advance(days=1)
    with open_folder(drill.folder / "new", clock) as embedded:
        box = Sandbox(embedded, clock)
        box.enrol("newcomer", (Role.SUPPLIER,))
        assert embedded.service.signed.size == drill.size + 1
    again = drill.restore(
        drill.folder / "checkpoint", drill.folder / "new" / "head.json", to=drill.folder / "new2"
    )
    assert again.verdict is Verdict.INCOMPLETE


def test_entries_from_an_export_make_it_complete(drill: Drill) -> None:
    """The backup and an export that goes on: the same log, disclosures and documents."""
    newest = drill.folder / "receipts" / f"{drill.last - 1}.json"
    done = drill.restore(newest, supply=FolderSource(drill.folder / "export"))
    assert (done.verdict, done.size) == (Verdict.COMPLETE, drill.last)
    assert log_of(drill.folder / "new") == log_of(drill.folder / "ledger")


def test_receipts_alone_make_it_complete(drill: Drill) -> None:
    """When every missing entry's receipt came back, nothing is missing any more."""
    done = drill.restore(drill.folder / "receipts")
    assert (done.verdict, done.size) == (Verdict.COMPLETE, drill.last)
    assert log_of(drill.folder / "new") == log_of(drill.folder / "ledger")


def test_an_export_and_receipts_together_make_it_complete(drill: Drill) -> None:
    """Where the export ends, receipts go on; where it has a hole, they fill it."""
    halfway = FolderSource(drill.folder / "halfway")
    done = drill.restore(drill.folder / "receipts", supply=halfway)
    assert (done.verdict, done.size) == (Verdict.COMPLETE, drill.last)
    holed = backups.without(FolderSource(drill.folder / "export"), drill.folder / "holed", "tile")
    done = drill.restore(drill.folder / "receipts", supply=holed, to=drill.folder / "new2")
    assert done.verdict is Verdict.COMPLETE


def test_tables_of_another_release_are_replayed(drill: Drill) -> None:
    """A backup whose derived tables have another shape restores to the present one."""
    tamper(drill.folder / "ledger", "DROP TABLE account", "ALTER TABLE party ADD COLUMN more TEXT")
    backups.make_backup(drill.folder / "ledger", drill.folder / "old")
    done = drill.restore(drill.folder / "ledger" / "head.json", backup=drill.folder / "old")
    assert (done.verdict, done.size) == (Verdict.COMPLETE, drill.last)


# -- incomplete ------------------------------------------------------------------------------------
def test_missing_entries_are_named_exactly(drill: Drill) -> None:
    """By the newest receipt: which are missing, which receipts are there, whom to ask."""
    newest = drill.folder / "receipts" / f"{drill.last - 1}.json"
    done = drill.restore(newest, drill.folder / "checkpoint")
    assert (done.verdict, done.size) == (Verdict.INCOMPLETE, drill.size)
    assert done.missing == range(drill.size, drill.last)
    assert [item.index for item in done.receipts] == [drill.last - 1]
    assert done.ask[0].party.name == "Supplier Ltd"
    assert done.ask[0].last_seq == drill.size - 1
    assert {"Auditor Ltd", "Regulator Ltd", "Core Ltd"} <= {one.party.name for one in done.ask}
    assert done.folder == drill.folder / "new.incomplete"
    assert not (drill.folder / "new").exists()


def test_nothing_is_signed_over_missing_entries(drill: Drill) -> None:
    """The service refuses to open the incomplete ledger, even with the right keys."""
    drill.restore(drill.folder / "receipts" / f"{drill.last - 1}.json")
    folder = drill.folder / "new.incomplete"
    shutil.copytree(drill.folder / "ledger" / "keys", folder / "keys")
    head = FileHeadStore(folder / "head.json").read()
    assert head is not None
    assert head.size == drill.last
    before = log_of(folder)
    with pytest.raises(Halted, match="were signed"), open_folder(folder, Clock()):
        pytest.fail("the ledger went on")
    assert FileHeadStore(folder / "head.json").read() == head
    assert log_of(folder) == before


def test_an_export_from_halfway_goes_as_far_as_it_is_signed(drill: Drill) -> None:
    """Complete to its own head; what comes after is missing."""
    newest = drill.folder / "receipts" / f"{drill.last - 1}.json"
    halfway = FolderSource(drill.folder / "halfway")
    done = drill.restore(newest, supply=halfway)
    assert done.verdict is Verdict.INCOMPLETE
    assert done.missing == range(halfway.size(), drill.last)
    assert log_of(drill.folder / "new.incomplete")[0] == log_of(drill.folder / "ledger")[0][:-10]


def test_what_is_in_the_way_is_left_alone(drill: Drill) -> None:
    """Neither name may be taken: that is said before any work is done."""
    assert refusal(lambda: drill.restore(drill.folder / "checkpoint", to=Path("/"))) == (
        "folder_not_empty"
    )
    for name in ("new", "new.incomplete"):
        (drill.folder / name / "precious").mkdir(parents=True)
        assert refusal(lambda: drill.restore(drill.folder / "checkpoint")) == "folder_not_empty"
        assert (drill.folder / name / "precious").is_dir()
        shutil.rmtree(drill.folder / name)


@pytest.mark.parametrize("how", ["tiles", "proof", "wrong proof", "no proof"])
def test_whether_the_newest_head_extends_the_backup(drill: Drill, how: str) -> None:
    """Tiles beside the checkpoint or a consistency proof show it; without them it is not shown."""
    export, evidence = drill.folder / "export", drill.folder / "evidence"
    hashes = list(consistency_proof(FolderSource(export).tile, drill.size, drill.last))
    if how == "wrong proof":
        hashes[0] = leaf_hash(b"other")
    lines = [f"old {drill.size}", *(base64.b64encode(item).decode() for item in hashes)]
    note = (export / "checkpoint").read_text("utf-8")
    evidence.write_text(note if how == "no proof" else "\n".join(lines) + f"\n\n{note}", "utf-8")
    done = drill.restore(export if how == "tiles" else evidence)
    assert done.verdict is Verdict.INCOMPLETE
    assert (done.doubt == "") == (how in ("tiles", "proof"))


# -- damage and deceit -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", backups.WHOLE)
def test_any_flipped_byte_is_refused_by_name(drill: Drill, name: str) -> None:
    """First, middle and last byte of every file of the backup; and the file gone."""
    path = drill.backup / name
    data = path.read_bytes()
    for place in (0, len(data) // 3, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(Refused) as caught:
            drill.restore(drill.folder / "checkpoint")
        assert caught.value.file == name
    path.unlink()
    with pytest.raises(Refused) as caught:
        drill.restore(drill.folder / "checkpoint")
    assert caught.value.file == name
    check_nothing_left(drill)


def test_only_what_the_log_signed_counts(drill: Drill) -> None:
    """Strangers' heads, broken receipts and noise are ignored with a reason each."""
    stranger = SigningKey.from_seed(bytes(32))
    origin = drill.keys()[0].name
    newest = drill.folder / "receipts" / f"{drill.last - 1}.json"
    receipt = json.loads(newest.read_bytes())
    other = json.loads((drill.folder / "receipts" / f"{drill.size}.json").read_bytes())
    fakes = {
        "stranger": sign_checkpoint(Checkpoint(origin, 10**6, leaf_hash(b"")), stranger),
        "noise": "noise",
        "empty": "",
        "json": "{}",
        "deep": '{"a":' * 100_000,
        "mixed": canonical.encode({**receipt, "entry": other["entry"]}).decode(),
        "old": "old x\n\n",
    }
    folder = drill.folder / "fakes"
    folder.mkdir()
    for name, text in fakes.items():
        (folder / name).write_text(text, encoding="utf-8")
    gathered = Gathered(drill.keys())
    noise = ("http://[", "http://127.0.0.1:1/log/checkpoint", "file://", "file:///nowhere")
    for source in (folder, drill.folder / "nowhere", drill.folder / "checkpoint", *noise):
        gathered.add(str(source))
    assert len(gathered.valid) == 1
    assert len(gathered.ignored) == len(fakes) + 1 + len(noise)
    assert all(reason for _, reason in gathered.ignored)
    assert refusal(lambda: drill.restore(folder)) == "outside_head_missing"
    (folder / "bare.tlog-proof").write_text(receipt["proof"], encoding="utf-8")
    done = drill.restore(folder)
    assert [(item.index, item.entry) for item in done.receipts] == [(drill.last - 1, None)]


def test_another_history_under_the_same_key_is_a_contradiction(drill: Drill) -> None:
    """A smaller head over another tree, or a receipt of another entry: nothing is restored."""
    key, origin = log_key(drill.folder / "ledger"), drill.keys()[0].name
    forked = drill.folder / "forked"
    forked.write_text(sign_checkpoint(Checkpoint(origin, 5, leaf_hash(b"other")), key), "utf-8")
    done = drill.restore(drill.folder / "checkpoint", forked)
    assert done.verdict is Verdict.CONTRADICTED
    assert "another tree of 5 entries" in done.contradictions[0]
    check_nothing_left(drill)


def test_a_receipt_of_another_entry_is_a_contradiction(drill: Drill) -> None:
    """The same keys led another history on from an old state; a party holds its receipt."""
    fork = drill.folder / "fork"
    drill.restore(drill.folder / "checkpoint", to=fork)
    shutil.copytree(drill.folder / "ledger" / "keys", fork / "keys")
    clock = Clock()
    clock.advance(days=1)
    with open_folder(fork, clock) as embedded:
        box = Sandbox(embedded, clock)
        box.enrol("newcomer", (Role.SUPPLIER,))
        backups.keep_receipts(box, drill.folder / "forked", range(drill.size, drill.size + 1))
    backups.make_backup(drill.folder / "ledger", drill.folder / "later")
    found = drill.restore(drill.folder / "forked", backup=drill.folder / "later")
    assert found.verdict is Verdict.CONTRADICTED
    assert any(f"another entry {drill.size}" in one for one in found.contradictions)
    check_nothing_left(drill)


def test_two_heads_of_one_size_are_a_contradiction(drill: Drill) -> None:
    """Both signed by the log, both beyond the backup: whichever is true, one party was deceived."""
    key, origin = log_key(drill.folder / "ledger"), drill.keys()[0].name
    other = drill.folder / "other"
    head = Checkpoint(origin, drill.last, leaf_hash(b"other"))
    other.write_text(sign_checkpoint(head, key), encoding="utf-8")
    done = drill.restore(drill.folder / "export", other)
    assert done.verdict is Verdict.CONTRADICTED
    check_nothing_left(drill)


def test_entries_without_what_they_seal_are_not_taken(drill: Drill) -> None:
    """An export for the public shows that entries were there; it cannot bring them back."""
    export = FolderSource(drill.folder / "export")
    bare = backups.without(export, drill.folder / "bare", "disclosures")
    with pytest.raises(Halted, match=f"Entry {drill.size} cannot be brought back"):
        drill.restore(supply=bare)
    check_nothing_left(drill)


def test_rule_documents_are_brought_back(tmp_path: Path) -> None:
    """An entry that named a document needs it; one that is not what its name says is none."""
    drill = make_drill(tmp_path / "drill", policy=True)
    export = FolderSource(drill.folder / "export")
    assert drill.restore(supply=export).verdict is Verdict.COMPLETE
    found = log_of(drill.folder / "new")
    assert len(found[2]) == 2
    assert found == log_of(drill.folder / "ledger")
    for document in (drill.folder / "export" / "documents").iterdir():
        document.write_bytes(document.read_bytes().replace(b"2000-01-01", b"2000-01-02"))
    with pytest.raises(Halted, match=f"Entry {drill.size} cannot be brought back"):
        drill.restore(supply=export, to=drill.folder / "other")


@pytest.mark.parametrize("then", ["in a copy", "before more entries"])
def test_records_that_are_wrong_are_made_again(drill: Drill, then: str) -> None:
    """Changed before the backup, or of another release: the entries say what they must be."""
    ledger, unsound = drill.folder / "then", drill.folder / "unsound"
    drill.restore(drill.folder / "checkpoint", to=ledger)
    shutil.copytree(drill.folder / "ledger" / "keys", ledger / "keys")
    tamper(
        ledger,
        "UPDATE account SET bank = 'Another' WHERE last_seq = 20",
        "DELETE FROM party WHERE name = 'Supplier Ltd'",
    )
    backups.make_backup(ledger, unsound)
    if then == "in a copy":
        done = drill.restore(drill.folder / "checkpoint", backup=unsound)
        assert (done.verdict, done.size, done.replayed) == (Verdict.COMPLETE, drill.size, 2)
    else:  # the missing entries cannot even be decided over such records
        done = drill.restore(supply=FolderSource(drill.folder / "export"), backup=unsound)
        assert (done.verdict, done.size) == (Verdict.COMPLETE, drill.last)
    assert done.report.compared_records > drill.size


def test_what_was_not_sound_when_it_was_backed_up_is_found(drill: Drill) -> None:
    """A trigger dropped before the backup: signed as it was, found now, and nothing restored."""
    tamper(drill.folder / "ledger", "DROP TRIGGER entry_no_update")
    backups.make_backup(drill.folder / "ledger", drill.folder / "unsound")
    done = drill.restore(drill.folder / "checkpoint", backup=drill.folder / "unsound")
    assert done.verdict is Verdict.FINDINGS
    assert "entry_no_update" in done.report.findings[0].detail
    check_nothing_left(drill)


def tamper(ledger: Path, *statements: str) -> None:
    """Change the database of a closed ledger as somebody with the file would."""
    with closing(sqlite3.connect(ledger / "ledger.db")) as client:
        for statement in statements:
            client.execute(statement)
        client.commit()


def test_killed_restores_leave_nothing_that_looks_whole(tmp_path: Path) -> None:
    """SIGKILL at every change to the disk: the new folder is not there, or it is the ledger."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([backups.__name__])
    made = make_drill(tmp_path / "drill")
    entries = log_of(made.folder / "ledger")[0]
    jobs = ((backups.dying, restoring, (made, tmp_path / f"to{n}"), n) for n in range(0, 200, 3))
    codes: list[int | None] = []
    for code in backups.exit_codes(context, jobs):
        place = tmp_path / f"to{3 * len(codes)}"
        if place.exists():
            assert log_of(place)[0] == entries[: made.size]
            head = FileHeadStore(place / "head.json").read()
            assert head is not None
            assert head.size == made.size
        codes.append(code)
        if code == 0:
            break
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
    assert len(leftovers(tmp_path)) > 3  # most deaths came in the midst of it


def restoring(drill: Drill, to: Path) -> None:
    """Restore the drill's backup: it is complete."""
    drill.restore(drill.folder / "checkpoint", to=to)
