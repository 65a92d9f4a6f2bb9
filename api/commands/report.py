"""`duebill report`: what was acknowledged on a day, and what the rules measured on which entry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.keyfiles import key_of
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
from api.private import write_private
from api.reporting import Asked, Format
from api.terminal import say, say_json

app = typer.Typer(
    help="What was acknowledged on a day, and what the rules measured on which entry.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

Key: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="With --url: a key of who asks.")
]


@app.callback(no_args_is_help=True)
def report() -> None:
    """What was acknowledged on a day, and what the rules measured on which entry."""


@app.command()
def acknowledged(
    *,
    party: Annotated[str, typer.Option("--as", help="Who asks: the obligor, or an auditor.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    obligor: Annotated[str, typer.Option(help="As an auditor: whose.")] = "",
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A civil day; else yesterday.")
    ] = None,
    folder: Folder = None,
    url: Url = None,
    key: Key = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Write the log's signed statement of all that was acknowledged in an obligor's name on a day.

    To be verified with `duebill receipt`. The file is confidential: it is for its owner alone.
    """
    signer = key_of(key, password_file)
    with open_target(folder, url, party, signer) as target:
        whose = target.party(obligor or party)
        data = target.acknowledged(whose, day.date() if day else None)
    write_private(out, data)
    if as_json:
        say_json({"file": str(out), "bytes": len(data), "obligor": whose})
    else:
        say(f"{out}: what {whose} acknowledged; verify it with duebill receipt")


@app.command()
def rules(
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.CSV,
    first: Annotated[int, typer.Option("--from", min=0, help="The first entry.")] = 0,
    last: Annotated[int | None, typer.Option("--to", min=0, help="The last entry.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="This rule; may be repeated.")] = None,
    party: Annotated[str, typer.Option("--as", help="With --url: the auditing party.")] = "",
    folder: Folder = None,
    url: Url = None,
    key: Key = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Write, rule by rule, what was measured on which entry, the bound, and what came of it.

    The log is replayed for it. The file is confidential: it shows what is sealed in the log.
    """
    signer = key_of(key, password_file)
    asked = Asked(first, None if last is None else last + 1, frozenset(rule or ()))
    with open_target(folder, url, party, signer) as target:
        data = target.rules(asked, form)
    write_private(out, data)
    if as_json:
        say_json({"file": str(out), "bytes": len(data), "format": form.value})
    else:
        say(f"{out}: what the rules measured, as {form.value}")
