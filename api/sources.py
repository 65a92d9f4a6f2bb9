"""What a SOURCE of an audit means: a server's URL, an export folder or a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.client import Client, Desk
from api.database import DatabaseSource
from api.places import SCHEMES, Place, is_ledger, open_moment
from api.remote import NEWEST, WITNESSED, RemoteSource
from ledger.audit.folder import FolderSource
from ledger.audit.source import Source
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.feeding.kept import FILE
from ledger.feeding.wire import Address, parse_address
from ledger.keys import SigningKey
from ledger.store.heads import FileHeadStore
from ledger.store.snapshot import open_snapshot


@contextmanager
def open_source(
    text: str,
    party: str = "",
    key: SigningKey | None = None,
    origins: Collection[str] = (),
    heads: str = "",
    *,
    witnessed: bool = False,
) -> Iterator[Source]:
    """The log at `text`: a server (read as `party`, an auditor, signed in with `key`), an export
    folder, a ledger's folder, its database file or ``sqlite:///…`` URL, or ``postgresql://…`` with
    the URL of its head store. A server's log is read under its newest head, or with `witnessed`
    under the newest that has the quorum which the server asks for.

    A token is a signature: with `origins` it is made for one of these ledgers only, whatever the
    server says it is, and never sent in clear to another machine. Raises `Unavailable` where there
    is none of these, `Refused` for a server of another ledger.
    """
    if text.startswith(("http://", "https://")):
        try:
            address = parse_address(text)
        except ValueError as error:
            raise Unavailable(f"{error}.") from None
        if key is not None and not _is_private(address):
            raise Unavailable(f"{text} is read with a key over https only.")
        origin = str(Client(text).ledger()["data"]["origin"])
        if origins and origin not in origins:
            raise Refused(
                RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
                f"The server is of {origin[:100]!r}, which the policy does not name.",
            )
        client = Client(text, Desk(party, origin, key) if key else None)
        yield RemoteSource(client, WITNESSED if witnessed else NEWEST)
        return
    if text.startswith(SCHEMES):
        with open_moment(Path(), Place(text, heads)) as moment:
            yield DatabaseSource(moment)
        return
    path = Path(text.removeprefix("sqlite:///"))
    if is_ledger(path):
        with open_moment(path) as moment:
            yield DatabaseSource(moment, path / FILE)
    elif path.is_dir():
        yield FolderSource(path)
    elif path.is_file():
        with open_snapshot(path, FileHeadStore(path.with_name("head.json"))) as snapshot:
            yield DatabaseSource(snapshot, path.with_name(FILE))
    else:
        raise Unavailable(f"{text} is no URL, export folder or database.")


def _is_private(address: Address) -> bool:
    """Whether what is sent there can be read on the way by nobody."""
    return address.secure or address.host in ("127.0.0.1", "::1", "localhost")
