"""The log changes its key: who may, when, and what verifiers with the old or the new one hear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import metamorphic_log
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from api.drafting import Desk, jwk_of, new_jti
from ledger.audit.findings import Collector, Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.log_keys import LogKeys, Period, follow
from ledger.audit.run import audit
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.chain.note import NoteKey, note_key
from ledger.chain.receipt import verify_receipt
from ledger.errors import Halted, LedgerError, OutcomeUnknown, Unavailable
from ledger.keys import SigningKey
from ledger.parties import commands as p
from ledger.policy.state import LEDGER, Ledger
from ledger.ports import SignedHead
from ledger.service import Service
from ledger.signing import KeyChange, KeySigner
from ledger.store.records import temporary_records
from tests.support.actors import Stage, open_stage
from tests.support.acts.parties import log_key_change
from tests.support.desk import ORIGIN, Office, key_of, open_office
from tests.support.founding import found

NEW = key_of("the log's next key")
P256_KEY = SigningKey(ec.derive_private_key(7, ec.SECP256R1()))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An open ledger whose signer has the next key, too."""
    with open_office(tmp_path / "ledger") as opened:
        opened.embedded.signer.add(NEW)
        yield opened


def change(office: Office, new: SigningKey, jti: str, **other: str) -> KeyChange:
    """The statement of a change to `new`, by the operator's command `jti`."""
    old = office.get(Ledger, LEDGER).log_keys[-1].kid
    facts = {"origin": ORIGIN, "party": office.parties["operator"], "jti": jti} | other
    return KeyChange(**{"kid": new.public.kid, "old": old} | facts)


def rotation(office: Office, new: SigningKey, jti: str, **other: Any) -> p.RotateLogKey:
    """The command that lets the log sign with `new`, too."""
    statement = change(office, new, jti, **other)
    signer = KeySigner([new])
    for key in office.embedded.signer._keys.values():
        signer.add(key)
    possession, endorsement = map(b64url_encode, signer.endorse(statement))
    return p.RotateLogKey(key=jwk_of(new), possession=possession, endorsement=endorsement)


def rotate(office: Office, new: SigningKey = NEW) -> int:
    """The entry that lets the log sign with `new`, too."""
    jti = new_jti(office.clock.ms)
    return office.do("operator", rotation(office, new, jti), jti=jti).seq


def retire(office: Office) -> int:
    """The entry that ends the older key."""
    first = office.get(Ledger, LEDGER).keys_at(office.service.signed.size)[0]
    return office.do("operator", p.RetireLogKey(kid=first.kid)).seq


def account(office: Office) -> None:
    """Any entry."""
    number = str(office.service.signed.size)
    office.do("operator", p.AddAccount(number=number, bank="Bank", currency="EUR"))


def signers(note: str, keys: dict[str, NoteKey]) -> set[str]:
    """Which of the keys signed a note, by their names here, for us and for foreign verifiers."""
    found = set()
    for name, key in keys.items():
        text = key.text()
        try:
            open_checkpoint(note, key.name, [key])
        except LedgerError:
            with pytest.raises(metamorphic_log.VerifyError):
                metamorphic_log.checkpoint_verify(note, [text])
            continue
        assert metamorphic_log.checkpoint_verify(note, [text]).origin == key.name
        ForeignCheckpoint.from_text(note).verify(Vkey.from_string(text))
        found.add(name)
    return found


# -- the two acts ----------------------------------------------------------------------------------
def test_both_keys_sign_from_the_entry_that_says_so_to_the_one_that_ends_it(office: Office) -> None:
    """The checkpoint of the rotation has both lines, that of the retirement the new one alone."""
    (old,) = office.embedded.log_keys()
    keys = {"old": old, "new": note_key(ORIGIN, NEW.public)}
    assert signers(office.service.signed.note, keys) == {"old"}
    rotate(office)
    assert signers(office.service.signed.note, keys) == {"old", "new"}
    assert office.embedded.log_keys() == list(keys.values())
    account(office)
    assert signers(office.service.signed.note, keys) == {"old", "new"}
    retire(office)
    assert signers(office.service.signed.note, keys) == {"new"}
    assert office.embedded.log_keys() == [keys["new"]]


