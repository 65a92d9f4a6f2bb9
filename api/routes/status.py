"""How the server is: alive, ready, and counted; and the page that every problem points to."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse, PlainTextResponse

from api.feeding import witness_figures, witness_tree
from api.figures import Figure, figures_text, label
from api.problems import MEDIA_TYPE, PAGE, headers_of, problem_of, refusals_page
from api.site import Here, Site, Spoken
from ledger.errors import Halted
from ledger.policy.state import POLICY, Policy, today_of
from ledger.scrub import Scrubbed
from ledger.sequencer import CHECKED_AT_START

router = APIRouter(tags=["status"])


@router.get("/v1/ledger", summary="Which ledger this is")
def ledger(site: Here) -> dict[str, Any]:
    """The ledger's name, its log key, its time zone, and the currencies of the policy in force."""
    with site.reading() as sight:
        record = site.embedded.ledger
        policy = sight.book.get(Policy, POLICY)
        return {
            "data": {
                "origin": record.origin,
                "operator": record.operator,
                "log_keys": [key.text() for key in site.embedded.log_keys()],
                "rules": record.rules,
                "sandbox": record.sandbox,
                "time_zone": record.time_zone,
                "today": today_of(sight.book, sight.at_ms).isoformat(),
                "currencies": {item.code: item.digits for item in policy.currencies}
                if policy
                else {},
            },
            "ledger": sight.ledger(),
        }


@router.get("/healthz", summary="Whether the process answers")
def healthz() -> dict[str, str]:
    """The process answers; nothing is said about the ledger."""
    return {"status": "alive"}


@router.get("/readyz", summary="Whether commands are taken", response_model=dict[str, Any])
def readyz(site: Here, language: Spoken) -> Any:
    """Commands are taken. Else 503, with why, and with what can be done.

    `checked_at_start` newest entries were hashed again when the process began, under a right edge
    and a head store that fit; `scrubbed` says how far the present reading of all others is, and
    how many entries the last whole one covered. `witnesses` says how each of them is, and since
    when the newest head lacks its quorum, `timestamps` which head was stamped last, `statements`
    how many messages to parties were sent and why the last did not arrive: with any of these
    failing commands are taken all the same.
    """
    if site.service.halted:
        status, body = problem_of(Halted(), language)
        body["detail"] = site.service.halted
        return JSONResponse(body, status, headers_of(status), media_type=MEDIA_TYPE)
    scrubbed = site.scrub.state if site.scrub else Scrubbed()
    return {
        "status": "ready",
        "size": site.service.signed.size,
        "waiting": site.service.waiting,
        "checked_at_start": CHECKED_AT_START,
        "scrubbed": {"done": scrubbed.done, "whole": scrubbed.whole},
        "warning": site.embedded.store.warning,
        "timestamps": None if site.stamper is None else site.stamper.tree(),
        "statements": None if site.teller is None else site.teller.tree(),
        "witnesses": None if site.feeder is None else witness_tree(site.feeder),
    }


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
def metrics(site: Here) -> str:
    """Counters and gauges in the Prometheus text format 0.0.4."""
    figures: list[Figure] = [
        ("duebill_entries", "Entries in the log.", "gauge", {"": site.embedded.store.size()}),
        ("duebill_head_size", "Entries under the signed head.", "gauge", _head(site)),
        ("duebill_halted", "Whether writing has stopped.", "gauge", {"": int(_halted(site))}),
        ("duebill_waiting", "Commands that wait or are being written.", "gauge", _waiting(site)),
        ("duebill_refusals_total", "Refusals by code.", "counter", _refusals(site)),
        (
            "duebill_timestamp_seconds",
            "When the last time stamp was made.",
            "gauge",
            _stamped(site),
        ),
        *(witness_figures(site.feeder) if site.feeder else ()),
        *(site.teller.figures() if site.teller else ()),
    ]
    return figures_text(figures)


@router.get(PAGE, summary="What each refusal means", include_in_schema=False)
def refusals() -> Response:
    """The page that the `type` of every problem points into."""
    return Response(refusals_page(), media_type="text/markdown; charset=utf-8")


def _head(site: Site) -> dict[str, float]:
    return {"": site.service.signed.size}


def _waiting(site: Site) -> dict[str, float]:
    return {"": site.service.waiting}


def _stamped(site: Site) -> dict[str, float]:
    return {"": site.stamper.figure() if site.stamper else 0}


def _halted(site: Site) -> bool:
    return site.service.halted is not None


def _refusals(site: Site) -> dict[str, float]:
    return {label("code", code): count for code, count in sorted(site.refusals.items())}
