"""What every route may use: the open ledger, the caller's view of it, and the raw body."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.auth import TYPE, Caller, caller_of
from api.awaiting import Awaiting
from api.embedded import Embedded
from api.languages import negotiated
from api.settings import Settings
from api.stamping import Stamping
from api.telling.teller import Teller
from ledger.book import Book
from ledger.chain.proof import Subtrees, TreeReader
from ledger.chain.tree import EMPTY_ROOT
from ledger.errors import Overloaded, RefusalCode, Refused
from ledger.feeding.feeder import Feeder
from ledger.feeding.kept import CosignedHead
from ledger.model.codec import WireForm, write
from ledger.parties.commands import Role
from ledger.policy.state import digits_of
from ledger.ports import SignedHead
from ledger.refusals.language import Language
from ledger.scrub import Scrub
from ledger.service import Service
from ledger.store.sqlite import View

MOST_ARRIVING = 128 * 1024 * 1024
"""Bytes of all bodies together that may be on their way at a time."""


@dataclass(slots=True)
class Arriving:
    """How many bytes of bodies are in memory that have not arrived whole. For the event loop."""

    held: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """One served ledger: its `settings`, its `scrub`, and what is counted for /metrics."""

    embedded: Embedded
    settings: Settings
    scrub: Scrub | None = None
    feeder: Feeder | None = None
    """What asks the witnesses; None where none are asked."""
    stamper: Stamping | None = None
    """What has checkpoints stamped; None where nobody does."""
    teller: Teller | None = None
    """What tells parties what they asked to be told; None where nobody does."""
    arriving: Arriving = field(default_factory=Arriving)
    awaiting: Awaiting = field(default_factory=Awaiting)
    refusals: Counter[str] = field(default_factory=Counter)
    merging: threading.Lock = field(default_factory=threading.Lock)
    """Held while signatures are merged, so that none is lost to another request."""
    reporting: threading.Lock = field(default_factory=threading.Lock)
    """Held while the log is replayed for a report: one at a time."""
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def service(self) -> Service:
        """The writer."""
        return self.embedded.service

    def over(self, head: SignedHead) -> CosignedHead:
        """A signed head with the cosignatures that are known."""
        return self.feeder.over(head) if self.feeder else CosignedHead(head)

    def count(self, code: str) -> None:
        """One more answer with this refusal code."""
        with self._counting:
            self.refusals[code] += 1

    @contextmanager
    def reading(self) -> Iterator[Sight]:
        """The ledger as of one commit. For one thread."""
        with self.embedded.store.reading() as view:
            yield Sight(view, Book(view.records), self.embedded.clock(), self.service.subtrees)


@dataclass(frozen=True, slots=True)
class Sight:
    """Log and records as of one commit, at an instant."""

    view: View
    book: Book
    at_ms: int
    subtrees: Subtrees

    def ledger(self) -> dict[str, Any]:
        """``{"size", "root"}`` of what this sight was computed from."""
        size = self.view.size()
        root = TreeReader(size, self.view.tile, self.subtrees).root() if size else EMPTY_ROOT
        return {"size": size, "root": base64.b64encode(root).decode()}

    def written(self, value: Any) -> Any:
        """A record, a line or an amount as JSON, amounts in decimals."""
        return write(value, WireForm(digits_of(self.book), {}))


def site_of(request: Request) -> Site:
    """The site that the application was made for."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]


def language_of(request: Request) -> Language:
    """The language that the caller asks for, in which it is told what to do."""
    return negotiated(request.headers.get("accept-language", ""))


Spoken = Annotated[Language, Depends(language_of)]


_Bearer = Annotated[Any, Depends(HTTPBearer(auto_error=False, bearerFormat=TYPE))]
"""Only describes the header in /openapi.json; `caller_of` reads it."""


def signed_in(request: Request, site: Here, _bearer: _Bearer = None) -> Caller:
    """Who asks, by its token. Raises `Refused` (401)."""
    with site.reading() as sight:
        return caller_of(request.headers.get("authorization"), sight.book, sight.at_ms)


SignedIn = Annotated[Caller, Depends(signed_in)]


def auditing(caller: SignedIn) -> Caller:
    """A caller who may see everything. Raises `Refused` (`role_missing`)."""
    if not caller.sees_all:
        roles = f"{Role.AUDITOR.value} or {Role.REGULATOR.value}"
        raise Refused(RefusalCode.ROLE_MISSING, f"Only a party with the role {roles} reads this.")
    return caller


Auditing = Annotated[Caller, Depends(auditing)]


def raw_body(most: int | None = None) -> Callable[..., Coroutine[Any, Any, bytes]]:
    """A dependency that gives the body as it came, up to `most` bytes (else the settings' bound).

    Raises `Refused` (`bytes_too_large`) as soon as there is more, however it is sent.
    """

    async def read(request: Request) -> bytes:
        return await read_body(request, most or site_of(request).settings.largest_body)

    return read


async def read_body(request: Request, most: int) -> bytes:
    """The body as it came, up to `most` bytes.

    Raises `Refused` (`bytes_too_large`) beyond, `Overloaded` when all bodies that are being read
    hold too much already.
    """
    site = site_of(request)
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            site.arriving.held += len(part)
            if len(data) > most:
                raise Refused(RefusalCode.BYTES_TOO_LARGE, f"The body has more than {most} bytes.")
            if site.arriving.held > MOST_ARRIVING:
                raise Overloaded("Too many bytes of other requests are on their way.")
        return bytes(data)
    finally:
        site.arriving.held -= len(data)


class Raw(APIRoute):
    """A described route whose endpoint gets the request as it is, with nothing around it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def raw(media_type: str, says: str) -> dict[str, Any]:
    """The OpenAPI description of a body that is taken as bytes."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "description": says, "content": content}}
