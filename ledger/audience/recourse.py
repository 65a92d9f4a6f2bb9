"""Who sees what is sealed of recourse and recoveries."""

from __future__ import annotations

from ledger.audience.base import Act, Audience, Path, of
from ledger.recourse.records import DebtRecovery, RecourseClaim


def recourse(act: Act, path: Path) -> Audience:
    """Both sides of it, whoever signs."""
    claim = act.view.get(RecourseClaim, act.body.get("recourse", act.made("rcs")))
    return of(claim.claimant, claim.liable) if claim else Audience()


def recovery(act: Act, path: Path) -> Audience:
    """Who paid and who was paid; nobody else learns who answers for the debt, or how much."""
    found = act.view.get(DebtRecovery, act.body.get("recovery", act.made("dbr")))
    return of(found.payer, found.payee) if found else Audience()
