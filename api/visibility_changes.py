"""Whom disputes, changes, claims and corrections concern.

Creditor and obligor see all of a change. A holder sees what it is asked to consent to: its own
part, and neither the whole nor what others are asked for or have answered.
"""

from __future__ import annotations

from api.visibility_rule import NOTHING, Hidden, Rule, sides
from ledger.changes.events import ChangeKind
from ledger.changes.records import Ask, Change, Claim, Correction, Dispute
from ledger.model.records import Reader
from ledger.receivables.records import Holding, Receivable
from ledger.store.pages import Via

_OF_DISPUTE = frozenset({"amount", "beyond", "upheld", "reduced"})


def _dispute(record: Dispute, book: Reader, party: str) -> Hidden:
    """Both sides see all of it; a holder that it burdens, that there is one and why."""
    if party in (record.obligor, record.creditor):
        return NOTHING
    for item in book.find(Holding, receivable=record.receivable):
        if item.holder == party and any(burden.id == record.id for burden in item.burdens):
            return _OF_DISPUTE
    return None


_OF_CHANGE = frozenset({"amount", "note", "consents", "declined", "reduced", "left"})


def _change(record: Change, book: Reader, party: str) -> Hidden:
    """Creditor and obligor see all; a holder that it needs sees what it is to consent to."""
    receivable = book.get(Receivable, record.receivable)
    if receivable is None:
        return None
    if party in (record.proposer, receivable.obligor):
        return NOTHING
    claim = record.counterclaim
    if claim is not None:
        holding = book.get(Holding, claim.holding)
        return NOTHING if holding is not None and holding.holder == party else None
    if party == receivable.creditor:
        return NOTHING
    if record.kind in (ChangeKind.DUE_DATE, ChangeKind.CANCELLATION):
        parts = book.find(Holding, receivable=record.receivable)
        return _OF_CHANGE if any(item.holder == party for item in parts) else None
    asks = book.find(Ask, change=record.id)
    return _OF_CHANGE if any(_ask(item, book, party) is not None for item in asks) else None


def _ask(record: Ask, book: Reader, party: str) -> Hidden:
    """Who holds it, and who proposed the change or has to sign it besides."""
    holding = book.get(Holding, record.holding)
    if holding is None:
        return None
    receivable = book.get(Receivable, holding.receivable)
    sides = {holding.holder, holding.obligor, receivable.creditor if receivable else ""}
    return NOTHING if party in sides else None


CHANGES = (
    Rule(
        Dispute,
        _dispute,
        ("obligor", "creditor"),
        (Via("receivable", Holding, "receivable", "holder"),),
        _OF_DISPUTE | {"obligor", "creditor"},
    ),
    Rule(
        Change,
        _change,
        ("proposer",),
        (
            Via("receivable", Receivable, "id", "creditor"),
            Via("receivable", Receivable, "id", "obligor"),
            Via("receivable", Holding, "receivable", "holder"),
        ),
        _OF_CHANGE | {"counterclaim"},
    ),
    Rule(
        Ask,
        _ask,
        sealed=frozenset({"most"}),
    ),
    Rule(
        Claim,
        sides("debtor", "claimant"),
        ("debtor", "claimant"),
        sealed=frozenset({"debtor", "claimant", "amount", "settled"}),
    ),
    Rule(Correction, sides("by"), ("by",)),
)
"""The rule of each kind of record of that place."""
