"""Any history of key changes and crashes, and what an audit of its log believes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.drafting import new_jti
from api.verifier import duebill_verify
from ledger.audit.findings import Collector, Level, Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.log_keys import LogKeys, Period, follow
from ledger.audit.run import audit
from ledger.audit.statefile import open_state
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.note import NoteKey, note_key
from ledger.chain.trust import TrustPolicy, trust_in
from ledger.errors import Refused
from ledger.parties import commands as p
from ledger.policy.state import LEDGER, Ledger
from ledger.ports import SignedHead
from ledger.service import Service
from ledger.store.records import temporary_records
from tests.support.actors import Stage, open_stage
from tests.support.acts.parties import log_key_change
from tests.support.desk import ORIGIN, Office, open_office
from tests.support.founding import found
from tests.support.log_keys import (
    NEW,
    account,
    audited,
    first_key,
    retire,
    rotate,
    rotation,
    signers,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An open ledger whose signer has the next key, too."""
    with open_office(tmp_path / "ledger") as opened:
        opened.embedded.signer.add(NEW)
        yield opened


# -- any history, with crashes ---------------------------------------------------------------------
class Crash(Exception):
    """The process ends here."""


class Brittle:
    """What ends the process at one call, before or after its work, once it is `armed`."""

    def __init__(self, inner: Any, name: str, *, after: bool) -> None:
        self._inner, self._name, self._after = inner, name, after
        self.armed = False

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return self._ending(value) if self.armed and name == self._name else value

    def _ending(self, value: Any) -> Any:
        def end(*arguments: Any) -> Any:
            if self._after:
                value(*arguments)
            raise Crash

        return end


def reopen(s: Stage) -> None:
    """Another process goes on: what was committed and not signed is signed by it."""
    s.service = Service(s.store, s.heads, s.signer, s.clock)


def crash(s: Stage, act: Any) -> None:
    """The process ends while it does `act`: before the commit, before or after it was signed."""
    name, after = s.random.choice(
        [("commit", False), ("commit", True), ("sign", True), ("swap", False), ("swap", True)]
    )
    parts: dict[str, Any] = {"commit": s.store, "sign": s.signer, "swap": s.heads}
    brittle = parts[name] = Brittle(parts[name], name, after=after)
    s.service = Service(parts["commit"], parts["swap"], parts["sign"], s.clock)
    brittle.armed = True
    with pytest.raises(Crash):
        act(s)
    reopen(s)


def append(s: Stage) -> None:
    """Any entry."""
    number = str(s.next())
    s.do("first", p.AddAccount(number=number, bank="Bank", currency="CNY"))


def rotated(s: Stage) -> None:
    """The log gets a key, if it has one only."""
    if len(keys_now(s)) == 1:
        s.do("operator", log_key_change(s))
    else:
        append(s)


def retired(s: Stage) -> None:
    """The log loses a key, if it has two."""
    keys = keys_now(s)
    if len(keys) == 2:
        s.do("operator", p.RetireLogKey(kid=keys[0].key.kid))
    else:
        append(s)


def keys_now(s: Stage) -> list[NoteKey]:
    """The keys that sign now."""
    return s.log_keys


def check_head(s: Stage) -> SignedHead:
    """The kept head is signed by exactly the keys of its size, and nothing waits to be signed."""
    head = s.heads.read()
    assert head is not None
    assert head.size == s.store.size() == s.service.signed.size
    ledger = s.get(Ledger, LEDGER)
    every = {key.kid: note_key(ledger.origin, key.public()) for key in ledger.log_keys}
    signing = {key.kid for key in ledger.keys_at(head.size)}
    assert signers(head.note, every) == signing
    assert 1 <= len(signing) <= 2
    return head


@pytest.mark.parametrize("seed", range(6))
def test_any_history_of_changes_and_crashes(tmp_path: Path, seed: int) -> None:
    """Rotate, retire, append, crash, reopen, in any order: each head has the keys of its size.

    An export is then clean for who trusts a key that signs, all keys, or the genesis; and for who
    trusts an ended key alone the audit names the entry of the one that followed it.
    """
    with open_stage(tmp_path, seed) as s:
        found(s)
        for _ in range(25):
            act = s.random.choice([rotated, retired, append])
            if s.random.random() < 0.4:
                crash(s, act)
            else:
                act(s)
            check_head(s)
        rotated(s)
        retired(s)
        check_export(s, tmp_path / "export")


def check_export(s: Stage, folder: Path) -> None:
    """Audits of the log as files, for every policy that names one of its keys, all, or none."""
    size = export_log(s.store, folder, keys_now(s))
    ledger = s.get(Ledger, LEDGER)
    every = [note_key(ledger.origin, key.public()) for key in ledger.log_keys]
    for keys in ([], every, keys_now(s)):
        assert audited(folder, keys).verdict is Verdict.CLEAN
    for key, record in zip(every, ledger.log_keys, strict=True):
        report = audited(folder, [key])
        if record.signs(size):
            assert report.verdict is Verdict.CLEAN
        else:
            (finding,) = report.findings
            assert finding.code == "note_not_signed_by_known_key"
            after = ledger.log_keys[ledger.log_keys.index(record) + 1]
            assert f"Entry {record.until} retired" in finding.detail
            assert f"entry {after.since} names" in finding.detail


