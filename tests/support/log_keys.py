"""The log of an office changes its key, and who can tell from a note."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import metamorphic_log
import pytest
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from api.drafting import jwk_of, new_jti
from ledger.audit.findings import Report
from ledger.audit.folder import FolderSource
from ledger.audit.run import audit
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.errors import LedgerError
from ledger.keys import SigningKey
from ledger.keystore import LOG, read_key
from ledger.parties import commands as p
from ledger.policy.state import LEDGER, Ledger
from ledger.signing import KeyChange, KeySigner
from ledger.store.records import temporary_records
from tests.support.desk import ORIGIN, Office, key_of

NEW = key_of("the log's next key")


def first_key(office: Office) -> SigningKey:
    """The key with which the log began."""
    return read_key(office.embedded.folder / "keys" / LOG)


def change(office: Office, new: SigningKey, jti: str, **other: str) -> KeyChange:
    """The statement of a change to `new`, by the operator's command `jti`."""
    old = office.get(Ledger, LEDGER).log_keys[-1].kid
    facts = {"origin": ORIGIN, "party": office.parties["operator"], "jti": jti} | other
    return KeyChange(**{"kid": new.public.kid, "old": old} | facts)


def rotation(office: Office, new: SigningKey, jti: str, **other: Any) -> p.RotateLogKey:
    """The command that lets the log sign with `new`, too."""
    statement = change(office, new, jti, **other)
    signer = KeySigner([first_key(office), NEW, new])
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


def audited(folder: Path, keys: list[NoteKey]) -> Report:
    """The whole audit of an export."""
    trust = trust_in(keys) if keys else None
    return audit(FolderSource(folder), temporary_records, trust=trust)
