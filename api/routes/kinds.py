"""What may be asked here: every kind of command, and how a body of it is written."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.kinds.known import KINDS, find_kind
from api.kinds.schema import schema
from api.kinds.template import template

router = APIRouter(tags=["kinds"])


@router.get("/v1/kinds", summary="Every kind of command")
def kinds() -> dict[str, Any]:
    """Each kind with its newest version, what it asks, and who may sign it."""
    return {"data": [kind.tree() for kind in KINDS.values()]}


@router.get("/v1/kinds/{name}", summary="One kind of command")
def kind(name: str) -> dict[str, Any]:
    """A kind with the JSON Schema of its body, and a template: a placeholder in each field."""
    found = find_kind(name)
    return {"data": {**found.tree(), "schema": schema(found), "template": template(found.command)}}
