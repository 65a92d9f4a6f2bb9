"""Private keys in files: each its owner's alone, encrypted where there is a password.

A key file is opened once, without following a link, and judged by what was opened: a name can be
given to another file between a look and a read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from pathlib import Path

from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.pkcs8 import ENTROPY_BYTES
from ledger.store.lock import sync_folder

LARGEST_KEY_FILE = 16_384
"""Most bytes of a key file that are read: the largest of ours has some hundred."""
LOG, NEXT, OPERATOR = "log.pem", "log-next.pem", "operator.pem"
"""The log's key, the one that is to follow it, and the operator's own."""


def write_key(path: Path, key: SigningKey, password: bytes | None = None) -> None:
    """Keep a private key as PKCS#8 PEM in a new file, durably, readable by its owner alone.

    Raises `FileExistsError`, and `ValueError` for an empty password.
    """
    if password is None:
        pem = key.to_pem()
    else:
        pem = key.to_encrypted_pem(password, os.urandom(ENTROPY_BYTES))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(pem)
        opened.flush()
        os.fsync(file)
    sync_folder(path.parent)


def read_key(path: Path, password: bytes | None = None) -> SigningKey:
    """The private key of a file; the password is for one that is encrypted.

    Raises `Refused`: `key_file_exposed` for a link, another user's file, or one that others may
    read; `key_is_locked`; `key_unsafe`. Raises `OSError` where there is no file.
    """
    try:
        return SigningKey.from_pem(_read_own(path), password)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=refused.place, file=path.name) from None


def read_log_keys(folder: Path, password: bytes | None = None) -> list[SigningKey]:
    """The log's keys in a folder: the present one and, while it changes, the next.

    Raises as `read_key`; `Refused` (`key_unknown`) where there is none.
    """
    found = [folder / name for name in (LOG, NEXT) if os.path.lexists(folder / name)]
    if not found:
        raise _refused(
            RefusalCode.KEY_UNKNOWN,
            f"The log's key is not here: bring {LOG} back to its folder.",
            folder / LOG,
        )
    return [read_key(path, password) for path in found]


def put_away(folder: Path, retired: Collection[str], password: bytes | None = None) -> bool:
    """After a rotation: a retired key's file gets the name of its `kid`, the next key the first.

    Returns whether there was anything to do, also after a crash half-way. A retired key is kept,
    not deleted: it proves nothing any more, but its owner may want to show that it was his. Raises
    as `read_key`.
    """
    files = [folder / name for name in (LOG, NEXT) if (folder / name).exists()]
    moved = False
    for path, kid in [(path, read_key(path, password).public.kid) for path in files]:
        if kid in retired:
            path.rename(folder / f"log-retired-{kid}.pem")
            moved = True
    if (folder / NEXT).exists() and not (folder / LOG).exists():
        (folder / NEXT).rename(folder / LOG)
        moved = True
    if moved:
        sync_folder(folder)
    return moved


def _read_own(path: Path) -> bytes:
    """The bytes of a file that is the caller's alone."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _exposed("is a link", path) from None
        raise
    try:
        _check_own(os.fstat(file), path)
        return os.read(file, LARGEST_KEY_FILE)
    finally:
        os.close(file)


def _check_own(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise _exposed("is no file", path)
    if facts.st_uid != os.geteuid():
        raise _exposed("belongs to another user", path)
    if facts.st_mode & 0o077:
        raise _exposed("is readable by others: chmod 600 it", path)


def _exposed(what: str, path: Path) -> Refused:
    return _refused(RefusalCode.KEY_FILE_EXPOSED, f"The key file {path.name} {what}.", path)


def _refused(code: RefusalCode, detail: str, path: Path) -> Refused:
    return Refused(code, detail, file=str(path))
