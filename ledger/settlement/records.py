"""The records of this module: payments and what goes wrong with them, costs, lists, surpluses."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.financing.events import Evidence
from ledger.money import Money
from ledger.settlement.commands import ReturnReason


class PaymentState(Enum):
    """Whether the money of a payment is still where it arrived."""

    RECORDED = "recorded"
    REVERSED = "reversed"


class InstructionState(Enum):
    """What became of an instructed payment."""

    INSTRUCTED = "instructed"
    BOUNCED = "bounced"
    MET = "met"


class MisdirectedState(Enum):
    """What became of misdirected money."""

    OPEN = "open"
    TURNED_OVER = "turned_over"
    RETURNED = "returned"


class Payment(Struct, frozen=True, kw_only=True, gc=False):
    """One proven payment on one holding: `amount` is `costs`, `interest` and `principal`.

    With `freeze` a court got the money, for its payee's debts. It changes once at most: when its
    money went back.
    """

    PREFIX: ClassVar[str] = "pay"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("receivable",),
        ("holding",),
        ("payer",),
        ("payee",),
    )
    FIXED: ClassVar[tuple[str, ...]] = ("receivable", "holding", "payer", "payee")

    id: str
    last_seq: int = -1
    receivable: str
    holding: str
    payer: str
    payee: str
    account: str | None = None
    freeze: str | None = None
    amount: Money
    costs: Money
    interest: Money
    principal: Money
    value_date: date
    evidence: Evidence
    reference: str
    attested_by: str
    recorded_ms: int
    state: PaymentState = PaymentState.RECORDED
    reason: ReturnReason | None = None
    reversed_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether its money is still there."""
        return self.state is PaymentState.RECORDED


class Costs(Struct, frozen=True, kw_only=True, gc=False):
    """Unpaid costs of pursuing a holding. `id` is the holding's.

    Where there is none, it bears its share of what it was split from.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    amount: Money


class Instruction(Struct, frozen=True, kw_only=True, gc=False):
    """An obligor's word that it told its bank to pay a holder."""

    PREFIX: ClassVar[str] = "ins"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("payer",), ("payee",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "payer", "payee")

    id: str
    last_seq: int = -1
    holding: str
    payer: str
    payee: str
    account: str
    amount: Money
    value_date: date
    reference: str
    replaces: str | None = None
    instructed_ms: int
    state: InstructionState = InstructionState.INSTRUCTED
    reason: ReturnReason | None = None
    payment: str | None = None


class Misdirected(Struct, frozen=True, kw_only=True, gc=False):
    """Money for a holding that reached somebody who does not hold it."""

    PREFIX: ClassVar[str] = "mis"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("payer",), ("payee",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "payer", "payee")

    id: str
    last_seq: int = -1
    holding: str
    payer: str
    payee: str
    amount: Money
    value_date: date
    reference: str
    reported_by: str
    reported_ms: int
    state: MisdirectedState = MisdirectedState.OPEN
    payment: str | None = None


class Redemption(Struct, frozen=True, kw_only=True, gc=False):
    """The list by which an obligor pays a receivable on its day, as it signed it."""

    PREFIX: ClassVar[str] = "red"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("receivable",),)
    FIXED: ClassVar[tuple[str, ...]] = ("receivable",)

    id: str
    last_seq: int = -1
    receivable: str
    day: date
    list: str
    total: Money
    signed_ms: int


class Surplus(Struct, frozen=True, kw_only=True, gc=False):
    """What a financing with recourse has left for its seller. `id` is the financing's."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    owed: Money
    paid: Money
