"""What is owed beyond the records: late interest and costs of a day, and who is paid on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from api.routes.reads import only, visible
from api.site import Here, SignedIn
from ledger.financing.records import Financing
from ledger.model.records import need
from ledger.money import Money
from ledger.policy.state import payable_on, today_of
from ledger.receivables.clocks import record_date
from ledger.receivables.records import Holding, Receivable
from ledger.settlement.arrears import arrears_of
from ledger.settlement.records import Surplus
from ledger.settlement.redeeming import list_digest, redemption_list

router = APIRouter(tags=["records"])


@router.get("/v1/holdings/{record_id}/owed", summary="What is owed on a holding on a day")
def owed(record_id: str, caller: SignedIn, site: Here, day: date | None = None) -> dict[str, Any]:
    """Principal, late interest and costs at the end of `day` (today when it is left out)."""
    with site.reading() as sight:
        visible(sight, Holding, record_id, caller)
        holding = need(sight.book, Holding, record_id, "")
        only(caller, holding.obligor, holding.holder)
        day = day or today_of(sight.book, sight.at_ms)
        arrears = arrears_of(sight.book, holding, day)
        amounts = {
            "principal": holding.outstanding,
            "interest": arrears.interest,
            "costs": arrears.costs,
        }
        data = {name: sight.written(amount) for name, amount in amounts.items()}
        days = {
            "day": day.isoformat(),
            "payable_on": payable_on(sight.book, holding.due).isoformat(),
        }
        return {"data": {**data, **days}, "ledger": sight.ledger()}


@router.get("/v1/receivables/{record_id}/redemption", summary="Who is paid on the day of payment")
def redemption(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """The redemption list as it stands: the whole for obligor and paying agent, else own lines."""
    with site.reading() as sight:
        visible(sight, Receivable, record_id, caller)
        receivable = need(sight.book, Receivable, record_id, "")
        lines = redemption_list(sight.book, receivable, sight.at_ms)
        whole = caller.sees_all or caller.party in (receivable.obligor, receivable.paying_agent)
        shown = [line for line in lines if whole or line.holder == caller.party]
        data: dict[str, Any] = {
            "record_date": record_date(sight.book, receivable.due).isoformat(),
            "day": payable_on(sight.book, receivable.due).isoformat(),
            "lines": [sight.written(line) for line in shown],
        }
        if whole:
            data["list"] = list_digest(sight.book, receivable, lines)
            data["total"] = sight.written(receivable.outstanding)
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/financings/{record_id}/surplus", summary="What is left for the seller")
def surplus(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """Of what was collected with recourse: what belongs to the seller, and what it has received."""
    with site.reading() as sight:
        visible(sight, Financing, record_id, caller)
        financing = need(sight.book, Financing, record_id, "")
        only(caller, financing.holder, financing.financier)
        nothing = Money(0, financing.face.currency)
        known = sight.book.get(Surplus, record_id) or Surplus(
            id=record_id, owed=nothing, paid=nothing
        )
        data = {"owed": sight.written(known.owed), "paid": sight.written(known.paid)}
        return {"data": data, "ledger": sight.ledger()}
