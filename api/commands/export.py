"""`duebill export`: the log as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.options import Json
from api.places import open_moment
from api.terminal import say, say_json
from api.verifying import verifier_file
from ledger.audit.folder import export_log
from ledger.book import Book
from ledger.policy.state import ledger_of
from ledger.signing import log_note_keys
from ledger.stamping import Stamps


def run(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    as_json: Json = False,
) -> None:
    """Write the log as files (tlog-tiles), with disclosures and time stamps: for auditors only.

    Read from a snapshot: the ledger may be served meanwhile. No private key is needed.
    """
    with open_moment(folder) as snapshot:
        signed = snapshot.head.size if snapshot.head else 0
        keys = log_note_keys(ledger_of(Book(snapshot.records)), signed)
        size = export_log(snapshot, out, keys, verifier_file())
    Stamps(folder).copy_to(Stamps(out), size)
    if as_json:
        say_json({"folder": str(out), "entries": size})
    else:
        say(f"Exported {size} entries to {out}; audit them with: duebill audit {out}")
