"""Who sees what is sealed of security and freezes."""

from __future__ import annotations

from ledger.audience.base import Act, Audience, Path, of
from ledger.burdens.records import Encumbrance, Freeze
from ledger.receivables.records import Holding


def encumbrance(act: Act, path: Path) -> Audience:
    """Both sides, and the obligor of what became security."""
    made = act.view.get(Encumbrance, act.body.get("encumbrance", act.made("enc")))
    if made is None:
        return Audience()
    return of(made.holder, made.secured_party, made.obligor if made.placed_ms else None)


def freeze(act: Act, path: Path) -> Audience:
    """The debtor all of it, as who recorded it; of its own part whoever owes or has that part."""
    recorded = act.view.get(Freeze, act.body.get("freeze", act.made("frz")))
    if recorded is None:
        return Audience()
    parts = act.body.get("parts", ())
    if path[0] == "amount":
        return of(recorded.debtor, recorded.recorded_by)
    if path[0] == "parts":
        parts = [parts[int(path[1])]]
    found = [act.view.get(Holding, part["holding"]) for part in parts]
    parties = {
        party
        for holding in found
        if holding is not None
        for party in (holding.obligor, holding.holder, *act.view.buyer(holding))
    }
    return of(recorded.debtor, recorded.recorded_by, more=parties)
