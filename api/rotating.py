"""The operator's two acts by which the log changes its key, and the files that change with it."""

from __future__ import annotations

from dataclasses import dataclass

from api.drafting import new_jti, new_signing_key
from api.embedded import Embedded
from api.keyaccess import KEYS
from ledger.base64url import b64url_encode
from ledger.chain.note import NoteKey
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey
from ledger.keystore import NEXT, put_away, write_key
from ledger.model.jwk import Jwk
from ledger.parties.commands import RetireLogKey, RotateLogKey
from ledger.signing import KeyChange, KeySigner
from ledger.vocabulary import Command


@dataclass(frozen=True, slots=True)
class Changed:
    """Which entry changed the log's keys, and with which keys it signs since, oldest first."""

    seq: int
    keys: list[NoteKey]


def rotate(embedded: Embedded) -> Changed:
    """Let the log sign with a new key, too: one that its signer has, else one made now.

    Called again after a crash, it finishes what is open. Raises `Refused` (`log_key_is_changing`,
    `key_unknown` where the signer process has no new key).
    """
    if len(embedded.log_keys()) == 1:
        _put_away(embedded)
        _name_new_key(embedded)
        embedded.write_policy()
    elif not embedded.write_policy():
        raise Refused(RefusalCode.LOG_KEY_IS_CHANGING, "The log signs with two keys already.")
    return Changed(embedded.ledger.log_keys[-1].since, embedded.log_keys())


def retire(embedded: Embedded) -> Changed:
    """Let the log sign without its older key, whose file is put away.

    Called again after a crash, it finishes what is open. Raises `Refused`
    (`log_key_is_not_leaving`).
    """
    older = embedded.log_keys()[:-1]
    for key in older:
        _submit(embedded, RetireLogKey(kid=key.key.kid), new_jti(embedded.clock()))
    ended = [key.until for key in embedded.ledger.log_keys if key.until is not None]
    finished = [embedded.write_policy(), _put_away(embedded)] if ended else []
    if not older and not any(finished):
        raise Refused(RefusalCode.LOG_KEY_IS_NOT_LEAVING, "The log signs with one key.")
    return Changed(ended[-1], embedded.log_keys())


def _name_new_key(embedded: Embedded) -> None:
    """The entry that old and new key sign."""
    new, jti = _new_key(embedded), new_jti(embedded.clock())
    (old,) = embedded.log_keys()
    change = KeyChange(old.name, embedded.ledger.operator, jti, new.kid, old.key.kid)
    possession, endorsement = embedded.signer.endorse(change)
    command = RotateLogKey(
        key=Jwk(**new.jwk()),
        possession=b64url_encode(possession),
        endorsement=b64url_encode(endorsement),
    )
    _submit(embedded, command, jti)


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


def _put_away(embedded: Embedded) -> bool:
    """Give the files of retired keys their last names; whether there was anything to do."""
    if embedded.access.socket is not None:
        return False
    ended = {key.kid for key in embedded.ledger.log_keys if key.until is not None}
    return put_away(embedded.folder / KEYS, ended, embedded.access.password)


def _submit(embedded: Embedded, command: Command, jti: str) -> None:
    desk, key = embedded.operator()
    embedded.service.submit(desk.draft(command, jti=jti).signed(key))
