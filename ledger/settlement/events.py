"""What then is true about payments. What follows for holdings is told by the floors below."""

from __future__ import annotations

from datetime import date

from ledger.financing.events import Evidence
from ledger.model.records import Effect
from ledger.money import Money
from ledger.settlement.commands import ReturnReason


class PaymentRecorded(Effect, frozen=True, kw_only=True):
    """`payer` has paid `payee`, the holder, `amount` on `holding`, by the word of `by`.

    It is made up of `costs`, late `interest` and `principal`. `account` is where a bank saw it
    arrive; a receipt names none. What a court got by its `freeze` arrived at none of the payee's.
    """

    payment: str
    receivable: str
    holding: str
    payer: str
    payee: str
    account: str | None
    freeze: str | None
    amount: Money
    costs: Money
    interest: Money
    principal: Money
    value_date: date
    evidence: Evidence
    reference: str
    by: str
    at_ms: int


class PaymentReversed(Effect, frozen=True, kw_only=True):
    """The money of a payment went back on `value_date`: nothing was paid."""

    payment: str
    reason: ReturnReason
    value_date: date
    reference: str
    at_ms: int


class CostsStood(Effect, frozen=True, kw_only=True):
    """So much `costs` of pursuing is owed on a holding."""

    holding: str
    costs: Money


class PaymentInstructed(Effect, frozen=True, kw_only=True):
    """The obligor says that it has told its bank to pay."""

    instruction: str
    holding: str
    payer: str
    payee: str
    account: str
    amount: Money
    value_date: date
    reference: str
    replaces: str | None
    at_ms: int


class PaymentBounced(Effect, frozen=True, kw_only=True):
    """An instructed payment came back, by the word of the bank `by`."""

    instruction: str
    reason: ReturnReason
    reference: str
    by: str
    at_ms: int


class InstructionMet(Effect, frozen=True, kw_only=True):
    """An instructed payment arrived."""

    instruction: str
    payment: str


class PaymentMisdirected(Effect, frozen=True, kw_only=True):
    """Money for a holding reached `payee`, who does not hold it, by the word of `by`."""

    misdirected: str
    holding: str
    payer: str
    payee: str
    amount: Money
    value_date: date
    reference: str
    by: str
    at_ms: int


class MisdirectedEnded(Effect, frozen=True, kw_only=True):
    """Misdirected money reached the holder as this payment, or (None) went back to its payer."""

    misdirected: str
    payment: str | None
    at_ms: int


class RedemptionSigned(Effect, frozen=True, kw_only=True):
    """The obligor will pay on `day` as on the list of this digest, `total` in all."""

    redemption: str
    receivable: str
    day: date
    list: str
    total: Money
    at_ms: int


class SurplusArose(Effect, frozen=True, kw_only=True):
    """The financier owes the seller `amount` more (below zero: less) of what it collected."""

    financing: str
    amount: Money


class SurplusPaid(Effect, frozen=True, kw_only=True):
    """The seller has received `amount` of the surplus."""

    financing: str
    amount: Money
    value_date: date
    reference: str


Event = (
    PaymentRecorded
    | PaymentReversed
    | CostsStood
    | PaymentInstructed
    | PaymentBounced
    | InstructionMet
    | PaymentMisdirected
    | MisdirectedEnded
    | RedemptionSigned
    | SurplusArose
    | SurplusPaid
)
