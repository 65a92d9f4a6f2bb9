"""Standing up again: the primary is killed under load, the standby promoted, clients retry."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from api.embedded import open_folder
from api.places import Place, read_place, write_place
from ledger.errors import Unavailable
from ledger.store import postgres_link
from tests.support.faults import read_answers, wait_until
from tests.support.faults_load import Load, driven_clock
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart
from tests.support.postgres import OWNER, Cluster, cluster
from tests.support.postgres_jobs import keep_on
from tests.support.postgres_ledger import in_postgres

BEFORE, AFTER = 30, 30
"""Receipts that are awaited before the primary dies, and after the standby took over."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([keep_on.__module__])


@pytest.fixture
def primary() -> Iterator[Cluster]:
    """A server of the test's own."""
    with cluster() as server:
        yield server


@pytest.fixture
def standby(primary: Cluster) -> Iterator[Cluster]:
    """Its synchronous standby."""
    server = Cluster(primary.folder.with_name("two"), primary)
    server.start()
    yield server
    server.kill()


def test_the_standby_takes_over(
    primary: Cluster, standby: Cluster, load: Load, tmp_path: Path
) -> None:
    """Every acknowledged entry is there once, nothing forked, and earlier receipts verify.

    The client knows both servers and finds out by itself which one writes; what it is not
    acknowledged it sends again. The old primary, back by mistake, can write nothing.
    """
    load = in_postgres(load, tmp_path / "ledger", primary)
    folder = load.template
    primary.configure(synchronous_standby_names="'*'")
    primary.reload()
    alone = read_place(folder)
    assert alone is not None
    schema = alone.db.rpartition("=")[2]
    write_place(folder, Place(primary.url(schema, OWNER, standby), alone.heads))
    acks = tmp_path / "acks"
    client = _CONTEXT.Process(target=keep_on, args=(load, folder, str(acks), 1), daemon=True)
    client.start()
    await_receipts(client, acks, BEFORE)
    primary.kill()
    died = time.monotonic()
    before = read_answers(acks)[0]
    standby.configure(synchronous_standby_names="''")
    standby.promote()
    standby.reload()
    await_receipts(client, acks, len(before) + 1)
    seconds = time.monotonic() - died
    await_receipts(client, acks, len(before) + AFTER)
    client.kill()
    client.join()
    answers = read_answers(acks)[0]
    assert answers[: len(before)] == before
    check_restart(load, folder, answers)
    the_old_primary_writes_nothing(primary, folder, alone, load.begun_ms)
    record(
        "36-standby",
        "primary killed under load, synchronous standby promoted",
        times=1,
        acknowledged=len(answers),
        slowest_s=seconds,
        found="clients retried; no acknowledged entry lost, no fork; slowest: to the next receipt",
    )


def await_receipts(client: BaseProcess, acks: Path, count: int) -> None:
    """Wait until the client has so many receipts."""
    wait_until(lambda: len(read_answers(acks)[0]) >= count or not client.is_alive(), 90.0)
    assert client.is_alive(), f"the client ended with status {client.exitcode}"


def the_old_primary_writes_nothing(
    primary: Cluster, folder: Path, alone: Place, begun_ms: int
) -> None:
    """It waits for a standby that is its own master now, so nothing on it is ever signed."""
    primary.start()
    write_place(folder, alone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_link, "COMMIT_SECONDS", 0.5)
        with pytest.raises(Unavailable), open_folder(folder, driven_clock(begun_ms)):
            pass
