"""What is owed beyond the records: late interest and costs of a day, and who is paid on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from api.auth import Caller
from api.routes.reads import visible
from api.site import Here, Sight, SignedIn
from ledger.errors import RefusalCode, Refused
from ledger.financing.records import Financing
from ledger.model.codec import WireForm, write
from ledger.model.records import need
from ledger.money import Money
from ledger.policy.state import digits_of, payable_on, today_of
from ledger.receivables.clocks import record_date
from ledger.receivables.records import Holding, Receivable
from ledger.settlement.arrears import arrears_of
from ledger.settlement.records import Surplus
from ledger.settlement.redeeming import Line, list_digest, redemption_list

router = APIRouter(tags=["records"])


@router.get("/v1/holdings/{record_id}/owed", summary="What is owed on a holding on a day")
def owed(record_id: str, caller: SignedIn, site: Here, day: date | None = None) -> dict[str, Any]:
    """Principal, late interest and costs at the end of `day` (today when it is left out)."""
    with site.reading() as sight:
        visible(sight, Holding, record_id, caller)
        holding = need(sight.book, Holding, record_id, "")
        _only(caller, holding.obligor, holding.holder)
        day = day or today_of(sight.book, sight.at_ms)
        arrears = arrears_of(sight.book, holding, day)
        amounts = {
            "principal": holding.outstanding,
            "interest": arrears.interest,
            "costs": arrears.costs,
        }
        data = {name: _text(sight, amount) for name, amount in amounts.items()}
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
            "lines": [_line(sight, line) for line in shown],
        }
        if whole:
            data["list"] = list_digest(sight.book, receivable, lines)
            data["total"] = _text(sight, receivable.outstanding)
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/financings/{record_id}/surplus", summary="What is left for the seller")
def surplus(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """Of what was collected with recourse: what belongs to the seller, and what it has received."""
    with site.reading() as sight:
        visible(sight, Financing, record_id, caller)
        financing = need(sight.book, Financing, record_id, "")
        _only(caller, financing.holder, financing.financier)
        nothing = Money(0, financing.face.currency)
        known = sight.book.get(Surplus, record_id) or Surplus(
            id=record_id, owed=nothing, paid=nothing
        )
        data = {"owed": _text(sight, known.owed), "paid": _text(sight, known.paid)}
        return {"data": data, "ledger": sight.ledger()}


def _only(caller: Caller, *sides: str) -> None:
    """Raises `Refused` (`record_not_found`) unless one of the sides, or who sees all, asks."""
    if not caller.sees_all and caller.party not in sides:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "There is no such record.")


def _line(sight: Sight, line: Line) -> Any:
    return write(line, WireForm(digits_of(sight.book), {}))


def _text(sight: Sight, amount: Money) -> Any:
    return WireForm(digits_of(sight.book), {}).write_money(amount)
