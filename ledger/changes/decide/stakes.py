"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.changes import commands as c
from ledger.changes.records import Change, Dispute
from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables.records import Receivable


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None where there is none, or what the command names does not exist."""
    match command:
        case (
            c.RaiseDispute()
            | c.AwardDispute()
            | c.ProposeCreditNote()
            | c.ProposeSettlement()
            | c.ProposeSetOff()
            | c.SettleClaim()
        ):
            return command.amount
        case c.ProposeDueDate() | c.ProposeCancellation():
            return _outstanding(book, command.receivable)
        case c.ConsentToChange() | c.RefuseChange() | c.RescindChange():
            change = book.get(Change, command.change)
            if change is None or change.amount is not None:
                return change.amount if change else None
            return _outstanding(book, change.receivable)
        case c.WithdrawDispute():
            dispute = book.get(Dispute, command.dispute)
            return dispute.amount if dispute else None
        case _:
            return None


def _outstanding(book: Reader, receivable_id: str) -> Money | None:
    receivable = book.get(Receivable, receivable_id)
    return receivable.outstanding if receivable else None
