"""The log's files over HTTP: how long they keep, when they are packed, who may read them.

C2SP `tlog-tiles` says which files there are; caching, conditions, HEAD and compression are those
of RFC 9110 and RFC 9111. A browser on any site may read what is public, so that it can verify.
"""

from __future__ import annotations

import gzip
import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from ledger.base64url import b64url_encode

FOR_EVER = "max-age=31536000, immutable"
"""What can never change and is asked for as long as the log lives: full tiles and bundles."""
FOR_A_MINUTE = "max-age=60"
"""What does not change either, but which nobody asks for once the log has grown."""
FOR_SECONDS = "max-age=2"
"""The signed head: tlog-tiles wants no caching beyond a few seconds."""
NOT_AT_ALL = "no-store"
"""What is confidential, and every no: a tile that is not there yet will be."""

_PUBLIC = re.compile(r"/log/(?:checkpoint|witnessed|tile/[0-9].*)")
_READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, X-Ledger-Head, X-Request-Id",
}
_REFUSED = re.compile(r"q=0(\.0*)?")


def file_answer(
    request: Request, data: bytes, media_type: str, cache: str, *, packed: bool = False
) -> Response:
    """The answer to a GET or HEAD of a file that holds `data`.

    `cache` is its Cache-Control. `packed` files come in gzip to whoever takes it. The ETag names
    the bytes, so that a reader that has them gets a 304 (RFC 9110, section 13.1.2).
    """
    headers = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    tag = b64url_encode(hashlib.sha256(data).digest())
    if packed:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            data = gzip.compress(data, 6, mtime=0)
            tag += "-gzip"
    headers["ETag"] = f'"{tag}"'
    if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(data))
        data = b""
    return Response(data, media_type=media_type, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip, and not with q=0 (RFC 9110, section 12.5.3)."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.strip()
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return not _REFUSED.fullmatch(weight)


def public_headers(path: str) -> dict[str, str]:
    """What lets a page of any site read the answer: on public files, on a no for them too."""
    return _READABLE if _PUBLIC.fullmatch(path) else {}


def _is_known(known: str, tag: str) -> bool:
    """Whether If-None-Match names the file, compared weakly."""
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return tag in tags or "*" in tags
