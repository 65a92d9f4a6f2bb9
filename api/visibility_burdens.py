"""Whom security and freezes concern."""

from __future__ import annotations

from api.visibility_rule import NOTHING, Hidden, Rule
from ledger.burdens.records import Encumbrance, EncumbranceState, Freeze
from ledger.financing.records import Financing
from ledger.model.records import Reader
from ledger.receivables.records import Holding, Transfer, TransferState

_WIDER = frozenset({"amount", "frozen", "executed", "receivables"})
"""What of a freeze tells of holdings besides one's own."""


def secures(book: Reader, party: str) -> list[Encumbrance]:
    """The security that a party was offered and has not refused, or has."""
    return [
        item
        for item in book.find(Encumbrance, secured_party=party)
        if item.state in (EncumbranceState.PROPOSED, EncumbranceState.PLACED)
    ]


def is_offered(book: Reader, pending: str, party: str) -> bool:
    """Whether the transfer or financing that has a holding would make it the party's."""
    transfer = book.get(Transfer, pending)
    if transfer is not None:
        return transfer.assignee == party and transfer.state is TransferState.PROPOSED
    financing = book.get(Financing, pending)
    return financing is not None and financing.financier == party


def _encumbrance(record: Encumbrance, book: Reader, party: str) -> Hidden:
    """For both sides, and for the obligor once it lies on what it owes."""
    sides = {record.holder, record.secured_party}
    return NOTHING if party in sides or (record.placed_ms and party == record.obligor) else None


def _freeze(record: Freeze, book: Reader, party: str) -> Hidden:
    """All for who recorded it and who is frozen; else the court, without what else is frozen."""
    if party in (record.debtor, record.recorded_by):
        return NOTHING
    for part in (
        item for name in record.receivables for item in book.find(Holding, receivable=name)
    ):
        frozen = any(burden.id == record.id for burden in part.burdens)
        buys = part.pending is not None and is_offered(book, part.pending, party)
        if party == part.obligor or (frozen and (party == part.holder or buys)):
            return _WIDER
    return None


BURDENS: tuple[Rule, ...] = (
    Rule(
        Encumbrance,
        _encumbrance,
        ("holder", "secured_party", "obligor"),
        sealed=frozenset({"holder", "secured_party", "obligor", "amount", "share_ppm"}),
    ),
    Rule(
        Freeze,
        _freeze,
        sealed=frozenset({"debtor", "court", "case", "amount", "frozen", "executed"}),
        private=frozenset({"debtor"}),
    ),
)
"""The rules of this place."""
