"""May this party do this to security and freezes? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from typing import assert_never

from ledger.burdens import commands as c
from ledger.burdens.decide import encumber, freeze
from ledger.burdens.decide.checks import Events
from ledger.burdens.decide.stakes import stake
from ledger.model.records import Reader, Signer

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.ProposeEncumbrance():
            return encumber.propose(book, command, by, at_ms)
        case c.AcceptEncumbrance():
            return encumber.accept(book, command, by, at_ms)
        case c.RejectEncumbrance():
            return encumber.reject(book, command, by, at_ms)
        case c.RescindEncumbrance():
            return encumber.rescind(book, command, by, at_ms)
        case c.ReleaseEncumbrance():
            return encumber.release(book, command, by)
        case c.RecordFreeze():
            return freeze.record(book, command, by, at_ms)
        case c.RenewFreeze():
            return freeze.renew(book, command, by, at_ms)
        case c.LiftFreeze():
            return freeze.lift(book, command, by, at_ms)
        case _:
            assert_never(command)
