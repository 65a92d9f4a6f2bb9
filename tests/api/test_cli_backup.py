"""`duebill backup` and `duebill restore` as an operator types them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.keyfiles import trusted_keys
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.tree import leaf_hash
from tests.support.answering import Reply, answering
from tests.support.backups import Drill, log_key, log_of, make_drill
from tests.support.cli import answer, duebill, refused


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """A ledger with a backup and what was kept outside, to be copied."""
    return make_drill(tmp_path_factory.mktemp("made"))


@pytest.fixture
def desk(made: Drill, tmp_path: Path) -> Path:
    """A copy of the test's own."""
    return Path(shutil.copytree(made.folder, tmp_path / "desk"))


def restoring(desk: Path, *words: str | Path) -> tuple[str | Path, ...]:
    """The words of a restore into ``new`` under the policy file, with more of them."""
    return ("restore", desk / "backup", "--dir", desk / "new", "--policy", desk / "policy", *words)


def test_a_backup_says_what_it_holds(made: Drill, desk: Path) -> None:
    """Size, root and checkpoint; the keys that it does not hold are said on standard error."""
    told = answer("backup", desk / "b", "--dir", desk / "ledger")
    assert told["size"] == made.last
    assert (desk / "b" / "checkpoint").read_text("utf-8") == told["checkpoint"]
    assert told["bytes"] > (desk / "b" / "backup.db").stat().st_size
    shown = duebill("backup", desk / "c", "--dir", desk / "ledger")
    assert f"Backed up {made.last} entries" in shown.stdout
    assert "Private keys are never in a backup" in shown.stderr


def test_a_backup_needs_the_key_and_an_empty_place(desk: Path) -> None:
    """Another key, a full folder, a link, a folder without a ledger: refused, nothing changed."""
    duebill("keygen", desk / "other.pem")
    ledger = desk / "ledger"
    words = ("--dir", ledger, "--key", desk / "other.pem")
    assert refused("backup", desk / "b", *words) == "key_unknown"
    assert refused("backup", desk / "export", "--dir", ledger) == "folder_not_empty"
    (desk / "link").symlink_to(desk / "b")
    assert refused("backup", desk / "link", "--dir", ledger) == "folder_not_empty"
    assert refused("backup", desk / "b", "--dir", desk / "export") == "key_unknown"
    duebill("backup", "--dir", ledger, status=2)
    assert not (desk / "b").exists()


def test_a_key_may_lie_elsewhere_with_a_password(desk: Path) -> None:
    """--key and --password-file: the key need not be beside the ledger."""
    (desk / "ledger" / "keys" / "log.pem").rename(desk / "log.pem")
    assert refused("backup", desk / "b", "--dir", desk / "ledger") == "key_unknown"
    answer("backup", desk / "b", "--dir", desk / "ledger", "--key", desk / "log.pem")


def test_complete_is_status_0(made: Drill, desk: Path) -> None:
    """In words and as JSON; the folder is a ledger that can be audited."""
    shown = duebill(*restoring(desk, "--checkpoint", desk / "checkpoint"))
    assert shown.stdout.startswith(f"complete to {made.size}:")
    assert "the trust is the backup's own" not in shown.stdout
    assert answer("audit", desk / "new", "--policy", desk / "policy")["verdict"] == "clean"
    shutil.rmtree(desk / "new")
    told = answer(*restoring(desk, "--checkpoint", desk / "checkpoint"))
    assert (told["verdict"], told["size"], told["trust"]) == ("complete", made.size, "policy")
    assert told["audit"]["verdict"] == "clean"
    assert told["missing"] == {"count": 0, "first": None, "last": None}


def test_missing_entries_are_status_1(made: Drill, desk: Path) -> None:
    """They are named, with the receipts that were given and the parties to ask."""
    words = restoring(desk, "--receipts", desk / "receipts" / f"{made.last - 1}.json")
    shown = duebill(*words, status=1)
    assert f"entries {made.size}..{made.last - 1} are missing" in shown.stdout
    assert f"entry {made.last - 1}: a receipt is in" in shown.stdout
    assert "account.add by pty_" in shown.stdout
    assert "Supplier Ltd" in shown.stdout
    assert "new.incomplete" in shown.stdout
    assert not (desk / "new").exists()
    assert refused(*words) == "folder_not_empty"  # what the first one left is not overwritten
    shutil.rmtree(desk / "new.incomplete")
    told = answer(*words, status=1)
    count = made.last - made.size
    assert told["missing"] == {"count": count, "first": made.size, "last": made.last - 1}
    assert told["receipts"][0]["kind"] == "account.add"
    assert told["ask"][0]["name"] == "Supplier Ltd"


