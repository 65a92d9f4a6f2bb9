"""What a signature would do, told by the server to whoever has the command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.auth import Caller, caller_of
from api.explaining.explain import explain
from api.explaining.labels import Look, names_from
from api.routes.commands import MOST_LINES
from api.routes.reads import visible
from api.site import Here, Sight, Spoken, raw, raw_body
from ledger.errors import RefusalCode, Refused

router = APIRouter(tags=["kinds"])


@router.post(
    "/v1/explain",
    summary="What a signature would do, in one sentence",
    openapi_extra=raw("application/json", "A submission, signed or not, one a line; or a receipt."),
)
def explained(
    request: Request,
    body: Annotated[bytes, Depends(raw_body())],
    site: Here,
    language: Spoken,
    response: Response,
) -> dict[str, Any]:
    """One sentence for each signature that is asked for, in the language of Accept-Language.

    At most 1,001 lines: a manifest with as many as one batch takes. Nothing is kept or judged:
    whether the ledger would take the command is another question. With a token, what the caller
    may read of each holding, offer or party stands beside its id. Who trusts no server with it
    runs `duebill explain`, which says the same.
    """
    if body.count(b"\n") > MOST_LINES + 1:
        detail = f"A manifest has at most {MOST_LINES} lines here; duebill explain takes more."
        raise Refused(RefusalCode.TOO_MANY_LINES, detail)
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    token = request.headers.get("authorization")
    with site.reading() as sight:
        names = None
        if token is not None:
            names = names_from(_shown_to(sight, caller_of(token, sight.book, sight.at_ms)))
        return {"data": [item.tree() for item in explain(body, language, names=names)]}


def _shown_to(sight: Sight, caller: Caller) -> Look:
    """The records that the caller may see, without the fields that it may not."""

    def look(_collection: str, kind: type[Any], record_id: str) -> Mapping[str, Any] | None:
        try:
            return visible(sight, kind, record_id, caller)
        except Refused:
            return None

    return look
