"""Where commands go: a ledger in a folder that nobody else has open, or a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from api.embedded import Embedded, open_folder
from api.receipts import receipt_tree
from api.terminal import error_tree
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.parties.state import TakenIdentifier
from ledger.policy.state import POLICY, Policy
from ledger.service import Receipt

GROUP = 500
"""Submissions of one commit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one submission: its entry, or the error as `api.terminal.error_tree` says."""

    seq: int | None
    repeated: bool = False
    error: dict[str, Any] | None = None

    def tree(self) -> dict[str, Any]:
        """The verdict as JSON."""
        if self.error is not None:
            return {"error": self.error}
        return {"seq": self.seq, "repeated": self.repeated}


class Target(Protocol):
    """A ledger as the command line needs it."""

    @property
    def origin(self) -> str:
        """The name of the log that commands are for."""
        ...

    def digits(self, currency: str) -> int | None:
        """The minor digits of a currency there, None for an unknown one."""
        ...

    def party(self, named: str) -> str:
        """The party of an id or of ``scheme:value``. Raises `Refused` (`party_unknown`)."""
        ...

    def send(self, submissions: Sequence[bytes], progress: Callable[[int], None]) -> list[Verdict]:
        """A verdict for each submission, in order."""
        ...

    def receipt(self, seq: int) -> dict[str, Any]:
        """The receipt of an entry, as `api.receipts` reads it."""
        ...


class FolderTarget:
    """A ledger in a folder, written by this process."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded
        self.origin = embedded.ledger.origin
        self.records = embedded.store.records
        policy = self.records.get(Policy, (POLICY,)).get(POLICY)
        self._digits = {item.code: item.digits for item in policy.currencies} if policy else {}

    def digits(self, currency: str) -> int | None:
        """The minor digits by the policy in force."""
        return self._digits.get(currency)

    def party(self, named: str) -> str:
        """The party of an id or of ``scheme:value``. Raises `Refused` (`party_unknown`)."""
        if ":" not in named:
            return named
        taken = self.records.get(TakenIdentifier, (named,)).get(named)
        if taken is None:
            raise Refused(RefusalCode.PARTY_UNKNOWN, f"No party is enrolled as {named}.")
        return taken.party

    def send(self, submissions: Sequence[bytes], progress: Callable[[int], None]) -> list[Verdict]:
        """A verdict for each, group by group."""
        verdicts: list[Verdict] = []
        for start in range(0, len(submissions), GROUP):
            group = submissions[start : start + GROUP]
            verdicts += map(_verdict, self.embedded.service.submit_many(group))
            progress(len(verdicts))
        return verdicts

    def receipt(self, seq: int) -> dict[str, Any]:
        """The receipt of an entry under the newest signed head."""
        return receipt_tree(self.embedded.store, self.embedded.service.proof(seq), seq)


def now_ms() -> int:
    """Milliseconds since 1970: the clock of every process that is no test."""
    return time.time_ns() // 1_000_000


@contextmanager
def open_ledger(folder: Path) -> Iterator[Embedded]:
    """The ledger in a folder. Raises `Refused` (`ledger_not_open`) where there is none."""
    if not (folder / "ledger.db").is_file():
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, f"There is no ledger in {folder}.")
    with open_folder(folder, now_ms) as embedded:
        yield embedded


@contextmanager
def open_target(folder: Path | None, url: str | None) -> Iterator[Target]:
    """The ledger that one of the two names."""
    if (folder is None) == (url is None):
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, "Name the ledger by either --dir or --url.")
    if folder is not None:
        with open_ledger(folder) as embedded:
            yield FolderTarget(embedded)
    else:
        from api.server import ServerTarget

        yield ServerTarget(url or "")


def _verdict(answer: Receipt | LedgerError) -> Verdict:
    if isinstance(answer, LedgerError):
        return Verdict(None, error=error_tree(answer))
    return Verdict(answer.seq, answer.repeated)
