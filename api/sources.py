"""What a SOURCE of an audit means: a server's URL, an export folder or a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.client import Client, Desk
from api.database import DatabaseSource
from api.remote import RemoteSource
from ledger.audit.folder import FolderSource
from ledger.audit.source import Source
from ledger.errors import Unavailable
from ledger.keys import SigningKey
from ledger.store.heads import FileHeadStore
from ledger.store.snapshot import open_snapshot


@contextmanager
def open_source(text: str, party: str = "", key: SigningKey | None = None) -> Iterator[Source]:
    """The log at `text`: a server (read as `party`, an auditor, signed in with `key`), an export
    folder, a ledger's folder, its database file or ``sqlite:///…`` URL.

    Raises `Unavailable` where there is none of these.
    """
    if text.startswith(("http://", "https://")):
        origin = str(Client(text).ledger()["data"]["origin"])
        yield RemoteSource(Client(text, Desk(party, origin, key) if key else None))
        return
    path = Path(text.removeprefix("sqlite:///"))
    if path.is_dir() and not (path / "ledger.db").exists():
        yield FolderSource(path)
        return
    if path.is_dir():
        path = path / "ledger.db"
    if not path.is_file():
        raise Unavailable(f"{text} is no URL, export folder or database.")
    with open_snapshot(path, FileHeadStore(path.with_name("head.json"))) as snapshot:
        yield DatabaseSource(snapshot)
