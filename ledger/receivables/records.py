"""The records of this module: invoices, receivables, holdings and transfers."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.money import Money
from ledger.receivables.commands import Basis, DischargesUnderlying, PayTo, Recourse
from ledger.receivables.events import Use


class Mode(Enum):
    """Who proposed the receivable: the creditor registered it, or the obligor issued it."""

    SUPPLIER_LED = "supplier_led"
    BUYER_LED = "buyer_led"


class ReceivableState(Enum):
    """Where a receivable stands. Overdue is no state: it never keeps anybody from paying."""

    PROPOSED = "proposed"
    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SETTLED = "settled"


class HoldingState(Enum):
    """Where a holding stands. `SPLIT` and `REDEEMED` are closed for ever."""

    HELD = "held"
    TRANSFER_PENDING = "transfer_pending"
    LOCKED = "locked"
    FINANCED = "financed"
    SPLIT = "split"
    REDEEMED = "redeemed"


class TransferState(Enum):
    """Where a transfer stands; all but `PROPOSED` are final."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RESCINDED = "rescinded"
    LAPSED = "lapsed"


class Invoice(Struct, frozen=True, kw_only=True, gc=False):
    """An invoice by its unique key, and how much of it is used.

    `used` is the sum over live receivables, settled ones included; `proposals` names the proposed
    issues among them, since those end by time alone. Facts bind while anything is used.
    """

    PREFIX: ClassVar[str] = "inv"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("key",), ("seller",), ("buyer",))

    id: str
    last_seq: int = -1
    key: str
    seller: str
    buyer: str
    number: str
    code: str | None = None
    issued: date
    gross: Money
    prepaid: Money
    credited: Money
    used: Money
    type: str | None = None
    document: str | None = None
    proposals: tuple[str, ...] = ()


class Receivable(Struct, frozen=True, kw_only=True, gc=False):
    """The debt of `obligor` to whoever holds its parts, first to `creditor`.

    `face` is what was proposed, `acknowledged` what is owed (zero before), `paid` and `merged`
    (confusion) what has ended since, `open_holdings` how many parts are open. Terms hold once it
    is acknowledged; a proposed issue shows those it will have.
    """

    PREFIX: ClassVar[str] = "rcv"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("creditor",), ("obligor",))
    FIXED: ClassVar[tuple[str, ...]] = ("creditor", "obligor")

    id: str
    last_seq: int = -1
    mode: Mode
    state: ReceivableState
    creditor: str
    obligor: str
    face: Money
    acknowledged: Money
    paid: Money
    merged: Money
    uses: tuple[Use, ...]
    issued: date
    due: date
    basis: Basis
    basis_date: date
    contract: str | None = None
    proposal: str
    requested_ms: int | None = None
    lapses_ms: int | None = None
    acknowledged_ms: int | None = None
    waiver_of_defences: bool = False
    consent_to_split: bool = False
    pay_to: PayTo = PayTo.HOLDER
    paying_agent: str | None = None
    open_holdings: int = 0

    @property
    def outstanding(self) -> Money:
        """What the obligor still owes on all holdings together."""
        return self.acknowledged - self.paid - self.merged


class Holding(Struct, frozen=True, kw_only=True, gc=False):
    """The part of a receivable that is in one party's hands.

    `chain` lists all holders since the creditor, `pending` is the transfer or financing that has
    it (None when held freely), `lock_lapses_ms` when a lock ends by itself (None: it does not).
    """

    PREFIX: ClassVar[str] = "hld"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("receivable",), ("holder",))
    FIXED: ClassVar[tuple[str, ...]] = ("receivable",)

    id: str
    last_seq: int = -1
    receivable: str
    obligor: str
    holder: str
    state: HoldingState
    amount: Money
    paid: Money
    due: date
    chain: tuple[str, ...]
    parent: str | None = None
    ordinal: int = 0
    pending: str | None = None
    lock_lapses_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the holding still counts: neither split nor redeemed."""
        return self.state not in (HoldingState.SPLIT, HoldingState.REDEEMED)

    @property
    def outstanding(self) -> Money:
        """What is still owed on this holding: nothing once it is closed."""
        return self.amount - self.paid if self.is_open else Money(0, self.amount.currency)

    @property
    def hops(self) -> int:
        """How often it changed hands since the creditor had it."""
        return len(self.chain) - 1

    @property
    def circular(self) -> bool:
        """Whether some party has had it twice: flagged, not forbidden."""
        return len(set(self.chain)) < len(self.chain)


class Transfer(Struct, frozen=True, kw_only=True, gc=False):
    """An offer of a whole holding from its holder to another party, and what became of it."""

    PREFIX: ClassVar[str] = "trf"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("holding",), ("assignor",), ("assignee",))
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "assignor", "assignee")

    id: str
    last_seq: int = -1
    holding: str
    assignor: str
    assignee: str
    consideration: Money | None = None
    base_trade: str
    recourse: Recourse
    discharges_underlying: DischargesUnderlying
    lapses_ms: int
    proposal: str
    state: TransferState = TransferState.PROPOSED
    accepted_ms: int | None = None
