"""The records of this module: invoices, receivables, holdings and transfers."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.burdens import burdened
from ledger.receivables.claim import Use
from ledger.receivables.commands import (
    Basis,
    DischargesUnderlying,
    Document,
    InvoiceStatus,
    PayTo,
    Recourse,
    Sizes,
    Tranche,
)
from ledger.receivables.events import Burden, BurdenKind


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
    CANCELLED = "cancelled"


class HoldingState(Enum):
    """Where a holding stands. `SPLIT` and `CANCELLED` are closed for ever.

    `REDEEMED` is, too, unless the payment is taken back.
    """

    HELD = "held"
    TRANSFER_PENDING = "transfer_pending"
    LOCKED = "locked"
    FINANCED = "financed"
    SPLIT = "split"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"


CLOSED = (HoldingState.SPLIT, HoldingState.REDEEMED, HoldingState.CANCELLED)
"""The states in which nothing is owed on a holding."""


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
    `credited` is what credit notes took off; `unabsorbed` of it reduced no holding and stays used.
    `status` is what the tax office said last, at `status_ms`; `reduced` what it reversed in part.
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
    unabsorbed: Money
    used: Money
    type: str | None = None
    document: str | None = None
    proposals: tuple[str, ...] = ()
    status: InvoiceStatus | None = None
    status_ms: int | None = None
    reduced: Money | None = None

    @property
    def is_void(self) -> bool:
        """Whether the tax office has reversed all of it, or it never was."""
        return self.status in (InvoiceStatus.RED, InvoiceStatus.VOID)

    @property
    def usable(self) -> Money:
        """How much of it receivables may use in all."""
        return self.gross - self.prepaid - self.credited + self.unabsorbed

    @property
    def free(self) -> Money:
        """What receivables may use beyond what is used: zero or less where there is nothing.

        A red letter and the credit note for it are the same money: the larger counts.
        """
        left = self.usable - self.used
        if self.is_void:
            return Money(0, left.currency)
        if self.reduced is not None and self.credited < self.reduced:
            left -= self.reduced - self.credited
        return left

    @property
    def is_red(self) -> bool:
        """Whether more of it is used than the tax office has left standing."""
        if self.status is InvoiceStatus.PART_RED and self.reduced is not None:
            return self.gross - self.prepaid - self.reduced < self.used
        return self.is_void


class Seen(Struct, frozen=True, kw_only=True, gc=False):
    """What nearness looks at of an invoice. `minor` is its gross, `number` folded as in keys."""

    invoice: str
    seller: str
    number: str
    minor: int
    currency: str
    issued: date


class Neighbours(Struct, frozen=True, kw_only=True, gc=False):
    """The newest invoices that another may be near, oldest first (see `near`).

    `id` is ``seller|buyer|window`` or ``buyer|number``.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    seen: tuple[Seen, ...]


class Deferred(Struct, frozen=True, gc=False):
    """Before civil day `until`, when all concerned deferred it, a debt was overdue since `due`."""

    due: date
    until: date


class Receivable(Struct, frozen=True, kw_only=True, gc=False):
    """The debt of `obligor` to whoever holds its parts, first to `creditor`.

    `face` is what was proposed, `acknowledged` what is owed (zero before), `paid`, `merged`
    (confusion) and `reduced` (credit notes, disputes, set-off, cancellation) what has ended since,
    `open_holdings` how many parts are open. Terms hold once it is acknowledged; a proposed issue
    shows those it will have. `assurance` is the weakest class among the keys with which the
    obligor signed, as it was then: a stronger one later does not make its word any better.
    `statutory_due` and `late_ppm` are as in `Claim`; `answer_by` is the last day for its word.
    `deferred` are the days on which it was late before it was deferred.
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
    reduced: Money
    uses: tuple[Use, ...]
    issued: date
    due: date
    deferred: tuple[Deferred, ...] = ()
    basis: Basis
    basis_date: date
    contract: str | None = None
    proposal: str
    documents: tuple[Document, ...] = ()
    sizes: Sizes | None = None
    tranche: Tranche = Tranche.PRINCIPAL
    clause: str | None = None
    long_term_reason: str | None = None
    late_ppm: int | None = None
    statutory_due: date | None = None
    requested_ms: int | None = None
    answer_by: date | None = None
    lapses_ms: int | None = None
    acknowledged_ms: int | None = None
    assurance: Assurance | None = None
    waiver_of_defences: bool = False
    consent_to_split: bool = False
    pay_to: PayTo = PayTo.HOLDER
    paying_agent: str | None = None
    open_holdings: int = 0

    @property
    def outstanding(self) -> Money:
        """What the obligor still owes on all holdings together."""
        return self.acknowledged - self.paid - self.merged - self.reduced


class Holding(Struct, frozen=True, kw_only=True, gc=False):
    """The part of a receivable that is in one party's hands.

    `chain` lists all holders since the creditor, `pending` is the transfer or financing that has
    it (None when held freely), `lock_lapses_ms` when a lock ends by itself (None: it does not).
    `burdens` are the parts that are not free, in the order in which they came.
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
    reduced: Money
    due: date
    chain: tuple[str, ...]
    parent: str | None = None
    ordinal: int = 0
    pending: str | None = None
    lock_lapses_ms: int | None = None
    burdens: tuple[Burden, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is owed on it: it is not split, redeemed or cancelled."""
        return self.state not in CLOSED

    @property
    def outstanding(self) -> Money:
        """What is still owed on this holding: nothing once it is closed."""
        if not self.is_open:
            return Money(0, self.amount.currency)
        return self.amount - self.paid - self.reduced

    @property
    def went_on(self) -> bool:
        """Whether what was left of it is elsewhere now: split off, or acquired by the obligor."""
        return not self.is_open and self.paid + self.reduced < self.amount

    def burdened(self, kind: BurdenKind, at_ms: int) -> Money:
        """How much of what is outstanding burdens of this kind take at this instant."""
        return burdened(self.burdens, kind, self.outstanding, at_ms)

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


class Maturity(Struct, frozen=True, kw_only=True, gc=False):
    """What an obligor owes on one contract day in one currency, and how much of it is disputed.

    `id` is ``obligor:currency:due``; `is_open` while anything is outstanding.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("obligor", "is_open"),)

    id: str
    last_seq: int = -1
    obligor: str
    due: date
    outstanding: Money
    disputed: Money
    is_open: bool


class Owed(Struct, frozen=True, kw_only=True, gc=False):
    """What an obligor owes now on receivables of one creditor, whoever holds them, or on all.

    `id` is ``obligor:creditor:currency``, with no creditor for the sum over all.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    amount: Money


def maturity_id(obligor: str, currency: str, due: date) -> str:
    """The id of what an obligor owes on one contract day in a currency."""
    return f"{obligor}:{currency}:{due}"


def owed_id(obligor: str, creditor: str, currency: str) -> str:
    """The id of what an obligor owes on receivables of a creditor (``""``: of all)."""
    return f"{obligor}:{creditor}:{currency}"
