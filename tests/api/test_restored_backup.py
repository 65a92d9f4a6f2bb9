"""The drill of a restored backup: the server does not sign, says what to do, and nothing forks."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.embedded import Embedded, open_folder
from api.keyfiles import read_trust, trusted_keys
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.proof import consistency_proof, verify_consistency
from ledger.packs.verify import verify_receipt_file
from ledger.parties.commands import AddAccount
from ledger.policy.state import LEDGER, Ledger
from tests.support.backups import Drill, make_drill
from tests.support.cli import answer, duebill, refused
from tests.support.sandbox import Clock

ACCOUNT = AddAccount(number="62-1", bank="Bank", currency="CNY")


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """A ledger whose folder was overwritten with an old copy, but for its head store."""
    drill = make_drill(tmp_path)
    ledger = tmp_path / "ledger"
    words = ("--policy", tmp_path / "policy", "--checkpoint", tmp_path / "checkpoint")
    duebill("restore", drill.backup, "--dir", tmp_path / "old", *words)
    shutil.copy(tmp_path / "old" / "ledger.db", ledger / "ledger.db")
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (ledger / name).unlink(missing_ok=True)
    return drill


def later() -> Clock:
    """A day after all that the drill did."""
    clock = Clock()
    clock.advance(days=1)
    return clock


def last_note(drill: Drill) -> str:
    """The head that was signed last, as the head store kept it."""
    return str(json.loads((drill.folder / "ledger" / "head.json").read_bytes())["note"])


def head_of(drill: Drill, note: str) -> Checkpoint:
    """The signed head in a note of the log."""
    keys = trusted_keys(drill.folder / "policy")
    return open_checkpoint(note, keys[0].name, keys)


def post_account(embedded: Embedded) -> int:
    """The status with which the server answers a command."""
    desk, key = embedded.operator()
    signed = desk.draft(ACCOUNT).signed(key)
    return TestClient(create_app(embedded)).post("/v1/commands", content=signed).status_code


def test_the_server_says_what_is_missing_and_what_to_do(drill: Drill) -> None:
    """Not ready, with the range of the missing entries and each way out; reads go on."""
    ledger = drill.folder / "ledger"
    before = (ledger / "head.json").read_bytes()
    with open_folder(ledger, later(), keep_reading=True) as embedded:
        client = TestClient(create_app(embedded))
        ready = client.get("/readyz")
        assert ready.status_code == 503
        said = ready.json()["detail"]
        assert f"entries {drill.size} to {drill.last - 1} are missing" in said
        for way_out in ("newer backup", "--entries", "--receipts", "--predecessor"):
            assert way_out in said
        assert client.get("/v1/ledger").status_code == 200
        assert post_account(embedded) == 503
    assert (ledger / "head.json").read_bytes() == before


def test_nothing_forks_on_the_way_back(drill: Drill) -> None:
    """Restored with a copy of the log it goes on: all heads ever signed are of one history."""
    folder, old_note = drill.folder, last_note(drill)
    words = ("--policy", folder / "policy", "--heads", folder / "ledger" / "head.json")
    told = answer("restore", drill.backup, "--dir", folder / "new", *words,
                  "--entries", folder / "export")  # fmt: skip
    assert (told["verdict"], told["size"]) == ("complete", drill.last)
    shutil.copytree(folder / "ledger" / "keys", folder / "new" / "keys")
    with open_folder(folder / "new", later()) as embedded:
        assert post_account(embedded) == 201
        now = head_of(drill, embedded.service.signed.note)
        for note in ((folder / "checkpoint").read_text("utf-8"), old_note):
            head = head_of(drill, note)
            proof = consistency_proof(embedded.store.tile, head.size, now.size)
            verify_consistency(head.size, head.root, now.size, now.root, proof)
    for receipt in (folder / "receipts").iterdir():
        verified = verify_receipt_file(receipt.read_bytes(), read_trust(folder / "policy"))
        assert verified.head.checkpoint == head_of(drill, old_note)


def test_a_log_that_lost_entries_is_followed_by_another(drill: Drill) -> None:
    """The new log names the last head of the old one in its genesis; another's key is no key."""
    folder, note = drill.folder, last_note(drill)
    (folder / "last").write_text(note, encoding="utf-8")
    opening = ("init", "--dir", folder / "second", "--origin", "second.example/ledger")
    duebill(*opening, "--predecessor", folder / "last", status=2)
    duebill("init", "--dir", folder / "other", "--origin", "other.example/ledger")
    strange = ("--predecessor", folder / "last", "--policy", folder / "other" / "policy")
    assert refused(*opening, *strange) == "note_not_signed_by_known_key"
    duebill(*opening, "--predecessor", folder / "last", "--policy", folder / "policy")
    with open_folder(folder / "second", later()) as embedded:
        record = embedded.store.records.get(Ledger, (LEDGER,))[LEDGER]
        body = head_of(drill, note).body
        assert record.predecessor == b64url_encode(sha256(body.encode()).digest())
    assert answer("audit", folder / "second")["verdict"] == "clean"
