"""What may be asked about financing: programmes, requests, standing offers, and the advance.

A financier stands by with an offer under its programme; a holder accepts it for one holding at
one exact price; the holding is then locked until the advance is proven, fails or is let go of.
Open are ids of records, dates and states; sealed are names, amounts, rates, counterparties and
the references of payments.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import (
    Amount,
    Confidential,
    Currency,
    Digest,
    Id,
    Instant,
    Length,
    Name,
    Range,
    RatePpm,
    Reference,
)
from ledger.parties.commands import Assurance
from ledger.receivables.commands import Recourse


class OpenProgramme(Struct, frozen=True, kw_only=True, gc=False):
    """A financier says what it funds: whose debts, how much of them, for how long.

    `obligors` names whose debts (none named: anybody's); their keys must all have at least
    `minimum_assurance`. `limit_obligor` bounds what is locked and advanced on one obligor by the
    financier as a whole, `limit_total` what is under this programme; both count face amounts in
    `currency`. `max_tenor_days` counts from value date to unadjusted due date.
    """

    name: Confidential[Name]
    currency: Currency
    minimum_assurance: Assurance
    obligors: Annotated[Confidential[tuple[Id, ...]], Length(0, 100)]
    limit_obligor: Confidential[Amount]
    limit_total: Confidential[Amount]
    max_tenor_days: Annotated[int, Range(1, 3660)]


class CloseProgramme(Struct, frozen=True, kw_only=True, gc=False):
    """No more offers or acceptances under a programme; what was accepted goes on."""

    programme: Id


class RequestFinancing(Struct, frozen=True, kw_only=True, gc=False):
    """A holder wants an offer for a holding, paid on `latest` at the latest.

    `min_net` is what it would accept at least: for those who match, no bound on what it signs.
    """

    holding: Id
    latest: date
    min_net: Confidential[Amount] | None = None


class WithdrawRequest(Struct, frozen=True, kw_only=True, gc=False):
    """The holder no longer wants offers."""

    request: Id


class MakeOffer(Struct, frozen=True, kw_only=True, gc=False):
    """A financier stands by under its programme until `valid_until_ms` (at most 366 days ahead).

    `rate_ppm` is the yearly discount rate, simple, ACT/360, taken off the face. `max_amount`
    bounds the face of one acceptance. `obligors` narrows the programme's list. With recourse the
    seller answers for the obligor.
    """

    programme: Id
    rate_ppm: Confidential[RatePpm]
    valid_until_ms: Instant
    recourse: Recourse
    max_amount: Confidential[Amount] | None = None
    obligors: Annotated[Confidential[tuple[Id, ...]], Length(1, 100)] | None = None


class WithdrawOffer(Struct, frozen=True, kw_only=True, gc=False):
    """The financier no longer stands by; what was accepted goes on."""

    offer: Id


class AcceptOffer(Struct, frozen=True, kw_only=True, gc=False):
    """The holder sells a whole holding: at exactly `price`, paid on `value_date` to `account`.

    `accepts` is the digest of the payload that made the offer; `expect` names offer and holding.
    """

    holding: Id
    offer: Id
    accepts: Digest
    value_date: date
    account: Id
    price: Confidential[Amount]


class InstructDisbursement(Struct, frozen=True, kw_only=True, gc=False):
    """The financier has told its bank to pay; from now on the lock does not lapse."""

    financing: Id
    value_date: date
    reference: Confidential[Reference]


class ConfirmReceipt(Struct, frozen=True, kw_only=True, gc=False):
    """The seller has the money, credited on `paid_on`: title moves."""

    financing: Id
    amount: Confidential[Amount]
    paid_on: date


class AttestDisbursement(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that the seller's account was credited: title moves.

    `reference` is the bank's own for the statement line; it serves as evidence once.
    """

    financing: Id
    amount: Confidential[Amount]
    account: Id
    paid_on: date
    reference: Confidential[Reference]


class AttestFailure(Struct, frozen=True, kw_only=True, gc=False):
    """A bank states that the instructed payment was not and will not be made: the lock ends."""

    financing: Id
    reference: Confidential[Reference]


class ReleaseLock(Struct, frozen=True, kw_only=True, gc=False):
    """The financier lets go of the holding, instructed or not: it will not have the title."""

    financing: Id


class AdvanceClock(Struct, frozen=True, kw_only=True, gc=False):
    """The operator has stated what time alone has ended: transfers, proposed issues, locks.

    `lapsed` names transfers, receivables and financings, each once.
    """

    lapsed: Annotated[tuple[Id, ...], Length(1, 100)]


Command = (
    OpenProgramme
    | CloseProgramme
    | RequestFinancing
    | WithdrawRequest
    | MakeOffer
    | WithdrawOffer
    | AcceptOffer
    | InstructDisbursement
    | ConfirmReceipt
    | AttestDisbursement
    | AttestFailure
    | ReleaseLock
    | AdvanceClock
)
