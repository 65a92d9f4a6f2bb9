"""`duebill report`: what was acknowledged on a day, what falls due, what the rules measured."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.asked import Asked, Format
from api.keyfiles import key_of
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
from api.private import write_private
from api.terminal import say, say_json

app = typer.Typer(
    help="What was acknowledged on a day, what falls due, and what the rules measured.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

Key: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="With --url: a key of who asks.")
]


@app.callback(no_args_is_help=True)
def report() -> None:
    """What was acknowledged on a day, what falls due, and what the rules measured."""


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
def due(
    *,
    party: Annotated[str, typer.Option("--as", help="Who asks: the party, or an auditor.")],
    of: Annotated[str, typer.Option("--of", help="As an auditor: whose.")] = "",
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A civil day; else today.")
    ] = None,
    folder: Folder = None,
    url: Url = None,
    key: Key = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Show what a party has to pay and is to be paid, overdue or within 30 days.

    And which of its filings should be discharged in the registry, since what they secured ended.
    """
    signer = key_of(key, password_file)
    with open_target(folder, url, party, signer) as target:
        tree = target.due(target.party(of or party), day.date() if day else None)
    if as_json:
        say_json(tree)
        return
    for title, part in (("To pay", tree["payable"]), ("To be paid", tree["claims"])):
        say(f"{title}: {len(part['lines'])}")
        for total in part["totals"]:
            late = " overdue" if total["overdue"] else ""
            say(f"  {total['currency']} {total['sum']}{late} in {total['count']}")
        for line in part["lines"]:
            money = f"{line['currency']} {line['outstanding']}"
            say(f"  {line['payable_on']} ({line['days']:+} days) {money} {line['id']}")
    say(f"To discharge in the registry: {len(tree['filings'])}")
    for item in tree["filings"]:
        late = ", late" if item["is_late"] else ""
        say(f"  by {item['due']}{late}: {item['filing']}, ended on {item['ended_on']}")


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
