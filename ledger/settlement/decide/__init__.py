"""May this party do this about payments? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from ledger.model.records import Reader, Signer
from ledger.settlement import commands as c
from ledger.settlement.decide import arrived, astray, payments, promised, reversing
from ledger.settlement.decide.payments import Events
from ledger.settlement.decide.stakes import stake

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.ReceivePayment():
            return payments.receive(book, command, by, at_ms)
        case c.AttestPayment():
            return payments.attest(book, command, by, at_ms)
        case c.DistributePayment():
            return payments.distribute(book, command, by, at_ms)
        case c.ExecuteFreeze():
            return payments.execute(book, command, by, at_ms)
        case c.ReversePayment():
            return reversing.reverse(book, command, by, at_ms)
        case c.ReportMisdirected():
            return astray.report(book, command, by, at_ms)
        case c.TurnOver():
            return astray.turn_over(book, command, by, at_ms)
        case c.ReturnMisdirected():
            return astray.give_back(book, command, by, at_ms)
        case c.ReceiveSurplus():
            return arrived.receive_surplus(book, command, by, at_ms)
        case _:
            return promised.decide(book, command, by, at_ms)
