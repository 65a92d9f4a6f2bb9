"""What higher floors do to holdings: free, lock, move title, burden, lapse.

Each function returns the events that follow, in their order, or raises `Refused`; none changes
anything. What makes the debt itself smaller or larger is in `debts`.
"""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, need, refuse_if
from ledger.policy.state import payable_on, today_of
from ledger.receivables.clocks import issue_is_over, lock_is_over, record_date, transfer_is_over
from ledger.receivables.events import (
    Burden,
    BurdenKind,
    Event,
    HoldingBurdened,
    HoldingFinanced,
    HoldingLocked,
    HoldingReturned,
    HoldingUnburdened,
    HoldingUnlocked,
    IssueLapsed,
    TransferLapsed,
)
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
)


def free_holding(book: Reader, holding: Holding, at_ms: int) -> tuple[Event, ...]:
    """The lapses that must be stated first so that `holding` is free: none, or one.

    Raises `Refused`: `holding_is_closed`, `holding_is_financed`, `holding_is_locked` (its lock
    has not ended by `at_ms`), `holding_is_pending` (its transfer has not lapsed).
    """
    _check_open(holding)
    refuse_if(
        holding.state is HoldingState.FINANCED,
        RefusalCode.HOLDING_IS_FINANCED,
        f"{holding.id} was sold or pledged to a financier.",
    )
    if holding.state is HoldingState.HELD:
        return ()
    if holding.state is HoldingState.LOCKED:
        refuse_if(
            not lock_is_over(holding, at_ms),
            RefusalCode.HOLDING_IS_LOCKED,
            f"A financing has {holding.id} to itself.",
        )
        return (HoldingUnlocked(holding=holding.id, financing=holding.pending or ""),)
    transfer = need(book, Transfer, holding.pending or "", "")
    refuse_if(
        not transfer_is_over(transfer, at_ms),
        RefusalCode.HOLDING_IS_PENDING,
        f"A transfer of {holding.id} is proposed.",
    )
    return (TransferLapsed(transfer=transfer.id),)


def lock(
    book: Reader, holding: Holding, financing: str, at_ms: int, lapses_ms: int | None
) -> tuple[Event, ...]:
    """`holding` for `financing` alone until `lapses_ms`, or (None) until it is unlocked.

    Again for the same financing it only moves the end: so an instructed advance makes its lock
    last. Raises `Refused` as `free_holding` does.
    """
    locked = HoldingLocked(holding=holding.id, financing=financing, lapses_ms=lapses_ms)
    if is_locked_by(holding, financing) and not lock_is_over(holding, at_ms):
        return (locked,)
    return (*free_holding(book, holding, at_ms), locked)


def unlock(holding: Holding, financing: str) -> tuple[Event, ...]:
    """The end of a lock by `financing`; nothing where its lock has ended and been stated before."""
    if not is_locked_by(holding, financing):
        return ()
    return (HoldingUnlocked(holding=holding.id, financing=financing),)


def move_title(holding: Holding, to: str, financing: str) -> tuple[Event, ...]:
    """Title passes to the financier `to`.

    Raises `Refused` (`holding_is_not_locked`) unless `financing` has it locked. Whether the lock
    was in time is the financing's own question.
    """
    refuse_if(
        not is_locked_by(holding, financing),
        RefusalCode.HOLDING_IS_NOT_LOCKED,
        f"{holding.id} is not locked by {financing}.",
    )
    return (HoldingFinanced(holding=holding.id, financing=financing, to=to),)


def return_title(holding: Holding, to: str, financing: str) -> tuple[Event, ...]:
    """Title passes back to `to` (repurchase after recourse), who then holds it freely.

    Raises `Refused` (`holding_is_not_financed`) unless `financing` has it.
    """
    refuse_if(
        holding.state is not HoldingState.FINANCED or holding.pending != financing,
        RefusalCode.HOLDING_IS_NOT_FINANCED,
        f"{holding.id} is not financed by {financing}.",
    )
    return (HoldingReturned(holding=holding.id, under=financing, to=to),)


