"""How events change holdings and transfers, and with them what obligors owe in all.

Whatever happens to a holding goes through `_became`: so the sums of its receivable, of its day and
of its obligor are always those of the holdings that are open.
"""

from __future__ import annotations

from datetime import date
from typing import assert_never

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.receivables import events as e
from ledger.receivables.burdens import burdened
from ledger.receivables.events import Burden, BurdenKind, RedeemedBy
from ledger.receivables.records import (
    Deferred,
    Holding,
    HoldingState,
    Maturity,
    Owed,
    Receivable,
    Transfer,
    TransferState,
    maturity_id,
    owed_id,
)

HoldingEvent = (
    e.HoldingOpened
    | e.HoldingBurdened
    | e.HoldingUnburdened
    | e.HoldingReduced
    | e.HoldingCancelled
    | e.HoldingUnpaid
    | e.HoldingReopened
    | e.HoldingSplit
    | e.TransferProposed
    | e.TransferAccepted
    | e.TransferRejected
    | e.TransferRescinded
    | e.TransferLapsed
    | e.HoldingLocked
    | e.HoldingUnlocked
    | e.HoldingFinanced
    | e.HoldingReturned
    | e.HoldingPaid
    | e.HoldingRedeemed
)


def evolve_holding(book: Reader, event: HoldingEvent) -> tuple[Record, ...]:
    """The records that an event about a holding or a transfer leaves changed."""
    match event:
        case e.HoldingOpened():
            return _opened(book, event)
        case e.HoldingSplit():
            holding = need(book, Holding, event.holding, "")
            return _became(book, holding, changed(holding, state=HoldingState.SPLIT))
        case e.TransferProposed():
            return _proposed(book, event)
        case e.TransferAccepted():
            return _accepted(book, event)
        case e.TransferRejected():
            return _transfer_ended(book, event.transfer, TransferState.REJECTED)
        case e.TransferRescinded():
            return _transfer_ended(book, event.transfer, TransferState.RESCINDED)
        case e.TransferLapsed():
            return _transfer_ended(book, event.transfer, TransferState.LAPSED)
        case e.HoldingLocked():
            locked = changed(
                need(book, Holding, event.holding, ""),
                state=HoldingState.LOCKED,
                pending=event.financing,
                lock_lapses_ms=event.lapses_ms,
            )
            return (locked,)
        case e.HoldingUnlocked():
            return (_freed(need(book, Holding, event.holding, "")),)
        case e.HoldingFinanced():
            moved = _moved(need(book, Holding, event.holding, ""), event.to)
            return (changed(moved, state=HoldingState.FINANCED, pending=event.financing),)
        case e.HoldingReturned():
            return (_moved(need(book, Holding, event.holding, ""), event.to),)
        case _:
            return _evolve_debt(book, event)


_DebtEvent = (
    e.HoldingBurdened
    | e.HoldingUnburdened
    | e.HoldingReduced
    | e.HoldingCancelled
    | e.HoldingUnpaid
    | e.HoldingReopened
    | e.HoldingPaid
    | e.HoldingRedeemed
)


def _evolve_debt(book: Reader, event: _DebtEvent) -> tuple[Record, ...]:
    before = need(book, Holding, event.holding, "")
    match event:
        case e.HoldingBurdened():
            return _became(book, before, changed(before, burdens=_with(before, event.burden)))
        case e.HoldingUnburdened():
            others = (item for item in before.burdens if item.id != event.burden)
            return _became(book, before, changed(before, burdens=tuple(others)))
        case e.HoldingReduced():
            less = changed(before, reduced=before.reduced + event.amount)
            return _became(book, before, less, reduced=event.amount)
        case e.HoldingCancelled():
            return _became(book, before, changed(_freed(before), state=HoldingState.CANCELLED))
        case e.HoldingPaid():
            less = changed(before, paid=before.paid + event.amount)
            return _became(book, before, less, paid=event.amount)
        case e.HoldingUnpaid():
            more = changed(before, paid=before.paid - event.amount)
            return _became(book, before, more, paid=-event.amount)
        case e.HoldingRedeemed():
            left = Money(0, before.amount.currency)
            if event.by is RedeemedBy.CONFUSION:
                left = before.outstanding
            closed = changed(_freed(before), state=HoldingState.REDEEMED)
            return _became(book, before, closed, merged=left)
        case e.HoldingReopened():
            state = HoldingState.FINANCED if event.financing else HoldingState.HELD
            reopened = changed(before, state=state, pending=event.financing)
            return _became(book, before, reopened)
        case _:
            assert_never(event)


def _with(holding: Holding, burden: Burden) -> tuple[Burden, ...]:
    """The burdens with this one in the place of the one of its id, or behind all others."""
    if all(item.id != burden.id for item in holding.burdens):
        return (*holding.burdens, burden)
    return tuple(burden if item.id == burden.id else item for item in holding.burdens)


