"""What makes the debt on holdings smaller or larger: payment, reduction, a payment taken back.

Each function returns the events that follow, in their order, or raises `Refused`; none changes
anything. They are computed from `book` as it stands, so a command that touches several holdings
of one receivable does so in one call, not in several.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import RefusalCode
from ledger.model.records import Reader, need, refuse_if
from ledger.money import Money
from ledger.receivables.events import (
    BurdenKind,
    Event,
    HoldingCancelled,
    HoldingPaid,
    HoldingRedeemed,
    HoldingReduced,
    HoldingReopened,
    HoldingUnpaid,
    ReceivableReopened,
    ReceivableSettled,
    RedeemedBy,
    TransferLapsed,
)
from ledger.receivables.records import Holding, HoldingState, Receivable

Legs = Sequence[tuple[Holding, Money]]
"""So much on each holding: different ones of one receivable, above zero."""


def discharge(book: Reader, legs: Legs, at_ms: int) -> tuple[Event, ...]:
    """The obligor's debt falls by each leg's amount, since it was paid.

    A payment is a fact: it is never refused for a lock, a pending transfer (which ends, since
    what was offered has changed), or lateness. What a court has frozen cannot be discharged by
    paying the holder. A holding with nothing left is redeemed, and the receivable is settled with
    its last one. Raises `Refused`: `payment_does_not_fit` (no leg, a holding twice, several
    receivables, an amount not above zero), `holding_is_closed`, `payment_exceeds_outstanding`,
    `currency_mismatch`, `amount_is_frozen`.
    """
    receivable = _common(book, legs)
    events: list[Event] = []
    for holding, amount in legs:
        _check_leg(holding, amount)
        refuse_if(
            holding.outstanding - holding.burdened(BurdenKind.FREEZE, at_ms) < amount,
            RefusalCode.AMOUNT_IS_FROZEN,
            f"A court has frozen what is paid on {holding.id}, or part of it.",
        )
        events += _changed(holding)
        events.append(HoldingPaid(holding=holding.id, amount=amount))
        if holding.outstanding == amount:
            events.append(HoldingRedeemed(holding=holding.id, by=RedeemedBy.PAYMENT))
    return (*events, *settle(receivable, _closed(legs)))


def reduce(book: Reader, legs: Legs, cause: str) -> tuple[Event, ...]:
    """The obligor's debt falls by each leg's amount without payment, because of the record `cause`.

    Whether a holder has to consent is the caller's question. A pending transfer ends; a holding
    with nothing left is cancelled, and the receivable is settled with its last one. Raises
    `Refused` as `discharge` does, a freeze aside.
    """
    receivable = _common(book, legs)
    events: list[Event] = []
    for holding, amount in legs:
        _check_leg(holding, amount)
        events += _changed(holding)
        events.append(HoldingReduced(holding=holding.id, amount=amount, cause=cause))
        if holding.outstanding == amount:
            events.append(HoldingCancelled(holding=holding.id))
    return (*events, *settle(receivable, _closed(legs)))


def take_back(
    book: Reader, holding: Holding, amount: Money, financing: str | None
) -> tuple[Event, ...]:
    """A payment of `amount` on a holding was taken back by the payer's bank: it is owed again.

    The only way in which what is owed ever rises: it had not been paid. A pending transfer ends. A
    redeemed holding is open again, `financing` having it if one had; so is a receivable that was
    settled with it. Raises `Refused` (`payment_does_not_fit`) where less was paid on the holding,
    or what was left of it has been split or acquired by the obligor since.
    """
    refuse_if(
        holding.paid < amount or holding.went_on,
        RefusalCode.PAYMENT_DOES_NOT_FIT,
        f"So much was not paid on {holding.id} as it is now.",
    )
    unpaid = HoldingUnpaid(holding=holding.id, amount=amount)
    if holding.is_open:
        return (*_changed(holding), unpaid)
    reopened = HoldingReopened(holding=holding.id, financing=financing)
    receivable = need(book, Receivable, holding.receivable, "")
    if receivable.open_holdings:
        return (unpaid, reopened)
    return (unpaid, reopened, ReceivableReopened(receivable=receivable.id))


def settle(receivable: Receivable, closed: int) -> tuple[Event, ...]:
    """That the receivable is settled, when the `closed` holdings are its last open ones."""
    if receivable.open_holdings > closed or closed == 0:
        return ()
    return (ReceivableSettled(receivable=receivable.id),)


def _common(book: Reader, legs: Legs) -> Receivable:
    """The one receivable of all legs."""
    receivables = {holding.receivable for holding, _ in legs}
    refuse_if(
        len(receivables) != 1
        or len({holding.id for holding, _ in legs}) != len(legs)
        or any(amount.minor <= 0 for _, amount in legs),
        RefusalCode.PAYMENT_DOES_NOT_FIT,
        "There are legs above zero to different holdings of one receivable.",
    )
    return need(book, Receivable, receivables.pop(), "")


def _check_leg(holding: Holding, amount: Money) -> None:
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}: nothing is owed on it.",
    )
    refuse_if(
        holding.outstanding < amount,
        RefusalCode.PAYMENT_EXCEEDS_OUTSTANDING,
        f"Less is outstanding on {holding.id}.",
    )


def _changed(holding: Holding) -> tuple[Event, ...]:
    """What ends because a holding is not any more what was offered."""
    if holding.state is not HoldingState.TRANSFER_PENDING:
        return ()
    return (TransferLapsed(transfer=holding.pending or ""),)


def _closed(legs: Legs) -> int:
    return sum(holding.outstanding == amount for holding, amount in legs)
