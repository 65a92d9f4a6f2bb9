"""The log as files over HTTP: the layout of `ledger.audit.folder`, sizes as the checkpoint says.

The signed head and the hash tiles are public: they hold nothing but hashes. Entry bundles,
disclosures and rule documents are for auditors and regulators.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import PlainTextResponse

from api.site import Auditing, Here, Site
from ledger.audit.folder import disclosure_lines
from ledger.chain.tiles import TILE_WIDTH, BundleId, TileId, encode_bundle, parse_path
from ledger.chain.tree import LARGEST_SIZE
from ledger.errors import RefusalCode, Refused

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "no-cache"
BYTES = "application/octet-stream"
NDJSON = "application/x-ndjson"

_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {BYTES: {}}, "description": "The file"}}

router = APIRouter(prefix="/log", tags=["log"])


@router.get("/checkpoint", summary="The signed head", response_class=PlainTextResponse)
def checkpoint(site: Here) -> Response:
    """The newest signed head (C2SP tlog-checkpoint)."""
    note = site.service.newest(LARGEST_SIZE).note
    if not note:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "Nothing is signed yet.")
    return PlainTextResponse(note, headers={"Cache-Control": FOR_A_MOMENT})


@router.get("/tile/entries/{position:path}", summary="An entry bundle", responses=_FILE)
def bundle(position: str, caller: Auditing, site: Here) -> Response:
    """The entries under one tile of level 0 (C2SP tlog-tiles). Auditors and regulators."""
    named = _bundle(site, position)
    first = named.index * TILE_WIDTH
    data = encode_bundle(site.embedded.store.entries(first, first + named.width))
    return _file(data, whole=named.width == TILE_WIDTH, private=True)


@router.get("/tile/{position:path}", summary="A hash tile", responses=_FILE)
def tile(position: str, site: Here) -> Response:
    """A tile of hashes (C2SP tlog-tiles): full, or as wide as the signed tree has it."""
    named = parse_path(f"tile/{position}")
    if not isinstance(named, TileId):
        raise _no_file()
    due = (named.index * TILE_WIDTH + named.width) << (8 * named.level)
    if due > site.service.newest(due).size:
        raise _no_file()
    return _file(site.embedded.store.tile(named), whole=named.width == TILE_WIDTH)


@router.get("/disclosures/{position:path}", summary="The disclosures of a bundle", responses=_FILE)
def disclosures(position: str, caller: Auditing, site: Here) -> Response:
    """One line per entry of the bundle that has any. Auditors and regulators."""
    if not position.endswith(".ndjson"):
        raise _no_file()
    named = _bundle(site, position.removesuffix(".ndjson"))
    first = named.index * TILE_WIDTH
    lines = disclosure_lines(site.embedded.store, first, first + named.width)
    return Response(lines, media_type=NDJSON, headers={"Cache-Control": "no-store"})


@router.get("/documents", summary="The rule documents that there are")
def documents(caller: Auditing, site: Here) -> dict[str, list[str]]:
    """Their digests (base64url SHA-256). Auditors and regulators."""
    return {"documents": sorted(site.embedded.store.documents())}


@router.get("/documents/{digest}", summary="A rule document", responses=_FILE)
def document(digest: str, caller: Auditing, site: Here) -> Response:
    """The bytes of a rule document. Auditors and regulators."""
    data = site.embedded.store.records.document(digest)
    if data is None:
        raise _no_file()
    return _file(data, whole=True, private=True)


def _bundle(site: Site, position: str) -> BundleId:
    named = parse_path(f"tile/entries/{position}")
    if not isinstance(named, BundleId):
        raise _no_file()
    due = named.index * TILE_WIDTH + named.width
    if due > site.service.newest(due).size:
        raise _no_file()
    return named


def _file(data: bytes, *, whole: bool, private: bool = False) -> Response:
    cache = FOR_EVER if whole else FOR_A_MOMENT
    if private:
        cache = cache.replace("public", "private")
    return Response(data, media_type=BYTES, headers={"Cache-Control": cache})


def _no_file() -> Refused:
    return Refused(RefusalCode.RECORD_NOT_FOUND, "The log has no such file at its signed size.")
