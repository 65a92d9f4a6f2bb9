"""Child processes that may be killed, stopped and starved, and what they were answered.

with open_nursery(folder) as nursery:
    child = nursery.start("write", load, ledger, acks=..., seed=1)
    child.kill()
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.support.faults_load import Load
from tests.support.waiting import PATIENCE_S, wait_until
from tests.tidy import ROOT


class Child:
    """A process of the nursery; not reaped before `wait`, so its number stays its own."""

    def __init__(self, nursery: Nursery, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self._nursery = nursery
        self._handle = os.pidfd_open(pid)
        self._status: int | None = None

    def kill(self, number: int = signal.SIGKILL) -> int:
        """Send a signal that ends it, and wait for the end."""
        self.signal(number)
        return self.wait()

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens to a child that has ended."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def stop(self) -> None:
        """Stop all its threads where they are; returns when none runs any more."""
        self.signal(signal.SIGSTOP)
        wait_until(lambda: self.has_ended(0) or set(self._states()) <= set("TtZX"))

    def go_on(self) -> None:
        """Let a stopped child go on."""
        self.signal(signal.SIGCONT)

    def has_ended(self, within_s: float) -> bool:
        """Whether it ends within so many seconds."""
        return bool(select.select([self._handle], [], [], within_s)[0])

    def wait(self, within_s: float = PATIENCE_S) -> int:
        """Its exit status once it has ended; minus the signal that ended it."""
        if self._status is None:
            assert self.has_ended(within_s), f"It runs on after {within_s} s:\n{self.says()}"
            self._status = self._nursery.reap(self.pid)
            os.close(self._handle)
        return self._status

    def says(self) -> str:
        """What it printed."""
        return self.log.read_text() if self.log.exists() else ""

    def _states(self) -> Iterator[str]:
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                yield (task / "stat").read_text().rpartition(")")[2].split()[0]


class Nursery:
    """A process with everything imported, which forks children (`tests.support.faults_jobs`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.faults_jobs"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def warm_up(self, load: Load) -> None:
        """Let children be quick from their first moment on."""
        self._ask({"warm": load.tree(), "folder": str(self._folder / "warm")})

    def start(self, job: str, load: Load, ledger: Path, *, gate: str = "", **how: Any) -> Child:
        """A child that does `job` on a ledger; it waits for a byte from the pipe `gate`, if any."""
        log = self._folder / f"child-{len(self._children)}.log"
        order = {"job": job, "load": load.tree(), "folder": str(ledger), "how": how}
        pid = self._ask({**order, "gate": gate, "log": str(log)})
        self._children.append(Child(self, pid, log))
        return self._children[-1]

    def reap(self, pid: int) -> int:
        """The exit status of a child that has ended."""
        return self._ask({"wait": pid})

    def close(self) -> None:
        """End all that still runs."""
        for child in self._children:
            child.kill()
        self._process.communicate(timeout=PATIENCE_S)

    def _ask(self, order: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def open_nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery that ends with the block; its children's words are kept in `folder`."""
    nursery = Nursery(folder)
    try:
        yield nursery
    finally:
        nursery.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child was answered to command `index`: a place in the log, or an error's name."""

    index: int
    seq: int = -1
    leaf: str = ""
    note: str = ""
    error: str = ""
    says: str = ""


def read_answers(path: Path) -> tuple[list[Answer], dict[str, Any]]:
    """All answers in a child's file, and what else it noted. A line cut short was not said."""
    answers: list[Answer] = []
    notes: dict[str, Any] = {}
    whole, _, _ = (path.read_text() if path.exists() else "").rpartition("\n")
    for line in whole.splitlines():
        tree = json.loads(line)
        if "index" in tree:
            answers.append(Answer(**tree))
        else:
            notes |= tree
    return answers, notes


@contextmanager
def at(*place: object) -> Iterator[None]:
    """A failure in the block says where in the campaign it was."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"at {' '.join(map(str, place))}")
        raise


def seeded(*seed: object) -> Random:
    """Chance that is the same in every run."""
    return Random(" ".join(map(str, seed)))  # noqa: S311 - a repeatable campaign, no secret