def undo_transfer(
    book: Reader, holding: Holding, to: str, transfer: str, at_ms: int
) -> tuple[Event, ...]:
    """Title passes back to `to`, who had passed it on by `transfer` (repurchase after recourse).

    Raises `Refused` as `free_holding` does.
    """
    returned = HoldingReturned(holding=holding.id, under=transfer, to=to)
    return (*free_holding(book, holding, at_ms), returned)


def is_locked_by(holding: Holding, financing: str) -> bool:
    """Whether the record says that `financing` has the holding locked."""
    return holding.state is HoldingState.LOCKED and holding.pending == financing


def check_unburdened(holding: Holding, at_ms: int) -> None:
    """Raises `Refused` unless all of a holding is free to be passed on or financed.

    In this order: `holding_is_frozen`, `holding_is_disputed`, `holding_is_encumbered`. Its holder
    splits the free part off first.
    """
    for kind, code in _NOT_FREE.items():
        taken = holding.burdened(kind, at_ms)
        refuse_if(
            taken.minor > 0,
            code,
            f"Part of {holding.id} or all of it is not free: {kind.value}.",
        )


_NOT_FREE = {
    BurdenKind.FREEZE: RefusalCode.HOLDING_IS_FROZEN,
    BurdenKind.DISPUTE: RefusalCode.HOLDING_IS_DISPUTED,
    BurdenKind.ENCUMBRANCE: RefusalCode.HOLDING_IS_ENCUMBERED,
}


def check_circulates(book: Reader, holding: Holding, at_ms: int) -> None:
    """Raises `Refused` (`redemption_is_under_way`) from the record date to the day of payment.

    Who is paid that day is fixed before. What is unpaid after it is a debt like any other: it may
    be split and passed on, since being overdue closes no way.
    """
    first, last = record_date(book, holding.due), payable_on(book, holding.due)
    refuse_if(
        first <= today_of(book, at_ms) <= last,
        RefusalCode.REDEMPTION_IS_UNDER_WAY,
        f"Who is paid on {last} is fixed since {first}.",
    )


def burden(holding: Holding, burden: Burden) -> tuple[Event, ...]:
    """A part of `holding` is not free; a burden of the same id is replaced.

    Raises `Refused` (`holding_is_closed`).
    """
    _check_open(holding)
    return (HoldingBurdened(holding=holding.id, burden=burden),)


def unburden(book: Reader, receivable: str, burden_id: str) -> tuple[Event, ...]:
    """Every open holding of `receivable` that the record `burden_id` burdens is free of it."""
    return tuple(
        HoldingUnburdened(holding=holding.id, burden=burden_id)
        for holding in book.find(Holding, receivable=receivable)
        if holding.is_open and any(item.id == burden_id for item in holding.burdens)
    )


def lapse(book: Reader, record_id: str, at_ms: int) -> tuple[Event, ...]:
    """The lapse of a proposed transfer, a proposed issue or a lock whose time is over.

    Raises `Refused` (`nothing_to_lapse`) when the id names no such thing, or it is not over.
    """
    transfer = book.get(Transfer, record_id)
    if (
        transfer is not None
        and transfer.state is TransferState.PROPOSED
        and transfer_is_over(transfer, at_ms)
    ):
        return (TransferLapsed(transfer=transfer.id),)
    receivable = book.get(Receivable, record_id)
    if (
        receivable is not None
        and receivable.state is ReceivableState.PROPOSED
        and issue_is_over(receivable, at_ms)
    ):
        return (IssueLapsed(receivable=receivable.id),)
    holding = book.get(Holding, record_id)
    if holding is not None and lock_is_over(holding, at_ms):
        return (HoldingUnlocked(holding=holding.id, financing=holding.pending or ""),)
    raise Refused(
        RefusalCode.NOTHING_TO_LAPSE, f"Nothing of {record_id} is over that is still open."
    )


def _check_open(holding: Holding) -> None:
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}: nothing is owed on it.",
    )
