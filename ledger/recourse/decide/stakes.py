"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables.records import Holding
from ledger.recourse import commands as c
from ledger.recourse.records import Default, RecourseClaim, WriteOff


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None when the record that the command names does not exist."""
    if isinstance(command, c.EndRecourse):
        recourse = book.get(RecourseClaim, command.recourse)
        return recourse.claimed if recourse else None
    if isinstance(command, c.DeclareDefault):
        return _outstanding(book, command.holding)
    if isinstance(command, c.LiftDefault):
        default = book.get(Default, command.default)
        return _outstanding(book, default.holding) if default else None
    if isinstance(command, c.ReverseWriteOff):
        written = book.get(WriteOff, command.write_off)
        return written.amount if written else None
    return command.amount


def _outstanding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
