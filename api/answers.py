"""What every answer has: a request id, the signed head, and a problem body when it is a no."""

from __future__ import annotations

import base64
import json
import logging
import re
import uuid

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.files import NOT_AT_ALL, public_headers
from api.problems import MEDIA_TYPE, headers_of, problem_of
from api.site import Site, language_of, site_of
from ledger.errors import RefusalCode, Refused

_logger = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_PLACES = {"path": "/path", "query": "/query", "header": "/header", "body": ""}


class Frame:
    """Middleware: ``X-Request-Id`` (the caller's, else a fresh one) and ``X-Ledger-Head``.

    The head, ``<size> <root in base64>``, comes on every answer, so that clients gather evidence
    of what they were shown. An unexpected error becomes a problem without its internals.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def framed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                head = self._site.service.signed
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                root = base64.b64encode(head.root).decode()
                headers["X-Ledger-Head"] = f"{head.size} {root}"
                headers.update(public_headers(scope["path"]))
            await send(message)

        try:
            await self._app(scope, receive, framed)
        except Exception as error:
            if started:
                raise
            _logger.exception("request %s failed", request_id)
            await on_error(Request(scope), error)(scope, receive, framed)


def on_error(request: Request, error: Exception) -> Response:
    """The problem of an error. No cache may keep it: a tile that is not there yet will be."""
    language = language_of(request)
    status, body = problem_of(error, language)
    site_of(request).count(body["code"])
    body["request_id"] = request.state.request_id
    text = json.dumps(body, ensure_ascii=False).encode()
    spoken = {"Content-Language": language.value, "Vary": "Accept-Language"}
    headers = {"Cache-Control": NOT_AT_ALL, **spoken, **headers_of(status)}
    return Response(text, status, headers, media_type=MEDIA_TYPE)


def on_validation_error(request: Request, error: Exception) -> Response:
    """A parameter of the wrong form, as the refusal that it is."""
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    kind, *rest = first.get("loc", ("query",))
    place = "/".join([_PLACES.get(str(kind), ""), *map(str, rest)])
    code = RefusalCode.FIELD_INVALID
    if first.get("type") == "missing":
        code = RefusalCode.FIELD_MISSING
    return on_error(request, Refused(code, f"{first.get('msg', 'Invalid')}.", place=place))


def on_http_error(request: Request, error: Exception) -> Response:
    """A path or method that is not there, as the refusal that it is."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        refused = Refused(RefusalCode.ROUTE_UNKNOWN, "There is no such path here.")
    elif status == 405:
        refused = Refused(RefusalCode.METHOD_NOT_ALLOWED, "The path has no such method.")
    else:
        refused = Refused(RefusalCode.FIELD_INVALID, "The request cannot be read.")
    return on_error(request, refused)
