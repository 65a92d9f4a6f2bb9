"""Which holdings bear a change: what of each may be taken off, and in which order.

What a court has frozen is never reduced, and what secures somebody's debt not before he has
released it: his release is his consent. What is disputed may be: that is what a dispute is about.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ledger.changes.reducing import spread
from ledger.financing.acts import Events as FinancingEvents
from ledger.financing.acts import meet_reduction
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, need
from ledger.money import Money
from ledger.receivables.clocks import lock_is_over
from ledger.receivables.debts import reduce
from ledger.receivables.events import BurdenKind, HoldingUnburdened
from ledger.receivables.records import Holding, HoldingState, Receivable


class Reduction(Struct, frozen=True, gc=False):
    """What follows when a debt is lowered: by how much it is, and how much falls on nobody."""

    events: FinancingEvents
    reduced: Money
    left: Money


def open_parts(book: Reader, receivable: str) -> list[Holding]:
    """The open holdings of a receivable, by id."""
    found = (item for item in book.find(Holding, receivable=receivable) if item.is_open)
    return sorted(found, key=lambda item: item.id)


def room(holding: Holding, at_ms: int) -> Money:
    """How much of a holding may be taken off: what is neither frozen nor security for a debt.

    Burdens of both kinds lie on its front, one on the other. A security in a share of what is
    outstanding would shrink with it, so that then nothing may.
    """
    kinds = (BurdenKind.FREEZE, BurdenKind.ENCUMBRANCE)
    live = [item for item in holding.burdens if item.kind in kinds and item.is_live(at_ms)]
    if any(item.ppm is not None for item in live):
        return Money(0, holding.amount.currency)
    return holding.outstanding - max(holding.burdened(kind, at_ms) for kind in kinds)


def lower(
    book: Reader,
    receivable: Receivable,
    amount: Money,
    asked: Sequence[tuple[Holding, Money]],
    cause: str,
    at_ms: int,
) -> Reduction:
    """The debt falls by `amount`: first the creditor's own, then those `asked`, who consented.

    Of each that is asked at most the amount beside it, and at most what may be taken off, pro
    rata. Raises `Refused` (`disbursement_in_flight`) where one of them is being sold.
    """
    own = _own(book, receivable, at_ms)
    others = [(item, min(most, room(item, at_ms))) for item, most in asked]
    first, second, left = spread(
        amount, [room(item, at_ms) for item in own], [most for _, most in others]
    )
    bearing = [*own, *(item for item, _ in others)]
    legs = [pair for pair in zip(bearing, (*first, *second), strict=True) if pair[1].minor]
    met = [event for item, part in legs for event in meet_reduction(book, item, part, cause)]
    fallen = reduce(book, legs, cause) if legs else ()
    return Reduction((*met, *fallen), amount - left, left)


def lifted(book: Reader, receivable: str, burden: str) -> tuple[HoldingUnburdened, ...]:
    """Every holding that the record `burden` burdens is free of it.

    Redeemed ones, too: they may be open again when a payment is taken back.
    """
    gone = (HoldingState.SPLIT, HoldingState.CANCELLED)
    return tuple(
        HoldingUnburdened(holding=item.id, burden=burden)
        for item in book.find(Holding, receivable=receivable)
        if item.state not in gone and any(one.id == burden for one in item.burdens)
    )


def _own(book: Reader, receivable: Receivable, at_ms: int) -> list[Holding]:
    """The creditor's holdings that can bear something: free ones, then sold and not instructed."""
    own = [item for item in open_parts(book, receivable.id) if item.holder == receivable.creditor]
    free = [item for item in own if item.state is not HoldingState.LOCKED]
    free += [item for item in own if lock_is_over(item, at_ms)]
    sold = [item for item in own if item not in free and not _instructed(book, item)]
    return [*sorted(free, key=lambda item: item.id), *sold]


def _instructed(book: Reader, holding: Holding) -> bool:
    financing = need(book, Financing, holding.pending or "", "")
    return financing.state is FinancingState.INSTRUCTED
