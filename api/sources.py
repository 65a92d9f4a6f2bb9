"""What a SOURCE of an audit means: a server's URL, an export folder or a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from api.client import Client, Desk
from api.database import DatabaseSource
from api.remote import RemoteSource
from ledger.audit.folder import FolderSource
from ledger.audit.source import Source
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.keys import SigningKey
from ledger.store.heads import FileHeadStore
from ledger.store.snapshot import open_snapshot


@contextmanager
def open_source(
    text: str,
    party: str = "",
    key: SigningKey | None = None,
    origins: Collection[str] = (),
) -> Iterator[Source]:
    """The log at `text`: a server (read as `party`, an auditor, signed in with `key`), an export
    folder, a ledger's folder, its database file or ``sqlite:///…`` URL.

    A token is a signature: with `origins` it is made for one of these ledgers only, whatever the
    server says it is, and never sent in clear to another machine. Raises `Unavailable` where there
    is none of these, `Refused` for a server of another ledger.
    """
    if text.startswith(("http://", "https://")):
        if key is not None and not _is_private(text):
            raise Unavailable(f"{text} is read with a key over https only.")
        origin = str(Client(text).ledger()["data"]["origin"])
        if origins and origin not in origins:
            raise Refused(
                RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
                f"The server is of {origin[:100]!r}, which the policy does not name.",
            )
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


def _is_private(url: str) -> bool:
    """Whether what is sent there can be read on the way by nobody."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")
