"""`duebill backup`: an online copy with a signed manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backups import reading
from api.options import Json, LedgerPassword, SignerAt, ledger_keys
from api.places import Place
from api.target import now_ms
from api.terminal import note, progress, say, say_json
from ledger.backup.making import back_up
from ledger.backup.manifest import MANIFEST
from ledger.keystore import read_key
from ledger.signing import KeySigner, LogSigner

KEYS_STAY = (
    "Private keys are never in a backup: keep keys/log.pem and keys/operator.pem somewhere else, "
    "encrypted. Without the log's key a restored ledger can be audited and not go on."
)


def run(
    out: Annotated[Path, typer.Argument(metavar="DEST", help="A new or empty folder.")],
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", exists=True, help="The ledger's folder.")
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="Else its database: postgresql://host/name?schema=name.")
    ] = None,
    heads: Annotated[
        str | None, typer.Option(help="With --db: its head store, file:///… or postgresql://…")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, help="The log's key; else keys/log.pem.")
    ] = None,
    password_file: LedgerPassword = None,
    signer: SignerAt = None,
    as_json: Json = False,
) -> None:
    """Back up a ledger, which may be served meanwhile, into a new folder.

    The folder holds everything but the private keys, disclosures included, and a manifest that
    the log's key signs. It appears whole or not at all. Keep its `checkpoint` somewhere else, too.
    """
    if bool(folder) == bool(db) or bool(db) != bool(heads):
        raise typer.BadParameter("Name the ledger by --dir, or by --db with --heads.")
    access = ledger_keys(password_file, signer)
    if key is None and folder is None and access.socket is None:
        raise typer.BadParameter("With --db name the log's key with --key, or its --signer.")
    if key is not None:
        keys: LogSigner = KeySigner([read_key(key, access.password)])
    else:
        keys = access.signer(folder or Path())
    place = Place(db, heads) if db and heads else None
    with reading(folder, place) as (moments, signed_heads):
        manifest = back_up(moments, signed_heads, keys, out, now_ms(), progress)
    length = sum(facts.length for facts in manifest.files.values())
    note(KEYS_STAY)
    if as_json:
        say_json(
            {
                "folder": str(out),
                "origin": manifest.head.origin,
                "size": manifest.head.size,
                "root": manifest.head.root.hex(),
                "checkpoint": manifest.note,
                "bytes": length,
            }
        )
        return
    say(f"Backed up {manifest.head.size} entries of {manifest.head.origin} to {out}.")
    say(f"  {length} bytes, root {manifest.head.root.hex()}; signed in {out / MANIFEST}")