def amended(book: Reader, event: e.DueDateAmended) -> tuple[Record, ...]:
    """The receivable with all its holdings, and what its obligor owes on both days."""
    receivable = need(book, Receivable, event.receivable, "")
    parts = book.find(Holding, receivable=receivable.id)
    nothing = Money(0, receivable.face.currency)
    owed = sum((item.outstanding for item in parts), nothing)
    disputed = sum((_disputed(item) for item in parts), nothing)
    deferred = receivable.deferred
    if receivable.due < event.day:
        deferred = (*deferred, Deferred(receivable.due, event.day))
    return (
        changed(receivable, due=event.due, deferred=deferred),
        *(changed(item, due=event.due) for item in parts),
        _maturity(book, receivable, receivable.due, -owed, -disputed),
        _maturity(book, receivable, event.due, owed, disputed),
    )


def _opened(book: Reader, event: e.HoldingOpened) -> tuple[Record, ...]:
    nothing = Money(0, event.amount.currency)
    holding = Holding(
        id=event.holding,
        receivable=event.receivable,
        obligor=event.obligor,
        holder=event.chain[-1],
        state=HoldingState.HELD,
        amount=event.amount,
        paid=nothing,
        reduced=nothing,
        due=event.due,
        chain=event.chain,
        parent=event.parent,
        ordinal=event.ordinal,
        burdens=event.burdens,
    )
    return _became(book, None, holding)


def _became(
    book: Reader, before: Holding | None, after: Holding, **more: Money
) -> tuple[Record, ...]:
    """`after`, and what is then true of its receivable and of all that its obligor owes.

    `more` is what is added to sums of the receivable.
    """
    receivable = need(book, Receivable, after.receivable, "")
    opened = after.is_open - (before is not None and before.is_open)
    sums = {name: getattr(receivable, name) + amount for name, amount in more.items()}
    if opened or sums:
        count = receivable.open_holdings + opened
        receivable = changed(receivable, open_holdings=count, **sums)
    nothing = Money(0, after.amount.currency)
    owed = after.outstanding - (before.outstanding if before else nothing)
    disputed = _disputed(after) - (_disputed(before) if before else nothing)
    if owed.minor == disputed.minor == 0:
        return (after, receivable)
    return (
        after,
        receivable,
        _maturity(book, receivable, after.due, owed, disputed),
        *_owes(book, receivable, owed),
    )


def _disputed(holding: Holding) -> Money:
    return burdened(holding.burdens, BurdenKind.DISPUTE, holding.outstanding, None)


def _maturity(
    book: Reader, receivable: Receivable, due: date, owed: Money, disputed: Money
) -> Maturity:
    """What the obligor owes on a day, `owed` more, of which `disputed` more is disputed."""
    name = maturity_id(receivable.obligor, owed.currency, due)
    known = book.get(Maturity, name)
    outstanding = known.outstanding + owed if known else owed
    return Maturity(
        id=name,
        obligor=receivable.obligor,
        due=due,
        outstanding=outstanding,
        disputed=known.disputed + disputed if known else disputed,
        is_open=outstanding.minor > 0,
    )


def _owes(book: Reader, receivable: Receivable, more: Money) -> tuple[Owed, ...]:
    """What the obligor owes on receivables of this creditor and on all, `more` higher."""
    names = (owed_id(receivable.obligor, item, more.currency) for item in (receivable.creditor, ""))
    return tuple(Owed(id=name, amount=owed(book, name, more.currency) + more) for name in names)


def owed(book: Reader, name: str, currency: str) -> Money:
    """The amount of an `Owed` record, zero where there was none."""
    known = book.get(Owed, name)
    return known.amount if known else Money(0, currency)


def _proposed(book: Reader, event: e.TransferProposed) -> tuple[Record, ...]:
    transfer = Transfer(
        id=event.transfer,
        holding=event.holding,
        assignor=event.assignor,
        assignee=event.assignee,
        consideration=event.consideration,
        base_trade=event.base_trade,
        recourse=event.recourse,
        discharges_underlying=event.discharges_underlying,
        lapses_ms=event.lapses_ms,
        proposal=event.proposal,
    )
    holding = need(book, Holding, event.holding, "")
    pending = changed(holding, state=HoldingState.TRANSFER_PENDING, pending=transfer.id)
    return (transfer, pending)


def _accepted(book: Reader, event: e.TransferAccepted) -> tuple[Record, ...]:
    transfer = need(book, Transfer, event.transfer, "")
    accepted = changed(transfer, state=TransferState.ACCEPTED, accepted_ms=event.at_ms)
    return (accepted, _moved(need(book, Holding, transfer.holding, ""), transfer.assignee))


def _transfer_ended(book: Reader, transfer: str, state: TransferState) -> tuple[Record, ...]:
    ended = changed(need(book, Transfer, transfer, ""), state=state)
    return (ended, _freed(need(book, Holding, ended.holding, "")))


def _moved(holding: Holding, to: str) -> Holding:
    return changed(_freed(holding), holder=to, chain=(*holding.chain, to))


def _freed(holding: Holding) -> Holding:
    return changed(holding, state=HoldingState.HELD, pending=None, lock_lapses_ms=None)
