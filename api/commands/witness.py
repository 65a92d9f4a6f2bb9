"""`duebill witness`: a tlog-witness, for any C2SP log."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.keyfiles import trusted_keys
from api.options import Json, PasswordFile
from api.process import GRACE_S, leave_on_signals
from api.terminal import note, say, say_json
from api.witnessing.app import create_app
from api.witnessing.folder import make_witness, open_witness
from ledger.chain.note import parse_note_key
from ledger.witness.judging import log_keys

KEEP_ALIVE_S = 75
"""Seconds that an idle connection is kept: a log that publishes once a minute keeps its own."""
MOST_REQUESTS = 256
"""Requests at a time; each may hold a whole request in memory."""

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="A tlog-witness: it cosigns heads of logs, and never two that contradict each other.",
)


@app.command("init")
def init(
    *,
    folder: Annotated[Path, typer.Option("--dir", help="The folder of the new witness.")],
    name: Annotated[str, typer.Option(help="Its name, such as witness.example/w1.")],
    password_file: Annotated[
        Path | None, typer.Option(exists=True, help="Encrypt the key with this file's password.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a witness in a folder, and print its line for policy files.

    Key and state are one object: neither is ever restored from a copy. A witness that lost either
    is retired, and another takes its place under a new name.
    """
    key = make_witness(folder, name, password_file)
    if as_json:
        say_json({"name": name, "vkey": key.text()})
        return
    say(f"witness {name} {key.text()}")


@app.command("serve")
def serve(
    *,
    folder: Annotated[Path, typer.Option("--dir", help="The folder of the witness.")],
    log: Annotated[
        list[str] | None, typer.Option(metavar="VKEY", help="A log's key; may be repeated.")
    ] = None,
    logs: Annotated[
        Path | None, typer.Option(exists=True, help="A tlog-policy file: the logs of it.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8100,
    password_file: PasswordFile = None,
) -> None:
    """Serve the witness until interrupted.

    Logs are known by their keys; a log that changes its key has several. A log that is no longer
    named is not forgotten: when it comes back it goes on where it was.
    """
    known = log_keys([*map(parse_note_key, log or ()), *trusted_keys(logs)])
    if not known:
        raise typer.BadParameter("Name at least one log, by --log or --logs.")
    with open_witness(folder, known, lambda: int(time.time()), password_file) as witness:
        note(f"witness {witness.key.name} {witness.key.text()}")
        note(f"Serving {len(known)} logs at http://{host}:{port}")
        leave_on_signals()
        uvicorn.run(
            create_app(witness),
            host=host,
            port=port,
            log_level="warning",
            limit_concurrency=MOST_REQUESTS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