@pytest.mark.parametrize("supply", ["export", "ledger"])
def test_another_copy_of_the_log_makes_it_complete(made: Drill, desk: Path, supply: str) -> None:
    """An export or the folder of the old ledger, with the head store that survived."""
    heads = desk / "ledger" / "head.json"
    told = answer(*restoring(desk, "--heads", heads, "--entries", desk / supply))
    assert (told["verdict"], told["size"]) == ("complete", made.last)
    assert log_of(desk / "new") == log_of(desk / "ledger")


def test_without_anything_from_outside_it_is_wrong_usage(desk: Path) -> None:
    """Nobody could say whether entries are missing; and what is not valid does not count."""
    duebill(*restoring(desk), status=2)
    (desk / "noise").write_text("noise", encoding="utf-8")
    shown = duebill(*restoring(desk, "--checkpoint", desk / "noise"), status=1)
    assert "ignored" in shown.stderr
    assert "outside_head_missing" in shown.stderr
    assert not (desk / "new").exists()


def test_without_a_policy_the_trust_is_the_backups_own(desk: Path) -> None:
    """It is said; and a backup of another log does not pass for this one."""
    words = ("restore", desk / "backup", "--dir", desk / "new")
    assert answer(*words, "--checkpoint", desk / "checkpoint")["trust"] == "backup"
    shutil.rmtree(desk / "new")
    shown = duebill(*words, "--checkpoint", desk / "checkpoint")
    assert "the trust is the backup's own" in shown.stdout
    duebill("init", "--dir", desk / "other", "--origin", "other.example/ledger")
    other = ("--policy", desk / "other" / "policy", "--checkpoint", desk / "checkpoint")
    again = ("restore", desk / "backup", "--dir", desk / "again", *other)
    assert refused(*again) == "note_not_signed_by_known_key"


def test_a_served_log_shows_that_it_extends_the_backup(made: Drill, desk: Path) -> None:
    """From the checkpoint's URL the tiles are read, too; a URL without them shows less."""
    with serving(desk) as url:
        words = restoring(desk, "--checkpoint", f"{url}/export/checkpoint")
        told = answer(*words, status=1)
        assert (told["newest"]["size"], told["not_shown"]) == (made.last, "")
        shutil.rmtree(desk / "new.incomplete")
        (desk / "bare").write_bytes((desk / "export" / "checkpoint").read_bytes())
        told = answer(*restoring(desk, "--checkpoint", f"{url}/bare"), status=1)
        assert "neither tiles nor a consistency proof" in told["not_shown"]
        shutil.rmtree(desk / "new.incomplete")
        gone = f"{url}/nothing"
        told = answer(*restoring(desk, "--checkpoint", gone, "--heads", desk / "checkpoint"))
    assert [item["source"] for item in told["ignored"]] == [gone]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The files of a folder over HTTP."""

    def answer(path: str, _: bytes | None) -> Reply:
        file = folder / path.lstrip("/")
        if not file.is_file():
            return 404, "text/plain", b""
        return 200, "application/octet-stream", file.read_bytes()

    with answering(answer) as url:
        yield url


def test_unsound_and_contradicted_are_told(desk: Path) -> None:
    """What is wrong is listed, and nothing is left behind."""
    origin, key = (
        trusted_keys(desk / "policy")[0].name,
        log_key(desk / "ledger"),
    )
    forked = sign_checkpoint(Checkpoint(origin, 5, leaf_hash(b"other")), key)
    (desk / "forked").write_text(forked, encoding="utf-8")
    evidence = ("--checkpoint", desk / "checkpoint", "--checkpoint", desk / "forked")
    shown = duebill(*restoring(desk, *evidence), status=1)
    assert shown.stdout.startswith("contradicted:")
    assert "another tree of 5 entries" in shown.stdout
    with closing(sqlite3.connect(desk / "ledger" / "ledger.db")) as client:
        client.execute("DROP TRIGGER entry_no_update")
        client.commit()
    duebill("backup", desk / "unsound", "--dir", desk / "ledger")
    words = ("restore", desk / "unsound", "--dir", desk / "new", "--policy", desk / "policy")
    shown = duebill(*words, "--checkpoint", desk / "checkpoint", status=1)
    assert shown.stdout.startswith("findings:")
    assert "entry_no_update" in shown.stdout
    assert not [path for path in desk.iterdir() if "new" in path.name]


def test_records_that_were_made_again_are_told(made: Drill, desk: Path) -> None:
    """The ledger is complete all the same: records follow from the entries."""
    with closing(sqlite3.connect(desk / "ledger" / "ledger.db")) as client:
        client.execute("UPDATE party SET name = 'Another' WHERE name = 'Supplier Ltd'")
        client.commit()
    duebill("backup", desk / "changed", "--dir", desk / "ledger")
    words = ("restore", desk / "changed", "--dir", desk / "new", "--policy", desk / "policy")
    shown = duebill(*words, "--checkpoint", desk / "checkpoint")
    assert "1 records in it were not as the entries leave them: made again" in shown.stdout
    assert shown.stdout.startswith(f"complete to {made.last}:")
