"""What a signature would do, told by the server to whoever has the command."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.explaining.explain import explain
from api.site import Spoken, raw, raw_body

router = APIRouter(tags=["kinds"])


@router.post(
    "/v1/explain",
    summary="What a signature would do, in one sentence",
    openapi_extra=raw("application/json", "A submission, signed or not, one a line; or a receipt."),
)
def explained(
    body: Annotated[bytes, Depends(raw_body())], language: Spoken, response: Response
) -> dict[str, Any]:
    """One sentence for each signature that is asked for, in the language of Accept-Language.

    Nothing is kept, judged or looked up: whether the ledger would take the command is another
    question. Who trusts no server with it runs `duebill explain`, which says the same.
    """
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    return {"data": [item.tree() for item in explain(body, language)]}
