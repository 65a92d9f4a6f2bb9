"""`duebill sign`: signatures on drafted commands, offline, one person after another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import (
    Item,
    check_manifests,
    envelope_of,
    lines_of,
    read_file,
    reveal,
    sign_item,
    signers_of,
    write_file,
)
from api.keyfiles import read_keys
from api.options import Json, PasswordFile, Yes
from api.terminal import note, say, say_json


def run(
    file: Annotated[Path, typer.Argument(exists=True, help="The command file; it is replaced.")],
    *,
    key: Annotated[list[Path], typer.Option(exists=True, help="A private key; repeat.")],
    password_file: PasswordFile = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Sign drafted commands offline; several people one after another.

    Shows what is signed, with the sealed fields as they will be known. The file is checked
    first: disclosures fit their fields, and a manifest fits its lines.
    """
    items = read_file(file)
    keys = read_keys(key, password_file)
    signed = [item if item.is_line else sign_item(item, keys) for item in items]
    check_manifests(signed)
    for item in signed:
        if not item.is_line:
            _show(item, signed)
    if not yes:
        typer.confirm("Sign this?", abort=True, err=True)
    write_file(file, [item.data() for item in signed])
    mine = [item for item in signed if not item.is_line]
    if as_json:
        say_json({"file": str(file), "signers": {i.payload["jti"]: signers_of(i) for i in mine}})
    else:
        count = max(len(signers_of(item)) for item in mine) if mine else 0
        say(f"Signed {file}: {len(mine)} commands, {count} signatures each.")


def _show(item: Item, items: Sequence[Item]) -> None:
    """What the signer signs, in full: for a manifest, each of its lines."""
    note(f"{item.payload['kind']} by {item.payload['by']} for {item.payload['aud']}")
    shown = lines_of(items, item) or [item]
    for number, line in enumerate(shown, start=1):
        revealed = reveal(line.payload["body"], envelope_of(line).disclosures)
        label = f"  {number}. {line.payload['kind']}" if line is not item else "  body"
        note(f"{label} {json.dumps(revealed, ensure_ascii=False, sort_keys=True)}")
