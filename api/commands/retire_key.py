"""`duebill retire-key`: the log signs without its old key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.embedded import POLICY
from api.local import open_ledger
from api.options import Json, LedgerPassword, SignerAt, ledger_keys
from api.rotating import retire
from api.terminal import say, say_json


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    password_file: LedgerPassword = None,
    signer: SignerAt = None,
    as_json: Json = False,
) -> None:
    """Let the log sign without its old key: the end of what duebill rotate-key began.

    Who verifies with the old key alone is refused from then on, and an audit names the entry that
    holds the new one. The old key's file is kept under the name keys/log-retired-….pem.
    """
    with open_ledger(folder, ledger_keys(password_file, signer)) as embedded:
        changed = retire(embedded)
    (key,) = changed.keys
    if as_json:
        say_json({"seq": changed.seq, "key": key.text(), "policy": str(folder / POLICY)})
        return
    say(f"Entry {changed.seq}: the log signs with one key,")
    say(f"  {key.text()}")
    say(f"Others verify the log with {folder / 'policy'}; they may drop the old line.")
