"""Options that several verbs have, said once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.keyaccess import KeyAccess, key_access

Folder: TypeAlias = Annotated[Path | None, typer.Option("--dir", help="The ledger's folder.")]
Url: TypeAlias = Annotated[str | None, typer.Option(help="The ledger's server.")]
PasswordFile: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="The password of encrypted key files.")
]
LedgerPassword: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        exists=True,
        help="The password of the ledger's own keys; else DUEBILL_PASSWORD_FILE.",
    ),
]
SignerAt: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--signer", help="Who has the log's key: unix:PATH; else DUEBILL_SIGNER, else keys/."
    ),
]
Receipts: TypeAlias = Annotated[Path | None, typer.Option(help="Keep the receipts in this folder.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", help="Do not ask before signing.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def ledger_keys(password_file: Path | None = None, signer: str | None = None) -> KeyAccess:
    """How the ledger's keys are had: as the options say, else the environment. Wrong usage else."""
    try:
        return key_access(os.environ, password_file, signer)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