def test_receipts_of_the_overlap_open_with_either_key(office: Office) -> None:
    """A proof made before, between and after is verified by whoever trusts a key of its time."""
    keys = {"old": office.embedded.log_keys()[0], "new": note_key(ORIGIN, NEW.public)}
    for act, who in ((rotate, {"old", "new"}), (retire, {"new"})):
        seq = act(office)
        proof = office.service.proof(seq)
        (entry,) = office.embedded.store.entries(seq, seq + 1)
        for name in who:
            assert verify_receipt(proof, entry, ORIGIN, [keys[name]]).size == seq + 1


@pytest.mark.parametrize("place", ["possession", "endorsement"])
def test_both_keys_must_sign_for_this_very_command(office: Office, place: str) -> None:
    """Another command's statement, another log's, another key's signature: not proven."""
    jti = new_jti(office.clock.ms)
    sound = rotation(office, NEW, jti)
    others = [
        rotation(office, NEW, new_jti(office.clock.ms)),
        rotation(office, NEW, jti, origin="other.example/log"),
        rotation(office, NEW, jti, party="pty_" + "a" * 26),
        rotation(office, NEW, jti, old=NEW.public.kid),
        p.RotateLogKey(key=sound.key, possession=sound.endorsement, endorsement=sound.possession),
    ]
    for other in others:
        command = replace(sound, **{place: getattr(other, place)})
        answer = office.refused("operator", command, jti=jti)
        assert answer == ("possession_not_proven", f"/body/{place}")


def test_only_a_fresh_key_of_the_suite_follows(office: Office) -> None:
    """No P-256 key, no party's key, no key that the log had, none that the signer has not."""
    jti = new_jti(office.clock.ms)
    bound = office.key("operator/ann")
    for key, code in ((P256_KEY, "key_unsafe"), (bound, "key_is_bound")):
        command = rotation(office, key, jti)
        assert office.refused("operator", command, jti=jti) == (code, "/body/key")
    command = rotation(office, key_of("elsewhere"), jti)
    assert office.refused("operator", command, jti=jti) == ("key_unknown", "/body/key")
    own = next(iter(office.embedded.signer._keys.values()))
    rotate(office)
    retire(office)
    assert office.refused("operator", rotation(office, own, jti), jti=jti)[0] == "key_is_bound"


def test_one_change_at_a_time_and_only_the_older_key_ends(office: Office) -> None:
    """A second rotation waits for the first one's end; the last key cannot be retired."""
    first, second = office.get(Ledger, LEDGER).log_keys[0].kid, key_of("third")
    for kid in (first, NEW.public.kid):
        answer = office.refused("operator", p.RetireLogKey(kid=kid))
        assert answer == ("log_key_is_not_leaving", "/body/kid")
    rotate(office)
    office.embedded.signer.add(second)
    jti = new_jti(office.clock.ms)
    answer = office.refused("operator", rotation(office, second, jti), jti=jti)
    assert answer == ("log_key_is_changing", "")
    assert office.refused("operator", p.RetireLogKey(kid=NEW.public.kid))[0].startswith("log_key")
    retire(office)
    assert office.refused("operator", p.RetireLogKey(kid=first))[0] == "log_key_is_not_leaving"


