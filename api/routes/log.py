"""The log as files over HTTP: the layout of `ledger.audit.folder`, sizes as the checkpoint says.

The signed head and the hash tiles are public: they hold nothing but hashes. Entry bundles,
disclosures and rule documents are for auditors and regulators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import PlainTextResponse

from api.files import FOR_A_MINUTE, FOR_EVER, FOR_SECONDS, NOT_AT_ALL, file_answer
from api.site import Auditing, Here, Site, raw, raw_body
from ledger.audit.folder import disclosure_lines
from ledger.chain.proof import TreeReader
from ledger.chain.tiles import TILE_WIDTH, BundleId, TileId, encode_bundle, parse_path
from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE
from ledger.errors import RefusalCode, Refused

LARGEST_SENT = 65_536
"""Bytes of a note with cosignatures that anybody may send."""
BYTES = "application/octet-stream"
NDJSON = "application/x-ndjson"

_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {BYTES: {}}, "description": "The file"}}

router = APIRouter(prefix="/log", tags=["log"])

_note = raw_body(LARGEST_SENT)


def _file(path: str, **described: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A route to files: GET, and HEAD beside it."""

    def add(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        router.add_api_route(path, endpoint, methods=["GET"], **described)
        router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
        return endpoint

    return add


@_file("/checkpoint", summary="The signed head", response_class=PlainTextResponse)
def checkpoint(request: Request, site: Here) -> Response:
    """The newest signed head (C2SP tlog-checkpoint), with the cosignatures that it has."""
    note = site.over(site.service.newest(LARGEST_SIZE)).note
    if not note:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "Nothing is signed yet.")
    return file_answer(request, note.encode(), "text/plain", f"public, {FOR_SECONDS}")


@_file("/witnessed", summary="The witnessed head", response_class=PlainTextResponse)
def witnessed(request: Request, site: Here) -> Response:
    """The newest signed head that meets the quorum of the operator's policy file."""
    head = site.feeder.witnessed() if site.feeder else None
    if head is None:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "No head has its quorum of witnesses yet.")
    return file_answer(request, head.note.encode(), "text/plain", f"public, {FOR_SECONDS}")


@router.post(
    "/cosignatures",
    summary="Send cosignatures",
    openapi_extra=raw("text/plain", "A checkpoint of this log with its lines of signatures."),
)
def cosignatures(site: Here, body: Annotated[bytes, Depends(_note)]) -> dict[str, list[str]]:
    """Take in the lines of witnesses and auditors that the operator's policy file names.

    The note is a checkpoint of this log, as the log signed it, with their lines; other lines are
    ignored. Receipts under that head carry them from then on.
    """
    if site.feeder is None:
        raise Refused(
            RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY, "This server knows no witness or auditor."
        )
    return {"taken": site.feeder.take(body.decode("utf-8", "surrogateescape"))}


@_file("/tile/entries/{position:path}", summary="An entry bundle", responses=_FILE)
def bundle(request: Request, position: str, caller: Auditing, site: Here) -> Response:
    """The entries under one tile of level 0 (C2SP tlog-tiles). Auditors and regulators."""
    named = _bundle(site, position)
    first = named.index * TILE_WIDTH
    data = encode_bundle(site.embedded.store.entries(first, first + named.width))
    return file_answer(request, data, BYTES, f"private, {_kept(named)}", packed=True)


@_file("/tile/{position:path}", summary="A hash tile", responses=_FILE)
def tile(request: Request, position: str, site: Here) -> Response:
    """A tile of hashes (C2SP tlog-tiles): full, or of any width that the signed tree has had."""
    named = parse_path(f"tile/{position}")
    if not isinstance(named, TileId):
        raise _no_file()
    size = _signed_size(site, (named.index * TILE_WIDTH + named.width) << (8 * named.level))
    return file_answer(request, _hashes(site, named, size), BYTES, f"public, {_kept(named)}")


@_file("/disclosures/{position:path}", summary="The disclosures of a bundle", responses=_FILE)
def disclosures(request: Request, position: str, caller: Auditing, site: Here) -> Response:
    """One line per entry of the bundle that has any. Auditors and regulators."""
    if not position.endswith(".ndjson"):
        raise _no_file()
    named = _bundle(site, position.removesuffix(".ndjson"))
    first = named.index * TILE_WIDTH
    lines = disclosure_lines(site.embedded.store, first, first + named.width)
    return file_answer(request, lines, NDJSON, NOT_AT_ALL, packed=True)


@router.get("/documents", summary="The rule documents that there are")
def documents(caller: Auditing, site: Here) -> dict[str, list[str]]:
    """Their digests (base64url SHA-256). Auditors and regulators."""
    return {"documents": sorted(site.embedded.store.documents())}


@_file("/documents/{digest}", summary="A rule document", responses=_FILE)
def document(request: Request, digest: str, caller: Auditing, site: Here) -> Response:
    """The bytes of a rule document. Auditors and regulators."""
    data = site.embedded.store.records.document(digest)
    if data is None:
        raise _no_file()
    return file_answer(request, data, BYTES, f"private, {FOR_EVER}", packed=True)


def _bundle(site: Site, position: str) -> BundleId:
    named = parse_path(f"tile/entries/{position}")
    if not isinstance(named, BundleId):
        raise _no_file()
    _signed_size(site, named.index * TILE_WIDTH + named.width)
    return named


def _signed_size(site: Site, due: int) -> int:
    """The size of the signed head. Raises `Refused` unless it has `due` entries."""
    size = site.service.newest(due).size
    if due > size:
        raise _no_file()
    return size


def _hashes(site: Site, named: TileId, size: int) -> bytes:
    """The bytes of a tile under the signed `size`.

    A partial tile is cut from the full one where there is one. Where there is none, its hashes
    are the roots of full tiles below, which the service keeps once they are computed: anybody
    may ask, and should not make us hash 65,000 nodes each time.
    """
    store, span = site.embedded.store, 8 * named.level
    whole = TileId(named.level, named.index)
    if (named.index + 1) * TILE_WIDTH << span <= size:
        return store.tile(whole)[: named.width * HASH_BYTES]
    if named.level == 0:
        return store.tile(named)
    tree, first = TreeReader(size, store.tile, site.service.subtrees), named.index * TILE_WIDTH
    starts = (number << span for number in range(first, first + named.width))
    return b"".join(tree.range_root(start, start + (1 << span)) for start in starts)


def _kept(named: TileId | BundleId) -> str:
    return FOR_EVER if named.width == TILE_WIDTH else FOR_A_MINUTE


def _no_file() -> Refused:
    return Refused(RefusalCode.RECORD_NOT_FOUND, "The log has no such file at its signed size.")
