"""A writer that dies at any moment: what it had acknowledged is there when it starts again."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

from ledger.parties.state import Spent
from ledger.store.heads import MemoryHeadStore
from ledger.store.sqlite import SqliteStore
from tests.ledger.store.sample import Writer, write_for_ever

CYCLES = 12


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    """A dozen times the writer gets SIGKILL; no acknowledged entry is lost, no batch is torn.

    The child acknowledges only after `commit` returned and is killed after another time in each
    cycle; each child goes on from what the one before left, lock file and WAL included.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([write_for_ever.__module__])
    path = tmp_path / "ledger.db"
    for cycle in range(CYCLES):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=write_for_ever, args=(path, there))
        child.start()
        there.close()
        acknowledged = here.recv()
        time.sleep(0.007 * cycle)
        child.kill()
        child.join()
        acknowledged = last_of(here, acknowledged)
        with SqliteStore(path, MemoryHeadStore()) as store:
            assert store.size() >= acknowledged
            assert store.size() % 3 == 0
            assert len(list(store.records.scan(Spent))) == store.size()
    with SqliteStore(path, MemoryHeadStore()) as store:
        again = Writer()
        again.batch(store.size())
        assert store.size() >= 3 * CYCLES
        assert list(store.entries(0, store.size())) == [entry.data for entry in again.entries]


def last_of(pipe: Connection, number: int) -> int:
    """The last number that came through a pipe whose writer is gone."""
    try:
        while True:
            number = pipe.recv()
    except EOFError:
        pipe.close()
        return number