def test_only_the_operator_changes_the_logs_key(office: Office) -> None:
    """Whoever else holds both keys is refused all the same; and no manifest carries the act."""
    office.enrol("acme", p.Role.SUPPLIER)
    jti = new_jti(office.clock.ms)
    party = office.parties["acme"]
    command = rotation(office, NEW, jti, party=party)
    assert office.refused("acme", command, jti=jti)[0] == "role_missing"
    first = office.get(Ledger, LEDGER).log_keys[0].kid
    assert office.refused("acme", p.RetireLogKey(kid=first))[0] == "role_missing"
    desk = office.desk("operator")
    manifest, lines = desk.manifest([desk.draft(p.RetireLogKey(kid=first))])
    office.service.submit(manifest.signed(office.key("operator/ann")))
    (answer,) = office.service.submit_many(lines)
    assert "not_on_manifests" in str(answer)


def test_a_log_key_is_no_partys_key(office: Office) -> None:
    """A key that signs for the log cannot be bound to anybody, nor be the operator's own."""
    jti = new_jti(office.clock.ms)
    rotate(office)
    desk: Desk = office.desk("operator")
    command = p.BindKey(new=desk.new_key(NEW, "eve", jti))
    assert office.refused("operator", command, jti=jti)[0] == "key_is_bound"


def test_a_writer_without_the_new_key_signs_nothing(office: Office) -> None:
    """It halts when it opens: what it could write could not be signed."""
    old = next(iter(office.embedded.signer._keys.values()))
    rotate(office)
    own = office.service.sequencer
    with pytest.raises(Halted, match="a key that is not here"):
        Service(own.store, own.heads, KeySigner([old]), office.clock)


# -- any history, with crashes ---------------------------------------------------------------------
class Crash(Exception):
    """The process ends here."""


class Brittle:
    """A head store or a signer that ends the process at one call, before or after its work."""

    def __init__(self, inner: Any, name: str, *, after: bool) -> None:
        self._inner, self._name, self._after = inner, name, after

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return self._ending(value) if name == self._name else value

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
    parts = {"commit": s.store, "sign": s.signer, "swap": s.heads}
    brittle = {name: Brittle(parts[name], name, after=after)}
    parts |= brittle
    s.service = Service(parts["commit"], parts["swap"], parts["sign"], s.clock)  # type: ignore[arg-type] # it is what it wraps
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
        choice = Random(seed)  # noqa: S311 - a simulation wants the same again
        acts = [rotated, retired, append]
        for _ in range(25):
            act = choice.choice(acts)
            if choice.random() < 0.4:
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


def audited(folder: Path, keys: list[NoteKey]) -> Report:
    """The whole audit of an export."""
    return audit(FolderSource(folder), temporary_records, keys=keys)


# -- what an audit does not believe ----------------------------------------------------------------
def test_a_retired_key_that_was_stolen_signs_nothing(office: Office, tmp_path: Path) -> None:
    """A head with its line alone is found, by who trusts it and by who trusts both."""
    old = office.embedded.log_keys()[0]
    private = next(iter(office.embedded.signer._keys.values()))
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


def test_in_the_overlap_one_line_is_not_enough(office: Office, tmp_path: Path) -> None:
    """An audit knows from the entries that both keys sign, and misses the other line."""
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


def test_a_signer_that_is_away_leaves_the_outcome_open(office: Office) -> None:
    """The entries are there: nobody hears that nothing happened, and the next group signs them."""

    class Away(KeySigner):
        away = False

        def sign(self, *arguments: Any) -> str:
            if self.away:
                raise Unavailable("no answer")
            return super().sign(*arguments)

    own = office.service.sequencer
    signer = Away(own.signer._keys.values())  # type: ignore[attr-defined] # the office's is a KeySigner
    service = Service(own.store, own.heads, signer, office.clock)
    command = p.AddAccount(number="1", bank="Bank", currency="EUR")
    signer.away = True
    data = office.signed("operator", command)
    (answer,) = service.submit_many([data])
    assert isinstance(answer, OutcomeUnknown)
    assert own.store.size() == service.signed.size + 1
    signer.away = False
    again = service.submit(data)
    assert again.repeated
    assert service.signed.size == own.store.size()
