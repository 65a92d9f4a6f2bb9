"""A thread that tells each obligor once a day what was acknowledged in its name the day before.

To the address that the obligor signed (`party.set_contact`), from midnight of the legal time zone
on. What does not arrive is tried again, ever more rarely, until it does; writing never waits for
any of it. A message may arrive twice, and says of which day it is.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.embedded import Embedded
from api.figures import Figure
from api.reporting import acknowledged_file
from api.settings import Settings
from api.telling.courier import Carry, Courier
from api.telling.outbox import MOST_WAITING, Message, Outbox, between
from ledger.closing import Closing
from ledger.dates import civil_date
from ledger.errors import LedgerError
from ledger.parties.commands import Notice, Role
from ledger.parties.records import Contact, Party

PAUSE_S = 60.0
"""Between two looks."""
RETRY_S, LONGEST_S, MOST_DOUBLED = 60.0, 6 * 3600.0, 9
"""After the first failure of a message, and at most; twice as long after each."""
MOST_DAYS = 7
"""Days that are made up for after a standstill; older statements can be asked for."""

_STATEMENT = "daily-statement"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Trying:
    """A message that did not arrive: how often, and when it is tried again (milliseconds)."""

    failures: int = 0
    next_ms: int = 0


class Teller(Closing):
    """Writes and sends the daily statements of an open ledger. Start it with `start`; close it."""

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
        for step in (self._write, self._send):  # what cannot be written holds up nothing written
            try:
                step()
            except (LedgerError, OSError) as error:
                self._failed(error)

    def _work(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(self._pause_s)

    def _send(self) -> None:
        for name in self._outbox.names():
            if self._stop.is_set():
                return
            self._try(name)
        self.waiting = len(self._outbox.names())

    def _write(self) -> None:
        """The statements of all days that are over and not written yet, a day at a time."""
        at_ms = self._embedded.clock()
        yesterday = civil_date(at_ms, self._embedded.ledger.time_zone) - timedelta(days=1)
        last = self._outbox.last_day(_STATEMENT)
        if last is None:  # what was before the first start was never promised
            last = yesterday - timedelta(days=1)
        for day in between(max(last, yesterday - timedelta(days=MOST_DAYS)), yesterday):
            if len(self._outbox.names()) >= MOST_WAITING:
                raise OSError("too many messages wait to be sent")
            for contact in self._contacts():
                self._write_one(contact, day, at_ms)
            self._outbox.set_day(_STATEMENT, day)

    def _contacts(self) -> list[Contact]:
        """Those of obligors that want their statement."""
        with self._embedded.store.reading() as view:
            wanted = [
                item
                for item in view.records.scan(Contact)
                if Notice.DAILY_STATEMENT in item.notices
            ]
            parties = view.records.get(Party, [item.id for item in wanted])
        return [item for item in wanted if parties[item.id].has(Role.OBLIGOR)]

    def _write_one(self, contact: Contact, day: date, at_ms: int) -> None:
        body = acknowledged_file(self._embedded, contact.id, day).decode()
        for address in contact.addresses(Notice.DAILY_STATEMENT, at_ms):
            where = hashlib.sha256(address.encode()).hexdigest()[:8]
            name = f"{day.isoformat()}-{contact.id}-{where}"
            subject = f"Acknowledged on {day.isoformat()} in the name of {contact.id}"
            self._outbox.put(Message(name, address, subject, body))

    def _try(self, name: str) -> None:
        trying = self._trying.setdefault(name, Trying())
        at_ms = self._embedded.clock()
        if at_ms < trying.next_ms:
            return
        message = self._outbox.read(name)
        try:
            if message is not None:
                self._carry(message)
        except (LedgerError, OSError) as error:
            wait_s = min(RETRY_S * 2 ** min(trying.failures, MOST_DOUBLED), LONGEST_S)
            trying.failures += 1
            trying.next_ms = at_ms + int(wait_s * 1000)
            self._failed(error)
            return
        self._outbox.done(name)
        self._trying.pop(name)
        self.sent += message is not None
        self.failing = ""

    def _failed(self, error: Exception) -> None:
        if not self.failing:
            _log.warning("a statement was not sent: %s", error)
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
            ("duebill_told_total", "Statements that were sent.", "counter", {"": self.sent}),
            ("duebill_untold", "Statements that wait to be sent.", "gauge", {"": self.waiting}),
            (
                "duebill_telling_failures_total",
                "Times that a statement could not be written or sent.",
                "counter",
                {"": self.failures},
            ),
        ]


@contextmanager
def telling(embedded: Embedded, settings: Settings) -> Iterator[Teller | None]:
    """While the block runs, obligors are told once a day, unless the settings say no."""
    if not settings.tell:
        yield None
        return
    folder = embedded.folder / "outbox"
    sender = f"duebill@{embedded.ledger.origin.partition('/')[0]}"
    courier = Courier(folder / "mails", sender, private=settings.tell_private)
    with Teller(embedded, Outbox(folder), courier) as teller:
        teller.start()
        yield teller
