"""The keys of the log itself: a new one beside the old, then the old one's end.

Old and new key sign one statement, so that whoever trusts the old key can follow to the new one,
and nobody can name a key that is not theirs. In between both sign every checkpoint, and verifiers
have the time to take the new key into their policy files. The end is an act, not a date: no clock
signs by itself.
"""

from __future__ import annotations

from ledger import canonical
from ledger.base64url import b64url_decode
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import RetireLogKey, Role, RotateLogKey
from ledger.parties.state import Key
from ledger.policy.events import Event, LogKeyRetired, LogKeyRotated
from ledger.policy.state import ledger_of

STATEMENT = "duebill-log-key"
"""The `typ` of what both keys sign."""


def rotate(book: Reader, command: RotateLogKey, by: Signer) -> tuple[Event, ...]:
    """The log signs with a second key, too."""
    _only_operator(by)
    ledger = ledger_of(book)
    signing = ledger.keys_at(by.seq)
    refuse_if(
        len(signing) != 1,
        RefusalCode.LOG_KEY_IS_CHANGING,
        "The log signs with two keys already.",
    )
    new, (old,) = from_jwk(write(command.key)), signing
    refuse_if(
        new.alg != old.alg,
        RefusalCode.KEY_UNSAFE,
        f"The log's suite asks for an {old.alg} key.",
        "/body/key",
    )
    refuse_if(
        book.get(Key, new.kid) is not None or new.kid in {key.kid for key in ledger.log_keys},
        RefusalCode.KEY_IS_BOUND,
        f"The key {new.kid} is bound already.",
        "/body/key",
    )
    message = log_key_message(by.origin, by.party, by.jti, new.kid, old.kid)
    _check(new, message, command.possession, "/body/possession")
    _check(old, message, command.endorsement, "/body/endorsement")
    return (LogKeyRotated(kid=new.kid, key=command.key, since=by.seq),)


def retire(book: Reader, command: RetireLogKey, by: Signer) -> tuple[Event, ...]:
    """The log signs with its newer key alone."""
    _only_operator(by)
    older = [key.kid for key in ledger_of(book).keys_at(by.seq)][:-1]
    refuse_if(
        command.kid not in older,
        RefusalCode.LOG_KEY_IS_NOT_LEAVING,
        "The key is not the older one of two with which the log signs.",
        "/body/kid",
    )
    return (LogKeyRetired(kid=command.kid, until=by.seq),)


def log_key_message(origin: str, party: str, jti: str, kid: str, old: str) -> bytes:
    """What the log's new key `kid` and its key `old` both sign: bound to this very command."""
    return canonical.encode(
        {"aud": origin, "by": party, "jti": jti, "kid": kid, "old": old, "typ": STATEMENT}
    )


def _check(key: PublicKey, message: bytes, signature: str, place: str) -> None:
    try:
        key.verify(message, b64url_decode(signature))
    except Refused:
        raise Refused(
            RefusalCode.POSSESSION_NOT_PROVEN,
            f"The log key {key.kid} did not sign the statement for this command.",
            place=place,
        ) from None


def _only_operator(by: Signer) -> None:
    refuse_if(
        Role.OPERATOR.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        "Only the operator changes the log's key.",
    )
