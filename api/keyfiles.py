"""Keys from the files that the command line names: one's own, and those of trusted logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from api.keyaccess import password_of
from ledger.chain.note import NoteKey
from ledger.chain.trust import TrustPolicy, parse_trust
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.keystore import read_key


def read_keys(paths: Sequence[Path], password_file: Path | None) -> list[SigningKey]:
    """The keys of files; the password is for those that are encrypted. Raises `Refused`."""
    password = password_of(password_file)
    return [read_key(path, password) for path in paths]


def key_of(path: Path | None, password_file: Path | None) -> SigningKey | None:
    """The key with which one asks; none without a file. Raises `Refused`."""
    return read_keys([path], password_file)[0] if path else None


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
