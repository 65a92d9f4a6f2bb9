"""The record of a fee, and how events change it."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, assert_never

from msgspec import Struct

from ledger.fees.events import Event, FeeCharged, FeeWaived
from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money


class FeeState(Enum):
    """Whether a fee is owed. Its payment is between the two parties."""

    CHARGED = "charged"
    WAIVED = "waived"


class Fee(Struct, frozen=True, kw_only=True, gc=False):
    """A fee under line `line` of the schedule on the financing or holding `base`.

    `allowed` is what the schedule let be charged under the line on the base, earlier fees included.
    """

    PREFIX: ClassVar[str] = "fee"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("base",), ("bearer",), ("charged_by",))
    FIXED: ClassVar[tuple[str, ...]] = ("base", "bearer", "charged_by")

    id: str
    last_seq: int = -1
    line: str
    base: str
    bearer: str
    charged_by: str
    amount: Money
    allowed: Money
    state: FeeState = FeeState.CHARGED
    charged_ms: int


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case FeeCharged():
            fee = Fee(
                id=event.fee,
                line=event.line,
                base=event.base,
                bearer=event.bearer,
                charged_by=event.by,
                amount=event.amount,
                allowed=event.allowed,
                charged_ms=event.at_ms,
            )
            return (fee,)
        case FeeWaived():
            return (changed(need(book, Fee, event.fee, ""), state=FeeState.WAIVED),)
        case _:
            assert_never(event)
