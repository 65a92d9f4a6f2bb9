"""`duebill submit`: signed command files to a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import read_file
from api.keyfiles import read_keys
from api.opening import open_target
from api.options import Folder, Json, Receipts, Url
from api.sending import send_all, tell_verdicts


def run(
    files: Annotated[list[Path], typer.Argument(exists=True, help="Signed command files.")],
    *,
    folder: Folder = None,
    url: Url = None,
    party: Annotated[
        str, typer.Option("--as", help="With --url and --receipts: who reads them.")
    ] = "",
    key: Annotated[Path | None, typer.Option(exists=True, help="Its key, to sign in.")] = None,
    receipts: Receipts = None,
    as_json: Json = False,
) -> None:
    """Send signed commands in order; each has its own verdict.

    Sending a file again is harmless: what is in the ledger already is said again.
    """
    items = [(path, item) for path in files for item in read_file(path)]
    names = [f"{path.name} {item.payload['kind']}" for path, item in items]
    signer = read_keys([key], None)[0] if key else None
    with open_target(folder, url, party, signer) as target:
        verdicts = send_all(target, [item.data() for _, item in items], receipts)
    tell_verdicts(names, verdicts, as_json=as_json)
