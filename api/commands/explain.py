"""`duebill explain`: what a signature would do, before it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import read_bounded
from api.explaining.explain import explain
from api.languages import spoken
from api.options import Json
from api.terminal import note, say, say_json
from ledger.refusals.language import Language


def run(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A command file or a receipt.")
    ],
    *,
    language: Annotated[
        Language | None, typer.Option("--lang", help="Else DUEBILL_LANG, else the locale.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say in one plain sentence what each signature on a file would do, or did.

    Commands may be drafted, half signed or signed; a manifest is told by its counts, its totals and
    its largest line. Nothing is sent, and no network is needed. What the file does not hold is not
    told: look a holding or an offer up before you sign what you do not know.
    """
    told = explain(read_bounded(file), language or spoken(), name=file.name)
    if as_json:
        say_json({"explanations": [item.tree() for item in told]})
        return
    for item in told:
        say(item.sentence)
        note(item.about)
