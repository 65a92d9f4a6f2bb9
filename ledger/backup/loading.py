"""From a restored file into a database server, and out of one: what PostgreSQL needs of a backup.

Needs the PostgreSQL driver: only who uses a server imports this.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext

from ledger.backup.copying import Moments, Stage, head_of, silent
from ledger.catalogue import RECORDS
from ledger.chain.entry import Head, read_entry
from ledger.chain.tiles import Edge
from ledger.errors import Halted, RefusalCode, Refused
from ledger.ports import Batch
from ledger.store.log import digest_of
from ledger.store.postgres import PostgresStore
from ledger.store.postgres_link import PostgresDriver, connect, read_url, reading_errors
from ledger.store.postgres_view import PostgresView, one_moment
from ledger.store.snapshot import Snapshot
from ledger.store.sqlite import View

GROUP = 1_000
"""Entries, or records, that are written at once."""
FOR_EVER = 0
"""A backup may write for minutes between two reads."""


def postgres_moments(url: str) -> Moments:
    """Opens the ledger in a PostgreSQL schema as of its last commit, read-only.

    Raises `Unavailable` when the server cannot be reached or read, `Halted` when it is damaged.
    """

    @contextmanager
    def open_moment() -> Iterator[View]:
        with (
            reading_errors(),
            closing(connect(read_url(url))) as connection,
            one_moment(connection, FOR_EVER),
        ):
            driver = PostgresDriver(connection)
            yield PostgresView(lambda: nullcontext(driver))

    return open_moment


def load(view: Snapshot, store: PostgresStore, stage: Stage = silent) -> None:
    """Fill an empty ledger on a server with all that an audited one holds.

    Its head store is left alone: without a head in it nobody writes to the ledger. Raises
    `Refused` (`ledger_is_open`) when there are entries, `Halted` when what was stored is not what
    was read, and what `Store.commit` raises.
    """
    if store.size():
        raise Refused(RefusalCode.LEDGER_IS_OPEN, "The schema of the database holds a ledger.")
    _load_log(view, store, stage)
    with store.rebuilding() as records:
        for kind in RECORDS:
            found = view.records.scan(kind)
            while some := list(itertools.islice(found, GROUP)):
                records.put(some)
    if head_of(store, stage).frontier != head_of(view, stage).frontier:
        raise Halted("The entries on the server are not those that were loaded.")


def _load_log(view: Snapshot, store: PostgresStore, stage: Stage) -> None:
    size, edge, head = view.size(), Edge(), Head()
    documents = view.documents()
    with stage("loading", size) as tell:
        for start in range(0, size, GROUP):
            stop = min(start + GROUP, size)
            entries = [read_entry(data) for data in view.entries(start, stop)]
            edge, full = edge.grow([entry.leaf for entry in entries])
            disclosures = [
                (seq, digest_of(text.encode()), text)
                for seq, texts in view.disclosures(start, stop).items()
                for text in texts
            ]
            store.commit(Batch(entries, full, disclosures, documents, (), head))
            documents = {}
            tell(stop)
