"""May this party do this to receivables and holdings? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from typing import assert_never

from ledger.model.records import Reader, Signer
from ledger.receivables import commands as c
from ledger.receivables.decide import acknowledge, attest, register, split, transfer
from ledger.receivables.decide.stakes import stake
from ledger.receivables.events import Events

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.RegisterReceivable():
            return register.register(book, command, by, at_ms)
        case c.ProposeIssue():
            return register.propose_issue(book, command, by, at_ms)
        case c.SignForIssue():
            return acknowledge.sign_for(book, command, by, at_ms)
        case c.DeclineIssue():
            return acknowledge.decline(book, command, by, at_ms)
        case c.RequestAcknowledgement():
            return acknowledge.request(book, command, by, at_ms)
        case c.Acknowledge():
            return acknowledge.acknowledge(book, command, by, at_ms)
        case c.RejectReceivable():
            return acknowledge.reject(book, command, by, at_ms)
        case c.WithdrawReceivable():
            return acknowledge.withdraw(book, command, by, at_ms)
        case c.SplitHolding():
            return split.split(book, command, by, at_ms)
        case c.ProposeTransfer():
            return transfer.propose(book, command, by, at_ms)
        case c.AcceptTransfer():
            return transfer.accept(book, command, by, at_ms)
        case c.RejectTransfer():
            return transfer.reject(book, command, by, at_ms)
        case c.RescindTransfer():
            return transfer.rescind(book, command, by, at_ms)
        case c.AttestInvoiceStatus():
            return attest.attest_status(book, command, by, at_ms)
        case _:
            assert_never(command)
