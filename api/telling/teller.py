"""A thread that tells parties what they asked to be told, at the address that they signed.

Every look: changes of their keys and recoveries, entry by entry. Once a day, from midnight of the
legal time zone on: what was acknowledged in an obligor's name the day before, and what falls due.
What does not arrive is tried again, ever more rarely, until it does; writing never waits for any
of it. A message may arrive twice, under the same name.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from api.embedded import Embedded
from api.figures import Figure
from api.settings import Settings
from api.telling.changes import write_changes
from api.telling.courier import Carry, Courier
from api.telling.outbox import Outbox, told_in
from api.telling.reminding import write_reminders
from api.telling.statements import write_statements
from ledger.closing import Closing
from ledger.errors import LedgerError

PAUSE_S = 60.0
"""Between two looks."""
RETRY_S, LONGEST_S, MOST_DOUBLED = 60.0, 6 * 3600.0, 9
"""After the first failure of an address, and at most; twice as long after each."""
PATIENCE = 3
"""So often a message is tried before those after it have their turn."""
PASS_S = 60.0
"""So long messages are sent before it is looked whether more urgent ones are to be written."""
WRITERS: tuple[Callable[[Embedded, Outbox], None], ...] = (
    write_changes,
    write_statements,
    write_reminders,
)
"""What writes messages into the outbox, the most urgent first."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Trying:
    """An address that did not answer: how often, and when it is tried again (milliseconds)."""

    failures: int = 0
    next_ms: int = 0


class Teller(Closing):
    """Writes and sends the messages of an open ledger. Start it with `start`; close it."""

    def __init__(
        self, embedded: Embedded, outbox: Outbox, carry: Carry, pause_s: float = PAUSE_S
    ) -> None:
        self.sent = 0
        self.failures = 0
        self.waiting = 0
        self.failing = ""
        """Why the last message that was tried did not arrive; empty when it did."""
        self._embedded = embedded
        self._outbox = outbox
        self._carry = carry
        self._pause_s = pause_s
        self._trying: dict[str, Trying] = {}
        self._missed: Counter[str] = Counter()
        self._answered: set[str] = set()
        self._failed_of: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="duebill-tell", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop; an exchange at hand is not waited for longer than a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def look(self) -> None:
        """Write what is due, and try to send what waits. Raises nothing: the state says why not."""
        writing = [partial(write, self._embedded, self._outbox) for write in WRITERS]
        steps: list[Callable[[], None]] = [*writing, self._send]
        for step in steps:  # what cannot be written holds up nothing else
            try:
                step()
            except (LedgerError, OSError) as error:
                self._failed(error)

    def _work(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(self._pause_s)

    def _send(self) -> None:
        until = monotonic() + PASS_S
        for name in sorted(self._outbox.names(), key=self._turn):
            if self._stop.is_set():
                return
            self._try(name)
            if monotonic() >= until:
                break
        self.waiting = len(self._outbox.names())

    def _turn(self, name: str) -> tuple[int, int]:
        """In their order; but one that is never taken holds up no other to its address.

        And a party whose addresses do not answer holds up nobody else, however many it names; not
        even itself, at the address that answered last time.
        """
        party, tag = told_in(name)
        failed = 0 if tag in self._answered else self._failed_of[party]
        return self._missed[name] // PATIENCE, failed // PATIENCE

    def _try(self, name: str) -> None:
        """Bring a message, unless its address did not answer lately: many cost no more than one."""
        message = self._outbox.read(name)
        if message is None:
            self._outbox.done(name)
            return
        trying = self._trying.get(message.address, Trying())
        at_ms = self._embedded.clock()
        if at_ms < trying.next_ms:
            return
        party, tag = told_in(name)
        try:
            self._carry(message)
        except (LedgerError, OSError) as error:
            self._missed[name] += 1
            self._failed_of[party] += 1
            self._answered.discard(tag)
            self._trying[message.address] = trying
            wait_s = min(RETRY_S * 2 ** min(trying.failures, MOST_DOUBLED), LONGEST_S)
            trying.failures += 1
            trying.next_ms = at_ms + int(wait_s * 1000)
            self._failed(error)
            return
        self._outbox.done(name)
        self._answered.add(tag)
        self._trying.pop(message.address, None)
        self._missed.pop(name, None)
        self.sent += 1
        self.failing = ""

    def _failed(self, error: Exception) -> None:
        if not self.failing:
            _log.warning("a message was not written or sent: %s", error)
        self.failures += 1
        self.failing = str(error)[:300]

    def tree(self) -> dict[str, Any]:
        """How it is, as JSON; no address is in it."""
        return {
            "sent": self.sent,
            "waiting": self.waiting,
            "failures": self.failures,
            "failing": self.failing,
        }

    def figures(self) -> list[Figure]:
        """The figures for /metrics."""
        return [
            ("duebill_told_total", "Messages that were sent.", "counter", {"": self.sent}),
            ("duebill_untold", "Messages that wait to be sent.", "gauge", {"": self.waiting}),
            (
                "duebill_telling_failures_total",
                "Times that a message could not be written or sent.",
                "counter",
                {"": self.failures},
            ),
        ]


@contextmanager
def telling(embedded: Embedded, settings: Settings) -> Iterator[Teller | None]:
    """While the block runs, parties are told, unless the settings say no."""
    if not settings.tell:
        yield None
        return
    folder = embedded.folder / "outbox"
    sender = f"duebill@{embedded.ledger.origin.partition('/')[0]}"
    courier = Courier(folder / "mails", sender, private=settings.tell_private)
    with Teller(embedded, Outbox(folder), courier) as teller:
        teller.start()
        yield teller
