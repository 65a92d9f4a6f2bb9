"""The application: everything is put together here, and nothing is built by importing it."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.answers import Frame, on_error, on_http_error, on_validation_error
from api.embedded import Embedded
from api.routes import (
    alerts,
    commands,
    drafts,
    entries,
    explain,
    kinds,
    log,
    owing,
    packs,
    pending,
    priority,
    reads,
    reports,
    status,
    unpaid,
)
from api.settings import Settings
from api.site import Site
from api.stamping import Stamping
from api.telling.teller import Teller
from ledger.errors import LedgerError
from ledger.feeding.feeder import Feeder
from ledger.scrub import Scrub

ROUTES = (
    commands,
    kinds,
    explain,
    drafts,
    pending,
    alerts,
    reads,
    owing,
    unpaid,
    priority,
    packs,
    reports,
    entries,
    log,
    status,
)
"""What answers, by path; the first that fits."""


def create_app(
    embedded: Embedded,
    settings: Settings | None = None,
    scrub: Scrub | None = None,
    feeder: Feeder | None = None,
    stamper: Stamping | None = None,
    teller: Teller | None = None,
) -> FastAPI:
    """The HTTP application over an open ledger, which stays the caller's to close.

    `scrub` is what reads the log again in the background, for /readyz to say how far it is;
    `feeder` what asks the witnesses, `stamper` what asks for time stamps,
    `teller` what tells parties of their keys and debts.
    """
    app = FastAPI(
        title="Duebill",
        summary="A supply-chain receivables ledger on a hash chain.",
        version="1",  # of the interface: additions keep it
        docs_url=None,  # the page would load its scripts from elsewhere
        redoc_url=None,
    )
    settings = settings or Settings(folder=embedded.folder)
    app.state.site = Site(embedded, settings, scrub, feeder, stamper, teller)
    app.add_middleware(Frame, site=app.state.site)
    app.add_exception_handler(LedgerError, on_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    for module in ROUTES:
        app.include_router(module.router)
    return app
