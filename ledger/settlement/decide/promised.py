"""What the obligor says before money arrives: the list, an instruction, costs that it admits.

None of it discharges anything. What is said here is held against what then arrives.
"""

from __future__ import annotations

from typing import assert_never

from ledger.errors import RefusalCode
from ledger.financing.decide.checks import bank_for
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.policy.state import payable_on, today_of
from ledger.receivables.clocks import record_date
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding, Receivable
from ledger.settlement import commands as c
from ledger.settlement.arrears import costs_of
from ledger.settlement.events import (
    CostsStood,
    Event,
    PaymentBounced,
    PaymentInstructed,
    RedemptionSigned,
)
from ledger.settlement.records import Instruction, InstructionState
from ledger.settlement.redeeming import list_digest, redemption_list

Promise = c.InstructPayment | c.BouncePayment | c.AdmitCosts | c.SignRedemption


def decide(book: Reader, command: Promise, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case c.InstructPayment():
            return _instruct(book, command, by, at_ms)
        case c.BouncePayment():
            return _bounce(book, command, by, at_ms)
        case c.AdmitCosts():
            return _admit(book, command, by, at_ms)
        case c.SignRedemption():
            return _sign(book, command, by, at_ms)
        case _:
            assert_never(command)


def check_met(book: Reader, instruction_id: str, holding: Holding, amount: Money) -> None:
    """Raises `Refused` unless a payment is what this open instruction said."""
    instruction = _still_open(book, instruction_id)
    refuse_if(
        (instruction.holding, instruction.amount) != (holding.id, amount),
        RefusalCode.INSTRUCTION_DIFFERS,
        f"{instruction.id} is for another holding or amount.",
        "/body/instruction",
    )


def _instruct(
    book: Reader, command: c.InstructPayment, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.obligor, by, "obligor")
    check_account(book, command.account, holding.holder, command.amount.currency, "/body/account")
    refuse_if(
        command.amount.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/amount",
    )
    if command.replaces is not None:
        earlier = need(book, Instruction, command.replaces, "/body/replaces")
        refuse_if(
            earlier.holding != holding.id or earlier.state is not InstructionState.BOUNCED,
            RefusalCode.INSTRUCTION_DIFFERS,
            f"{earlier.id} did not come back, or is for another holding.",
            "/body/replaces",
        )
    instructed = PaymentInstructed(
        instruction=by.new_id("ins"),
        holding=holding.id,
        payer=by.party,
        payee=holding.holder,
        account=command.account,
        amount=command.amount,
        value_date=command.value_date,
        reference=command.reference,
        replaces=command.replaces,
        at_ms=at_ms,
    )
    return (instructed,)


def _bounce(book: Reader, command: c.BouncePayment, by: Signer, at_ms: int) -> tuple[Event, ...]:
    instruction = _still_open(book, command.instruction)
    bank_for(by, instruction.payer)
    bounced = PaymentBounced(
        instruction=instruction.id,
        reason=command.reason,
        reference=command.reference,
        by=by.party,
        at_ms=at_ms,
    )
    return (bounced,)


def _still_open(book: Reader, record_id: str) -> Instruction:
    instruction = need(book, Instruction, record_id, "/body/instruction")
    refuse_if(
        instruction.state is not InstructionState.INSTRUCTED,
        RefusalCode.INSTRUCTION_IS_CLOSED,
        f"{instruction.id} is {instruction.state.value}.",
        "/body/instruction",
    )
    return instruction


def _admit(book: Reader, command: c.AdmitCosts, by: Signer, at_ms: int) -> tuple[Event, ...]:
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.obligor, by, "obligor")
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}: nothing is owed on it.",
        "/body/holding",
    )
    refuse_if(
        command.amount.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/amount",
    )
    costs = costs_of(book, holding) + command.amount
    return (CostsStood(holding=holding.id, costs=costs),)


def _sign(book: Reader, command: c.SignRedemption, by: Signer, at_ms: int) -> tuple[Event, ...]:
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.obligor, by, "obligor")
    first, last = record_date(book, receivable.due), payable_on(book, receivable.due)
    refuse_if(
        not first <= today_of(book, at_ms) <= last,
        RefusalCode.REDEMPTION_IS_NOT_DUE,
        f"The list is signed from {first} to {last}.",
    )
    lines = redemption_list(book, receivable, at_ms)
    refuse_if(
        not lines,
        RefusalCode.RECEIVABLE_IS_CLOSED,
        f"Nothing is owed on {receivable.id}.",
        "/body/receivable",
    )
    refuse_if(
        command.list != list_digest(book, receivable, lines)
        or command.total != total([line.amount for line in lines]),
        RefusalCode.REDEMPTION_LIST_DIFFERS,
        "The list or its total is not what is owed, and to whom.",
        "/body/list",
    )
    signed = RedemptionSigned(
        redemption=by.new_id("red"),
        receivable=receivable.id,
        day=last,
        list=command.list,
        total=command.total,
        at_ms=at_ms,
    )
    return (signed,)
