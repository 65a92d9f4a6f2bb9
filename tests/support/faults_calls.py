"""System calls of a child that fail: the N-th call of a kind, by strace's fault injection."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.faults import Child, wait_until

CALLS = ("pread64", "pwrite64", "fdatasync", "write", "fsync", "rename")
"""How SQLite reads, writes and syncs its files, and how the head store does."""
_MADE = re.compile(r"^\d+ +(\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """The `number`-th call of `name` (from 1) fails with `error`, once in each thread."""

    name: str
    error: str
    number: int

    @property
    def injection(self) -> str:
        """As strace is told."""
        return f"inject={self.name}:error={self.error}:when={self.number}"


@contextmanager
def traced(
    start: Callable[[str], Child], folder: Path, fault: Fault | None
) -> Iterator[tuple[Child, Path]]:
    """A child under strace, from its first own call on; `start` starts it behind a gate.

    Yields it with the file that lists its `CALLS`.
    """
    gate, trace = folder / "gate", folder / "trace"
    os.mkfifo(gate)
    child = start(str(gate))
    expressions = [f"trace={','.join(CALLS)}", *([fault.injection] if fault else [])]
    words = ["strace", "-f", "-p", str(child.pid), "-o", str(trace)]
    for expression in expressions:
        words += ["-e", expression]
    with (folder / "strace.log").open("wb") as log:
        tracer = subprocess.Popen(words, stderr=log)  # noqa: S603 - our own words
    wait_until(lambda: b"attached" in (folder / "strace.log").read_bytes())
    gate.write_bytes(b"!")
    try:
        yield child, trace
    finally:
        child.kill()
        tracer.wait()


def made(trace: Path) -> Counter[str]:
    """How many calls of each name a child made."""
    return Counter(_MADE.findall(trace.read_text()))


def made_after(trace: Path) -> Counter[str]:
    """How many it made after the one that failed."""
    return Counter(_MADE.findall(trace.read_text().partition("(INJECTED)")[2]))


def can_trace() -> bool:
    """Whether this machine lets us fail the system calls of a process that runs already."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "60"]) as victim:  # noqa: S607 - the system's own
        words = ["strace", "-p", str(victim.pid), "-e", "inject=fsync:error=EIO:when=1"]
        with subprocess.Popen(words, stderr=subprocess.PIPE) as tracer:  # noqa: S603 - our own words
            assert tracer.stderr
            said = tracer.stderr.readline()
            victim.kill()
    return b"attached" in said
