"""Options that several verbs have, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Folder: TypeAlias = Annotated[Path | None, typer.Option("--dir", help="The ledger's folder.")]
Url: TypeAlias = Annotated[str | None, typer.Option(help="The ledger's server.")]
PasswordFile: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="The password of encrypted key files.")
]
Receipts: TypeAlias = Annotated[Path | None, typer.Option(help="Keep the receipts in this folder.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", help="Do not ask before signing.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
