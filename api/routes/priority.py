"""Who comes first on a holding: the legal order of all claims, computed from the records."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.auth import Caller
from api.site import Here, Sight, SignedIn
from api.visibility import RULES, hidden_fields
from ledger.catalogue import history_of
from ledger.dates import instant_text
from ledger.errors import RefusalCode, Refused
from ledger.notices.interests import priority
from ledger.notices.priority import Place, Ranking
from ledger.notices.reasons import WORDS, Reason, said
from ledger.receivables.records import Holding

router = APIRouter(tags=["records"])


@router.get("/v1/holdings/{record_id}/priority", summary="Who comes first on a holding, and why")
def read_priority(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """All claims in their order, each with its reasons and the entries that it rests on.

    For the holder, the obligor, every claimant, and those who see all. Amounts are shown to whom
    they belong; who the others are, to the holder and the obligor alone: to be a claimant it takes
    no more than one's own word.
    """
    with site.reading() as sight:
        holding = sight.book.get(Holding, record_id)
        if holding is None:
            raise _unknown()
        ranking = priority(sight.book, holding.id, sight.at_ms)
        claimants = {item.claimant for item in (*ranking.places, *ranking.without_effect)}
        if not caller.sees_all and caller.party not in claimants | {holding.obligor}:
            raise _unknown()
        return {"data": _tree(sight, ranking, holding, caller), "ledger": sight.ledger()}


def _unknown() -> Refused:
    return Refused(RefusalCode.RECORD_NOT_FOUND, "There is no such holding.")


def _tree(sight: Sight, ranking: Ranking, holding: Holding, caller: Caller) -> dict[str, Any]:
    hidden = hidden_fields(RULES[Holding], holding, sight.book, caller)
    whole = hidden is not None and "amount" not in hidden
    named = caller.sees_all or caller.party in (holding.holder, holding.obligor)
    tree: dict[str, Any] = {
        "holding": ranking.holding,
        "at": instant_text(ranking.at_ms),
        "regime": ranking.regime.value,
        "places": [_place(sight, item, caller, named=named) for item in ranking.places],
        "without_effect": [
            _place(sight, item, caller, named=named) for item in ranking.without_effect
        ],
        "freezes": list(ranking.freezes),
    }
    return tree | ({"outstanding": sight.written(ranking.outstanding)} if whole else {})


def _place(sight: Sight, item: Place, caller: Caller, *, named: bool) -> dict[str, Any]:
    entries = {seq for record, _ in item.rests_on for seq in history_of(sight.view.records, record)}
    tree: dict[str, Any] = {
        "rank": item.rank,
        "interest": item.interest,
        "kind": item.kind.value if item.kind else "holder",
        "reasons": [_reason(reason, at_ms) for reason, at_ms in item.because],
        "records": [record for record, _ in item.rests_on],
        "entries": sorted(entries),
    }
    own = caller.party == item.claimant
    if named or own:
        tree["claimant"] = item.claimant
    if caller.sees_all or own:
        tree["takes"] = sight.written(item.takes)
    return tree


def _reason(reason: Reason, at_ms: int | None) -> dict[str, str]:
    english, chinese = said(reason, at_ms)
    statute = WORDS[reason].statute
    return {"code": reason.value, "english": english, "chinese": chinese, "statute": statute}
