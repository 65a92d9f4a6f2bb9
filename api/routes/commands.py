"""The one door for writing: a signed command in and its receipt out, or many with verdicts.

Bytes go straight from the socket to the service's queue: nothing is parsed or converted around
them, and no thread waits for an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from api.problems import problem_of
from api.site import Raw, Site, language_of, raw, read_body, site_of
from api.states import PARAMETERS, reach, wanted
from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.chain.receipt import State
from ledger.envelope import LONGEST_SUBMISSION
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.refusals.language import Language
from ledger.service import Receipt
from ledger.vocabulary import event_bytes, event_trees

MOST_LINES = 1_000
JSON = "application/json"
NDJSON = "application/x-ndjson"

router = APIRouter(tags=["commands"], route_class=Raw)


@router.post(
    "/v1/commands",
    status_code=201,
    summary="Submit a signed command",
    response_class=Response,
    responses={
        200: {"content": {JSON: {}}, "description": "It was an entry already: its receipt."},
        201: {"content": {JSON: {}}, "description": "It is an entry now: its receipt."},
        202: {"content": {JSON: {}}, "description": "It is one, and not so far as was asked."},
    },
    openapi_extra={
        **raw(JSON, "The command with its disclosures and rule documents."),
        "parameters": PARAMETERS,
    },
)
async def submit(request: Request) -> Response:
    """The receipt of a command. 201 when it became an entry now, 200 when it was one already.

    With ``state=witnessed`` the answer waits for witnesses, ``wait`` seconds at most; after them it
    is 202 with the receipt as far as it is. The entry is in the log either way.
    """
    site = site_of(request)
    state, seconds = wanted(site, request.query_params)
    body = await read_body(request, LONGEST_SUBMISSION)
    (answer,) = await site.awaiting.wait(site.service.offer([body]))
    if isinstance(answer, LedgerError):
        raise answer
    if state is State.WITNESSED:
        return await _witnessed(site, answer, seconds)
    location = {"Location": f"/v1/entries/{answer.seq}"}
    return Response(_receipt_text(answer), _status(answer), location, media_type=JSON)


async def _witnessed(site: Site, answer: Receipt, seconds: float) -> Response:
    """The receipt under a witnessed head, or 202 and where to ask for it again."""
    head = await reach(site, answer.seq, State.WITNESSED, seconds)
    if head is None:
        location = {"Location": f"/v1/receipts/{answer.seq}?state={State.WITNESSED.value}"}
        return Response(_receipt_text(answer), 202, location, media_type=JSON)
    seen = msgspec.structs.replace(answer, checkpoint=head.note)
    location = {"Location": f"/v1/entries/{answer.seq}"}
    text = _receipt_text(seen, State.WITNESSED)
    return Response(text, _status(answer), location, media_type=JSON)


@router.post(
    "/v1/commands:batch",
    summary="Submit many commands",
    response_class=Response,
    responses={200: {"content": {NDJSON: {}}, "description": "One verdict per line, in order."}},
    openapi_extra=raw(NDJSON, "One submission per line, at most 1,000 lines."),
)
async def submit_batch(request: Request) -> Response:
    """One verdict for each line: its status, and its receipt or its problem.

    The lines are taken in their order; a line that is refused touches no other.
    """
    site = site_of(request)
    body = await read_body(request, site.settings.largest_body)
    lines = body.removesuffix(b"\n").split(b"\n") if body else []
    if len(lines) > MOST_LINES:
        raise Refused(
            RefusalCode.TOO_MANY_LINES, f"A batch has {len(lines)} lines, at most {MOST_LINES}."
        )
    answers = await site.awaiting.wait(site.service.offer(lines)) if lines else []
    for answer in answers:
        if isinstance(answer, Refused):
            site.count(answer.code.value)
    return Response(verdicts(answers, language_of(request)), media_type=NDJSON)


def verdicts(
    answers: Sequence[Receipt | LedgerError], language: Language = Language.ENGLISH
) -> bytes:
    """The answers as NDJSON, remedies in `language`."""
    return b"".join(_verdict(answer, language) + b"\n" for answer in answers)


def _verdict(answer: Receipt | LedgerError, language: Language) -> bytes:
    if isinstance(answer, Receipt):
        return b'{"receipt":%b,"status":%d}' % (_receipt_text(answer), _status(answer))
    status, problem = problem_of(answer, language)
    return canonical.encode({"status": status, "problem": problem})


def receipt_tree(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON: place, leaf hash (base64url), what followed, the head and the state."""
    return _receipt(receipt, event_trees(receipt.events))


def _receipt_text(receipt: Receipt, state: State = State.INCLUDED) -> bytes:
    """The canonical bytes of `receipt_tree`, made without the trees of its events."""
    events = msgspec.Raw(event_bytes(receipt.events))
    return canonical.encode_again(_receipt(receipt, events, state))


def _receipt(receipt: Receipt, events: Any, state: State = State.INCLUDED) -> dict[str, Any]:
    return {
        "seq": receipt.seq,
        "leaf": b64url_encode(receipt.leaf),
        "events": events,
        "checkpoint": receipt.checkpoint,
        "repeated": receipt.repeated,
        "state": state.value,
    }


def _status(receipt: Receipt) -> int:
    return 200 if receipt.repeated else 201
