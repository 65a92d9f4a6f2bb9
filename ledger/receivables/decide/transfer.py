"""Transfer (转让): two parties sign, the holder first; title moves when the second has."""

from __future__ import annotations

from ledger.alerts.acts import raised
from ledger.alerts.events import AlertKind, AlertRaised
from ledger.conduct.gates import check_proposer, check_screened
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.policy.state import policy_of
from ledger.receivables.acts import check_circulates, check_unburdened, free_holding
from ledger.receivables.clocks import DAY_MS, transfer_is_over
from ledger.receivables.commands import (
    AcceptTransfer,
    ProposeTransfer,
    RejectTransfer,
    RescindTransfer,
)
from ledger.receivables.debts import settle
from ledger.receivables.decide.checks import check_accepts, counterparty, only
from ledger.receivables.events import (
    Event,
    Events,
    HoldingRedeemed,
    RedeemedBy,
    TransferAccepted,
    TransferProposed,
    TransferRejected,
    TransferRescinded,
)
from ledger.receivables.records import Holding, Receivable, Transfer, TransferState

TRANSFEREES = (Role.SUPPLIER, Role.FINANCIER, Role.OBLIGOR)


def propose(book: Reader, command: ProposeTransfer, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The holder offers the holding; it is pending until answered, taken back or lapsed."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    before = free_holding(book, holding, at_ms)
    check_unburdened(holding, at_ms)
    check_circulates(book, holding, at_ms)
    counterparty(book, command.to, TRANSFEREES, "/body/to")
    _check_offer(book, command, holding, at_ms)
    proposed = TransferProposed(
        transfer=by.new_id("trf"),
        holding=holding.id,
        assignor=by.party,
        assignee=command.to,
        consideration=command.consideration,
        base_trade=command.base_trade,
        recourse=command.recourse,
        discharges_underlying=command.discharges_underlying,
        lapses_ms=command.lapses_ms,
        proposal=by.payload,
    )
    return (*before, proposed)


def _check_offer(book: Reader, command: ProposeTransfer, holding: Holding, at_ms: int) -> None:
    policy = policy_of(book)
    refuse_if(
        command.to == holding.holder,
        RefusalCode.TRANSFEREE_IS_HOLDER,
        "The transferee holds it already.",
        "/body/to",
    )
    refuse_if(
        holding.hops >= policy.caps.hops,
        RefusalCode.TOO_MANY_HOPS,
        f"It has changed hands {holding.hops} times.",
    )
    refuse_if(
        command.consideration is not None
        and command.consideration.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/consideration",
    )
    refuse_if(
        not at_ms < command.lapses_ms <= at_ms + policy.clocks.transfer_days * DAY_MS,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"A transfer is open for at most {policy.clocks.transfer_days} days.",
        "/body/lapses_ms",
    )


def accept(book: Reader, command: AcceptTransfer, by: Signer, at_ms: int) -> Events:
    """The transferee is the holder; where it owes the debt itself, the debt ends (混同)."""
    transfer = need(book, Transfer, command.transfer, "/body/transfer")
    only(transfer.assignee, by, "transferee")
    _check_open(transfer, at_ms)
    check_accepts(transfer.id, transfer.proposal, command.accepts, by)
    check_proposer(book, transfer.assignor, at_ms, "/body/transfer")
    check_screened(book, (transfer.assignor, transfer.assignee))
    holding = need(book, Holding, transfer.holding, "")
    check_unburdened(holding, at_ms)
    check_circulates(book, holding, at_ms)
    accepted = TransferAccepted(transfer=transfer.id, at_ms=at_ms)
    if holding.obligor != by.party:
        return (accepted, *_circle(holding, by, at_ms))
    receivable = need(book, Receivable, holding.receivable, "")
    redeemed = HoldingRedeemed(holding=holding.id, by=RedeemedBy.CONFUSION)
    return (accepted, redeemed, *settle(receivable, 1))


def _circle(holding: Holding, by: Signer, at_ms: int) -> tuple[AlertRaised, ...]:
    """An alert where the transferee has had the holding before (A to B to A)."""
    if by.party not in holding.chain:
        return ()
    reasons = ("transferee_had_it_before", f"hops_are_{holding.hops + 1}")
    return (raised(by, 0, AlertKind.CIRCULAR_TRADE, holding.id, reasons, at_ms),)


def reject(book: Reader, command: RejectTransfer, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The transferee says no."""
    transfer = need(book, Transfer, command.transfer, "/body/transfer")
    only(transfer.assignee, by, "transferee")
    _check_open(transfer, at_ms)
    return (TransferRejected(transfer=transfer.id),)


def rescind(book: Reader, command: RescindTransfer, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The holder takes the offer back."""
    transfer = need(book, Transfer, command.transfer, "/body/transfer")
    only(transfer.assignor, by, "holder who proposed it")
    _check_open(transfer, at_ms)
    return (TransferRescinded(transfer=transfer.id),)


def _check_open(transfer: Transfer, at_ms: int) -> None:
    refuse_if(
        transfer_is_over(transfer, at_ms),
        RefusalCode.TRANSFER_HAS_LAPSED,
        f"{transfer.id} was not accepted in time, or a payment ended it.",
    )
    refuse_if(
        transfer.state is not TransferState.PROPOSED,
        RefusalCode.TRANSFER_IS_CLOSED,
        f"{transfer.id} is {transfer.state.value}.",
    )
