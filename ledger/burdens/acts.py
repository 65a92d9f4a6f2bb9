"""What higher modules may ask of freezes: events for what a court has got, and had to give back."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.burdens.commands import Part
from ledger.burdens.decide.checks import (
    Events,
    check_amount,
    check_holder,
    check_in_force,
    give_back,
    lying,
)
from ledger.burdens.events import ExecutionReversed, FreezeExecuted
from ledger.burdens.records import Freeze, FreezeState
from ledger.model.records import Reader, need
from ledger.money import Money
from ledger.receivables.events import Burden, BurdenKind, HoldingBurdened
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding


def execute(book: Reader, freeze: Freeze, order: str, parts: Sequence[Part], at_ms: int) -> Events:
    """The court has got `parts` of what it froze, by an order of this digest.

    Raises `Refused`: `freeze_has_lapsed`, `freeze_is_lifted`, `holding_has_another_holder` (an
    order against the one binds no other: he may object, 民事诉讼法 238), `burden_exceeds_holding`,
    `release_does_not_fit`.
    """
    check_in_force(freeze, at_ms)
    for index, part in enumerate(parts):
        place = f"/body/parts/{index}"
        holding = need(book, Holding, part.holding, f"{place}/holding")
        check_holder(holding, freeze.debtor, f"{place}/holding")
        check_amount(holding, part.amount, f"{place}/amount")
    less, _ = give_back(lying(book, freeze.id, freeze.receivables), parts)
    amount = total([part.amount for part in parts])
    return (FreezeExecuted(freeze=freeze.id, order=order, amount=amount), *less)


def as_found(holding: Holding, freeze: str) -> Holding:
    """The holding as a freeze finds it: only those that came before this one are before it."""
    frozen = [item for item in holding.burdens if item.kind is BurdenKind.FREEZE]
    own = next((index for index, item in enumerate(frozen) if item.id == freeze), 0)
    return replace(holding, burdens=tuple(frozen[:own]))


def undo_execution(book: Reader, freeze_id: str, holding: Holding, amount: Money) -> Events:
    """What the court had got on a holding came back: it is frozen again, to the freeze's end.

    Where it had all of it, it stands behind what lies there now. What was lifted stays free.
    """
    freeze = need(book, Freeze, freeze_id, "")
    undone = ExecutionReversed(freeze=freeze.id, amount=amount)
    if freeze.state is FreezeState.LIFTED:
        return (undone,)
    left = next((item.amount for item in holding.burdens if item.id == freeze.id), None)
    again = Burden(
        id=freeze.id,
        kind=BurdenKind.FREEZE,
        amount=amount + left if left else amount,
        until_ms=freeze.until_ms,
    )
    return (undone, HoldingBurdened(holding=holding.id, burden=again))
