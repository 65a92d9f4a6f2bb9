"""The questions that several acts ask."""

from __future__ import annotations

from ledger.changes.clocks import change_is_over
from ledger.changes.events import ChangeKind
from ledger.changes.parts import open_parts
from ledger.changes.records import Ask, Change, ChangeState, Dispute, DisputeState
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.policy.state import policy_of
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.records import Holding, Receivable, ReceivableState

LOWERING = (ChangeKind.CREDIT_NOTE, ChangeKind.SETTLEMENT)
"""Changes that a holder may decline for itself alone."""


def owed(book: Reader, receivable_id: str, place: str) -> Receivable:
    """A receivable on which something is owed. Raises `Refused` with what stands in the way."""
    receivable = need(book, Receivable, receivable_id, place)
    if receivable.state is not ReceivableState.ACKNOWLEDGED:
        code = _IN_THE_WAY.get(receivable.state, RefusalCode.RECEIVABLE_IS_CLOSED)
        raise Refused(code, f"{receivable.id} is {receivable.state.value}.", place=place)
    return receivable


_IN_THE_WAY = {
    ReceivableState.PROPOSED: RefusalCode.RECEIVABLE_AWAITS_ITS_CREDITOR,
    ReceivableState.REGISTERED: RefusalCode.RECEIVABLE_AWAITS_ITS_OBLIGOR,
}


def either(receivable: Receivable, by: Signer) -> None:
    """Raises `Refused` (`act_belongs_to_another_party`) unless creditor or obligor signs."""
    refuse_if(
        by.party not in (receivable.creditor, receivable.obligor),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only creditor or obligor do this.",
    )


def check_currency(receivable: Receivable, amount: Money, place: str) -> None:
    """Raises `Refused` (`currency_mismatch`) unless the amount is in the receivable's currency."""
    refuse_if(
        amount.currency != receivable.face.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The receivable is in {receivable.face.currency}.",
        place,
    )


def check_deadline(book: Reader, lapses_ms: int, at_ms: int) -> None:
    """Raises `Refused` (`deadline_out_of_range`): a change waits no longer than a transfer."""
    days = policy_of(book).clocks.transfer_days
    refuse_if(
        not at_ms < lapses_ms <= at_ms + days * DAY_MS,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"A change is open for at most {days} days.",
        "/body/lapses_ms",
    )


def open_dispute(book: Reader, dispute_id: str) -> Dispute:
    """A dispute that is open. Raises `Refused` (`record_not_found`, `dispute_is_closed`)."""
    dispute = need(book, Dispute, dispute_id, "/body/dispute")
    refuse_if(
        dispute.state is not DisputeState.OPEN,
        RefusalCode.DISPUTE_IS_CLOSED,
        f"{dispute.id} is {dispute.state.value}.",
        "/body/dispute",
    )
    return dispute


def open_change(book: Reader, change_id: str, at_ms: int) -> Change:
    """A change to be answered (`record_not_found`, `change_has_lapsed`, `change_is_closed`)."""
    change = need(book, Change, change_id, "/body/change")
    refuse_if(
        change_is_over(change, at_ms),
        RefusalCode.CHANGE_HAS_LAPSED,
        f"Not all have answered {change.id} in time.",
        "/body/change",
    )
    refuse_if(
        change.state is not ChangeState.PROPOSED,
        RefusalCode.CHANGE_IS_CLOSED,
        f"{change.id} is {change.state.value}.",
        "/body/change",
    )
    return change


def needed(book: Reader, change: Change) -> frozenset[str]:
    """Whose answer a change needs, as things are now: a holding may have changed hands."""
    receivable = need(book, Receivable, change.receivable, "")
    if change.kind is ChangeKind.SET_OFF and change.counterclaim is not None:
        holding = need(book, Holding, change.counterclaim.holding, "")
        return frozenset({receivable.obligor, holding.holder})
    both = frozenset({receivable.creditor, receivable.obligor})
    if change.kind in LOWERING:
        return both | {item.holder for item, _ in asked_of(book, change)}
    return both | {item.holder for item in open_parts(book, receivable.id)}


def asked_of(book: Reader, change: Change) -> list[tuple[Holding, Money]]:
    """The holdings that a change asks for, by id, with the most that each is to lose."""
    asks = book.find(Ask, change=change.id)
    found = [(need(book, Holding, ask.holding, ""), ask.most) for ask in asks]
    return sorted(found, key=lambda pair: pair[0].id)
