"""May this debt be disputed or changed? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand.
"""

from __future__ import annotations

from typing import assert_never

from ledger.changes import commands as c
from ledger.changes.decide import answer, claims, dispute, propose
from ledger.changes.decide.outcome import Events
from ledger.changes.decide.stakes import stake
from ledger.model.records import Reader, Signer

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> Events:
    """The events that follow, or `Refused`."""
    match command:
        case c.RaiseDispute():
            return dispute.raise_dispute(book, command, by, at_ms)
        case c.AddEvidence():
            return dispute.add_evidence(book, command, by, at_ms)
        case c.WithdrawDispute():
            return dispute.withdraw(book, command, by, at_ms)
        case c.AwardDispute():
            return dispute.award(book, command, by, at_ms)
        case c.ProposeCreditNote():
            return propose.credit_note(book, command, by, at_ms)
        case c.ProposeSettlement():
            return propose.settlement(book, command, by, at_ms)
        case c.ProposeSetOff():
            return propose.set_off(book, command, by, at_ms)
        case c.ProposeDueDate():
            return propose.due_date(book, command, by, at_ms)
        case c.ProposeCancellation():
            return propose.cancellation(book, command, by, at_ms)
        case c.ConsentToChange():
            return answer.consent(book, command, by, at_ms)
        case c.RefuseChange():
            return answer.refuse(book, command, by, at_ms)
        case c.RescindChange():
            return answer.rescind(book, command, by, at_ms)
        case c.RaiseClaim():
            return claims.raise_claim(book, command, by, at_ms)
        case c.SettleClaim():
            return claims.settle(book, command, by, at_ms)
        case c.RecordCorrection():
            return claims.correct(book, command, by, at_ms)
        case _:
            assert_never(command)
