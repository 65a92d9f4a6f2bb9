"""What is to be told and has not arrived yet: one file for each message, kept until it has.

waiting/NAME.json   a message; its name says what it is about, so that it is written once
days/NAME           the last civil day of which everything has been written
entries/NAME        how many entries of the log have been gone through, and the last one's leaf hash

Volatile: no decision reads it. Lost with its folder, a statement can be asked for at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from api.private import write_private
from ledger.dates import parse_date
from ledger.errors import Refused
from ledger.store.lock import replace_file, sync_folder

MOST_WAITING = 10_000
"""With so many messages waiting no further ones are written before others have left."""
URGENT = "0"
"""How the names of urgent messages begin: before those of all others, which begin with a year."""
MOST_DAYS = 7
"""Days that are made up for after a standstill, and before the first start."""

_PARTY = re.compile(r"pty_[a-z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Message:
    """`body`, canonical JSON text, for `address`. `name` is the same for the same message.

    `text` is what a person reads in a mail, beside the body.
    """

    name: str
    address: str
    subject: str
    body: str
    text: str = "The attached file is signed by the ledger."


class Outbox:
    """The messages in `folder`. For one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting = folder / "waiting"
        self._days = folder / "days"
        self._entries = folder / "entries"

    def put(self, message: Message) -> None:
        """Keep a message until it is done, readable by its owner alone. Raises `OSError`."""
        self._waiting.mkdir(parents=True, exist_ok=True)
        path = self._waiting / f"{message.name}.json"
        text = json.dumps(asdict(message), ensure_ascii=False).encode()
        replace_file(path, text, private=True)

    def names(self) -> list[str]:
        """The names of the messages that wait, in their order. Raises `OSError`."""
        if not self._waiting.is_dir():
            return []
        return sorted(path.stem for path in self._waiting.glob("*.json"))

    def read(self, name: str) -> Message | None:
        """A message that waits; None for one that is not there or is none."""
        try:
            tree = json.loads((self._waiting / f"{name}.json").read_bytes())
            return Message(**tree)
        except (OSError, ValueError, TypeError):
            return None

    def done(self, name: str) -> None:
        """The message has arrived. Raises `OSError`."""
        (self._waiting / f"{name}.json").unlink(missing_ok=True)
        sync_folder(self._waiting)

    def last_day(self, what: str) -> date | None:
        """The last day of which everything about `what` has been written."""
        try:
            return parse_date((self._days / what).read_text("ascii").strip())
        except (OSError, Refused, UnicodeDecodeError):
            return None

    def set_day(self, what: str, day: date) -> None:
        """Everything of this day has been written. Raises `OSError`."""
        self._days.mkdir(parents=True, exist_ok=True)
        replace_file(self._days / what, f"{day.isoformat()}\n".encode())

    def entries(self, what: str) -> tuple[int, str] | None:
        """How many entries about `what` have been gone through, and the leaf hash of the last."""
        try:
            size, leaf = (self._entries / what).read_text("ascii").split()
            return int(size), leaf
        except (OSError, ValueError):
            return None

    def set_entries(self, what: str, size: int, leaf: str) -> None:
        """Everything of so many entries has been written. Raises `OSError`."""
        self._entries.mkdir(parents=True, exist_ok=True)
        replace_file(self._entries / what, f"{size} {leaf}\n".encode())

    def check_room(self) -> None:
        """Raises `OSError` when so many messages wait that no further daily ones are written.

        Urgent ones do not count, and do not ask: there are no more of them than entries.
        """
        if sum(not name.startswith(URGENT) for name in self.names()) >= MOST_WAITING:
            raise OSError("too many messages wait to be sent")


def address_tag(address: str) -> str:
    """What tells the messages to two addresses apart in their names, and gives neither away."""
    return hashlib.sha256(address.encode()).hexdigest()[:8]


def told_in(name: str) -> tuple[str, str]:
    """The party that a message is for, and the tag of its address, by its name."""
    party = _PARTY.search(name)
    return party[0] if party else "", name.rpartition("-")[2]


def spool(folder: Path, name: str, data: bytes) -> None:
    """Leave a mail in a folder for whoever sends mails, for its owner alone. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.eml"
    if not os.path.lexists(path):
        write_private(path, data)


def between(first: date, last: date) -> Iterator[date]:
    """The days after `first` up to `last`."""
    for ordinal in range(first.toordinal() + 1, last.toordinal() + 1):
        yield date.fromordinal(ordinal)
