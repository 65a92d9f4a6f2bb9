"""`duebill rebuild`: derived tables anew from the entries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.options import Json
from api.terminal import progress, say, say_json
from ledger.errors import RefusalCode, Refused
from ledger.replay import replay
from ledger.store.heads import FileHeadStore
from ledger.store.sqlite import SqliteStore


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    as_json: Json = False,
) -> None:
    """Drop the derived tables and replay them from the entries, in one transaction.

    Needed after an update that changes their shape; harmless at any other time.
    """
    path = folder / "ledger.db"
    if not path.is_file():
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, f"There is no ledger in {folder}.")
    heads = FileHeadStore(folder / "head.json")
    with (
        SqliteStore(path, heads, rebuild=True) as store,
        progress("replaying", store.size()) as tell,
        store.rebuilding() as records,
    ):
        head = replay(store, records, tell)
    if as_json:
        say_json({"entries": head.size})
    else:
        say(f"Rebuilt the tables from {head.size} entries.")
