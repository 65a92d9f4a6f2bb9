"""The crew of an audit: results in order, whoever does the parts and whatever befalls a helper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.crew import Crew, Task
from ledger.audit.folder import FolderSource
from tests.support.tasks import Fatal, Unreadable, where

SPANS = [(start, start + 10) for start in range(0, 200, 10)]


def parts(task: Task[Any]) -> Iterator[tuple[Task[Any], int, int]]:
    """The task over all spans."""
    return ((task, start, stop) for start, stop in SPANS)


def test_alone_everything_is_done_here_in_order(tmp_path: Path) -> None:
    """One job: no helper, and nothing is done before it is asked for."""
    done: list[int] = []

    def note(source: object, start: int, stop: int) -> int:
        done.append(start)
        return start

    with Crew(FolderSource(tmp_path), 1) as crew:
        assert crew.helpers == 0
        results = crew.run(parts(note))
        assert done == []
        assert next(results) == 0
        assert done == [0]
        assert list(results) == [start for start, _ in SPANS[1:]]


@pytest.mark.parametrize("jobs", [2, 3])
def test_helpers_share_the_work_and_the_results_stay_in_order(tmp_path: Path, jobs: int) -> None:
    """Each part once, in order; the caller and at least one other process did some."""
    with Crew(FolderSource(tmp_path), jobs) as crew:
        for _ in range(100):  # a helper takes a while to start, on a busy machine a long one
            results = list(crew.run(parts(where)))
            assert [(start, stop) for _, start, stop in results] == SPANS
            processes = {process for process, _, _ in results}
            if len(processes) > 1:
                break
        assert 2 <= len(processes) <= jobs


def test_helpers_go_on_while_nobody_asks(tmp_path: Path) -> None:
    """All parts may be done by helpers when the caller has something else to do."""
    with Crew(FolderSource(tmp_path), 2) as crew:
        results = crew.run(parts(where), ahead=len(SPANS))
        crew._threads[0].join(timeout=0.1)
        while crew._open.qsize():
            crew._threads[0].join(timeout=0.1)
        assert os.getpid() not in {process for process, _, _ in results}


def test_a_helper_that_dies_leaves_its_part_to_the_caller(tmp_path: Path) -> None:
    """No part is lost, and none is done twice."""
    with Crew(FolderSource(tmp_path), 3) as crew:
        assert list(crew.run(parts(Fatal(os.getpid())))) == SPANS


def test_a_log_that_another_process_cannot_open_is_read_here() -> None:
    """Nor is that anything to report."""
    source: Any = Unreadable()
    with Crew(source, 3) as crew:
        assert list(crew.run(parts(Fatal(os.getpid())))) == SPANS


def test_who_stops_asking_leaves_nothing_open(tmp_path: Path) -> None:
    """A run over more parts than can be counted ends with its iterator."""
    endless = ((where, start, start + 1) for start in range(2**62))
    with Crew(FolderSource(tmp_path), 2) as crew:
        results = crew.run(endless)
        assert next(results)[1:] == (0, 1)
        results.close()
        assert crew._open.qsize() == 0


def test_a_source_that_cannot_say_where_it_is(tmp_path: Path) -> None:
    """It is read here alone."""

    class Silent(FolderSource):
        def elsewhere(self) -> Any:
            raise OSError("unknown")

    with Crew(Silent(tmp_path), 2) as crew:
        assert crew.helpers == 0
        assert [item[1:] for item in crew.run(parts(partial(where)))] == SPANS
