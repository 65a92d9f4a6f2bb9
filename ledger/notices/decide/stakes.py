"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.money import Money
from ledger.notices import commands as c
from ledger.notices.records import Assertion, Filing, Notice
from ledger.receivables.records import Holding, Receivable


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None where no amount bounds it, or the record does not exist.

    A filing without an amount is judged as if it were over all of its holding or receivable.
    """
    match command:
        case c.GiveNotice():
            return _outstanding(book, command.holding)
        case c.ReceiveNotice() | c.AttestDelivery() | c.WithdrawNotice():
            notice = book.get(Notice, command.notice)
            return _outstanding(book, notice.holding) if notice else None
        case c.AssertInterest():
            return command.due
        case c.WithdrawInterest():
            interest = book.get(Assertion, command.interest)
            return interest.due if interest else None
        case c.RecordFiling():
            return command.amount or _over(book, command.over or command.grantor)
        case c.RenewFiling() | c.DischargeFiling():
            filing = book.get(Filing, command.filing)
            return (filing.amount or _over(book, filing.over)) if filing else None
        case _:
            return None


def _over(book: Reader, record_id: str) -> Money | None:
    """The whole of the holding or receivable of this id; None over all claims of a party."""
    receivable = book.get(Receivable, record_id)
    if receivable is None:
        return _outstanding(book, record_id)
    return receivable.face if receivable.acknowledged_ms is None else receivable.outstanding


def _outstanding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
