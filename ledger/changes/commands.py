"""What may be asked about an acknowledged debt: dispute it, lower it, defer it, end it.

A debt is changed by proposal and consent. Creditor and obligor both sign whatever lowers it; who
holds a part of it, and is to lose some, signs too, for at most the amount that the proposal names.
Sealed are amounts, numbers of documents and counterparties; open are record ids, dates, digests.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import (
    Amount,
    AmountOrZero,
    Confidential,
    Digest,
    Id,
    Instant,
    Length,
    Pattern,
    Reference,
)

Jti = Annotated[
    str,
    Pattern(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "the id of a command (a UUID of version 7)",
    ),
]
"""The id that a party gave to one of its commands."""


class DisputeReason(Enum):
    """Why the obligor disputes a part of what it acknowledged."""

    DELIVERY = "delivery_incomplete"
    QUALITY = "quality_insufficient"
    QUANTITY = "quantity_incorrect"
    PRICE = "price_incorrect"
    TERMS = "payment_terms_incorrect"
    SET_OFF = "counterclaim"
    PAID = "paid_already"
    OTHER = "other"

    @property
    def peppol(self) -> str:
        """The clarification code of a Peppol Invoice Response (code list OPStatusReason)."""
        return _PEPPOL[self]


_PEPPOL = {
    DisputeReason.DELIVERY: "DEL",
    DisputeReason.QUALITY: "QUA",
    DisputeReason.QUANTITY: "QTY",
    DisputeReason.PRICE: "PRI",
    DisputeReason.TERMS: "PAY",
    DisputeReason.SET_OFF: "OTH",
    DisputeReason.PAID: "PPD",
    DisputeReason.OTHER: "OTH",
}

FRENCH_DISPUTED = 207
"""The French life-cycle status of an invoice in dispute (en litige), whatever the reason."""


class CorrectionCode(Enum):
    """What was wrong with a command."""

    AMOUNT = "wrong_amount"
    DATE = "wrong_date"
    PARTY = "wrong_party"
    RECORD = "wrong_record"
    TWICE = "said_twice"
    OTHER = "other"


class RaiseDispute(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor disputes `amount` of a receivable; the rest it owes undisputed (支付条例 15).

    `evidence` is the digest of what it complains of.
    """

    receivable: Id
    amount: Confidential[Amount]
    reason: DisputeReason
    evidence: Digest


class AddEvidence(Struct, frozen=True, kw_only=True, gc=False):
    """Obligor, creditor or a present holder adds the digest of a document to a dispute."""

    dispute: Id
    evidence: Digest


class WithdrawDispute(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor disputes it no more: it owes all of it."""

    dispute: Id


class AwardDispute(Struct, frozen=True, kw_only=True, gc=False):
    """A court or arbiter (role regulator) finds `amount` of a dispute for the obligor; zero: none.

    `file` is the number of the case, `award` the digest of the judgment. It binds obligor and
    creditor: the creditor's own holdings fall, others' do not.
    """

    dispute: Id
    amount: Confidential[AmountOrZero]
    file: Confidential[Reference]
    award: Digest


class AskedPart(Struct, frozen=True, kw_only=True, gc=False):
    """A holding in other hands than the creditor's, and the most that its holder is asked to lose.

    Each amount has its own salt.
    """

    holding: Id
    most: Confidential[Amount]


Asked = Annotated[tuple[AskedPart, ...], Length(0, 60)]
"""Whose signature is asked for; sixty with four signatures fit an entry."""


class ProposeCreditNote(Struct, frozen=True, kw_only=True, gc=False):
    """Creditor or obligor proposes that a credit note (贷项通知) lowers the debt by `amount`.

    The note is of `total`; what it takes off beyond `amount` was used by no receivable. `document`
    is the digest of the note.
    """

    receivable: Id
    invoice: Id
    number: Confidential[Reference]
    document: Digest
    amount: Confidential[Amount]
    total: Confidential[Amount]
    lapses_ms: Instant
    asked: Asked = ()


class ProposeSettlement(Struct, frozen=True, kw_only=True, gc=False):
    """Creditor or obligor proposes to settle a dispute: the debt falls by `amount` of it."""

    dispute: Id
    amount: Confidential[Amount]
    document: Digest
    lapses_ms: Instant
    asked: Asked = ()


class ProposeSetOff(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor sets off (抵销) what `against` owes it against a holding (Civil Code 549, 568).

    `against` is the present holder or one before it. The counterclaim `reference` arose on `arose`
    and was to be paid on `matures`; `same_contract` says that it comes from the contract of the
    receivable; `document` is the digest of its evidence.
    """

    holding: Id
    amount: Confidential[Amount]
    against: Confidential[Id]
    reference: Confidential[Reference]
    arose: date
    matures: date
    same_contract: bool
    document: Digest
    lapses_ms: Instant


class ProposeDueDate(Struct, frozen=True, kw_only=True, gc=False):
    """Creditor or obligor proposes another contract day for the whole receivable."""

    receivable: Id
    due: date
    document: Digest
    lapses_ms: Instant


class ProposeCancellation(Struct, frozen=True, kw_only=True, gc=False):
    """Creditor or obligor proposes to end what is left of a receivable, without payment."""

    receivable: Id
    document: Digest
    lapses_ms: Instant


class ConsentToChange(Struct, frozen=True, kw_only=True, gc=False):
    """A party consents to a proposed change; with the last answer that is needed it is applied."""

    change: Id
    accepts: Digest


class RefuseChange(Struct, frozen=True, kw_only=True, gc=False):
    """A party refuses a proposed change.

    A holder that is asked to lose something keeps all of it, and the change goes on without it;
    any other refusal ends the change.
    """

    change: Id


class RescindChange(Struct, frozen=True, kw_only=True, gc=False):
    """Whoever proposed a change takes it back before it is applied."""

    change: Id


class RaiseClaim(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor claims from the creditor what it must pay others on an invoice that is reversed.

    The amount follows from the attested tax status: a red letter (红字发票) takes nothing from any
    holder, so what is in use of the invoice, is not left standing and is not in the creditor's own
    hands, the creditor owes back.
    """

    receivable: Id
    invoice: Id


class SettleClaim(Struct, frozen=True, kw_only=True, gc=False):
    """The claimant has received `amount` on its claim on another party.

    `reference` is its own.
    """

    claim: Id
    amount: Confidential[Amount]
    reference: Confidential[Reference]


class RecordCorrection(Struct, frozen=True, kw_only=True, gc=False):
    """A party says that its own command `jti` was wrong, and by what it made it good.

    Nothing is ever edited: `compensated_by` names later commands of the same party, each judged
    by its own rules. `payload` is the digest of the corrected payload, `reason` that of the
    explanation.
    """

    jti: Jti
    payload: Digest
    code: CorrectionCode
    reason: Digest
    compensated_by: Annotated[tuple[Jti, ...], Length(1, 20)]


Proposal = (
    ProposeCreditNote | ProposeSettlement | ProposeSetOff | ProposeDueDate | ProposeCancellation
)
Answer = ConsentToChange | RefuseChange | RescindChange
Command = (
    RaiseDispute
    | AddEvidence
    | WithdrawDispute
    | AwardDispute
    | Proposal
    | Answer
    | RaiseClaim
    | SettleClaim
    | RecordCorrection
)
