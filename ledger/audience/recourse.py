"""Who sees what is sealed of recourse."""

from __future__ import annotations

from ledger.audience.base import Act, Audience, Path, of
from ledger.recourse.records import RecourseClaim


def recourse(act: Act, path: Path) -> Audience:
    """Both sides of it, whoever signs."""
    claim = act.view.get(RecourseClaim, act.body.get("recourse", act.made("rcs")))
    return of(claim.claimant, claim.liable) if claim else Audience()
