"""What may be asked about a party's standing in business: by the operator, a regulator, itself."""

from __future__ import annotations

from datetime import date
from enum import Enum

from msgspec import Struct

from ledger.model.kinds import Code, Confidential, Digest, Id, Name, Reference
from ledger.parties.commands import Role


class SuspendParty(Struct, frozen=True, kw_only=True, gc=False):
    """Let a party begin nothing new and give nothing up (77号 article 15).

    What it owes and is owed goes on.
    """

    party: Id
    reason: Code
    evidence: Digest


class ReinstateParty(Struct, frozen=True, kw_only=True, gc=False):
    """End a suspension. What a regulator suspended a regulator reinstates."""

    party: Id
    reason: Code
    evidence: Digest


class RecordLicence(Struct, frozen=True, kw_only=True, gc=False):
    """State that `authority` licenses a party to act as `role`, from one day to another.

    Both days count. The operator's own licence is recorded by a regulator.
    """

    party: Id
    role: Role
    number: Confidential[Reference]
    authority: Name
    valid_from: date
    valid_until: date
    evidence: Digest


class EndLicence(Struct, frozen=True, kw_only=True, gc=False):
    """State that a licence was withdrawn or given back: it holds no longer, from today on.

    What a regulator recorded a regulator ends.
    """

    licence: Id
    reason: Code


class ScreeningResult(Enum):
    """What was found on a sanctions or watch list."""

    CLEAR = "clear"
    HIT = "hit"


class ScreenParty(Struct, frozen=True, kw_only=True, gc=False):
    """State what a provider's list of `list_date` says of a party; `report` is what it sent."""

    party: Id
    provider: Code
    list_date: date
    result: ScreeningResult
    report: Digest


class DeclareInsolvency(Struct, frozen=True, kw_only=True, gc=False):
    """State that a court opened insolvency proceedings over a party on `day`.

    What the party owes is payable on that day and bears no interest after it (破产法 article 46).
    """

    party: Id
    court: Name
    case: Confidential[Reference]
    day: date
    evidence: Digest


class EndInsolvency(Struct, frozen=True, kw_only=True, gc=False):
    """State that the proceedings ended or were set aside and the party goes on."""

    party: Id
    evidence: Digest


Command = (
    SuspendParty
    | ReinstateParty
    | RecordLicence
    | EndLicence
    | ScreenParty
    | DeclareInsolvency
    | EndInsolvency
)
