"""`duebill submit`: signed command files to a ledger."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import read_file
from api.keyfiles import key_of
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Receipts, Url
from api.sending import send_all, tell_verdicts
from ledger.chain.receipt import State

PATIENCE_S = 60.0


class Wait(Enum):
    """How far the entries must be."""

    INCLUDED = State.INCLUDED.value
    WITNESSED = State.WITNESSED.value


def run(
    files: Annotated[list[Path], typer.Argument(exists=True, help="Signed command files.")],
    *,
    folder: Folder = None,
    url: Url = None,
    party: Annotated[
        str, typer.Option("--as", help="With --url and --receipts: who reads them.")
    ] = "",
    key: Annotated[Path | None, typer.Option(exists=True, help="Its key, to sign in.")] = None,
    password_file: PasswordFile = None,
    receipts: Receipts = None,
    wait: Annotated[
        Wait, typer.Option(help="With --url: until the entries are under a witnessed head.")
    ] = Wait.INCLUDED,
    patience: Annotated[
        float, typer.Option(min=1, max=3_600, help="Seconds to wait for witnesses.")
    ] = PATIENCE_S,
    as_json: Json = False,
) -> None:
    """Send signed commands in order; each has its own verdict.

    Sending a file again is harmless: what is in the ledger already is said again. An accepted
    command is in the ledger at once, under a head that the log signed. With --wait witnessed the
    exit status is 1, too, when no quorum of witnesses has cosigned that in time.
    """
    until_witnessed = wait is Wait.WITNESSED
    if until_witnessed and url is None:
        raise typer.BadParameter("Witnesses are asked by a server: --wait witnessed needs --url.")
    items = [(path, item) for path in files for item in read_file(path)]
    names = [f"{path.name} {item.payload['kind']}" for path, item in items]
    signer = key_of(key, password_file)
    with open_target(folder, url, party, signer) as target:
        verdicts = send_all(
            target, [item.data() for _, item in items], receipts, patience if until_witnessed else 0
        )
    tell_verdicts(names, verdicts, as_json=as_json)
    if until_witnessed and any(item.state is not State.WITNESSED for item in verdicts):
        raise typer.Exit(1)
