"""`duebill evidence`: an evidence pack or a funding certificate of a holding, into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.keyfiles import key_of
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
from api.private import write_private
from api.terminal import say, say_json


def run(
    holding: Annotated[str, typer.Argument(help="The id of the holding.")],
    *,
    party: Annotated[str, typer.Option("--as", help="Who asks: it gets what it may see.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    folder: Folder = None,
    url: Url = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, help="With --url: a key of who asks.")
    ] = None,
    password_file: PasswordFile = None,
    html: Annotated[bool, typer.Option("--html", help="The sheet that people read.")] = False,
    certificate: Annotated[
        str | None,
        typer.Option(help="Certify the one financing of a locked holding, for this bank."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write all that a party can show of a holding to anybody, to be verified with `receipt`.

    It holds the entries of its history, the proofs under one signed head, exactly what the party
    may see, and the log's signed statement. The file is confidential: it is for its owner alone.
    """
    signer = key_of(key, password_file)
    with open_target(folder, url, party, signer) as target:
        data = target.pack(holding, target.party(party), certificate, html=html)
    write_private(out, data)
    if as_json:
        say_json({"file": str(out), "bytes": len(data), "holding": holding})
    else:
        say(f"{out}: what {party} can show of {holding}; verify it with duebill receipt")
