"""Several processes on one log: each opens it for itself and checks one part after another.

A helper is this interpreter again, told over a pipe what to do. Who calls the audit is one of the
crew: it does the next part itself while it waits. Whatever goes wrong with a helper (it cannot be
started, cannot open the log, dies) is no finding: its part is then done here.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, Self, TypeVar

from ledger.audit.source import Elsewhere, Source
from ledger.helper import Helper, help_out

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

AHEAD = 4
"""Parts, for each of the crew, that may be done before the first of them is asked for."""
SELDOM = (100_000, 50, 100)
"""When to look for garbage in cycles: pages of entries come and go by the million, without any."""
_WORDS = "from ledger.audit.crew import help_audit; help_audit()"


class Task(Protocol[R_co]):
    """Checks entries start … stop-1 of a source. Can be pickled, never raises."""

    def __call__(self, source: Source, start: int, stop: int, /) -> R_co:
        """What was found."""
        ...


def help_audit() -> None:
    """Do the tasks that are told on a log that is opened once: the life of a helper."""
    gc.set_threshold(*SELDOM)
    with ExitStack() as stack:
        opened: Elsewhere | None = None
        source: Any = None

        def answer(request: tuple[Elsewhere, Task[Any], int, int]) -> Any:
            nonlocal opened, source
            elsewhere, task, start, stop = request
            if elsewhere != opened:
                stack.close()
                source, opened = stack.enter_context(elsewhere.open()), elsewhere
            return task(source, start, stop)

        help_out(answer)


@dataclass(slots=True)
class _Job(Generic[R]):
    task: Task[R]
    start: int
    stop: int
    result: Future[R] = field(default_factory=Future)


class Crew:
    """Whoever calls, and `jobs` - 1 helpers where the log can be opened elsewhere.

    They start when there is more than one part to do. A context manager, which ends them; within
    it garbage is collected `SELDOM`.
    """

    def __init__(self, source: Source, jobs: int) -> None:
        self._source = source
        self._elsewhere = _elsewhere(source) if jobs > 1 else None
        self.helpers = 0 if self._elsewhere is None else jobs - 1
        """How many parts can be done while the caller does something else."""
        self._open: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._collecting = gc.get_threshold()

    def __enter__(self) -> Self:
        self._collecting = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        return self

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._collecting)
        self._drop_open()
        for _thread in self._threads:
            self._open.put(None)
        for thread in self._threads:
            thread.join()

    def run(
        self, parts: Iterable[tuple[Task[R], int, int]], ahead: int | None = None
    ) -> Generator[R, None, None]:
        """The result of each part (task, start, stop), in order.

        Helpers begin at once, and go on up to `ahead` parts while nobody asks for results.
        """
        jobs = (_Job(*part) for part in parts)
        waiting: deque[_Job[R]] = deque()
        most = AHEAD * (self.helpers + 1) if ahead is None else ahead
        self._put(jobs, waiting, most)
        return self._results(jobs, waiting, most)

    def _results(
        self, jobs: Iterator[_Job[R]], waiting: deque[_Job[R]], most: int
    ) -> Generator[R, None, None]:
        try:
            while waiting:
                while not waiting[0].result.done() and (job := self._next()) is not None:
                    job.result.set_result(job.task(self._source, job.start, job.stop))
                yield waiting.popleft().result.result()
                self._put(jobs, waiting, most)
        finally:
            self._drop_open()

    def _put(self, jobs: Iterator[_Job[R]], waiting: deque[_Job[R]], most: int) -> None:
        for job in islice(jobs, most - len(waiting)):
            waiting.append(job)
            self._open.put(job)
        while len(self._threads) < self.helpers and len(waiting) > len(self._threads) + 1:
            self._threads.append(threading.Thread(target=self._work))
            self._threads[-1].start()

    def _next(self) -> _Job[Any] | None:
        try:
            return self._open.get_nowait()
        except Empty:
            return None

    def _drop_open(self) -> None:
        while self._next() is not None:
            pass

    def _work(self) -> None:
        """Hand what is open to a helper, until the end or until something is wrong with it."""
        job: _Job[Any] | None = None
        try:
            with Helper(_WORDS) as helper:
                while (job := self._open.get()) is not None:
                    request = (self._elsewhere, job.task, job.start, job.stop)
                    job.result.set_result(helper.ask(request))
        except Exception:  # noqa: BLE001 - whatever it is, the part is done here
            if job is not None:
                job.result.set_result(job.task(self._source, job.start, job.stop))


def _elsewhere(source: Source) -> Elsewhere | None:
    try:
        return source.elsewhere()
    except Exception:  # noqa: BLE001 - whatever it is, everything is done here
        return None
