"""`duebill serve`: the API over a ledger in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.embedded import Embedded
from api.feeding import feeding
from api.local import open_ledger
from api.options import Folder, LedgerPassword, SignerAt
from api.process import GRACE_S, leave_on_signals, settle_in
from api.settings import Settings
from api.stamping import stamping
from api.telling.teller import telling
from api.terminal import note
from ledger.feeding.feeder import Pace


def run(
    *,
    folder: Folder = None,
    db: Annotated[
        str | None,
        typer.Option(help="Its URL: sqlite:///folder/ledger.db or postgresql://…?schema=name."),
    ] = None,
    heads: Annotated[
        str | None,
        typer.Option(help="With postgresql: the head store, file:///… or postgresql://…"),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535)] = None,
    password_file: LedgerPassword = None,
    signer: SignerAt = None,
    witnesses: Annotated[
        Path | None, typer.Option(exists=True, help="Ask the witnesses of this tlog-policy file.")
    ] = None,
    tsa: Annotated[
        str | None, typer.Option(help="Have a checkpoint stamped here once a day (RFC 3161).")
    ] = None,
) -> None:
    """Serve the API until interrupted.

    When what is stored is not what was signed, nothing is written and reads go on: /readyz says
    why. With a postgresql URL --dir is the folder of the keys, and several servers may share the
    ledger. What is not given is taken from the environment: DUEBILL_DB, DUEBILL_HEADS,
    DUEBILL_DIR, DUEBILL_HOST, DUEBILL_PORT, DUEBILL_PASSWORD_FILE, DUEBILL_SIGNER,
    DUEBILL_WITNESSES, DUEBILL_TSA; DUEBILL_TELL=no tells parties nothing by itself, and
    DUEBILL_TELL_PRIVATE=yes sends to addresses of a private network, too.
    """
    said = {
        "DUEBILL_DB": db or folder,
        "DUEBILL_DIR": folder,
        "DUEBILL_HEADS": heads,
        "DUEBILL_HOST": host,
        "DUEBILL_PORT": port,
        "DUEBILL_PASSWORD_FILE": password_file,
        "DUEBILL_SIGNER": signer,
        "DUEBILL_WITNESSES": witnesses,
        "DUEBILL_TSA": tsa,
    }
    given = {name: str(value) for name, value in said.items() if value is not None}
    try:
        settings = Settings.from_environ({**os.environ, **given})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with open_ledger(
        settings.folder, settings.access, keep_reading=True, place=settings.place
    ) as embedded:
        note(f"Serving {embedded.ledger.origin} at http://{settings.host}:{settings.port}")
        for warning in filter(None, (embedded.service.halted, embedded.store.warning)):
            note(f"Warning: {warning}")
        leave_on_signals()
        settle_in()
        _serve(embedded, settings)


def _serve(embedded: Embedded, settings: Settings) -> None:
    """Answer requests until a signal, with all that works in the background beside."""
    pace = Pace(interval_s=settings.witness_interval)
    with (
        embedded.scrubbing() as scrub,
        feeding(embedded, settings.witnesses, pace) as feeder,
        stamping(embedded, settings.tsa, feeder) as stamper,
        telling(embedded, settings) as teller,
    ):
        uvicorn.run(
            create_app(embedded, settings, scrub, feeder, stamper, teller),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_S,
        )
