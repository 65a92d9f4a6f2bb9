"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables.invoices import total
from ledger.settlement import commands as c
from ledger.settlement.records import Instruction, Misdirected, Payment


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None when the record that the command names does not exist.

    Raises `Refused` (`currency_mismatch`) for legs in several currencies.
    """
    match command:
        case c.DistributePayment():
            return total([leg.amount for leg in command.legs])
        case c.ExecuteFreeze():
            return total([part.amount for part in command.parts])
        case c.ReversePayment():
            return _of(book.get(Payment, command.payment))
        case c.BouncePayment():
            return _of(book.get(Instruction, command.instruction))
        case c.TurnOver() | c.ReturnMisdirected():
            return _of(book.get(Misdirected, command.misdirected))
        case c.SignRedemption():
            return command.total
        case _:
            return command.amount


def _of(record: Payment | Instruction | Misdirected | None) -> Money | None:
    return record.amount if record else None
