"""Faults that a hostile reading of the core found; each test failed before its fault was mended."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.embedded import open_folder
from api.receipts import whole_receipt
from api.remote import RemoteSource
from api.sources import open_source
from ledger import canonical
from ledger.audit.findings import Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.catalogue import history_of
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.note import NoteSigner, note_key, sign_note
from ledger.chain.tiles import BundleId, encode_bundle
from ledger.chain.tree import HASH_BYTES
from ledger.chain.trust import trust_in
from ledger.envelope import Sealer
from ledger.errors import Halted, OutcomeUnknown, Refused, Unavailable
from ledger.evidence import entry_for
from ledger.keys import SigningKey
from ledger.packs.verify import verify_receipt_file
from ledger.parties.commands import AddAccount, Role
from ledger.parties.state import Party
from ledger.receivables import invoices
from ledger.receivables.records import Transfer
from ledger.service import Receipt, Service
from ledger.signing import KeySigner
from ledger.store.records import temporary_records
from tests.support.desk import ORIGIN, Office, key_of, open_office, refusal
from tests.support.story import tell

LOG_KEY = "log of another ledger"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with one party: three entries."""
    with open_office(tmp_path / "ledger") as opened:
        opened.enrol("acme", Role.SUPPLIER)
        yield opened


def account(office: Office, number: str = "1", **how: Any) -> bytes:
    """A signed command of the party."""
    return office.signed("acme", AddAccount(number=number, bank="B", currency="CNY"), **how)


class Failing:
    """A store or head store of which one method fails once `failing` is set."""

    def __init__(self, inner: Any, name: str, failure: Exception) -> None:
        self._inner = inner
        self._name = name
        self._failure = failure
        self.failing = False

    def __getattr__(self, name: str) -> Any:
        if name == self._name and self.failing:
            return self._fail
        return getattr(self._inner, name)

    def _fail(self, *_arguments: Any) -> Any:
        raise self._failure


def writer(office: Office, *, store: Any = None, heads: Any = None, key: Any = None) -> Service:
    """Another writer over the office's folder, with parts replaced."""
    own = office.service
    signer = KeySigner([key]) if key else own.sequencer.signer
    return Service(store or own.store, heads or own.sequencer.heads, signer, office.clock)


# -- writing ---------------------------------------------------------------------------------------
def test_what_cannot_be_read_again_after_the_commit_is_an_unknown_outcome(office: Office) -> None:
    """The entry is there: `Unavailable` would say that surely nothing was written."""
    store = Failing(office.service.store, "entries", Unavailable("busy"))
    service = writer(office, store=store)
    store.failing = True
    (answer,) = service.submit_many([account(office)])
    assert isinstance(answer, OutcomeUnknown)
    store.failing = False
    assert office.embedded.store.size() == 4
    assert service.submit(account(office, "2")).seq == 4


def test_a_repetition_that_cannot_be_read_fails_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed beside it is answered."""
    old, new = account(office, "1"), account(office, "2")
    store = Failing(office.service.store, "entries", Unavailable("busy"))
    service = writer(office, store=store)
    service.submit(old)
    commit = store.commit

    def commit_and_fail(batch: Any) -> None:
        commit(batch)
        store.failing = True

    monkeypatch.setattr(store, "commit", commit_and_fail, raising=False)
    monkeypatch.setattr(
        service.sequencer, "_check_written", lambda *_arguments: None
    )  # it reads, too
    first, second = service.submit_many([new, old])
    assert isinstance(first, Receipt)
    assert isinstance(second, Unavailable)


def test_a_refusal_that_rests_on_a_lost_command_is_not_given(office: Office) -> None:
    """The second command was refused for the first one's sake; the first was never written."""
    jti = "01930000-0000-7000-8000-000000000000"
    first, second = account(office, "1", jti=jti), account(office, "2", jti=jti)
    store = Failing(office.service.store, "commit", Unavailable("full"))
    service = writer(office, store=store)
    store.failing = True
    answers = service.submit_many([first, second])
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    store.failing = False
    assert service.submit(second).seq == 3


def test_the_signed_head_never_goes_back(office: Office) -> None:
    """Readers see the last signed head while a newer one cannot be kept."""
    heads = Failing(office.service.sequencer.heads, "swap", OSError("disk"))
    service = writer(office, heads=heads)
    before = service.signed
    heads.failing = True
    assert isinstance(service.submit_many([account(office)])[0], OutcomeUnknown)
    assert service.signed == before
    heads.failing = False
    service.submit(account(office, "2"))
    assert service.signed.size == before.size + 2


