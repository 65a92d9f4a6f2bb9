"""What may be asked about alerts: close one for all, or say what one financier makes of it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ledger.model.kinds import Confidential, Digest, Id


class Verdict(Enum):
    """What a financier's reviewer makes of an alert."""

    CLEARED = "cleared"
    DECLINED = "declined"


class CloseAlert(Struct, frozen=True, kw_only=True, gc=False):
    """An auditor or regulator that trades nothing here has looked, and the alert is over for all.

    `evidence` is the digest of its finding.
    """

    alert: Id
    evidence: Digest


class DispositionAlert(Struct, frozen=True, kw_only=True, gc=False):
    """A financier's reviewer clears an alert for its house, or declines to fund what it is about.

    `evidence` is the digest of the review, whatever its result. Said again it replaces what was
    said before. Sealed is also which alert it is: who learns that, and is refused still, knows the
    verdict. Whoever made an offer does not clear alerts for it: another person signs.
    """

    alert: Confidential[Id]
    verdict: Confidential[Verdict]
    evidence: Digest


Command = CloseAlert | DispositionAlert
