"""How much money an act is about: by this a party's approval tiers judge it."""

from __future__ import annotations

from ledger.financing import commands as c
from ledger.financing.records import Financing, Offer, Programme, Request
from ledger.model.records import Reader
from ledger.money import Money
from ledger.receivables.records import Holding


def stake(book: Reader, command: c.Command) -> Money | None:
    """The amount at stake; None for ticks, and when the record named does not exist.

    An offer is worth its programme's limit: its own amount bounds one acceptance, not how many.
    """
    match command:
        case c.OpenProgramme():
            return command.limit_total
        case c.CloseProgramme():
            return _of_programme(book, command.programme)
        case c.MakeOffer():
            return _of_programme(book, command.programme)
        case c.WithdrawOffer():
            offer = book.get(Offer, command.offer)
            return _of_programme(book, offer.programme) if offer else None
        case c.RequestFinancing() | c.AcceptOffer():
            return _of_holding(book, command.holding)
        case c.WithdrawRequest():
            request = book.get(Request, command.request)
            return _of_holding(book, request.holding) if request else None
        case c.AdvanceClock():
            return None
        case _:
            financing = book.get(Financing, command.financing)
            return financing.price if financing else None


def _of_programme(book: Reader, programme_id: str) -> Money | None:
    programme = book.get(Programme, programme_id)
    return programme.limit_total if programme else None


def _of_holding(book: Reader, holding_id: str) -> Money | None:
    holding = book.get(Holding, holding_id)
    return holding.outstanding if holding else None
