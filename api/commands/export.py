"""`duebill export`: the log as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.keyfiles import read_keys
from api.options import Json
from api.places import open_moment
from api.terminal import say, say_json
from ledger.audit.folder import export_log
from ledger.book import Book
from ledger.chain.note import note_key
from ledger.policy.state import ledger_of


def run(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    as_json: Json = False,
) -> None:
    """Write the log as files (tlog-tiles), with disclosures: for auditors only.

    Read from a snapshot: the ledger may be served meanwhile.
    """
    log_key = read_keys([folder / "keys" / "log.pem"], None)[0].public
    with open_moment(folder) as snapshot:
        origin = ledger_of(Book(snapshot.records)).origin
        size = export_log(snapshot, out, [note_key(origin, log_key)])
    if as_json:
        say_json({"folder": str(out), "entries": size})
    else:
        say(f"Exported {size} entries to {out}; audit them with: duebill audit {out}")
