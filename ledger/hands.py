"""Whose hands a holding went through, and who of them knows whom and how much.

A holding passes from hand to hand, and its parts go ways of their own. Whoever had exactly this
holding knows its amount, and along its chain a holder knows those before it and the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.financing.records import Financing
from ledger.model.records import R
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.ports import Records
from ledger.receivables.records import Holding, HoldingState, Receivable, Transfer

_ALL_SEEING = frozenset({Role.AUDITOR, Role.REGULATOR})


def sees_all(roles: Iterable[Role]) -> bool:
    """Whether nothing is hidden from who has these roles: auditors and regulators."""
    return not _ALL_SEEING.isdisjoint(roles)


class Hands:
    """Single records by id, and small questions about who had what."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def get(self, kind: type[R], record_id: str | None) -> R | None:
        """The record of this id, or None."""
        return self.records.get(kind, (record_id,)).get(record_id) if record_id else None

    def root(self, receivable: str) -> Holding | None:
        """The holding that acknowledgement opened, of which all others are parts."""
        found = self.records.find(Holding, {"receivable": receivable})
        return next((item for item in found if item.parent is None), None)

    def ancestry(self, holding: Holding) -> Iterator[Holding]:
        """The holding and those that it was split from, itself first."""
        above: Holding | None = holding
        while above is not None:
            yield above
            above = self.get(Holding, above.parent)

    def buyer(self, holding: Holding) -> frozenset[str]:
        """The financier for whom a holding is locked: it is to be the next hand."""
        pending = holding.pending if holding.state is HoldingState.LOCKED else None
        made = self.get(Financing, pending)
        return frozenset((made.financier,)) if made else frozenset()

    def own_chain(self, holding: Holding | None) -> frozenset[str]:
        """Those who had exactly this holding, not what it was split from, and its buyer."""
        if holding is None:
            return frozenset()
        parent = self.get(Holding, holding.parent)
        start = len(parent.chain) - 1 if parent else 0
        return frozenset(holding.chain[start:]) | self.buyer(holding)

    def after(self, transfer: Transfer, holding: Holding) -> frozenset[str]:
        """Those who had the holding, or a part of it, from this accepted transfer on."""
        pair = (transfer.assignor, transfer.assignee)
        pairs = zip(holding.chain, holding.chain[1:], strict=False)
        steps = [at for at, step in enumerate(pairs) if step == pair]
        # The same two may have had it before, or again: counted from the end, nothing too early.
        again = sum(
            item.accepted_ms is not None
            and (item.assignor, item.assignee) == pair
            and item.last_seq > transfer.last_seq
            for item in self.records.find(Transfer, {"holding": holding.id})
        )
        parties, waiting = set(holding.chain[steps[-1 - again] :]), [holding.id]
        parties |= self.buyer(holding)
        found = self.records.find(Holding, {"receivable": holding.receivable})
        while waiting:
            above = waiting.pop()
            for child in found:
                if child.parent == above:
                    parties |= self.own_chain(child)
                    waiting.append(child.id)
        return frozenset(parties)


def hands_shown(records: Records, holding: Holding, asker: Party) -> tuple[str, ...]:
    """The hands of a holding since the creditor's that `asker` may be told, in order.

    All of them for the obligor, who owes the last, for its buyer and for those who see all; else
    up to the next hand after the asker's own.
    """
    if sees_all(asker.roles):
        return holding.chain
    met = _met_in(Hands(records), holding, asker.id)
    return met if asker.id == holding.obligor else met[1:]


def sees_amount(records: Records, holding: Holding, asker: Party) -> bool:
    """Whether `asker` may know how much a holding is: who owes it, or had or buys just this one."""
    own = Hands(records).own_chain(holding) | {holding.obligor}
    return asker.id in own or sees_all(asker.roles)


def holders_of(records: Records, receivable: str) -> frozenset[str]:
    """Everybody who holds, held or is buying a part of a receivable."""
    view = Hands(records)
    found = records.find(Holding, {"receivable": receivable})
    chains = {party for holding in found for party in holding.chain}
    return frozenset(chains).union(*(view.buyer(holding) for holding in found))


def knows(records: Records, asker: str, other: str) -> bool:
    """Whether `asker` met `other`: in a receivable, or along the chain of one holding.

    Along a chain a holder knows the obligor, those before it and the next one, not those after.
    """
    receivables = {
        item.id: item
        for key in ("creditor", "obligor")
        for item in records.find(Receivable, {key: asker})
    }
    if any(other in (item.creditor, item.obligor) for item in receivables.values()):
        return True
    view = Hands(records)
    ids = receivables.keys() | {
        item.receivable for item in records.find(Holding, {"holder": asker})
    }
    holdings = [item for key in ids for item in records.find(Holding, {"receivable": key})]
    bought = [item.holding for item in records.find(Financing, {"financier": asker})]
    holdings += records.get(Holding, bought).values()
    return any(other in _met_in(view, holding, asker) for holding in holdings)


def _met_in(view: Hands, holding: Holding, asker: str) -> tuple[str, ...]:
    if asker == holding.obligor:
        return holding.chain
    if asker in view.buyer(holding):
        return (holding.obligor, *holding.chain)
    if asker not in holding.chain:
        return ()
    last = len(holding.chain) - 1 - holding.chain[::-1].index(asker)
    return (holding.obligor, *holding.chain[: last + 2])
