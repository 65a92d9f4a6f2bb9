"""How the ledger says no: one closed list of refusal codes, and the tree of errors.

    LedgerError
    ├── Refused          the caller's bytes, document or command cannot be taken; nothing changed
    ├── Repeated         the same command was taken before: its first receipt still holds
    ├── OutcomeUnknown   a commit failed half-way: ask again with the same command to find out
    ├── Failed           a fault of the program stopped this command; nothing changed
    ├── Halted           the stored log does not fit itself or its signed head: writing stops
    └── Unavailable      the ledger cannot be opened or is busy: try later
        └── Overloaded   more waits already than can be taken soon

The first split is who is at fault: the caller (`Refused`), nobody yet (`OutcomeUnknown`), the
program (`Failed`), the store or its keeper (`Halted`, `Unavailable`).

Codes are sentences (`ledger.refusals`). Each has its remedy: what the person who reads it can do.
When several things are wrong the first in the order of the deciding function is named, so that
the same command always hears the same code. `docs/reference/refusals.md` lists them; a test
keeps that page, this list and the table of HTTP statuses equal.
"""

from __future__ import annotations

from typing import Any

from ledger.refusals.codes import RefusalCode

__all__ = [
    "Failed",
    "Halted",
    "LedgerError",
    "OutcomeUnknown",
    "Overloaded",
    "RefusalCode",
    "Refused",
    "Repeated",
    "Unavailable",
]


class LedgerError(Exception):
    """Root of everything the ledger raises on purpose. Can be pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is the same without being made the same way."""
        return _copied, (type(self), self.args, self.__dict__)


def _copied(kind: type[LedgerError], said: tuple[Any, ...], state: dict[str, Any]) -> LedgerError:
    copy = kind.__new__(kind, *said)
    copy.__dict__.update(state)
    return copy


class Refused(LedgerError):
    """The input is refused and nothing changed.

    `code` is one of the closed list, `detail` one sentence that says what happened, `place`
    where (a JSON pointer, an element path, ``row 7, column 金额``), `file` which file if one of
    several. The remedy belongs to the code.
    """

    def __init__(self, code: RefusalCode, detail: str, *, place: str = "", file: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.place = place
        self.file = file

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        return (
            f"{self.code.value}: {self.detail}{f' ({where})' if where else ''} {self.code.remedy}"
        )


class Repeated(LedgerError):
    """The very same command is in the log already, at `seq`. Nothing changed."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"this command is entry {seq}")
        self.seq = seq


class OutcomeUnknown(LedgerError):
    """The commit failed in a way that leaves open whether it happened. Retry the same command."""


class Failed(LedgerError):
    """A fault of the program stopped this command. Nothing changed, and no other is touched."""

    def __init__(self) -> None:
        super().__init__("A fault of the program stopped this command; nothing changed.")


class Halted(LedgerError):
    """The store contradicts itself or its signed head. Nothing is written or signed any more."""


class Unavailable(LedgerError):
    """The ledger cannot be used now: locked by another process, full, or overloaded."""


class Overloaded(Unavailable):
    """More waits already than can be taken soon. Nothing was looked at: send it again later."""
