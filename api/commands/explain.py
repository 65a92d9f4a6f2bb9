"""`duebill explain`: what a signature would do, before it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commandfile import read_bounded
from api.explaining.explain import explain
from api.explaining.labels import names_from
from api.keyfiles import key_of
from api.languages import spoken
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
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
    folder: Folder = None,
    url: Url = None,
    party: Annotated[str, typer.Option("--as", help="With --url: who reads there.")] = "",
    key: Annotated[Path | None, typer.Option(exists=True, help="Its key, to sign in.")] = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Say in one plain sentence what each signature on a file would do, or did.

    Commands may be drafted, half signed or signed; a manifest is told by its counts, its totals and
    its largest line. Nothing is sent, and no network is needed. With --dir or --url what that
    ledger says of each holding, offer or party stands beside its id; a signature does not cover it.
    """
    data, spoken_here = read_bounded(file), language or spoken()
    if folder is None and url is None:
        told = explain(data, spoken_here, name=file.name)
    else:
        with open_target(folder, url, party, key_of(key, password_file)) as target:
            names = names_from(target.record)
            told = explain(data, spoken_here, name=file.name, names=names)
    if as_json:
        say_json({"explanations": [item.tree() for item in told]})
        return
    for item in told:
        say(item.sentence)
        note(item.about)
