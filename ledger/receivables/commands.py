"""What may be asked about receivables: register or issue, acknowledge, split, transfer.

Open are ids of records, dates and flags; sealed are amounts, invoice and contract numbers and
counterparties. An act that takes up another party's proposal names the digest of the payload
that proposed it (`accepts`) and must name the proposal's record in the envelope's `expect`.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import (
    Amount,
    AmountOrZero,
    Code,
    Confidential,
    DailyPpm,
    Digest,
    Id,
    Instant,
    Length,
    Reference,
)


class Basis(Enum):
    """The fact from which the payment period runs (支付条例 articles 8 to 10)."""

    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    INSPECTION_LAPSED = "inspection_lapsed"
    SETTLEMENT_CONFIRMED = "settlement_confirmed"


class Size(Enum):
    """How large an enterprise is (中小企业划型标准), or a public body (机关、事业单位)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    PUBLIC = "public"


class Sizes(Struct, frozen=True, kw_only=True, gc=False):
    """The size classes of both sides when the contract was made (支付条例 article 3).

    They stay as they were then, whatever becomes of either. The smaller side declares them.
    """

    creditor: Size
    obligor: Size


class Tranche(Enum):
    """Which part of the price it is: the price, or money kept back as a warranty (质量保证金)."""

    PRINCIPAL = "principal"
    RETENTION = "retention"


class DocumentKind(Enum):
    """What a document of the trade is, besides the invoice."""

    CONTRACT = "contract"
    ORDER = "order"
    GOODS_RECEIPT = "goods_receipt"
    ACCEPTANCE = "acceptance"
    SETTLEMENT = "settlement"


class Document(Struct, frozen=True, kw_only=True, gc=False):
    """A document of the trade: the digest of its bytes and a salt that the client keeps."""

    kind: DocumentKind
    digest: Digest


class PayTo(Enum):
    """Whom the obligor pays: each holder, or one bank that passes on to all holders."""

    HOLDER = "holder"
    PAYING_AGENT = "paying_agent"


class RejectReason(Enum):
    """Why a receivable is not acknowledged, or an issue not signed for."""

    REFERENCES = "references_incorrect"
    LEGAL = "legal_information_incorrect"
    PARTY = "party_unknown"
    QUALITY = "quality_insufficient"
    DELIVERY = "delivery_incomplete"
    PRICE = "price_incorrect"
    QUANTITY = "quantity_incorrect"
    TERMS = "payment_terms_incorrect"
    UNRECOGNISED = "not_recognised"
    PAID = "paid_already"
    OTHER = "other"


class Recourse(Enum):
    """Whom the transferee may turn to when the obligor does not pay, beside the obligor."""

    NONE = "none"
    ASSIGNOR = "assignor"


class DischargesUnderlying(Enum):
    """When the debt that a transfer is given for ends (given in place of payment, or for it)."""

    ON_TRANSFER = "on_transfer"
    ON_PAYMENT = "on_payment"
    NO = "no"


class InvoiceStatus(Enum):
    """What the tax office says of an invoice: normal, red-lettered in part or whole, or void.

    A red-letter invoice (红字发票) reverses another; a void one (作废) never was.
    """

    NORMAL = "normal"
    PART_RED = "part_red"
    RED = "red"
    VOID = "void"


class InvoiceFacts(Struct, frozen=True, kw_only=True, gc=False):
    """What an invoice says. `prepaid` is what was paid before; `type` a UNTDID 1001 code."""

    number: Reference
    issued: date
    gross: Amount
    code: Reference | None = None
    prepaid: AmountOrZero | None = None
    type: Code | None = None


class InvoiceLine(Struct, frozen=True, kw_only=True, gc=False):
    """An invoice and how much of it the receivable uses.

    `document` is the digest of the invoice document, salted by the client.
    """

    facts: Confidential[InvoiceFacts]
    used: Confidential[Amount]
    document: Digest | None = None


class Terms(Struct, frozen=True, kw_only=True, gc=False):
    """What the obligor binds itself to besides the amount.

    With `waiver_of_defences` no dispute reaches holders other than the creditor; with
    `consent_to_split` it will pay several holders; `paying_agent` is a bank, named exactly when
    `pay_to` asks for one.
    """

    waiver_of_defences: bool
    consent_to_split: bool
    pay_to: PayTo
    paying_agent: Confidential[Id] | None = None


