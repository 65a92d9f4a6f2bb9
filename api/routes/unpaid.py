"""What follows from records about unpaid debts: claims, dues, what goes back, what is cured."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from api.auth import Caller
from api.routes.reads import only, visible
from api.site import Here, Sight, SignedIn
from ledger.financing.records import Financing
from ledger.model.records import need
from ledger.money import Money
from ledger.policy.state import today_of
from ledger.receivables.records import Holding
from ledger.recourse import amounts, recovered
from ledger.recourse.defaults import is_cured, is_live
from ledger.recourse.records import DebtRecovery, Default, RecourseClaim
from ledger.recourse.title import title_of

router = APIRouter(tags=["records"])


@router.get("/v1/holdings/{record_id}/recourse", summary="What its holder may claim by recourse")
def claimable(
    record_id: str, caller: SignedIn, site: Here, day: date | None = None
) -> dict[str, Any]:
    """Of whom, by which act, and how much at the end of `day` (today when it is left out)."""
    with site.reading() as sight:
        holding = _held(sight, record_id, caller)
        day = day or today_of(sight.book, sight.at_ms)
        under = title_of(sight.book, holding)
        data = {
            "liable": under.holder if isinstance(under, Financing) else under.assignor,
            "under": under.id,
            "amount": sight.written(amounts.claim_of(sight.book, holding, under, day)),
            "day": day.isoformat(),
        }
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/holdings/{record_id}/recoverable", summary="How much others may still pay on it")
def recoverable(
    record_id: str, caller: SignedIn, site: Here, day: date | None = None
) -> dict[str, Any]:
    """What is owed at the end of `day` and not kept from others or by recourse; zero at least."""
    with site.reading() as sight:
        holding = _held(sight, record_id, caller)
        day = day or today_of(sight.book, sight.at_ms)
        room = recovered.room_on(sight.book, holding, day)
        amount = max(room, Money(0, room.currency))
        data = {"amount": sight.written(amount), "day": day.isoformat()}
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/recourses/{record_id}/due", summary="What is due by recourse, and what goes back")
def due(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """As it stands: one of the two is zero."""
    with site.reading() as sight:
        visible(sight, RecourseClaim, record_id, caller)
        recourse = need(sight.book, RecourseClaim, record_id, "")
        data = {
            "due": sight.written(amounts.due_of(sight.book, recourse)),
            "excess": sight.written(amounts.excess_of(sight.book, recourse)),
        }
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/debt_recoveries/{record_id}/excess", summary="What of a recovery goes back")
def excess(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """What came twice, today."""
    with site.reading() as sight:
        visible(sight, DebtRecovery, record_id, caller)
        recovery = need(sight.book, DebtRecovery, record_id, "")
        day = today_of(sight.book, sight.at_ms)
        amount = recovered.excess_of(sight.book, recovery, day)
        data = {"amount": sight.written(amount), "day": day.isoformat()}
        return {"data": data, "ledger": sight.ledger()}


@router.get("/v1/defaults/{record_id}/standing", summary="Whether a default stands and is cured")
def standing(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """Whether it is a word of the present holder, and whether nothing is owed any more today.

    Of a holding that was split the latter tells of all parts: only its obligor is told.
    """
    with site.reading() as sight:
        visible(sight, Default, record_id, caller)
        default = need(sight.book, Default, record_id, "")
        holding = need(sight.book, Holding, default.holding, "")
        data = {"is_live": is_live(default, holding)}
        if not holding.went_on or caller.sees_all or caller.party == default.obligor:
            day = today_of(sight.book, sight.at_ms)
            data["is_cured"] = is_cured(sight.book, default, day)
        return {"data": data, "ledger": sight.ledger()}


def _held(sight: Sight, record_id: str, caller: Caller) -> Holding:
    """The holding, for its holder. Raises `Refused` (`record_not_found`) for anybody else."""
    visible(sight, Holding, record_id, caller)
    holding = need(sight.book, Holding, record_id, "")
    only(caller, holding.holder)
    return holding
