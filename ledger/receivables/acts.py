"""What higher floors do to holdings: free, lock, move title, discharge, lapse.

Each function returns the events that follow, in their order, or raises `Refused`; none changes
anything. The events are computed from `book` as it stands, so a command that touches several
holdings of one receivable pays them in one `discharge`, not in several.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, need, refuse_if
from ledger.money import Money
from ledger.receivables.clocks import issue_is_over, lock_is_over, transfer_is_over
from ledger.receivables.events import (
    Event,
    HoldingFinanced,
    HoldingLocked,
    HoldingPaid,
    HoldingRedeemed,
    HoldingReturned,
    HoldingUnlocked,
    IssueLapsed,
    ReceivableSettled,
    RedeemedBy,
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
    refuse_if(
        not holding.is_open, RefusalCode.HOLDING_IS_CLOSED, f"{holding.id} was split or redeemed."
    )
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
    return (HoldingReturned(holding=holding.id, financing=financing, to=to),)


def is_locked_by(holding: Holding, financing: str) -> bool:
    """Whether the record says that `financing` has the holding locked."""
    return holding.state is HoldingState.LOCKED and holding.pending == financing


def discharge(book: Reader, legs: Sequence[tuple[Holding, Money]]) -> tuple[Event, ...]:
    """The obligor's debt falls by each leg's amount on its own holding; all of one receivable.

    A payment is a fact: it is never refused for a lock, a pending transfer (which ends, since
    what was offered has changed), or lateness. A holding with nothing left is redeemed, and the
    receivable is settled with its last one. Raises `Refused`: `payment_does_not_fit` (no leg, a
    holding twice, several receivables, an amount not above zero), `holding_is_closed`,
    `payment_exceeds_outstanding`, `currency_mismatch`.
    """
    receivables = {holding.receivable for holding, _ in legs}
    refuse_if(
        len(receivables) != 1
        or len({holding.id for holding, _ in legs}) != len(legs)
        or any(amount.minor <= 0 for _, amount in legs),
        RefusalCode.PAYMENT_DOES_NOT_FIT,
        "A payment has legs above zero to different holdings of one receivable.",
    )
    events: list[Event] = []
    for holding, amount in legs:
        events += _paid(holding, amount)
    receivable = need(book, Receivable, receivables.pop(), "")
    return (*events, *settle(receivable, sum(isinstance(item, HoldingRedeemed) for item in events)))


def _paid(holding: Holding, amount: Money) -> list[Event]:
    refuse_if(
        not holding.is_open, RefusalCode.HOLDING_IS_CLOSED, f"{holding.id} was split or redeemed."
    )
    refuse_if(
        holding.outstanding < amount,
        RefusalCode.PAYMENT_EXCEEDS_OUTSTANDING,
        f"Less is outstanding on {holding.id}.",
    )
    events: list[Event] = []
    if holding.state is HoldingState.TRANSFER_PENDING:
        events.append(TransferLapsed(transfer=holding.pending or ""))
    events.append(HoldingPaid(holding=holding.id, amount=amount))
    if holding.outstanding == amount:
        events.append(HoldingRedeemed(holding=holding.id, by=RedeemedBy.PAYMENT))
    return events


def settle(receivable: Receivable, redeemed: int) -> tuple[Event, ...]:
    """That the receivable is settled, when the `redeemed` holdings are its last open ones."""
    if receivable.open_holdings > redeemed or redeemed == 0:
        return ()
    return (ReceivableSettled(receivable=receivable.id),)


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
