"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.money import UNBOUNDED, Money, Stake
from ledger.notices import commands as c
from ledger.notices.records import Assertion, Filing, Notice
from ledger.receivables.records import Holding, Receivable


def stake(book: Reader, command: c.Command) -> Stake | None:
    """The amount at stake; None where there is none, or the record does not exist.

    A filing without an amount is judged as if it were over all of its holding or receivable; over
    all claims of a party no amount bounds it.
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
            return command.amount or _over(book, command.over)
        case c.RenewFiling() | c.DischargeFiling():
            filing = book.get(Filing, command.filing)
            if filing is None:
                return None
            return filing.amount or _over(
                book, None if filing.over == filing.grantor else filing.over
            )
        case _:
            return None


def _over(book: Reader, record_id: str | None) -> Stake | None:
    """The whole of the holding or receivable of this id; unbounded over all claims of a party."""
    if record_id is None:
        return UNBOUNDED
    receivable = book.get(Receivable, record_id)
    if receivable is None:
        return _outstanding(book, record_id)
    return receivable.face if receivable.acknowledged_ms is None else receivable.outstanding


def _outstanding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