# -- what an audit does not believe ----------------------------------------------------------------
def test_a_retired_key_that_was_stolen_signs_nothing(office: Office, tmp_path: Path) -> None:
    """A head with its line alone is found, by who trusts it and by who trusts both."""
    old = office.embedded.log_keys()[0]
    private = first_key(office)
    rotate(office)
    retire(office)
    folder = tmp_path / "export"
    export_log(office.embedded.store, folder, office.embedded.log_keys())
    head = office.service.signed
    forged = sign_checkpoint(Checkpoint(ORIGIN, head.size, head.root), private)
    (folder / "checkpoint").write_text(forged, encoding="utf-8")
    new = note_key(ORIGIN, NEW.public)
    for keys in ([old], [old, new], []):
        assert [item.code for item in audited(folder, keys).findings][:1] in (
            ["log_key_missing"],
            ["note_not_signed_by_known_key"],
        )
    assert [item.code for item in audited(folder, [new]).findings] == [
        "note_not_signed_by_known_key"
    ]


def test_in_the_overlap_one_line_is_not_enough(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An audit knows from the entries that both keys sign, and misses the other line.

    The single-file verifier follows no change of the key, and says so.
    """
    old = office.embedded.log_keys()[0]
    rotate(office)
    folder = tmp_path / "export"
    export_log(office.embedded.store, folder, office.embedded.log_keys())
    head = office.service.signed
    forged = sign_checkpoint(Checkpoint(ORIGIN, head.size, head.root), NEW)
    (folder / "checkpoint").write_text(forged, encoding="utf-8")
    (finding,) = audited(folder, [note_key(ORIGIN, NEW.public)]).findings
    assert finding.code == "log_key_missing"
    assert old.text() in finding.detail
    assert duebill_verify.main([str(folder), "--policy", str(folder / "policy")]) == 0
    assert "the log's key" in json.loads(capsys.readouterr().out)["not checked"]


def test_a_change_that_the_old_key_did_not_sign_is_not_followed(office: Office) -> None:
    """Each fault of such an entry is a finding at its number, and the first key stays."""
    jti = new_jti(office.clock.ms)
    body: dict[str, Any] = {
        "key": NEW.public.jwk(),
        "possession": rotation(office, NEW, jti).possession,
        "endorsement": rotation(office, NEW, jti).endorsement,
    }
    payload: dict[str, Any] = {"kind": "log_key.rotate", "aud": ORIGIN, "jti": jti, "body": body}
    payload["by"] = office.parties["operator"]
    first = office.embedded.log_keys()[0]
    both = LogKeys((Period(first, 0), Period(note_key(ORIGIN, NEW.public), 7)))
    assert follow(first, [(7, payload)], Collector()) == both
    unsound: list[dict[str, Any]] = [
        payload | {"jti": new_jti(office.clock.ms)},
        payload | {"body": body | {"endorsement": body["possession"]}},
        payload | {"body": body | {"key": {"kty": "OKP"}}},
        payload | {"body": {}},
        payload | {"body": None},
        payload | {"kind": "log_key.retire", "body": {"kid": first.key.kid}},
    ]
    for strange in unsound:
        found = Collector()
        assert follow(first, [(7, json.loads(json.dumps(strange)))], found).all() == [first]
        assert [item.seq for item in found.findings] == [7]
    assert follow(None, [(7, payload)], Collector()).all() == []


def test_an_audit_that_goes_on_knows_the_keys_of_before(office: Office, tmp_path: Path) -> None:
    """Its state has the changes of the entries that it does not read again, each once."""
    old, new = office.embedded.log_keys()[0], note_key(ORIGIN, NEW.public)

    def go_on(trust: TrustPolicy | None) -> Report:
        folder = tmp_path / f"export-{office.service.signed.size}"
        export_log(office.embedded.store, folder, office.embedded.log_keys())
        with open_state(tmp_path / "state", "test", Level.RULES, trust) as state:
            source = FolderSource(folder)
            return audit(source, temporary_records, trust=trust, state=state)

    for act in (account, rotate, account, retire, account, account):
        act(office)
        for trust in (None, trust_in([old, new])):
            report = go_on(trust)
            assert (report.verdict, report.findings) == (Verdict.CLEAN, [])
            shutil.rmtree(tmp_path / f"export-{office.service.signed.size}")
    assert report.since > 0
    with pytest.raises(Refused, match="under a key that your policy does not name"):
        go_on(trust_in([old]))
