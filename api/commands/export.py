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
from ledger.errors import RefusalCode, Refused
from ledger.feeding.kept import FILE, with_cosignatures, witnessed_note
from ledger.policy.state import ledger_of
from ledger.signing import log_note_keys
from ledger.stamping import Stamps


def run(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    witnessed: Annotated[
        bool, typer.Option("--witnessed", help="Up to the newest head that has its quorum.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the log as files (tlog-tiles), with disclosures and time stamps: for auditors only.

    Read from a snapshot: the ledger may be served meanwhile. No private key is needed.
    The checkpoint carries the cosignatures that a server of this folder collected.
    """
    kept = folder / FILE
    with open_moment(folder) as snapshot:
        signed = snapshot.head.size if snapshot.head else 0
        keys = log_note_keys(ledger_of(Book(snapshot.records)), signed)
        newest = snapshot.checkpoint() or ""
        note = witnessed_note(kept) if witnessed else with_cosignatures(kept, newest)
        if witnessed and note is None:
            raise Refused(RefusalCode.QUORUM_NOT_MET, "No head has its quorum of witnesses yet.")
        size = export_log(snapshot, out, keys, verifier_file(), note)
    Stamps(folder).copy_to(Stamps(out), size)
    if as_json:
        say_json({"folder": str(out), "entries": size})
    else:
        say(f"Exported {size} entries to {out}; audit them with: duebill audit {out}")
