"""What may be asked about security and freezes on holdings.

Security takes two: the holder proposes, the secured party accepts exactly that. A freeze is no
contract: whoever was served a court's order records it. Open are ids of holdings, kinds, instants
and digests; sealed are amounts, shares, the other party, the court and its case number.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import (
    Amount,
    Confidential,
    Digest,
    Id,
    Instant,
    Length,
    Name,
    Range,
    Reference,
)


class EncumbranceKind(Enum):
    """The form of the security: a pledge, or title given in trust for the debt (让与担保)."""

    PLEDGE = "pledge"
    FIDUCIARY = "fiduciary"


Share = Annotated[int, Range(1, 1_000_000)]
"""A part in millionths: a third is 333333, all is 1000000."""


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """So much of one holding. Each amount has its own salt."""

    holding: Id
    amount: Confidential[Amount]


class ProposeEncumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """The holder offers security (质押, 让与担保) on a holding; open before `lapses_ms`.

    It secures either a fixed `amount` or a share of whatever is outstanding. `agreement` is the
    digest of the contract with the debt that is secured. `behind` names an encumbrance of the
    holding to which this one gives way by agreement, whatever a registry says; without it, too, it
    stands behind all that came before.
    """

    holding: Id
    secured_party: Confidential[Id]
    kind: EncumbranceKind
    agreement: Digest
    lapses_ms: Instant
    amount: Confidential[Amount] | None = None
    share_ppm: Confidential[Share] | None = None
    behind: Id | None = None


class AcceptEncumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """The secured party accepts; `expect` names the encumbrance and its holding as it saw them."""

    encumbrance: Id
    accepts: Digest


class RejectEncumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """The secured party does not want the security."""

    encumbrance: Id


class RescindEncumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """The holder takes its offer of security back before it is accepted."""

    encumbrance: Id


class ReleaseEncumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """The secured party gives security back: all of it, or so much on these holdings."""

    encumbrance: Id
    parts: Annotated[tuple[Part, ...], Length(0, 80)] = ()


class RecordFreeze(Struct, frozen=True, kw_only=True, gc=False):
    """A court has frozen (冻结) what `debtor` holds, by an order served at `served_ms`.

    `order` is the digest of the order, `amount` all that it freezes, `until_ms` when its term ends.
    `parts` are the holdings on which it lies; eighty with four signatures fit an entry.
    """

    debtor: Confidential[Id]
    court: Confidential[Name]
    case: Confidential[Reference]
    order: Digest
    amount: Confidential[Amount]
    served_ms: Instant
    until_ms: Instant
    parts: Annotated[tuple[Part, ...], Length(1, 80)]


class RenewFreeze(Struct, frozen=True, kw_only=True, gc=False):
    """The court has prolonged a freeze in time (续冻), by an order of this digest."""

    freeze: Id
    order: Digest
    until_ms: Instant


class LiftFreeze(Struct, frozen=True, kw_only=True, gc=False):
    """The court has lifted a freeze (解冻): all of it, or so much on these holdings."""

    freeze: Id
    order: Digest
    parts: Annotated[tuple[Part, ...], Length(0, 80)] = ()


Command = (
    ProposeEncumbrance
    | AcceptEncumbrance
    | RejectEncumbrance
    | RescindEncumbrance
    | ReleaseEncumbrance
    | RecordFreeze
    | RenewFreeze
    | LiftFreeze
)
