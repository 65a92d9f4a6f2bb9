"""`duebill timestamp`: an authority's time stamp over the newest checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.options import Json
from api.places import open_moment
from api.stamping import stamp
from api.terminal import say, say_json
from ledger.chain.checkpoint import parse_checkpoint
from ledger.chain.note import note_body
from ledger.dates import instant_text
from ledger.errors import RefusalCode, Refused
from ledger.stamping import Stamps, read_roots


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    tsa: Annotated[str, typer.Option(help="The authority's address (RFC 3161 over HTTP).")],
    roots: Annotated[
        Path | None, typer.Option(exists=True, help="Keep only what verifies under these (PEM).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Have the newest checkpoint stamped and keep the stamp in the folder timestamps.

    The ledger may be served meanwhile. A stamp is never replaced; exports take them along.
    """
    trusted = read_roots(roots) if roots else None
    with open_moment(folder) as moment:
        note = moment.checkpoint()
    if not note:
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, "Nothing is signed yet.")
    size = parse_checkpoint(note_body(note)).size
    try:
        at = stamp(Stamps(folder), tsa, size, note, trusted)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    instant = instant_text(int(at.timestamp() * 1000))
    if as_json:
        say_json({"size": size, "at": instant})
    else:
        say(f"The checkpoint of {size} entries was stamped at {instant}.")