class RegisterReceivable(Struct, frozen=True, kw_only=True, gc=False):
    """The creditor registers (登记) what `obligor` owes it; the face is the sum of the uses.

    `due` is the contract's day, before any roll to a business day. `sizes` are declared where
    the law for small creditors is to apply. `clause` is the place in the contract that lets the
    period run from another fact than delivery, or money be kept back; `long_term_reason` says
    why a long term is reasonable; `late_ppm` is the late interest that is agreed, for a day.
    """

    obligor: Confidential[Id]
    invoices: Annotated[tuple[InvoiceLine, ...], Length(1, 20)]
    due: date
    basis: Basis
    basis_date: date
    contract: Confidential[Reference] | None = None
    documents: Annotated[tuple[Document, ...], Length(0, 20)] = ()
    sizes: Sizes | None = None
    tranche: Tranche = Tranche.PRINCIPAL
    clause: Confidential[Reference] | None = None
    long_term_reason: Confidential[Reference] | None = None
    late_ppm: Confidential[DailyPpm] | None = None


class ProposeIssue(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor proposes to issue (开立) to `creditor`, who signs for it; else it lapses.

    The fields are those of a registration, and the obligor's terms.
    """

    creditor: Confidential[Id]
    invoices: Annotated[tuple[InvoiceLine, ...], Length(1, 20)]
    due: date
    basis: Basis
    basis_date: date
    terms: Terms
    contract: Confidential[Reference] | None = None
    documents: Annotated[tuple[Document, ...], Length(0, 20)] = ()
    sizes: Sizes | None = None
    tranche: Tranche = Tranche.PRINCIPAL
    clause: Confidential[Reference] | None = None
    long_term_reason: Confidential[Reference] | None = None
    late_ppm: Confidential[DailyPpm] | None = None


class SignForIssue(Struct, frozen=True, kw_only=True, gc=False):
    """The creditor signs for (签收) a proposed issue: it is acknowledged in full."""

    receivable: Id
    accepts: Digest


class DeclineIssue(Struct, frozen=True, kw_only=True, gc=False):
    """The creditor declines a proposed issue."""

    receivable: Id
    reason: RejectReason


class RequestAcknowledgement(Struct, frozen=True, kw_only=True, gc=False):
    """The creditor asks the obligor to acknowledge.

    The clock of 支付条例 article 16 starts for a small creditor of a large or public obligor.
    """

    receivable: Id


class Acknowledge(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor acknowledges (确权) `amount` of a registered receivable, irrevocably.

    `due` is the registered due date, so that the obligor's signature carries it.
    """

    receivable: Id
    accepts: Digest
    amount: Confidential[Amount]
    due: date
    terms: Terms


class RejectReceivable(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor rejects a registered receivable."""

    receivable: Id
    reason: RejectReason


class WithdrawReceivable(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever proposed takes it back: the creditor what it registered, the obligor its issue."""

    receivable: Id


class Child(Struct, frozen=True, kw_only=True, gc=False):
    """A part that a split makes. Each has its own salt: one tells nothing of its siblings."""

    amount: Confidential[Amount]


class SplitHolding(Struct, frozen=True, kw_only=True, gc=False):
    """The holder splits (拆分) what is outstanding on a holding, exactly, into children."""

    holding: Id
    children: Annotated[tuple[Child, ...], Length(2, 100)]


class ProposeTransfer(Struct, frozen=True, kw_only=True, gc=False):
    """The holder proposes to transfer (转让) a whole holding; open to `to` before `lapses_ms`.

    `base_trade` is the digest of the document of the trade that the transfer pays for.
    """

    holding: Id
    to: Confidential[Id]
    base_trade: Digest
    recourse: Recourse
    discharges_underlying: DischargesUnderlying
    lapses_ms: Instant
    consideration: Confidential[Amount] | None = None


class AcceptTransfer(Struct, frozen=True, kw_only=True, gc=False):
    """The transferee accepts: it is the holder. An obligor's own debt ends by confusion (混同)."""

    transfer: Id
    accepts: Digest


class RejectTransfer(Struct, frozen=True, kw_only=True, gc=False):
    """The transferee rejects a proposed transfer."""

    transfer: Id


class RescindTransfer(Struct, frozen=True, kw_only=True, gc=False):
    """The holder takes a proposed transfer back before it is accepted."""

    transfer: Id


class AttestInvoiceStatus(Struct, frozen=True, kw_only=True, gc=False):
    """A data provider states what the tax office said of an invoice at `provided_ms`.

    `reduced` is the sum of all red letters against it, named exactly when it is red in part.
    `provider` is a code for who was asked, `response` the digest of the answer.
    """

    invoice: Id
    status: InvoiceStatus
    provider: Code
    provided_ms: Instant
    response: Digest
    reduced: Confidential[Amount] | None = None


Command = (
    RegisterReceivable
    | ProposeIssue
    | SignForIssue
    | DeclineIssue
    | RequestAcknowledgement
    | Acknowledge
    | RejectReceivable
    | WithdrawReceivable
    | SplitHolding
    | ProposeTransfer
    | AcceptTransfer
    | RejectTransfer
    | RescindTransfer
    | AttestInvoiceStatus
)
