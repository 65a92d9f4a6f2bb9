"""How a ledger's own keys are had: from its folder, under a password, or from a signer process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.keystore import LOG, OPERATOR, read_key, read_log_keys
from ledger.signer.client import SocketSigner
from ledger.signing import KeySigner, LogSigner

KEYS = "keys"
"""The folder of the keys in a ledger's folder."""
_SCHEME = "unix:"


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """`password` opens encrypted keys; `socket` is where another process signs for the log."""

    password: bytes | None = None
    socket: Path | None = None

    def signer(self, folder: Path) -> LogSigner:
        """Who signs for the log of the ledger in `folder`. Raises `Refused` as `read_log_keys`."""
        if self.socket is not None:
            return SocketSigner(self.socket)
        return KeySigner(read_log_keys(folder / KEYS, self.password))

    def operator(self, folder: Path) -> SigningKey:
        """The operator's own key. Raises `Refused` as `read_key`."""
        return read_key(folder / KEYS / OPERATOR, self.password)

    def own_files(self) -> tuple[str, ...]:
        """The key files that a ledger's folder has to have."""
        return (OPERATOR,) if self.socket is not None else (LOG, OPERATOR)


IN_CLEAR = KeyAccess()
"""Keys in the ledger's folder, without a password."""


def key_access(
    environ: Mapping[str, str], password_file: Path | None = None, signer: str | None = None
) -> KeyAccess:
    """What a command was given, else what ``DUEBILL_PASSWORD_FILE`` and ``DUEBILL_SIGNER`` say.

    Raises `ValueError` for a signer that is not ``unix:PATH``, `Refused` (`key_is_locked`) for an
    empty password, `OSError` where there is no such file.
    """
    named = str(password_file or environ.get("DUEBILL_PASSWORD_FILE", ""))
    where = environ.get("DUEBILL_SIGNER", "") if signer is None else signer
    if where and (not where.startswith(_SCHEME) or where == _SCHEME):
        raise ValueError(f"the signer is not unix:PATH: {where!r}")
    return KeyAccess(
        password_of(Path(named) if named else None),
        Path(where.removeprefix(_SCHEME)) if where else None,
    )


def password_of(path: Path | None) -> bytes | None:
    """The password in a file, without the line break at its end; none without a file.

    Raises `Refused` (`key_is_locked`) for an empty one.
    """
    if path is None:
        return None
    password = path.read_bytes().rstrip(b"\r\n")
    if not password:
        raise Refused(
            RefusalCode.KEY_IS_LOCKED, "The file of the password is empty.", file=path.name
        )
    return password
