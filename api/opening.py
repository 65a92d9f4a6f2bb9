"""Which ledger the options --dir and --url mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from api.options import ledger_keys
from api.server import ServerTarget
from api.target import Target
from ledger.keys import SigningKey


@contextmanager
def open_target(
    folder: Path | None, url: str | None, party: str = "", key: SigningKey | None = None
) -> Iterator[Target]:
    """The ledger that exactly one of the two names; wrong usage otherwise.

    A server lets `party` read, signed in with `key`.
    """
    if folder is not None and url is None:
        # What a ledger behind a URL is asked needs no database here.
        from api.local import FolderTarget, open_ledger  # noqa: PLC0415 - it takes seconds to load

        with open_ledger(folder, ledger_keys()) as embedded:
            yield FolderTarget(embedded)
    elif url is not None and folder is None:
        try:
            target = ServerTarget(url, party, key)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        yield target
    else:
        raise typer.BadParameter("Name the ledger by either --dir or --url.")
