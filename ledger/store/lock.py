"""Files that several processes change, and that a crash must not spoil.

Advisory locks are one process's at a time, and the kernel releases them however the holder ends. A
file is replaced whole, and what was done in a folder is made to last.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ledger.errors import Unavailable

PAUSE_S = 0.001
"""Between two attempts at a lock that somebody else has for a moment."""


class LockFile:
    """An exclusive `flock` on `path`, held from construction to `close`.

    The file holds the process id of its last holder and is never removed: removing it would let
    two processes lock two files of one name. Raises `Unavailable` at once when another process
    holds it or the file cannot be made.
    """

    def __init__(self, path: Path, what: str) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable(f"The lock file {path} cannot be opened: {error.strerror}.") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            if isinstance(error, BlockingIOError):
                raise Unavailable(
                    f"{what} is open for writing in another process (pid {holder or 'unknown'}); "
                    "stop that one first."
                ) from None
            raise Unavailable(f"The lock file {path} cannot be used: {error.strerror}.") from None

    def close(self) -> None:
        """Let go; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@contextmanager
def waiting_lock(path: Path, seconds: float = math.inf) -> Iterator[None]:
    """An exclusive `flock` on `path`, for the few milliseconds of one change.

    It is waited for, so many seconds at most. Raises `OSError` when the file cannot be opened, or
    (`EAGAIN`) when somebody else has it all that time: it is never taken from anybody.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if seconds == math.inf:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            _take(file, time.monotonic() + seconds)
        yield
    finally:
        os.close(file)


def _take(file: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise OSError(errno.EAGAIN, "another process holds its lock") from None
            time.sleep(PAUSE_S)
        else:
            return


def replace_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Put `data` in place of the file at `path`, durably: a crash leaves the old one or the new.

    What is `private` only its owner may read. What it may leave beside it (``.new``) counts for
    nothing. Raises `OSError`.
    """
    new = path.with_name(f"{path.name}.new")
    if private:
        new.unlink(missing_ok=True)
    with open(new, "wb", opener=partial(os.open, mode=0o600 if private else 0o666)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable (a new or renamed file is not until then)."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
