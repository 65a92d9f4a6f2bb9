"""Several processes on one log: each opens it for itself and checks one part after another.

A helper is this interpreter again, told over a pipe what to do. Who calls the audit is one of the
crew: it does the next part itself while it waits. Whatever goes wrong with a helper (it cannot be
started, cannot open the log, dies) is no finding: its part is then done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
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

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

AHEAD = 4
"""Parts, for each of the crew, that may be done before the first of them is asked for."""
SELDOM = (100_000, 50, 100)
"""When to look for garbage in cycles: pages of entries come and go by the million, without any."""
_HELPER = "from ledger.audit.crew import help_out; help_out()"


class Task(Protocol[R_co]):
    """Checks entries start … stop-1 of a source. Can be pickled, never raises."""

    def __call__(self, source: Source, start: int, stop: int, /) -> R_co:
        """What was found."""
        ...


class Helper:
    """A process that does tasks on the log at `elsewhere`. A context manager, which ends it."""

    def __init__(self, elsewhere: Elsewhere | None) -> None:
        self._elsewhere = elsewhere
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter with our own words
            [sys.executable, "-c", _HELPER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def do(self, task: Task[R], start: int, stop: int) -> R:
        """What `task` finds there. Raises whatever goes wrong with the process."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None and answers is not None  # noqa: S101, PT018 - both are pipes
        pickle.dump((self._elsewhere, task, start, stop), requests)
        requests.flush()
        result: R = pickle.load(answers)  # noqa: S301 - from our own process
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def help_out() -> None:
    """Do what is told on standard input, until it ends: the life of a helper."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted audit ends its helpers itself
    gc.set_threshold(*SELDOM)
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr
    opened: Elsewhere | None = None
    source: Any = None
    with ExitStack() as stack:
        while True:
            try:
                elsewhere, task, start, stop = pickle.load(requests)  # noqa: S301 - our caller's
            except EOFError:
                return
            if elsewhere != opened:
                stack.close()
                source, opened = stack.enter_context(elsewhere.open()), elsewhere
            pickle.dump(task(source, start, stop), answers)
            answers.flush()


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
            with Helper(self._elsewhere) as helper:
                while (job := self._open.get()) is not None:
                    job.result.set_result(helper.do(job.task, job.start, job.stop))
        except Exception:  # noqa: BLE001 - whatever it is, the part is done here
            if job is not None:
                job.result.set_result(job.task(self._source, job.start, job.stop))


def _elsewhere(source: Source) -> Elsewhere | None:
    try:
        return source.elsewhere()
    except Exception:  # noqa: BLE001 - whatever it is, everything is done here
        return None
