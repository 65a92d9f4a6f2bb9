"""Where a backup comes from and where a restore goes: a folder, or a database server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from api.places import Place, is_ledger, read_place, servers, write_place
from api.terminal import progress
from ledger.backup.copying import Moments
from ledger.backup.restoring import HEADS, LEDGER, Deliver
from ledger.errors import RefusalCode, Refused
from ledger.ports import HeadStore, SignedHead
from ledger.store.heads import FileHeadStore, MemoryHeadStore
from ledger.store.snapshot import open_snapshot


@contextmanager
def reading(folder: Path | None, place: Place | None) -> Iterator[tuple[Moments, HeadStore]]:
    """How to open a ledger at its moments, and its signed heads: at `place`, or as `folder` says.

    Raises `Refused` (`ledger_not_open`) where there is none, `Unavailable` when the head store
    cannot be used.
    """
    if place is None and folder is not None:
        if not is_ledger(folder):
            raise Refused(RefusalCode.LEDGER_NOT_OPEN, f"There is no ledger in {folder}.")
        place = read_place(folder)
    if place is not None:
        with servers().opened_heads(place.heads, place.db) as heads:
            yield servers().postgres_moments(place.db), heads
    elif folder is not None:
        heads = FileHeadStore(folder / HEADS)
        yield partial(open_snapshot, folder / LEDGER, heads), heads


def delivery(db: str, heads: str, destination: Path) -> Deliver:
    """Puts a complete ledger into the empty schema at the URL `db`, its keys' folder aside.

    Its signed head goes to the head store at the URL `heads`, by default the file in the folder.
    """
    place = Place(db, heads or (destination.absolute() / HEADS).as_uri())

    def deliver(work: Path, head: SignedHead) -> None:
        known = MemoryHeadStore()
        known.swap(None, head)
        driver = servers()
        with (
            open_snapshot(work / LEDGER, known) as view,
            driver.PostgresStore(db, known) as store,
        ):
            driver.load(view, store, progress)
        with driver.opened_heads(heads, db) if heads else _in(work) as store_of_heads:
            there = store_of_heads.read()
            if there is None or there.size < head.size:
                store_of_heads.swap(there, head)
        for file in work.glob(f"{LEDGER}*"):
            file.unlink()
        write_place(work, place)

    return deliver


@contextmanager
def _in(work: Path) -> Iterator[HeadStore]:
    yield FileHeadStore(work / HEADS)
