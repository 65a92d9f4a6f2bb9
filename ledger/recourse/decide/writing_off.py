"""A holder no longer expects money, or expects it again: its books change, and no claim."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding
from ledger.recourse.commands import ReverseWriteOff, WriteOffDebt
from ledger.recourse.events import DebtWrittenOff, WriteOffReversed
from ledger.recourse.records import WriteOff


def write_off(
    book: Reader, command: WriteOffDebt, by: Signer, at_ms: int
) -> tuple[DebtWrittenOff, ...]:
    """At most what is owed and was not written off by this holder before."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    refuse_if(
        command.amount.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/amount",
    )
    left = holding.outstanding
    for item in book.find(WriteOff, holding=holding.id):
        if item.reversed_ms is None and item.holder == by.party:
            left -= item.amount
    refuse_if(
        left < command.amount,
        RefusalCode.WRITE_OFF_EXCEEDED,
        f"Less than that of {holding.id} is owed and not written off.",
        "/body/amount",
    )
    written = DebtWrittenOff(
        write_off=by.new_id("wof"),
        holding=holding.id,
        holder=by.party,
        amount=command.amount,
        reason=command.reason,
        persons=tuple(sorted(by.persons)),
        at_ms=at_ms,
    )
    return (written,)


def reverse(
    book: Reader, command: ReverseWriteOff, by: Signer, at_ms: int
) -> tuple[WriteOffReversed, ...]:
    """Once, by whoever wrote it off."""
    written = need(book, WriteOff, command.write_off, "/body/write_off")
    only(written.holder, by, "one who wrote it off")
    refuse_if(
        written.reversed_ms is not None,
        RefusalCode.WRITE_OFF_IS_REVERSED,
        f"{written.id} was taken back before.",
        "/body/write_off",
    )
    return (WriteOffReversed(write_off=written.id, at_ms=at_ms),)