def test_another_log_key_never_signs(office: Office, tmp_path: Path) -> None:
    """Another log key halts at opening; a lost one is asked for, never made anew."""
    with pytest.raises(Halted, match="a key that is not here"):
        writer(office, key=key_of(LOG_KEY))
    office.embedded.store.close()
    (tmp_path / "ledger" / "keys" / "log.pem").unlink()
    with pytest.raises(Refused) as caught, open_folder(tmp_path / "ledger", office.clock):
        pass
    assert caught.value.code.value == "key_unknown"
    assert not (tmp_path / "ledger" / "keys" / "log.pem").exists()


def test_a_kept_note_of_another_head_halts(office: Office, tmp_path: Path) -> None:
    """Size and root beside the note are right, the note itself is an earlier one."""
    path = tmp_path / "ledger" / "head.json"
    before = office.service.signed.note
    office.service.submit(account(office))
    after = office.service.signed.note
    old, new = (note.encode().replace(b"\n", b"\\n") for note in (before, after))
    path.write_bytes(path.read_bytes().replace(new, old))
    with pytest.raises(Halted, match="another head"):
        writer(office)


# -- auditing --------------------------------------------------------------------------------------
def exported(office: Office, folder: Path) -> Path:
    """The office's log as a folder."""
    export_log(office.embedded.store, folder, office.embedded.log_keys())
    return folder


def audited(folder: Path, **how: Any) -> Report:
    """The audit of an export."""
    return audit(FolderSource(folder), temporary_records, **how)


def test_a_sequence_number_that_is_none_is_a_finding(office: Office, tmp_path: Path) -> None:
    """SQLite keeps 1.5 in a column of whole numbers; the audit does not fall over it."""
    office.embedded.store.close()
    path = tmp_path / "ledger" / "ledger.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("INSERT INTO disclosure VALUES (1.5, 'x', 'y')")
        base.commit()
    with open_source(str(path)) as source:
        report = audit(source, temporary_records)
    assert report.verdict is Verdict.FINDINGS


def test_a_partial_tile_holds_nothing_more(office: Office, tmp_path: Path) -> None:
    """Bytes after the hashes of a partial tile file are read by nobody, and found."""
    folder = exported(office, tmp_path / "out")
    assert audited(folder).verdict is Verdict.CLEAN
    with (folder / "tile/0/000.p/3").open("ab") as file:
        file.write(bytes(HASH_BYTES))
    assert [item.code for item in audited(folder).findings] == ["tile_malformed"]


def test_a_log_under_the_head_of_another_log_is_never_clean(office: Office, tmp_path: Path) -> None:
    """The operator of two logs signs the entries of the one (a sandbox) as head of the other."""
    folder, real = exported(office, tmp_path / "out"), SigningKey.from_seed(bytes(range(32)))
    head = office.service.signed
    trusted = [note_key("real.example/ledger", real.public)]
    forged = Checkpoint("real.example/ledger", head.size, head.root)
    (folder / "checkpoint").write_text(sign_checkpoint(forged, real))
    report = audited(folder, trust=trust_in(trusted))
    assert [item.code for item in report.findings] == ["checkpoint_of_other_log"]
    # Nor does the key of one trusted log sign for another trusted log.
    both = [*trusted, *office.embedded.log_keys()]
    body = Checkpoint(ORIGIN, head.size, head.root).body
    note = sign_note(body, [NoteSigner("real.example/ledger", real)])
    (folder / "checkpoint").write_text(note)
    assert audited(folder, trust=trust_in(both)).verdict is Verdict.FINDINGS
    (folder / "checkpoint").write_text(head.note)
    assert audited(folder, trust=trust_in(both)).verdict is Verdict.CLEAN


