"""kill -9 of the database server, of the process that writes, or of both: nothing is lost."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import pytest

from tests.support.faults import Answer, read_answers, wait_until
from tests.support.faults_load import Load
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart
from tests.support.postgres import Cluster, cluster
from tests.support.postgres_jobs import keep_on
from tests.support.postgres_ledger import in_postgres

LONGEST_RESTART_S = 30.0
"""After so long the server and a new process must take commands again, on the busiest machine."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([keep_on.__module__])


@pytest.fixture
def doomed() -> Iterator[Cluster]:
    """A server of the test's own, to be killed."""
    with cluster() as server:
        yield server


class Campaign:
    """Cycles of writing and dying on one ledger; the client retries until it has its receipts."""

    def __init__(self, server: Cluster, load: Load, folder: Path) -> None:
        self._server, self._load, self._folder = server, load, folder
        self._ledgers = 0
        self._random = Random("kill postgres")  # noqa: S311 - the same cycles again
        self._writers = 0
        self._writer: BaseProcess | None = None
        self.acknowledged = 0
        self.slowest_s = 0.0
        self._begin()

    def _begin(self) -> None:
        """A fresh copy of the ledger, on which the load begins anew."""
        self._ledgers += 1
        folder = self._folder / f"ledger-{self._ledgers}"
        self._here = in_postgres(self._load, folder, self._server)
        self._size = self._load.base
        self._answers: list[Answer] = []

    def kill(self, times: int) -> None:
        """So many cycles, of each kind one third."""
        for number in range(times):
            self._await_receipt()
            time.sleep(self._random.uniform(0.0, 0.15))
            began = time.monotonic()
            if number % 3 != 1:
                self._server.kill()
            if number % 3 != 0:
                self._end_writer()
            if number % 3 != 1:
                self._server.start()
            self._await_receipt()
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self._check()

    def finish(self) -> None:
        """End the writer and look at the whole log once more, entry by entry."""
        self._end_writer()
        self._size = self._load.base
        self._check()
        self.acknowledged += len(self._answers)

    def _await_receipt(self) -> None:
        """The next receipt: of a new writer if none lives, of a new ledger if the load is over."""
        writer, heard = self._write(), self._heard()
        wait_until(lambda: self._heard() > heard or not writer.is_alive(), 60.0)
        if not writer.is_alive():
            assert writer.exitcode == 0, f"the writer ended with status {writer.exitcode}"
            self.finish()
            self._begin()
            self._await_receipt()

    def _write(self) -> BaseProcess:
        """The writer that lives, or a new one."""
        if self._writer is None:
            self._writers += 1
            how = (self._here, self._here.template, str(self._acks()), self._writers)
            self._writer = _CONTEXT.Process(target=keep_on, args=how, daemon=True)
            self._writer.start()
        return self._writer

    def _end_writer(self) -> None:
        if self._writer is not None:
            self._writer.kill()
            self._writer.join()
            self._answers += read_answers(self._acks())[0]
        self._writer = None

    def _acks(self) -> Path:
        return self._folder / f"acks-{self._writers}"

    def _heard(self) -> int:
        return self._acks().stat().st_size if self._acks().exists() else 0

    def _check(self) -> None:
        """All receipts hold, each command is there once and in order; for another process, too."""
        answers = self._answers + (read_answers(self._acks())[0] if self._writer else [])
        assert not [answer for answer in answers if answer.error]
        self._size = check_restart(self._here, self._here.template, answers, self._size).size


def test_eight_kills_lose_nothing(doomed: Cluster, load: Load, tmp_path: Path) -> None:
    """Eight kills of server, writer or both under mixed load; receipts and order hold."""
    campaign = Campaign(doomed, load, tmp_path)
    campaign.kill(8)
    campaign.finish()
    assert campaign.acknowledged > 8
    assert campaign.slowest_s < LONGEST_RESTART_S


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_two_hundred_kills_lose_nothing(doomed: Cluster, load: Load, tmp_path: Path) -> None:
    """200 kills of server, writer or both."""
    campaign = Campaign(doomed, load, tmp_path)
    campaign.kill(200)
    campaign.finish()
    record(
        "35-kill-postgres",
        "kill -9 of PostgreSQL, of the writing process, or of both",
        times=200,
        acknowledged=campaign.acknowledged,
        slowest_s=campaign.slowest_s,
        found="0 acknowledged entries lost, 0 forks; slowest: to the next receipt",
    )
