"""Tasks for the crew of an audit that say who did them, or make a helper fail."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledger.audit.source import Source


def where(source: Source, start: int, stop: int) -> tuple[int, int, int]:
    """The process that did it, and the part; it takes a moment, so that nobody does all."""
    time.sleep(0.05)
    return os.getpid(), start, stop


@dataclass(frozen=True)
class Fatal:
    """Ends every process but that of the caller."""

    caller: int

    def __call__(self, source: Source, start: int, stop: int) -> tuple[int, int]:
        """The part."""
        if os.getpid() != self.caller:
            os._exit(1)
        time.sleep(0.01)
        return start, stop


@dataclass(frozen=True)
class Nowhere:
    """A log that cannot be opened in another process."""

    @contextmanager
    def open(self) -> Iterator[Source]:
        """Nothing."""
        raise OSError("it is gone")
        yield


class Unreadable:
    """A source that is nothing, but can be said to be elsewhere."""

    def elsewhere(self) -> Nowhere:
        """A place where it is not."""
        return Nowhere()
