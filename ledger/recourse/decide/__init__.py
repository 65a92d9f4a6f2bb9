"""May this party do this about a debt that is not paid? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from typing import assert_never

from ledger.model.records import Reader, Signer
from ledger.recourse import commands as c
from ledger.recourse.decide import defaulting, noticing, paying, recovering, writing_off
from ledger.recourse.decide.paying import Events
from ledger.recourse.decide.stakes import stake

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.NoticeRecourse():
            return noticing.notice(book, command, by, at_ms)
        case c.ReceiveRecourse():
            return paying.receive(book, command, by, at_ms)
        case c.AttestRecourse():
            return paying.attest(book, command, by, at_ms)
        case c.ReturnRecourse():
            return paying.have_back(book, command, by, at_ms)
        case c.EndRecourse():
            return paying.end(book, command, by, at_ms)
        case c.DeclareDefault():
            return defaulting.declare(book, command, by, at_ms)
        case c.LiftDefault():
            return defaulting.lift(book, command, by, at_ms)
        case c.RecoverDebt():
            return recovering.receive(book, command, by, at_ms)
        case c.AttestRecovery():
            return recovering.attest(book, command, by, at_ms)
        case c.ReturnRecovery():
            return recovering.have_back(book, command, by, at_ms)
        case c.WriteOffDebt():
            return writing_off.write_off(book, command, by, at_ms)
        case c.ReverseWriteOff():
            return writing_off.reverse(book, command, by, at_ms)
        case _:
            assert_never(command)
