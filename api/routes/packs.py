"""Evidence packs and funding certificates: what a party can show of a holding to anybody."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.files import NOT_AT_ALL
from api.packing import make_pack, own
from api.sheet.page import sheet
from api.site import Here, SignedIn, raw, raw_body
from ledger import canonical
from ledger.errors import RefusalCode, Refused

JSON, HTML = "application/json", "text/html"
LONGEST_BODY = 4_096
_PACK: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {JSON: {}, HTML: {}},
        "description": "The pack in canonical JSON, or the sheet that is made from it.",
    }
}

router = APIRouter(tags=["packs"])


@router.get(
    "/v1/holdings/{record_id}/evidence",
    summary="The evidence pack of a holding",
    response_class=Response,
    responses=_PACK,
)
def evidence(record_id: str, request: Request, caller: SignedIn, site: Here) -> Response:
    """All that the caller may show of a holding, under one signed head, to be verified offline.

    ``Accept: text/html`` asks for the page that people read. 404 unless the caller owes, holds,
    held or is buying the holding, or sees everything.
    """
    return _answer(request, site, record_id, caller.party, None)


@router.post(
    "/v1/holdings/{record_id}/certificate",
    summary="The funding certificate of a locked holding",
    response_class=Response,
    responses=_PACK,
    openapi_extra=raw(JSON, 'For whom it is: `{"recipient": "name of the bank"}`.'),
)
def certificate(
    record_id: str,
    request: Request,
    caller: SignedIn,
    site: Here,
    body: Annotated[bytes, Depends(raw_body(LONGEST_BODY))],
) -> Response:
    """What a bank outside may know of the one financing a holding is locked for.

    For the seller, the financier, and those who see everything. ``Accept`` as for evidence.
    """
    return _answer(request, site, record_id, caller.party, _recipient(body))


def _answer(
    request: Request, site: Here, holding: str, party: str, recipient: str | None
) -> Response:
    pack = make_pack(site.embedded, holding, party, recipient, site.over)
    if HTML in request.headers.get("accept", ""):
        data, media_type = sheet(own(site.embedded, pack)), f"{HTML}; charset=utf-8"
    else:
        data, media_type = pack.data(), JSON
    tag = hashlib.sha256(data).hexdigest()
    headers = {"Cache-Control": NOT_AT_ALL, "ETag": f'"{tag}"', "Vary": "Accept, Authorization"}
    return Response(data, media_type=media_type, headers=headers)


def _recipient(body: bytes) -> str:
    tree = canonical.parse(body)
    recipient = tree.get("recipient") if isinstance(tree, dict) else None
    if not isinstance(recipient, str) or tree.keys() != {"recipient"}:
        raise Refused(
            RefusalCode.FIELD_INVALID,
            "The body is an object with the text recipient alone.",
            place="/recipient",
        )
    return recipient
