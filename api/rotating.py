"""The operator's two acts by which the log changes its key, and the files that change with it."""

from __future__ import annotations

from dataclasses import dataclass

from api.drafting import new_jti, new_signing_key
from api.embedded import Embedded
from api.keyaccess import KEYS
from ledger.base64url import b64url_encode
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey
from ledger.keystore import NEXT, put_away, write_key
from ledger.model.jwk import Jwk
from ledger.parties.commands import RetireLogKey, RotateLogKey
from ledger.signing import KeyChange, KeySigner
from ledger.store.lock import replace_file
from ledger.vocabulary import Command


@dataclass(frozen=True, slots=True)
class Changed:
    """Which entry changed the log's keys, and with which keys it signs since, oldest first."""

    seq: int
    keys: list[NoteKey]


def rotate(embedded: Embedded) -> Changed:
    """Let the log sign with a new key, too: one that its signer has, else one made now.

    May be called again after a crash: a key that was made and not named yet is used. Raises
    `Refused` (`log_key_is_changing`, `key_unknown` where the signer process has no new key).
    """
    ledger = embedded.ledger
    signing = ledger.keys_at(embedded.store.size())
    if len(signing) != 1:
        raise Refused(RefusalCode.LOG_KEY_IS_CHANGING, "The log signs with two keys already.")
    new = _new_key(embedded)
    jti = new_jti(embedded.clock())
    change = KeyChange(ledger.origin, ledger.operator, jti, new.kid, signing[0].kid)
    possession, endorsement = embedded.signer.endorse(change)
    command = RotateLogKey(
        key=Jwk(**new.jwk()),
        possession=b64url_encode(possession),
        endorsement=b64url_encode(endorsement),
    )
    return _submit(embedded, command, jti)


def retire(embedded: Embedded) -> Changed:
    """Let the log sign without its older key, whose file is put away.

    May be called again after a crash. Raises `Refused` (`log_key_is_not_leaving`).
    """
    signing = embedded.ledger.keys_at(embedded.store.size())
    if len(signing) == 2:
        command = RetireLogKey(kid=signing[0].kid)
        changed = _submit(embedded, command, new_jti(embedded.clock()))
    ended = [key for key in embedded.ledger.log_keys if key.until is not None]
    held = {key.kid for key in embedded.signer.held()}
    if len(signing) == 1:
        if not (ended and ended[-1].kid in held and embedded.access.socket is None):
            raise Refused(RefusalCode.LOG_KEY_IS_NOT_LEAVING, "The log signs with one key.")
        changed = Changed(ended[-1].until or 0, embedded.log_keys())
    if embedded.access.socket is None:
        for key in ended:
            put_away(embedded.folder / KEYS, key.kid, embedded.access.password)
    return changed


def _new_key(embedded: Embedded) -> PublicKey:
    """A key that the signer has and the log never had; made here if the keys are files here."""
    known = {key.kid for key in embedded.ledger.log_keys}
    fresh = [key for key in embedded.signer.held() if key.kid not in known]
    if fresh:
        return fresh[0]
    if not isinstance(embedded.signer, KeySigner):
        raise Refused(
            RefusalCode.KEY_UNKNOWN,
            f"The signer has no new key: make {NEXT} beside its key and start it again.",
        )
    key = new_signing_key()
    write_key(embedded.folder / KEYS / NEXT, key, embedded.access.password)
    embedded.signer.add(key)
    return key.public


def _submit(embedded: Embedded, command: Command, jti: str) -> Changed:
    desk, key = embedded.operator()
    receipt = embedded.service.submit(desk.draft(command, jti=jti).signed(key))
    keys = embedded.log_keys()
    replace_file(embedded.folder / "policy", trust_in(keys).text().encode())
    return Changed(receipt.seq, keys)
