"""Reports: what was acknowledged on a day, what falls due, what the rules measured on an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.responses import StreamingResponse

from api.asked import Asked, Format
from api.auth import Caller
from api.files import NOT_AT_ALL
from api.reporting import acknowledged_file, due_report, write_rules
from api.site import Auditing, Here, SignedIn, Site
from ledger.dates import parse_date
from ledger.errors import Overloaded, RefusalCode, Refused
from ledger.policy.state import digits_of

JSON = "application/json"
_STATEMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON: {}}, "description": "The statement and its checkpoint, both signed."}
}

_MEDIA = {
    Format.JSON: JSON,
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
}
_ROWS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {name.partition(";")[0]: {} for name in _MEDIA.values()},
        "description": "The rows; as JSON with the rules, and the log they were computed from.",
    }
}
SPOOLED = 4 * 1024 * 1024
"""Bytes of a report that are kept in memory; a larger one goes through a temporary file."""
PIECE = 65_536

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


@router.get("/v1/reports/due", summary="What falls due for a party")
def due(
    caller: SignedIn,
    site: Here,
    day: Annotated[str, Query(description="A civil day, YYYY-MM-DD; else today.")] = "",
    party: Annotated[str, Query(description="For those who see everything: whose.")] = "",
) -> dict[str, Any]:
    """What the caller has to pay and is to be paid: overdue on the day, or within 30 days of it.

    As of the newest entry. Beside it the filings of the caller that should be discharged in the
    registry. Auditors and regulators name the party.
    """
    whose = _whose(caller, party)
    with site.reading() as sight:
        report = due_report(sight.view, sight.book, sight.at_ms, whose, _day(day))
        return {"data": report.tree(digits_of(sight.book)), "ledger": sight.ledger()}


@router.get(
    "/v1/reports/rules",
    summary="What each rule measured on which entry",
    response_class=Response,
    responses=_ROWS,
)
def rules(
    caller: Auditing,
    site: Here,
    first: Annotated[int, Query(alias="from", ge=0, description="The first entry.")] = 0,
    to: Annotated[int | None, Query(ge=0, description="The last entry; else the newest.")] = None,
    rule: Annotated[list[str] | None, Query(description="These rules alone.")] = None,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    """Rule by rule: the entry, what was measured, the bound, and whether it holds.

    Computed by replay from the first entry on, so one report at a time is made.
    """
    asked = Asked(first, None if to is None else to + 1, frozenset(rule or ()))
    if not site.reporting.acquire(blocking=False):
        raise Overloaded("Another report is being made: ask again later.")
    try:
        return StreamingResponse(
            _pieces(_written(site, asked, form)),
            media_type=_MEDIA[form],
            headers={"Cache-Control": NOT_AT_ALL},
        )
    finally:
        site.reporting.release()


def _written(site: Site, asked: Asked, form: Format) -> IO[str]:
    """The whole report in a temporary file, in memory as long as it is small."""
    file = SpooledTemporaryFile(  # noqa: SIM115 - whoever reads it closes it
        SPOOLED, "w+", encoding="utf-8", newline=""
    )
    write_rules(site.embedded.store, asked, form, file)
    file.seek(0)
    return file


def _pieces(file: IO[str]) -> Iterator[str]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _whose(caller: Caller, obligor: str) -> str:
    """The party that the report is about: the caller, or who is named by one who sees all."""
    if not obligor or obligor == caller.party:
        return caller.party
    if not caller.sees_all:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "There is no such party.")
    return obligor


def _day(text: str) -> date | None:
    return parse_date(text) if text else None
