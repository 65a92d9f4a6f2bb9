"""`duebill rebuild`: derived tables anew from the entries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.options import Json
from api.places import is_ledger, open_stores
from api.process import settle_in
from api.terminal import progress, say, say_json
from ledger.errors import RefusalCode, Refused
from ledger.replay import replay


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    as_json: Json = False,
) -> None:
    """Drop the derived tables and replay them from the entries, in one transaction.

    Needed after an update that changes their shape; harmless at any other time.
    """
    if not is_ledger(folder):
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, f"There is no ledger in {folder}.")
    with (
        open_stores(folder, rebuild=True) as (store, _),
        progress("replaying", store.size()) as tell,
        store.rebuilding() as records,
    ):
        settle_in()
        head = replay(store, records, tell)
    if as_json:
        say_json({"entries": head.size})
    else:
        say(f"Rebuilt the tables from {head.size} entries.")
