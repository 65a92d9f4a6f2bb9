"""Alerts beside the lists of records: those on one holding, and those that time alone has made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.auth import Caller
from api.routes.reads import MOST, SCANNED, USUAL, after_cursor, going_on, record_tree, visible
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
_PLACE = re.compile(rf"({'|'.join(state for _, state in _MAY_BE_LATE)}):[a-z]{{3}}_[a-z2-7]{{26}}")
"""A cursor: the state that was reached, and the last id looked at in it."""


@router.get("/v1/alerts/late", summary="What is late")
def late(
    caller: SignedIn,
    site: Here,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: str = "",
) -> dict[str, Any]:
    """What time alone has made an alert of, among the receivables and financings of the caller.

    In the shape of stored alerts; nobody closes these, they end with their cause. Those of one
    record stand on one page, also where they are more than `limit`.
    """
    after = after_cursor(cursor, _PLACE)
    with site.reading() as sight:
        found, last = _late(sight, caller, after, limit)
        data = [record_tree(sight, alert, NOTHING) for alert in found]
        return {"data": data, **going_on(last), "ledger": sight.ledger()}


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


def _late(sight: Sight, caller: Caller, after: str, limit: int) -> tuple[list[Alert], str | None]:
    """The next late alerts, and the place to go on after (None: that is all)."""
    found: list[Alert] = []
    for number, record in enumerate(_may_be_late(sight, caller, after)):
        if number == SCANNED:
            return found, after
        kind = RULES[type(record)]
        seen = hidden_fields(kind, record, sight.book, caller) is not None
        alerts = list(late_alerts(sight.book, record, sight.at_ms)) if seen else []
        if found and len(found) + len(alerts) > limit:
            return found, after
        found += alerts
        after = f"{record.state.value}:{record.id}"
    return found, None


def _may_be_late(sight: Sight, caller: Caller, after: str) -> Iterator[Receivable | Financing]:
    """What may be late after a place, and may concern the caller: state by state, by id."""
    everything = caller.sees_all or Role.OPERATOR in caller.roles
    reached, _, record_id = after.partition(":")
    states = [state for _, state in _MAY_BE_LATE]
    for kind, state in _MAY_BE_LATE[states.index(reached) if reached else 0 :]:
        record_id = record_id if state == reached else ""
        more = True
        while more:
            rows = page(
                sight.view.records,
                kind,
                where={"state": state},
                after=record_id,
                limit=MOST,
                party=None if everything else caller.party,
                named_in=RULES[kind].sides,
            )
            yield from rows
            more = len(rows) == MOST
            record_id = rows[-1].id if more else ""
