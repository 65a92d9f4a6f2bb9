"""Where commands go: what the command line needs to know of a ledger, wherever that is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from api.asked import Asked, Format
from api.importing import ImportRow
from ledger.chain.receipt import State
from ledger.documents.value import DocumentParty


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one submission: its entry, or the error as `api.terminal.error_tree` says.

    `state` is how far the entry is known to be.
    """

    seq: int | None
    repeated: bool = False
    error: dict[str, Any] | None = None
    state: State = State.INCLUDED

    def tree(self) -> dict[str, Any]:
        """The verdict as JSON."""
        if self.error is not None:
            return {"error": self.error}
        return {"seq": self.seq, "repeated": self.repeated, "state": self.state}


class Target(Protocol):
    """A ledger: in a folder (`api.local`) or behind a server (`api.server`)."""

    @property
    def origin(self) -> str:
        """The name of the log that commands are for."""
        ...

    def digits(self, currency: str) -> int | None:
        """The minor digits of a currency there, None for an unknown one."""
        ...

    def today(self) -> date:
        """The civil date there."""
        ...

    def party(self, named: str) -> str:
        """The party of an id or of ``scheme:value``. Raises `Refused` (`party_unknown`)."""
        ...

    def resolve(self, named: DocumentParty) -> str | None:
        """The enrolled party that a document means, or None."""
        ...

    def record(self, collection: str, kind: type[Any], record_id: str) -> Mapping[str, Any] | None:
        """A record as JSON; None where it is not there or not shown.

        `collection` is where it is read over HTTP, `kind` its class.
        """
        ...

    def judge(self, rows: Sequence[ImportRow], party: str) -> list[ImportRow]:
        """The rows judged by the ledger's rules, as far as that can be done before sending."""
        ...

    def send(self, submissions: Sequence[bytes], progress: Callable[[int], None]) -> list[Verdict]:
        """A verdict for each submission, in order."""
        ...

    def witnessed(self, seq: int, seconds: float) -> bool:
        """Whether an entry is under a witnessed head; waits for that, `seconds` at most."""
        ...

    def receipt(self, seq: int, state: State = State.INCLUDED) -> bytes:
        """The receipt file of an entry, under a head of that state."""
        ...

    def pack(self, holding: str, party: str, recipient: str | None, *, html: bool = False) -> bytes:
        """The evidence pack of a holding for `party`, or its certificate for `recipient`.

        With `html` the sheet that is made from it.
        """
        ...

    def acknowledged(self, obligor: str, day: date | None) -> bytes:
        """The signed statement of what an obligor acknowledged on a day (None: yesterday)."""
        ...

    def due(self, party: str, day: date | None) -> Mapping[str, Any]:
        """What falls due for a party from a day on (None: today), as JSON."""
        ...

    def rules(self, asked: Asked, form: Format) -> bytes:
        """The report of what the rules measured."""
        ...


def now_ms() -> int:
    """Milliseconds since 1970: the clock of every process that is no test."""
    return time.time_ns() // 1_000_000
