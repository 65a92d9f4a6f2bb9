"""Keys from the files that the command line names: one's own, and those of trusted logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.embedded import read_key
from ledger.chain.note import NoteKey
from ledger.chain.trust import TrustPolicy, parse_trust
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey


def password_of(path: Path | None) -> bytes | None:
    """The password in a file, without the line break at its end; None without a file."""
    return None if path is None else path.read_bytes().rstrip(b"\r\n")


def read_keys(paths: Sequence[Path], password_file: Path | None) -> list[SigningKey]:
    """The keys of files; the password is for those that are encrypted. Raises `Refused`."""
    password = password_of(password_file)
    return [_read(path, password) for path in paths]


def trusted_keys(policy: Path | None) -> list[NoteKey]:
    """The log keys of a tlog-policy file; none without one. Raises `Refused`."""
    return [] if policy is None else read_trust(policy).log_keys()


def read_trust(policy: Path) -> TrustPolicy:
    """The tlog-policy file of whoever verifies. Raises `Refused` (`policy_file_malformed`)."""
    return parse_trust(policy.read_bytes().decode("utf-8", "surrogateescape"))


def named_key(text: str) -> tuple[str, Path]:
    """``PERSON=FILE`` as its two parts. Raises `Refused` (`field_invalid`)."""
    person, equals, path = text.partition("=")
    if not (person and equals and path):
        raise Refused(RefusalCode.FIELD_INVALID, f"{text!r} is not PERSON=FILE.")
    return person, Path(path)


def _read(path: Path, password: bytes | None) -> SigningKey:
    encrypted = b"ENCRYPTED" in path.read_bytes()
    try:
        return read_key(path, password if encrypted else None)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=refused.place, file=path.name) from None
