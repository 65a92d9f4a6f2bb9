"""Single entries with what the caller may see beside them, and the receipts that prove them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from api.auth import Caller
from api.disclosing import disclosures_for
from api.receipts import receipt_file
from api.site import Here, Sight, SignedIn, Site, signed_in
from api.states import PARAMETERS, later, reach, state_under, wanted
from ledger import canonical
from ledger.errors import RefusalCode, Refused
from ledger.feeding.kept import CosignedHead

router = APIRouter(tags=["entries"])


@router.get("/v1/entries/{seq}", summary="Read an entry")
def entry(seq: int, caller: SignedIn, site: Here) -> dict[str, Any]:
    """An entry as JSON, with the disclosures that the caller may see."""
    with site.reading() as sight:
        data, texts = shown(sight, seq, caller)
        return {
            "data": canonical.decode(data),
            "disclosures": texts,
            "ledger": sight.ledger(),
        }


@router.get(
    "/v1/receipts/{seq}",
    summary="The proof that an entry is in the log",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"application/json": {}}, "description": "tlog-proof@v1"},
        202: {"content": {"application/json": {}}, "description": "Not so far yet: ask again."},
    },
    openapi_extra={"parameters": PARAMETERS},
)
async def receipt(seq: int, request: Request, site: Here) -> Response:
    """The tlog-proof under the newest head that fits, for anybody: it holds hashes alone.

    ``state`` asks for an entry under a witnessed head, ``wait`` for seconds of patience; what is
    not so far by then is 202, with its ``state`` and the ``url`` to ask again. The header
    ``X-Receipt-State`` says which head the proof is under. ``Accept: application/json`` asks for
    the receipt file (entry, proof and the disclosures that the caller may see), and for a token.
    """
    state, seconds = wanted(site, request.query_params)
    head = await reach(site, seq, state, seconds)
    if head is None:
        return later(site, seq, state)
    return await run_in_threadpool(_receipt, site, request, seq, head)


def _receipt(site: Site, request: Request, seq: int, head: CosignedHead) -> Response:
    """The receipt of an entry that is under the head: proof and checkpoint of one size."""
    proof = site.service.proof(seq, replace(head.head, note=head.note))
    headers = {"X-Receipt-State": state_under(site, head).value}
    if "application/json" not in request.headers.get("accept", ""):
        return PlainTextResponse(proof, headers=headers)
    caller = signed_in(request, site)
    with site.reading() as sight:
        data, texts = shown(sight, seq, caller)
    data = receipt_file(data, proof, texts)
    return Response(data, media_type="application/json", headers=headers)


def shown(sight: Sight, seq: int, caller: Caller) -> tuple[bytes, list[str]]:
    """An entry's bytes and the disclosures for the caller. Raises `Refused` (404)."""
    if 0 <= seq < sight.view.size():
        (data,) = sight.view.entries(seq, seq + 1)
        texts = sight.view.disclosures(seq, seq + 1).get(seq, ())
        allowed = disclosures_for(sight, seq, data, texts, caller)
        if allowed is not None:
            return data, allowed
    raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no entry {seq}.")
