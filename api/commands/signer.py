"""`duebill signer serve`: the log's key in a process of its own."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from api.options import LedgerPassword, ledger_keys
from api.process import leave_on_signals
from api.terminal import note
from ledger.signer.server import SignerServer


class Action(Enum):
    """What a signer can be told to do."""

    SERVE = "serve"


def run(
    action: Annotated[Action, typer.Argument(help="serve: sign until interrupted.")],
    *,
    folder: Annotated[
        Path, typer.Option("--dir", exists=True, file_okay=False, help="The folder of the keys.")
    ],
    path: Annotated[Path, typer.Option("--socket", help="Where to listen: a Unix socket.")],
    begin: Annotated[
        bool, typer.Option("--begin", help="The key never signed through a signer before.")
    ] = False,
    password_file: LedgerPassword = None,
) -> None:
    """Hold the log's key (log.pem, and log-next.pem while it changes) and sign with it.

    Only processes of the same user are heard. It signs no checkpoint that does not extend the last
    one it signed, which it remembers in signed.json beside the keys: keep the two together. The
    ledger is served with: duebill serve --signer unix:SOCKET.
    """
    access = ledger_keys(password_file)
    with SignerServer(folder, path, access.password, begin=begin) as server:
        leave_on_signals()
        note(f"Signing at unix:{path}")
        server.serve()
