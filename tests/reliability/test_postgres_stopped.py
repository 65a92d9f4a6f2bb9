"""A server that is stopped where it stands, perhaps in its turn: the other one goes on.

The head is a row on another server, which throws out who falls silent; nobody can do so with a
file.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from api.embedded import open_folder
from tests.support.faults import Answer, Nursery
from tests.support.faults_load import Load, driven_clock, registrations
from tests.support.faults_net import Caller, Server, receipt_of
from tests.support.faults_verdict import check_receipts
from tests.support.postgres import Cluster, cluster, new_schema
from tests.support.postgres_ledger import in_postgres

LONGEST_S = 40.0
"""A holder that is silent is thrown out after 5 s; one that says half a word, after 20 s; the rest
is for a busy machine. Nobody but us lets the stopped server go on, and only afterwards.
"""


class Pump:
    """Sends commands to a server from a thread of its own, one after the other, until closed."""

    def __init__(self, port: int, commands: list[bytes]) -> None:
        self.receipts: list[Answer] = []
        self._port, self._commands = port, commands
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with closing(Caller(self._port)) as caller:
            for command in self._commands:
                if self._done.is_set():
                    return
                self.receipts.append(receipt_of(caller.insist(command)))

    def close(self) -> None:
        """Send no more, and wait for the last answer."""
        self._done.set()
        self._thread.join()


def stop_often(nursery: Nursery, load: Load, times: int) -> float:
    """Stop a server so many times under load; the longest that the other one needed to go on."""
    random = Random("stop")  # noqa: S311 - the same moments again
    commands = registrations(400 + 2 * times)
    stopped, other = (Server(nursery, load, load.template) for _ in range(2))
    pump, receipts, longest = Pump(stopped.port, commands[2 * times :]), [], 0.0
    for number in range(times):
        time.sleep(random.uniform(0.05, 0.3))
        stopped.child.stop()
        began = time.monotonic()
        with closing(Caller(other.port)) as caller:
            receipts.append(receipt_of(caller.insist(commands[2 * number])))
        longest = max(longest, time.monotonic() - began)
        stopped.child.go_on()
        with closing(Caller(stopped.port)) as caller:
            receipts.append(receipt_of(caller.insist(commands[2 * number + 1])))
    pump.close()
    receipts += pump.receipts
    assert len(pump.receipts) > times
    assert len({receipt.seq for receipt in receipts}) == len(receipts)
    with open_folder(load.template, driven_clock(load.begun_ms)) as embedded:
        assert embedded.store.size() == load.base + len(receipts)
        check_receipts(embedded, receipts)
    for server in (stopped, other):
        assert server.child.kill(15) == 0, server.child.says()
    return longest


def test_a_stopped_server_holds_up_nobody(
    nursery: Nursery, load: Load, postgres: Cluster, tmp_path: Path
) -> None:
    """Three times a server is stopped under load; the other goes on, and the first afterwards."""
    with cluster() as elsewhere:
        moved = in_postgres(load, tmp_path / "ledger", postgres, new_schema(elsewhere))
        assert stop_often(nursery, moved, 3) < LONGEST_S


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_server_stopped_fifty_times(
    nursery: Nursery, load: Load, postgres: Cluster, tmp_path: Path
) -> None:
    """The same at fifty moments, some of them in the middle of a turn."""
    with cluster() as elsewhere:
        moved = in_postgres(load, tmp_path / "ledger", postgres, new_schema(elsewhere))
        assert stop_often(nursery, moved, 50) < LONGEST_S
