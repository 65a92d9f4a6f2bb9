"""Having checkpoints stamped: one exchange with an authority, and once a day while serving."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from api.embedded import Embedded
from ledger.chain.tree import LARGEST_SIZE
from ledger.closing import Closing
from ledger.dates import instant_text
from ledger.errors import LedgerError, Unavailable
from ledger.feeding.feeder import Feeder
from ledger.feeding.kept import CosignedHead
from ledger.feeding.wire import Wire
from ledger.stamping import (
    LARGEST_STAMP,
    QUERY_TYPE,
    Stamp,
    Stamps,
    make_query,
    read_stamp,
)

EVERY_S = 86_400.0
RETRY_S = 600.0
"""Between two attempts, and between two looks whether a day is over."""
TIMEOUT_S = 30.0
FIRST_NO = 300
"""HTTP statuses from here on bring no stamp; below, authorities use 200 and 201."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stamped:
    """The newest stamp: the size of its head and its instant; and why the last attempt failed."""

    size: int = 0
    at: datetime | None = None
    failing: str = ""


def stamp(
    stamps: Stamps, url: str, size: int, note: str, roots: Sequence[x509.Certificate] | None = None
) -> datetime:
    """Have a signed note stamped by the authority at `url` and keep the stamp; its instant.

    With `roots` only a stamp that verifies under them is kept. Raises `Unavailable` when the
    authority does not answer or says no, `Refused` (`timestamp_invalid`) for what is no stamp of
    the note, `ValueError` for a URL that is not http(s), `OSError` when it cannot be kept.
    """
    query = make_query(note)
    try:
        with Wire(url, TIMEOUT_S) as wire:
            answer = wire.exchange("", query.as_bytes(), LARGEST_STAMP, QUERY_TYPE)
    except Unavailable as error:
        raise Unavailable(f"The authority at {url} does not stamp: {error}.") from None
    if answer.status >= FIRST_NO:
        raise Unavailable(f"The authority at {url} does not stamp: it answers {answer.status}.")
    at = read_stamp(answer.body, note, roots=roots, query=query)
    stamps.keep(Stamp(size, note, answer.body))
    return at


class Stamping(Closing):
    """A thread that has the newest head stamped once a day, if it has grown since the last time.

    `head` gives the newest signed head with its cosignatures. An authority that is away changes
    nothing else: it is asked again every ten minutes. Start it with `start`; close it.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        head: Callable[[], CosignedHead],
        clock: Callable[[], float] = time.time,
        pause_s: float = RETRY_S,
    ) -> None:
        self._stamps = Stamps(folder)
        self._url = url
        self._head = head
        self._clock = clock
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="duebill-stamp", daemon=True)
        self.state = self._found()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop; an exchange at hand is not waited for longer than a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def look(self) -> None:
        """Have the newest head stamped if a day is over. Raises nothing: the state says why not."""
        last = self.state
        if last.at is not None and self._clock() - last.at.timestamp() < EVERY_S:
            return
        try:
            head = self._head()
            if head.head.size <= last.size:
                return
            at = stamp(self._stamps, self._url, head.head.size, head.note)
        except (LedgerError, OSError, ValueError) as error:
            if not last.failing:
                _log.warning("no time stamp: %s", error)
            self.state = Stamped(last.size, last.at, str(error)[:300])
        else:
            self.state = Stamped(head.head.size, at)

    def _work(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(self._pause_s)

    def figure(self) -> float:
        """When the newest stamp was made, in unix seconds; 0 before the first."""
        return self.state.at.timestamp() if self.state.at else 0.0

    def tree(self) -> dict[str, Any]:
        """How it is, as JSON."""
        at = self.state.at
        return {
            "size": self.state.size,
            "at": instant_text(int(at.timestamp() * 1000)) if at else None,
            "failing": self.state.failing,
        }

    def _found(self) -> Stamped:
        """The newest stamp that is there."""
        for size in reversed(self._stamps.sizes()):
            try:
                found = self._stamps.read(size)
                return Stamped(size, read_stamp(found.data, found.note))
            except (LedgerError, OSError) as error:
                _log.warning("the time stamp of %d entries is not read: %s", size, error)
        return Stamped()


@contextmanager
def stamping(embedded: Embedded, url: str, feeder: Feeder | None) -> Iterator[Stamping | None]:
    """While the block runs, heads are stamped once a day by the authority at `url`, if any."""
    if not url:
        yield None
        return

    def newest() -> CosignedHead:
        head = embedded.service.newest(LARGEST_SIZE)
        return feeder.over(head) if feeder else CosignedHead(head)

    with Stamping(embedded.folder, url, newest) as found:
        found.start()
        yield found
