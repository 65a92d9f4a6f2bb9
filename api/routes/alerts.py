"""Alerts beside the lists of records: those on one holding, and those that time alone has made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import APIRouter

from api.auth import Caller
from api.routes.reads import MOST, SCANNED, record_tree, visible
from api.site import Here, Sight, SignedIn
from api.visibility import RULES, hidden_fields
from api.visibility_rule import NOTHING
from ledger.alerts.state import Alert, open_alerts
from ledger.financing.late import late_alerts
from ledger.financing.state import Financing, FinancingState
from ledger.model.records import need
from ledger.parties.commands import Role
from ledger.receivables.lineage import lineage
from ledger.receivables.state import Holding, Receivable, ReceivableState
from ledger.store.pages import page

router = APIRouter(tags=["records"])

_MAY_BE_LATE: tuple[tuple[type[Any], str], ...] = (
    (Receivable, ReceivableState.REGISTERED.value),
    (Financing, FinancingState.INSTRUCTED.value),
    (Financing, FinancingState.ACTIVE.value),
)


@router.get("/v1/alerts/late", summary="What is late")
def late(caller: SignedIn, site: Here) -> dict[str, Any]:
    """What time alone has made an alert of, among the receivables and financings of the caller.

    At most 200, in the shape of stored alerts; nobody closes these, they end with their cause.
    """
    with site.reading() as sight:
        found = list(islice(_late(sight, caller), MOST + 1))
        return {
            "data": [record_tree(sight, alert, NOTHING) for alert in found[:MOST]],
            "has_more": len(found) > MOST,
            "ledger": sight.ledger(),
        }


@router.get("/v1/holdings/{record_id}/alerts", summary="What is open on a holding")
def alerts_on(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """All alerts on what a holding rests on: for who sees the holding, financiers asked included.

    Before a financier's offer is accepted for it, that financier has cleared each stored one.
    """
    with site.reading() as sight:
        visible(sight, Holding, record_id, caller)
        holding = need(sight.book, Holding, record_id, "")
        alerts = list(open_alerts(sight.book, lineage(sight.book, holding)))
        for item in sight.book.find(Financing, holding=holding.id):
            if hidden_fields(RULES[Financing], item, sight.book, caller) is not None:
                alerts += late_alerts(sight.book, item, sight.at_ms)
        data = [record_tree(sight, alert, NOTHING) for alert in alerts]
        return {"data": data, "ledger": sight.ledger()}


def _late(sight: Sight, caller: Caller) -> Iterator[Alert]:
    everything = caller.sees_all or Role.OPERATOR in caller.roles
    for kind, state in _MAY_BE_LATE:
        records = page(
            sight.view.records,
            kind,
            where={"state": state},
            after="",
            limit=SCANNED,
            party=None if everything else caller.party,
            named_in=RULES[kind].sides,
        )
        for record in records:
            if hidden_fields(RULES[kind], record, sight.book, caller) is not None:
                yield from late_alerts(sight.book, record, sight.at_ms)
