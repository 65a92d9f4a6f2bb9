"""`duebill receipt`: one receipt verified offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import reveal
from api.keyfiles import trusted_keys
from api.options import Json
from api.receipts import verify
from api.terminal import say, say_json
from ledger.dates import instant_text


def run(
    file: Annotated[Path, typer.Argument(exists=True, help="The receipt (JSON).")],
    *,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, help="The log key you trust (tlog-policy); else ./policy."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify one receipt offline: this command is this entry of that signed log.

    A receipt proves something only to who has the log's key from elsewhere: `policy` is the file
    that the operator publishes.
    """
    trusted = policy or Path("policy")
    if not trusted.exists():
        raise typer.BadParameter("Name with --policy the file that holds the log's key.")
    verified = verify(file.read_bytes(), trusted_keys(trusted))
    payload = verified.envelope.payload
    body = reveal(payload["body"], verified.envelope.disclosures)
    if as_json:
        say_json(
            {
                "verified": True,
                "origin": verified.checkpoint.origin,
                "size": verified.checkpoint.size,
                "seq": verified.entry.seq,
                "at": instant_text(verified.entry.at_ms),
                "by": payload["by"],
                "jti": payload["jti"],
                "digest": verified.envelope.digest,
                "kind": payload["kind"],
                "body": body,
            }
        )
        return
    checkpoint = verified.checkpoint
    say(f"Verified: entry {verified.entry.seq} of {checkpoint.size} in {checkpoint.origin}")
    say(f"  at {instant_text(verified.entry.at_ms)}, {payload['kind']} by {payload['by']}")
    say(f"  {json.dumps(body, ensure_ascii=False, sort_keys=True)}")
