"""The questions that both groups of acts ask, and what is given back of a burden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ledger.burdens.commands import Part
from ledger.burdens.events import Event
from ledger.burdens.records import Freeze, FreezeState
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, refuse_if
from ledger.money import Money
from ledger.receivables.burdens import weight
from ledger.receivables.events import Burden, HoldingBurdened, HoldingUnburdened
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.records import Holding, HoldingState

Events = tuple[Event | ReceivablesEvent, ...]
Lying = Sequence[tuple[Holding, Burden]]
"""The holdings on which a record lies, each with what of it lies there."""


def check_amount(holding: Holding, amount: Money, place: str) -> None:
    """Raises `Refused` (`currency_mismatch`, `burden_exceeds_holding`) unless it is part of it."""
    currency = holding.amount.currency
    refuse_if(
        amount.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {currency}.",
        place,
    )
    refuse_if(
        holding.outstanding < amount,
        RefusalCode.BURDEN_EXCEEDS_HOLDING,
        f"Less is outstanding on {holding.id}.",
        place,
    )


def check_holder(holding: Holding, party: str, place: str) -> None:
    """Raises `Refused` (`holding_has_another_holder`) unless `party` has it now."""
    refuse_if(
        holding.holder != party,
        RefusalCode.HOLDING_HAS_ANOTHER_HOLDER,
        f"{holding.id} is in other hands now.",
        place,
    )


def check_in_force(freeze: Freeze, at_ms: int) -> None:
    """Raises `Refused` (`freeze_has_lapsed`, `freeze_is_lifted`) unless it is."""
    refuse_if(
        freeze.has_lapsed(at_ms),
        RefusalCode.FREEZE_HAS_LAPSED,
        f"The term of {freeze.id} is over.",
    )
    refuse_if(
        freeze.state is not FreezeState.RECORDED,
        RefusalCode.FREEZE_IS_LIFTED,
        f"All of {freeze.id} is {freeze.state.value}.",
    )


def lying(book: Reader, record_id: str, receivables: Iterable[str]) -> Lying:
    """Where a burden lies now: on what it was put on, or on the children of that.

    What is paid is among them: if the payment is taken back, it lies there again.
    """
    return [
        (holding, burden)
        for receivable in receivables
        for holding in book.find(Holding, receivable=receivable)
        if holding.state is not HoldingState.SPLIT
        for burden in holding.burdens
        if burden.id == record_id
    ]


def give_back(found: Lying, parts: Sequence[Part]) -> tuple[tuple[ReceivablesEvent, ...], bool]:
    """What holdings are free of, and whether nothing is left: with no `parts`, all.

    Raises `Refused` (`release_does_not_fit`) for a holding that is named twice or has nothing of
    it, for more than it has, and for less than all of a share, which has no amount of its own.
    """
    if not parts:
        return tuple(_unburdened(holding, burden) for holding, burden in found), True
    left = {holding.id: (holding, burden) for holding, burden in found}
    events: list[ReceivablesEvent] = []
    for index, part in enumerate(parts):
        pair = left.pop(part.holding, None)
        if pair is None or not _fits(*pair, part.amount):
            raise Refused(
                RefusalCode.RELEASE_DOES_NOT_FIT,
                f"Not so much of it lies on {part.holding}.",
                place=f"/body/parts/{index}",
            )
        holding, burden = pair
        if burden.ppm is not None or burden.amount == part.amount:
            events.append(_unburdened(holding, burden))
        else:
            less = replace(burden, amount=burden.amount - part.amount)
            events.append(HoldingBurdened(holding=holding.id, burden=less))
    freed = sum(isinstance(item, HoldingUnburdened) for item in events)
    return tuple(events), freed == len(found)


def _fits(holding: Holding, burden: Burden, amount: Money) -> bool:
    """Whether so much may be given back: at most what lies there, or exactly what a share is."""
    lies = weight(burden, holding.outstanding)
    if amount.currency != lies.currency:
        return False
    return amount == lies if burden.ppm is not None else amount <= lies


def _unburdened(holding: Holding, burden: Burden) -> HoldingUnburdened:
    return HoldingUnburdened(holding=holding.id, burden=burden.id)
