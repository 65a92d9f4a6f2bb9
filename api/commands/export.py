"""`duebill export`: the log as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.local import open_ledger
from api.options import Json
from api.terminal import say, say_json
from ledger.audit.folder import export_log


def run(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    as_json: Json = False,
) -> None:
    """Write the log as files (tlog-tiles), with disclosures: for auditors only."""
    with open_ledger(folder) as embedded:
        size = export_log(embedded.store, out, embedded.log_keys())
    if as_json:
        say_json({"folder": str(out), "entries": size})
    else:
        say(f"Exported {size} entries to {out}; audit them with: duebill audit {out}")