class Endless:
    """A server whose signed head says more entries than could ever be."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def get(self, path: str) -> bytes:
        """The checkpoint, the first bundle with what entries there are, no disclosures."""
        if path == "/log/checkpoint":
            return f"{ORIGIN}\n{2**62}\nroot\n".encode()
        if path == f"/log/{BundleId(0).path}":
            entries = list(self._office.embedded.store.entries(0, 3))
            return encode_bundle(entries + [b"x"] * 253)
        return b""


def test_a_server_cannot_keep_an_audit_busy_for_ever(office: Office) -> None:
    """Only the bundles of the entries that were read are asked for disclosures."""
    server: Any = Endless(office)
    source = RemoteSource(server)
    assert source.disclosures(0, 3) == {}
    list(zip(range(3), source.entries(0, source.size()), strict=False))


def test_nobody_fills_the_disclosures_for_ever(office: Office) -> None:
    """A salt has a bound: else one party makes export files that no auditor reads."""

    def answer(size: int) -> Any:
        desk = replace(office.desk("acme"), _sealer=Sealer(lambda: os.urandom(size)))
        draft = desk.draft(AddAccount(number="1", bank="B", currency="CNY"))
        return office.service.submit_many([draft.signed(office.key("acme/ann"))])[0]

    assert isinstance(answer(64), Receipt)
    assert answer(65).code.value == "disclosure_does_not_fit"


def test_a_receipt_is_of_the_log_that_its_command_was_signed_for(office: Office) -> None:
    """The key of another trusted log proves nothing, nor does a tree of foreign commands."""
    receipt = office.service.submit(account(office))
    proof = office.service.proof(receipt.seq)
    honest = whole_receipt(office.embedded.store, proof, receipt.seq)
    tree = json.loads(honest)
    own, other = office.embedded.log_keys(), key_of(LOG_KEY)
    verified = verify_receipt_file(honest, trust_in(own))
    assert verified.envelope.payload["aud"] == ORIGIN
    head = office.service.signed
    body = Checkpoint(ORIGIN, head.size, head.root).body
    proof, _, _ = proof.partition("\n\n")
    foreign = note_key("real.example/ledger", other.public)
    by_other = sign_note(body, [NoteSigner(foreign.name, other)])
    data = canonical.encode(tree | {"proof": f"{proof}\n\n{by_other}"})
    trusted = trust_in([*own, foreign])
    assert refusal(lambda: verify_receipt_file(data, trusted))[0] == "note_not_signed_by_known_key"
    elsewhere = sign_checkpoint(Checkpoint(foreign.name, head.size, head.root), other)
    moved = canonical.encode(tree | {"proof": f"{proof}\n\n{elsewhere}"})
    code, _ = refusal(lambda: verify_receipt_file(moved, trust_in([foreign])))
    assert code == "audience_is_another_ledger"


def test_an_export_is_for_its_owner_alone(office: Office, tmp_path: Path) -> None:
    """Disclosures lie in it, as in the database."""
    assert exported(office, tmp_path / "out").stat().st_mode & 0o077 == 0


# -- who reads what --------------------------------------------------------------------------------
def test_the_least_net_is_disclosed_to_no_financier(tmp_path: Path) -> None:
    """The record hides it from those who bid, and so does the entry."""
    with tell(tmp_path) as story:
        seq = story.request.last_seq
        sealed = story.served.get("financier", f"/v1/entries/{seq}").json()["disclosures"]
        own = story.served.get("supplier", f"/v1/entries/{seq}").json()["disclosures"]
    assert sealed == []
    assert len(own) == 2


def test_who_left_a_chain_does_not_learn_of_the_same_step_again(tmp_path: Path) -> None:
    """Supplier → second → third → supplier → second: the third left before the last step."""
    with tell(tmp_path) as story:
        box = story.box
        box.enrol("third", (Role.SUPPLIER,))
        holding = box.held(80_00)
        steps = [("supplier", "second"), ("second", "third"), ("third", "supplier")]
        for giver, taker in [*steps, ("supplier", "second")]:
            transfer = box.propose(giver, box.now(holding), taker)
            box.accept(taker, transfer)
        records = box.store.records
        asker = records.get(Party, [box.party("third")])[box.party("third")]
        proposals = [
            touch
            for touch in _proposals(box, holding.id)
            if touch[1] == (box.party("supplier"), box.party("second"))
        ]
        shown = [bool(_named_to(box, seq, asker)) for seq, _ in proposals]
    assert shown == [True, False]


def _proposals(box: Any, holding: str) -> list[tuple[int, tuple[str, str]]]:
    """(entry, (assignor, assignee)) of each proposal of a holding, in order."""
    found = []
    for item in box.store.records.find(Transfer, {"holding": holding}):
        first = min(history_of(box.store.records, item.id))
        found.append((first, (item.assignor, item.assignee)))
    return sorted(found)


def _named_to(box: Any, seq: int, asker: Party) -> tuple[str, ...]:
    """The disclosures of an entry for `asker`."""
    return entry_for(box.store, box.store.records, seq, asker).disclosures


# -- the same on every machine ---------------------------------------------------------------------
def test_a_later_upper_case_makes_no_other_invoice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unicode 16 gave ɤ an upper case: a newer Python must not come to another key."""
    assert invoices.unique_key("s", "\u0264-1", None) == "s:\u0264-1"
    monkeypatch.setattr(invoices, "forbidden_code_point", lambda text: "Ä" in text or None)
    assert invoices.unique_key("s", "äb", None) == "s:äB"
