"""May this fee be charged? Only under a line of the schedule in force, and within it."""

from __future__ import annotations

from typing import assert_never

from ledger.errors import RefusalCode
from ledger.fees.commands import ChargeFee, Command, WaiveFee
from ledger.fees.events import Event, FeeCharged, FeeWaived
from ledger.fees.schedule import Base, allowed, amount_of, bearer_of, charged, line_of
from ledger.fees.state import Fee, FeeState
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.policy.state import policy_of
from ledger.receivables.records import Holding

ENDED = (FinancingState.FAILED, FinancingState.RELEASED, FinancingState.LAPSED)
"""Financings that came to nothing."""


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case ChargeFee():
            return _charge(book, command, by, at_ms)
        case WaiveFee():
            return _waive(book, command, by)
        case _:
            assert_never(command)


def stake(book: Reader, command: Command) -> Money | None:
    """The amount at stake: the fee's; None for a fee that does not exist."""
    if isinstance(command, ChargeFee):
        return command.amount
    fee = book.get(Fee, command.fee)
    return fee.amount if fee else None


def _charge(book: Reader, command: ChargeFee, by: Signer, at_ms: int) -> tuple[Event, ...]:
    base = _base(book, command.base, by, at_ms)
    policy = policy_of(book)
    line = line_of(policy, command.line, amount_of(base).currency)
    bearer = bearer_of(line, base)
    refuse_if(
        bearer is None or bearer == by.party,
        RefusalCode.FEE_NOT_ON_SCHEDULE,
        f"The line is borne by the {line.bearer}, who is not another party here.",
        "/body/line",
    )
    bound = allowed(line, base, policy)
    refuse_if(
        bound < charged(book, line.code, base) + command.amount,
        RefusalCode.FEE_EXCEEDS_SCHEDULE,
        "The line allows less on this debt, earlier fees included.",
        "/body/amount",
    )
    fee = FeeCharged(
        fee=by.new_id("fee"),
        line=line.code,
        base=base.id,
        bearer=bearer or "",
        amount=command.amount,
        allowed=bound,
        by=by.party,
        at_ms=at_ms,
    )
    return (fee,)


def _base(book: Reader, name: str, by: Signer, at_ms: int) -> Base:
    """The live financing or open holding on which the signer may charge."""
    operator = Role.OPERATOR.value in by.roles
    financing = book.get(Financing, name)
    if financing is not None:
        refuse_if(
            not operator and financing.financier != by.party,
            RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
            "Only its financier or the operator charges on a financing.",
        )
        refuse_if(
            financing.state in ENDED or financing.has_lapsed(at_ms),
            RefusalCode.FINANCING_IS_CLOSED,
            f"{financing.id} came to nothing.",
            "/body/base",
        )
        return financing
    holding = need(book, Holding, name, "/body/base")
    refuse_if(
        not operator,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only the operator charges on a holding.",
    )
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}.",
        "/body/base",
    )
    return holding


def _waive(book: Reader, command: WaiveFee, by: Signer) -> tuple[Event, ...]:
    fee = need(book, Fee, command.fee, "/body/fee")
    refuse_if(
        fee.charged_by != by.party,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only who charged a fee does without it.",
    )
    refuse_if(
        fee.state is FeeState.WAIVED, RefusalCode.FEE_IS_WAIVED, f"{fee.id} is not owed any more."
    )
    return (FeeWaived(fee=fee.id),)
