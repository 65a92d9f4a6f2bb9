"""`duebill keygen`: a key for one person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.drafting import new_signing_key
from api.keyaccess import password_of
from api.options import Json
from api.terminal import say, say_json
from ledger.keystore import write_key


def run(
    file: Annotated[Path, typer.Argument(help="The new key file; it must not exist.")],
    *,
    password_file: Annotated[
        Path | None, typer.Option(exists=True, help="Encrypt it with the password in this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an Ed25519 key for one person; print its id and its public half."""
    key = new_signing_key()
    write_key(file, key, password_of(password_file))
    if as_json:
        say_json({"kid": key.public.kid, "jwk": key.public.jwk()})
        return
    say(f"kid {key.public.kid}")
    say(f"jwk {key.public.jwk()}".replace("'", '"'))
