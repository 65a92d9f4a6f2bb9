"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.burdens import commands as c
from ledger.burdens.records import Encumbrance, Freeze
from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables.records import Holding


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None when the record that the command names does not exist.

    Security by share is judged as if it were all of the holding.
    """
    match command:
        case c.RecordFreeze():
            return command.amount
        case c.RenewFreeze() | c.LiftFreeze():
            freeze = book.get(Freeze, command.freeze)
            return freeze.amount if freeze else None
        case c.ProposeEncumbrance():
            return command.amount or _of_holding(book, command.holding)
        case _:
            encumbrance = book.get(Encumbrance, command.encumbrance)
            if encumbrance is None:
                return None
            return encumbrance.amount or _of_holding(book, encumbrance.holding)


def _of_holding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
