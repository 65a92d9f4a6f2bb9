"""`duebill rotate-key`: the log signs with a new key beside its old one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.embedded import POLICY
from api.local import open_ledger
from api.options import Json, LedgerPassword, SignerAt, ledger_keys
from api.rotating import rotate
from api.terminal import say, say_json


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", exists=True, help="The ledger's folder.")],
    password_file: LedgerPassword = None,
    signer: SignerAt = None,
    as_json: Json = False,
) -> None:
    """Let the log sign with a new key beside its old one.

    Makes keys/log-next.pem (with a signer process: make it there first) and writes the entry that
    names it, which old and new key sign. From then on both sign every checkpoint. Give the new
    policy file to everybody who verifies; then end the old key with duebill retire-key. A server of
    the ledger must be stopped, or started again afterwards if it is on PostgreSQL.
    """
    with open_ledger(folder, ledger_keys(password_file, signer)) as embedded:
        changed = rotate(embedded)
    old, new = (key.text() for key in changed.keys)
    if as_json:
        say_json({"seq": changed.seq, "old": old, "new": new, "policy": str(folder / POLICY)})
        return
    say(f"Entry {changed.seq}: the log signs with two keys, the old one and")
    say(f"  {new}")
    say("Tell everybody who verifies: add this line to your tlog-policy file,")
    say(f"  log {new}")
    say(f"or take {folder / 'policy'}. When they have it: duebill retire-key --dir {folder}")
