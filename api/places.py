"""Where a ledger's database and its head store are: in its folder, or at URLs that it names.

ledger.db, head.json   the embedded ledger, both in the folder
database.json          else: ``{"db": "postgresql://…", "heads": "…"}``, readable by its owner alone
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from api.private import write_private
from ledger import canonical
from ledger.errors import Refused, Unavailable
from ledger.ports import HeadStore
from ledger.store.heads import FileHeadStore
from ledger.store.snapshot import Moment, open_snapshot
from ledger.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from ledger.store.postgres import PostgresStore

OpenStore: TypeAlias = "SqliteStore | PostgresStore"
SCHEMES = ("postgresql://", "postgres://")
_FILE = "database.json"


@dataclass(frozen=True, slots=True)
class Place:
    """The URLs of a ledger's database and of its head store, which must be outside of it."""

    db: str
    heads: str


def read_place(folder: Path) -> Place | None:
    """What a folder says of its ledger; None for one that is in the folder itself.

    Raises `Unavailable` for a file that does not say it.
    """
    try:
        tree = canonical.parse((folder / _FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, Refused):
        tree = None
    if not isinstance(tree, dict) or {type(tree.get(name)) for name in ("db", "heads")} != {str}:
        raise Unavailable(
            f"{folder / _FILE} does not name a database (db) and a head store (heads)."
        )
    return Place(tree["db"], tree["heads"])


def write_place(folder: Path, place: Place) -> None:
    """Let a folder name the place of its ledger. The URLs may hold passwords."""
    tree = {"db": place.db, "heads": place.heads}
    write_private(folder / _FILE, canonical.encode(tree) + b"\n")


def is_ledger(folder: Path) -> bool:
    """Whether there is a ledger in a folder, or one that it names."""
    return (folder / "ledger.db").is_file() or (folder / _FILE).is_file()


@contextmanager
def open_stores(
    folder: Path, place: Place | None = None, *, rebuild: bool = False
) -> Iterator[tuple[OpenStore, HeadStore]]:
    """The database and the head store of a ledger: at `place`, else as its folder says.

    `rebuild` as in the stores. Raises `Unavailable` when one of them cannot be used, or when the
    head store of a database server is in that very server.
    """
    place = place or read_place(folder)
    if place is None:
        heads = FileHeadStore(folder / "head.json")
        with SqliteStore(folder / "ledger.db", heads, rebuild=rebuild) as store:
            yield store, heads
    else:
        with _servers(place).open_server(place.db, place.heads, rebuild=rebuild) as opened:
            yield opened


@contextmanager
def open_moment(folder: Path, place: Place | None = None) -> Iterator[Moment]:
    """A ledger as of one commit, for reading alone, with its last signed head.

    The ledger is at `place`, else as its folder says. Raises `Unavailable` when it or its head
    store cannot be used.
    """
    place = place or read_place(folder)
    if place is None:
        heads = FileHeadStore(folder / "head.json")
        with open_snapshot(folder / "ledger.db", heads) as snapshot:
            yield snapshot
    else:
        with _servers(place).open_moment(place.db, place.heads) as moment:
            yield moment


def grant_roles(place: Place) -> None:
    """Give the roles `duebill_app` and `duebill_auditor` their rights, as the ledger's owner.

    Raises `Unavailable` when that cannot be done.
    """
    _servers(place).grant_roles(place.db)


def servers() -> Any:
    """The module `api.server_places`. Raises `Unavailable` where its driver is not installed."""
    try:
        from api import server_places  # noqa: PLC0415 - only who uses a server needs its driver
    except ImportError:
        raise Unavailable("The PostgreSQL driver is missing: install duebill[postgres].") from None
    return server_places


def _servers(place: Place) -> Any:
    """As `servers`, for a place that it can open."""
    if not place.db.startswith(SCHEMES):
        raise Unavailable("A database server is named by postgresql://host/database?schema=name.")
    if not place.heads:
        raise Unavailable(
            "The head store is missing: name one outside the database server, such as"
            " file:///folder/head.json or postgresql://other-host/database."
        )
    return servers()
