"""Backups out of PostgreSQL, and restores into it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.embedded import open_folder
from api.places import Place, open_stores, write_place
from ledger.parties.commands import Role
from tests.support.backups import add_accounts, log_of
from tests.support.cli import answer, duebill, refused
from tests.support.postgres import Cluster, new_schema
from tests.support.sandbox import Clock, Sandbox, open_sandbox


@pytest.fixture
def desk(tmp_path: Path, postgres_url: str) -> Path:
    """A ledger on a server, its folder, a backup taken while it was open, and its policy file."""
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    write_place(ledger, Place(postgres_url, (ledger / "head.json").as_uri()))
    with open_sandbox(ledger) as box:
        box.held()
        add_accounts(box, 300)
        made = answer("backup", tmp_path / "backup", "--dir", ledger)
        assert made["size"] == box.service.signed.size
        add_accounts(box, 5)
    shutil.copy(tmp_path / "backup" / "policy", tmp_path / "policy")
    return tmp_path


def restoring(desk: Path, *words: str | Path) -> tuple[str | Path, ...]:
    """The words of a restore of what was backed up, complete by the backup's own checkpoint."""
    given = ("--policy", desk / "policy", "--checkpoint", desk / "backup" / "checkpoint")
    return ("restore", desk / "backup", "--dir", desk / "new", *given, *words)


def log_on_server(folder: Path) -> tuple[list[bytes], dict[int, list[str]], dict[str, bytes]]:
    """As `log_of`, of a ledger whose folder names a server."""
    with open_stores(folder) as (store, _):
        size = store.size()
        texts = {seq: list(found) for seq, found in store.disclosures(0, size).items()}
        return list(store.entries(0, size)), texts, dict(store.documents())


def test_a_backup_from_a_server_restores_to_a_file(desk: Path) -> None:
    """One moment of the server as the same kind of file, audited with all its records."""
    told = answer(*restoring(desk))
    assert told["verdict"] == "complete"
    assert told["audit"]["compared_records"] > told["size"]
    entries, texts, documents = log_on_server(desk / "ledger")
    assert log_of(desk / "new") == (
        entries[: told["size"]],
        {seq: found for seq, found in texts.items() if seq < told["size"]},
        documents,
    )


def test_a_backup_restores_to_a_server_and_goes_on(desk: Path, postgres: Cluster) -> None:
    """The new schema holds what the file would; the folder names it and keeps the head store."""
    assert answer(*restoring(desk, "--db", new_schema(postgres)))["verdict"] == "complete"
    assert sorted(path.name for path in (desk / "new").iterdir()) == [
        "database.json",
        "head.json",
        "head.json.lock",
        "policy",
    ]
    size = len(log_on_server(desk / "new")[0])
    assert log_on_server(desk / "new")[0] == log_on_server(desk / "ledger")[0][:size]
    shutil.copytree(desk / "ledger" / "keys", desk / "new" / "keys")
    clock = Clock()
    clock.advance(days=1)
    with open_folder(desk / "new", clock) as embedded:
        box = Sandbox(embedded, clock)
        box.enrol("newcomer", (Role.SUPPLIER,))
        assert embedded.service.signed.size == size + 1
    duebill("backup", desk / "backup2", "--dir", desk / "new")
    again = ("--checkpoint", desk / "backup2" / "checkpoint", "--policy", desk / "policy")
    told = answer("restore", desk / "backup2", "--dir", desk / "new2", *again)
    assert (told["verdict"], told["size"]) == ("complete", size + 1)


def test_a_schema_in_use_is_left_alone(desk: Path, postgres_url: str) -> None:
    """A ledger is never loaded over another, and the folder does not appear."""
    before = log_on_server(desk / "ledger")
    assert refused(*restoring(desk, "--db", postgres_url)) == "ledger_is_open"
    assert log_on_server(desk / "ledger") == before
    assert not (desk / "new").exists()


def test_a_surviving_head_store_says_what_is_missing(desk: Path, postgres: Cluster) -> None:
    """The restored ledger is to use it again, so it counts as evidence: nothing is loaded."""
    url = new_schema(postgres)
    survivor = (desk / "ledger" / "head.json").as_uri()
    told = answer(*restoring(desk, "--db", url, "--head-store", survivor), status=1)
    assert (told["verdict"], told["missing"]["count"]) == ("incomplete", 5)
    write_place(desk, Place(url, (desk / "nowhere.json").as_uri()))
    assert log_on_server(desk)[0] == []


def test_the_server_is_named_with_its_head_store(desk: Path, postgres_url: str) -> None:
    """--db needs --heads and --key, and gives the same backup as the folder that names it."""
    key = ("--key", desk / "ledger" / "keys" / "log.pem")
    heads = ("--heads", (desk / "ledger" / "head.json").as_uri())
    duebill("backup", desk / "b", "--db", postgres_url, *key, status=2)
    duebill("backup", desk / "b", "--db", postgres_url, *heads, status=2)
    duebill("backup", desk / "b", "--db", postgres_url, "--dir", desk, *heads, status=2)
    told = answer("backup", desk / "b", "--db", postgres_url, *heads, *key)
    assert (
        told["checkpoint"] == answer("backup", desk / "c", "--dir", desk / "ledger")["checkpoint"]
    )
