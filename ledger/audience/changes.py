"""Who sees what is sealed of disputes, changes and claims."""

from __future__ import annotations

from ledger.audience.base import Act, Audience, Path, of
from ledger.changes.records import Change, Claim, Dispute
from ledger.receivables.records import Holding, Receivable


def dispute(act: Act, path: Path) -> Audience:
    """Both sides; a holder sees of it what lies on its own holding, in that record."""
    made = act.view.get(Dispute, act.body.get("dispute", act.made("dsp")))
    return of(made.creditor, made.obligor) if made else Audience()


def change(act: Act, path: Path) -> Audience:
    """Creditor and obligor; the holder that is asked for a part; of a set-off, the holder alone."""
    made = act.view.get(Change, act.made("chg"))
    receivable = act.view.get(Receivable, made.receivable if made else None)
    if made is None or receivable is None:
        return Audience()
    if made.counterclaim is not None:
        holding = act.view.get(Holding, made.counterclaim.holding)
        return of(receivable.obligor, holding.holder if holding else None)
    asked = None
    if path[0] == "asked":
        asked = act.view.get(Holding, act.body["asked"][int(path[1])]["holding"])
    return of(receivable.creditor, receivable.obligor, asked.holder if asked else None)


def claim(act: Act, path: Path) -> Audience:
    """Who owes it and whom."""
    made = act.view.get(Claim, act.body["claim"])
    return of(made.debtor, made.claimant) if made else Audience()
