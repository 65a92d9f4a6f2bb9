"""Folders that appear whole or not at all, and files that are what a manifest says.

Work is done in a folder beside the destination, whose name says that it is unfinished; when all
of it is on the disk, it is renamed. Who is killed on the way leaves nothing that looks whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.backup.manifest import FileFacts
from ledger.errors import RefusalCode, Refused
from ledger.store.lock import sync_folder

CHUNK = 1024 * 1024
LARGEST_TEXT = 4 * CHUNK
"""Most bytes of a manifest, checkpoint or policy that are read."""

_PLAIN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def check_free(folder: Path) -> None:
    """Raises `Refused` (`folder_not_empty`) unless `folder` can be made: new, or there and empty.

    A symbolic link is refused, too: it would not be followed but replaced.
    """
    if folder.is_symlink():
        raise _not_free(f"{folder} is a symbolic link.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _not_free(f"{folder} is there and is no empty folder.")


@contextmanager
def unfinished(destination: Path) -> Iterator[Path]:
    """A new private folder beside `destination`, which is gone after the block unless published.

    Raises as `check_free`, and `OSError`.
    """
    check_free(destination)
    parent = destination.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    name = f".{destination.absolute().name}."
    work = Path(tempfile.mkdtemp(prefix=name, suffix=".unfinished", dir=parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def publish(work: Path, destination: Path) -> None:
    """Make the files of `work` durable, then give the folder its name, durably. Raises `OSError`.

    Raises `Refused` as `check_free` when somebody took the name meanwhile.
    """
    for path in sorted(work.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            _sync_file(path)
    sync_folder(work)
    check_free(destination)
    work.rename(destination.absolute())
    sync_folder(destination.absolute().parent)


def write_private(path: Path, data: bytes) -> None:
    """A new file that only its owner may read. Raises `OSError`."""
    with os.fdopen(_create(path), "wb") as file:
        file.write(data)


def create_private(path: Path) -> None:
    """A new empty file that only its owner may read. Raises `OSError`."""
    os.close(_create(path))


def facts_of(path: Path) -> FileFacts:
    """Length and SHA-256 of a file. Raises `OSError`."""
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
            length += len(data)
    return FileFacts(length, digest.digest())


def read_text_file(path: Path) -> bytes:
    """The bytes of a small file. Raises `Refused` (`backup_malformed`) as `copy_checked`."""
    with os.fdopen(_open_plain(path), "rb") as file:
        data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise _malformed("The file is too large.", path)
    return data


def copy_checked(
    source: Path, target: Path, facts: FileFacts, progress: Callable[[int], None]
) -> None:
    """Copy a file that has these facts, telling `progress` how many bytes are done.

    What is checked is what was copied, whatever becomes of the source. Raises `Refused`:
    `backup_malformed` unless the source is a regular file and there, `backup_damaged` unless it
    has the length and the SHA-256; `OSError`.
    """
    digest, length = hashlib.sha256(), 0
    with os.fdopen(_open_plain(source), "rb") as reading, os.fdopen(_create(target), "wb") as file:
        if os.fstat(reading.fileno()).st_size != facts.length:
            raise _damaged("The file has not the length that the manifest says.", source)
        while length < facts.length and (data := reading.read(min(CHUNK, facts.length - length))):
            digest.update(data)
            file.write(data)
            length += len(data)
            progress(length)
    if length != facts.length or digest.digest() != facts.sha256:
        raise _damaged("The bytes of the file are not those that the manifest says.", source)


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _open_plain(path: Path) -> int:
    """A regular file, opened for reading; never one behind a link, never a device that waits."""
    try:
        file = os.open(path, _PLAIN)
    except OSError as error:
        raise _malformed(f"The file cannot be opened: {error.strerror}.", path) from None
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise _malformed("The file is no regular file.", path)
    return file


def _sync_file(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _not_free(detail: str) -> Refused:
    return Refused(RefusalCode.FOLDER_NOT_EMPTY, detail)


def _malformed(detail: str, path: Path) -> Refused:
    return Refused(RefusalCode.BACKUP_MALFORMED, detail, file=path.name)


def _damaged(detail: str, path: Path) -> Refused:
    return Refused(RefusalCode.BACKUP_DAMAGED, detail, file=path.name)
