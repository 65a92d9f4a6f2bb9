"""What may be asked about notices to the obligor, the registry, and claims from elsewhere.

What happened outside (a search, a filing, a letter that arrived) is stated with its own time and
the digest of its evidence; the time of the entry says only when this ledger heard of it. Sealed
are counterparties, filing numbers, amounts and shares; open are ids of records, times and digests.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import (
    Amount,
    Code,
    Confidential,
    Digest,
    Id,
    Instant,
    Length,
    Range,
    Reference,
)

Share = Annotated[int, Range(1, 1_000_000)]
"""A part of a holding in millionths."""


class InterestKind(Enum):
    """What right somebody has in a holding that he does not simply hold."""

    FACTORING = "factoring"
    """保理, Civil Code 761."""
    ASSIGNMENT = "assignment"
    """债权转让, Civil Code 545."""
    PLEDGE = "pledge"
    """应收账款质押, Civil Code 440 and 445."""
    FIDUCIARY = "fiduciary"
    """让与担保: assigned as a security (担保制度解释 68)."""


class DesignateReceiver(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor designates this ledger as the system that receives notices for it.

    From then on a notice arrives with its entry (Civil Code 137). `declaration` is the digest of
    the document in which the obligor says so.
    """

    declaration: Digest


class RevokeReceiver(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor ends its designation, for notices to come."""

    designation: Id


class GiveNotice(Struct, frozen=True, kw_only=True, gc=False):
    """Assignor or assignee tells the obligor that a holding was assigned, and where to pay.

    `basis` is the accepted transfer, financing, security or asserted interest; `account` one of the
    assignee's. A factor shows its identity by its enrolled name, and `vouchers` (Civil Code 764).
    """

    holding: Id
    basis: Id
    assignee: Confidential[Id]
    account: Id
    vouchers: Annotated[tuple[Digest, ...], Length(0, 10)] = ()


class ReceiveNotice(Struct, frozen=True, kw_only=True, gc=False):
    """The obligor has received a notice."""

    notice: Id


class AttestDelivery(Struct, frozen=True, kw_only=True, gc=False):
    """A bank or the operator attests when a notice reached the obligor.

    `arrived_ms` is the time of the postmark or of the system that carried it (合同编通则解释 50),
    `evidence` the digest of that proof.
    """

    notice: Id
    arrived_ms: Instant
    evidence: Digest


class WithdrawNotice(Struct, frozen=True, kw_only=True, gc=False):
    """The assignee takes a notice back: nobody else can (Civil Code 546)."""

    notice: Id


class RecordSearch(Struct, frozen=True, kw_only=True, gc=False):
    """What a search of the registry showed of the claims of `creditor`, on `obligor` or on anyone.

    `result` is the digest of the registry's certificate, `found` those of the prior filings that
    it lists: none, when it is clear.
    """

    registry_code: Code
    creditor: Confidential[Id]
    searched_ms: Instant
    result: Digest
    obligor: Confidential[Id] | None = None
    found: Annotated[tuple[Digest, ...], Length(0, 50)] = ()


class RecordFiling(Struct, frozen=True, kw_only=True, gc=False):
    """The signer has filed a right that `grantor` gave it, in the registry, under `number`.

    It is over the holding or receivable `over`, or (none named) all claims of the grantor, on
    `obligor` or on anyone. `amount` or `share_ppm` bounds it; neither means the whole. `filed_ms`
    and `expires_ms` are the registry's own times. What covers several receivables is recorded
    once for each.
    """

    registry_code: Code
    number: Confidential[Reference]
    kind: InterestKind
    grantor: Confidential[Id]
    filed_ms: Instant
    expires_ms: Instant
    description: Digest
    certificate: Digest
    over: Id | None = None
    obligor: Confidential[Id] | None = None
    amount: Confidential[Amount] | None = None
    share_ppm: Confidential[Share] | None = None


class RenewFiling(Struct, frozen=True, kw_only=True, gc=False):
    """The filer has renewed a filing before it expired: it keeps its rank."""

    filing: Id
    expires_ms: Instant
    certificate: Digest


class DischargeFiling(Struct, frozen=True, kw_only=True, gc=False):
    """The filer has discharged a filing in the registry at `discharged_ms`."""

    filing: Id
    discharged_ms: Instant
    certificate: Digest


class AssertInterest(Struct, frozen=True, kw_only=True, gc=False):
    """The signer has a right in a holding that `grantor` gave it outside this ledger.

    `due` is what it financed, or its fee (Civil Code 768: the measure where nothing else decides);
    `amount` or `share_ppm` bounds the right, neither means the whole. `evidence` is the digest of
    the contract.
    """

    holding: Id
    kind: InterestKind
    grantor: Confidential[Id]
    since_ms: Instant
    due: Confidential[Amount]
    evidence: Digest
    amount: Confidential[Amount] | None = None
    share_ppm: Confidential[Share] | None = None


class WithdrawInterest(Struct, frozen=True, kw_only=True, gc=False):
    """The claimant no longer asserts an interest."""

    interest: Id


Command = (
    DesignateReceiver
    | RevokeReceiver
    | GiveNotice
    | ReceiveNotice
    | AttestDelivery
    | WithdrawNotice
    | RecordSearch
    | RecordFiling
    | RenewFiling
    | DischargeFiling
    | AssertInterest
    | WithdrawInterest
)
