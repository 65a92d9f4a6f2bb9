"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding, Receivable, Transfer


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None when the record that the command names does not exist.

    Raises `Refused` (`currency_mismatch`) for invoice lines in several currencies.
    """
    match command:
        case c.RegisterReceivable() | c.ProposeIssue():
            return total([line.used for line in command.invoices])
        case c.Acknowledge():
            return command.amount
        case c.SplitHolding() | c.ProposeTransfer():
            return _of_holding(book, command.holding)
        case c.AcceptTransfer() | c.RejectTransfer() | c.RescindTransfer():
            transfer = book.get(Transfer, command.transfer)
            return _of_holding(book, transfer.holding) if transfer else None
        case c.AttestInvoiceStatus():
            return None
        case _:
            receivable = book.get(Receivable, command.receivable)
            return receivable.face if receivable else None


def _of_holding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
