"""What time alone ends or makes late: always a function of a record and an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.conduct.records import Insolvency
from ledger.dates import Roll, add_days, roll
from ledger.model.records import Reader
from ledger.policy.state import calendar_of, payable_on, today_of
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def issue_is_over(receivable: Receivable, at_ms: int) -> bool:
    """Whether nobody signed for a proposed issue in time, stated already or not."""
    return receivable.state is ReceivableState.LAPSED or (
        receivable.state is ReceivableState.PROPOSED and _has_come(receivable.lapses_ms, at_ms)
    )


def transfer_is_over(transfer: Transfer, at_ms: int) -> bool:
    """Whether nobody accepted a proposed transfer in time, stated already or not."""
    return transfer.state is TransferState.LAPSED or (
        transfer.state is TransferState.PROPOSED and _has_come(transfer.lapses_ms, at_ms)
    )


def lock_is_over(holding: Holding, at_ms: int) -> bool:
    """Whether a holding is still recorded as locked though the lock's time is over."""
    return holding.state is HoldingState.LOCKED and _has_come(holding.lock_lapses_ms, at_ms)


def is_overdue(receivable: Receivable, book: Reader, at_ms: int) -> bool:
    """Whether something is owed after the business day on which it was payable. Never blocks.

    The civil date is that of the ledger's legal time zone. Raises `Refused`
    (`calendar_does_not_cover`) when the calendar in force does not reach the due date.
    """
    return receivable.outstanding.minor > 0 and today_of(book, at_ms) > payable_from(
        book, receivable.obligor, receivable.due
    )


def payable_from(book: Reader, obligor: str, due: date) -> date:
    """The day on which a debt of `obligor` due at `due` is payable.

    Rolled to a business day; earlier where the obligor's insolvency began before it: that makes
    every debt payable (企业破产法 46). Raises `Refused` (`calendar_does_not_cover`).
    """
    insolvency = book.get(Insolvency, obligor)
    day = payable_on(book, due)
    return min(day, insolvency.day) if insolvency is not None and insolvency.in_force else day


def record_date(book: Reader, due: date) -> date:
    """The business day before a debt due at `due` is payable: on it who will be paid is fixed.

    Raises `Refused` (`calendar_does_not_cover`).
    """
    return roll(add_days(payable_on(book, due), -1), calendar_of(book), Roll.PRECEDING)


def acknowledgement_is_late(receivable: Receivable, book: Reader, at_ms: int) -> bool:
    """Whether the obligor has not answered the creditor's request in time (支付条例 article 16).

    Late is the day after `answer_by`, in the ledger's legal time zone. Silence never acknowledges.
    """
    return (
        receivable.state is ReceivableState.REGISTERED
        and receivable.answer_by is not None
        and today_of(book, at_ms) > receivable.answer_by
    )


def late_acknowledgements(
    receivables: Iterable[Receivable], book: Reader, at_ms: int
) -> tuple[Receivable, ...]:
    """Those for which the obligor's word is late, the longest overdue first, then by id."""
    late = [item for item in receivables if acknowledgement_is_late(item, book, at_ms)]
    return tuple(sorted(late, key=lambda item: (item.answer_by or date.max, item.id)))


def _has_come(deadline_ms: int | None, at_ms: int) -> bool:
    return deadline_ms is not None and deadline_ms <= at_ms
