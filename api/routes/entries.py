"""Single entries with what the caller may see beside them, and the receipts that prove them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from api.auth import Caller
from api.disclosing import disclosures_for
from api.receipts import receipt_file
from api.site import Here, Sight, SignedIn, signed_in
from ledger import canonical
from ledger.errors import RefusalCode, Refused

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
    responses={200: {"content": {"application/json": {}}, "description": "tlog-proof@v1"}},
)
def receipt(seq: int, request: Request, site: Here) -> Response:
    """The tlog-proof under the newest signed head, for anybody: it holds hashes alone.

    ``Accept: application/json`` asks for the receipt file (entry, proof and the disclosures that
    the caller may see), and for a token.
    """
    proof = site.service.proof(seq)
    if "application/json" not in request.headers.get("accept", ""):
        return PlainTextResponse(proof)
    caller = signed_in(request, site)
    with site.reading() as sight:
        data, texts = shown(sight, seq, caller)
    return Response(receipt_file(data, proof, texts), media_type="application/json")


def shown(sight: Sight, seq: int, caller: Caller) -> tuple[bytes, list[str]]:
    """An entry's bytes and the disclosures for the caller. Raises `Refused` (404)."""
    if 0 <= seq < sight.view.size():
        (data,) = sight.view.entries(seq, seq + 1)
        texts = sight.view.disclosures(seq, seq + 1).get(seq, ())
        allowed = disclosures_for(sight, seq, data, texts, caller)
        if allowed is not None:
            return data, allowed
    raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no entry {seq}.")
