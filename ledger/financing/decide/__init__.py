"""May this party do this to programmes, offers and financings? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from typing import assert_never

from ledger.financing import commands as c
from ledger.financing.acts import Events
from ledger.financing.decide import accept, disburse, offers, requests, ticks
from ledger.financing.decide.stakes import stake
from ledger.model.records import Reader, Signer

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.OpenProgramme():
            return offers.open_programme(book, command, by)
        case c.CloseProgramme():
            return offers.close_programme(book, command, by)
        case c.RequestFinancing():
            return requests.request(book, command, by, at_ms)
        case c.WithdrawRequest():
            return requests.withdraw(book, command, by)
        case c.MakeOffer():
            return offers.make(book, command, by, at_ms)
        case c.WithdrawOffer():
            return offers.withdraw(book, command, by)
        case c.AcceptOffer():
            return accept.accept(book, command, by, at_ms)
        case c.InstructDisbursement():
            return disburse.instruct(book, command, by, at_ms)
        case c.ConfirmReceipt():
            return disburse.confirm(book, command, by, at_ms)
        case c.AttestDisbursement():
            return disburse.attest(book, command, by, at_ms)
        case c.AttestFailure():
            return disburse.fail(book, command, by, at_ms)
        case c.ReleaseLock():
            return disburse.release(book, command, by, at_ms)
        case c.AdvanceClock():
            return ticks.advance(book, command, by, at_ms)
        case _:
            assert_never(command)
