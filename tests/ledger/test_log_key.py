"""The log changes its key: who may, when, and which keys then sign."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from api.drafting import Desk, new_jti
from ledger.chain.note import note_key
from ledger.chain.receipt import verify_receipt
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.keys import SigningKey
from ledger.parties import commands as p
from ledger.policy.state import LEDGER, Ledger
from ledger.service import Service
from ledger.signing import KeySigner
from tests.support.desk import ORIGIN, Office, key_of, open_office
from tests.support.log_keys import NEW, account, first_key, retire, rotate, rotation, signers

P256_KEY = SigningKey(ec.derive_private_key(7, ec.SECP256R1()))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An open ledger whose signer has the next key, too."""
    with open_office(tmp_path / "ledger") as opened:
        opened.embedded.signer.add(NEW)
        yield opened


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
    own = first_key(office)
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
    """A key that signs for the log cannot be bound to anybody."""
    jti = new_jti(office.clock.ms)
    rotate(office)
    desk: Desk = office.desk("operator")
    command = p.BindKey(new=desk.new_key(NEW, "eve", jti))
    assert office.refused("operator", command, jti=jti)[0] == "key_is_bound"


def test_a_writer_without_the_new_key_signs_nothing(office: Office) -> None:
    """It halts when it opens: what it could write could not be signed."""
    old = first_key(office)
    rotate(office)
    own = office.service.sequencer
    with pytest.raises(Halted, match="a key that is not here"):
        Service(own.store, own.heads, KeySigner([old]), office.clock)


def test_a_signer_that_is_away_leaves_the_outcome_open(office: Office) -> None:
    """The entries are there: nobody hears that nothing happened, and the next group signs them."""

    class Away(KeySigner):
        away = False

        def sign(self, *arguments: Any) -> str:
            if self.away:
                raise Unavailable("no answer")
            return super().sign(*arguments)

    own = office.service.sequencer
    signer = Away([first_key(office)])
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
