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
from tests.support.faults_load import CHUNK, Load, make_load
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart
from tests.support.postgres import Cluster, cluster
from tests.support.postgres_jobs import keep_on
from tests.support.postgres_ledger import in_schema

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
        self._random = Random("kill postgres")  # noqa: S311 - the same cycles again
        self._writers = 0
        self._writer: BaseProcess | None = None
        self.size = load.base
        self.answers: list[Answer] = []
        self.slowest_s = 0.0

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
        self.size = self._load.base
        self._check()

    def _await_receipt(self) -> None:
        """The next receipt, of a new writer if none lives."""
        self._write()
        heard = self._heard()
        wait_until(lambda: self._heard() > heard, 60.0)

    def _write(self) -> None:
        if self._writer is None:
            self._writers += 1
            how = (self._load, self._load.template, str(self._acks()), self._writers)
            self._writer = _CONTEXT.Process(target=keep_on, args=how, daemon=True)
            self._writer.start()

    def _end_writer(self) -> None:
        if self._writer is not None:
            self._writer.kill()
            self._writer.join()
            self.answers += read_answers(self._acks())[0]
        self._writer = None

    def _acks(self) -> Path:
        return self._folder / f"acks-{self._writers}"

    def _heard(self) -> int:
        return self._acks().stat().st_size if self._acks().exists() else 0

    def _check(self) -> None:
        """All receipts hold, each command is there once and in order, as another process sees it."""
        answers = self.answers + (read_answers(self._acks())[0] if self._writer else [])
        assert not [answer for answer in answers if answer.error]
        self.size = check_restart(self._load, self._load.template, answers, self.size).size


def run(server: Cluster, folder: Path, commands: int, cycles: int) -> Campaign:
    """A campaign over a new ledger; fails when an acknowledged entry is lost or the log forks."""
    in_schema(folder / "template", server)
    campaign = Campaign(server, make_load(folder, commands), folder)
    campaign.kill(cycles)
    campaign.finish()
    assert len(campaign.answers) > cycles
    return campaign


def test_eight_kills_lose_nothing(doomed: Cluster, tmp_path: Path) -> None:
    """Eight kills of server, writer or both under mixed load; receipts and order hold."""
    campaign = run(doomed, tmp_path, 2 * CHUNK, 8)
    assert campaign.slowest_s < LONGEST_RESTART_S


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_two_hundred_kills_lose_nothing(doomed: Cluster, tmp_path: Path) -> None:
    """200 kills of server, writer or both."""
    campaign = run(doomed, tmp_path, 60 * CHUNK, 200)
    record(
        "35-kill-postgres",
        "kill -9 of PostgreSQL, of the writing process, or of both",
        times=200,
        acknowledged=len(campaign.answers),
        slowest_s=campaign.slowest_s,
        found="0 acknowledged entries lost, 0 forks; slowest: to the next receipt",
    )
