"""Reports: what an obligor acknowledged on a day, and what the rules measured on which entry."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.auth import Caller
from api.files import NOT_AT_ALL
from api.reporting import acknowledged_file
from api.site import Here, SignedIn
from ledger.dates import parse_date
from ledger.errors import RefusalCode, Refused

JSON = "application/json"
_STATEMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON: {}}, "description": "The statement and its checkpoint, both signed."}
}

router = APIRouter(tags=["reports"])


@router.get(
    "/v1/reports/acknowledged",
    summary="What an obligor acknowledged on a day",
    response_class=Response,
    responses=_STATEMENT,
)
def acknowledged(
    caller: SignedIn,
    site: Here,
    day: Annotated[str, Query(description="A civil day, YYYY-MM-DD; else yesterday.")] = "",
    obligor: Annotated[str, Query(description="For those who see everything: whose.")] = "",
) -> Response:
    """Everything acknowledged in the caller's name on a civil day: the log's signed statement.

    To be verified offline with `duebill receipt`. Auditors and regulators name the obligor.
    """
    whose = _whose(caller, obligor)
    data = acknowledged_file(site.embedded, whose, _day(day), site.over)
    return Response(data, media_type=JSON, headers={"Cache-Control": NOT_AT_ALL})


def _whose(caller: Caller, obligor: str) -> str:
    """The party that the report is about: the caller, or who is named by one who sees all."""
    if not obligor or obligor == caller.party:
        return caller.party
    if not caller.sees_all:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "There is no such party.")
    return obligor


def _day(text: str) -> date | None:
    return parse_date(text) if text else None
