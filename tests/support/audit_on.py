"""An audit that goes on: logs that grow, sources that count what is read, states laid open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.audit.findings import Level, Report
from ledger.audit.folder import FolderSource, disclosure_path
from ledger.audit.run import audit
from ledger.audit.source import Source
from ledger.audit.statefile import open_state
from ledger.chain.entry import Head, follow, read_entry
from ledger.chain.tiles import tree_bundles, tree_tiles
from ledger.chain.trust import TrustPolicy, trust_in
from ledger.store.records import temporary_records
from tests.support.long_log import LongLog

VERSION = "1.0"


def beginning(log: LongLog, size: int) -> LongLog:
    """The log as it was with so many entries."""
    head = Head()
    for data in log.made[:size]:
        head = follow(head, read_entry(data))
    sealed = {seq: texts for seq, texts in log.sealed.items() if seq < size}
    return LongLog(made=log.made[:size], sealed=sealed, head=head)


def audit_on(
    source: Source,
    state: Path,
    trust: TrustPolicy,
    level: Level = Level.SIGNATURES,
    **how: Any,
) -> Report:
    """The report of an audit that goes on from `state`, and is kept there."""
    with open_state(state, VERSION, level, trust) as kept:
        return audit(source, temporary_records, level=level, trust=trust, state=kept, **how)


def audit_folder(
    folder: Path, state: Path, log: LongLog, level: Level = Level.SIGNATURES, **how: Any
) -> Report:
    """The same of an export of a log."""
    return audit_on(FolderSource(folder), state, trust_in(log.keys), level, **how)


def new_files(size: int, known: int) -> set[str]:
    """What an audit reads of an export of so many entries of which it knew so many."""
    places = {tile.path for tile in tree_tiles(size, known)} | {"checkpoint"}
    for bundle in tree_bundles(size, known):
        places |= {bundle.path, disclosure_path(bundle.index)}
    return places


class CountingSource(FolderSource):
    """An export of which every file that is read is noted with its bytes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: dict[str, int] = {}

    def elsewhere(self) -> Any:
        """Nowhere else, so that nothing is read unnoticed."""

    def _read(self, place: str) -> bytes:
        data = super()._read(place)
        self.read[place] = self.read.get(place, 0) + len(data)
        return data


def laid_open(state: Path) -> dict[str, list[Any]]:
    """Every row of every table of a state file."""
    with reading(state) as driver:
        tables = driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(driver.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608 - names from the schema
            for (name,) in tables
        }


@contextmanager
def reading(state: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a state file."""
    driver = sqlite3.connect(state)
    try:
        yield driver
    finally:
        driver.close()
