"""`duebill init`: a new ledger in a folder, with its genesis and a first policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.embedded import POLICY, Embedded, found, open_folder
from api.keyfiles import read_trust
from api.options import Json, LedgerPassword, SignerAt, ledger_keys
from api.places import Place, grant_roles, write_place
from api.target import now_ms
from api.terminal import note, say, say_json
from ledger.chain.checkpoint import Checkpoint
from ledger.dates import civil_date
from ledger.errors import RefusalCode, Refused

WARNING = (
    "Warning: the keys of this ledger are on the disk in clear: whoever copies the files can sign"
    " as its operator. Begin again in another folder with --password-file FILE, or encrypt the"
    " files as docs/how-to/keep-the-log-key.md shows."
)


def run(
    *,
    folder: Annotated[Path, typer.Option("--dir", help="The folder of the new ledger.")],
    origin: Annotated[str, typer.Option(help="The log's name, such as example.com/ledger.")],
    name: Annotated[str, typer.Option(help="The operator's name.")] = "Operator",
    time_zone: Annotated[str, typer.Option(help="The legal time zone.")] = "Asia/Shanghai",
    sandbox: Annotated[bool, typer.Option(help="For trials: said in the log for ever.")] = False,
    db: Annotated[
        str | None, typer.Option(help="Its database: postgresql://host/name?schema=name.")
    ] = None,
    heads: Annotated[
        str | None, typer.Option(help="With --db: the head store, file:///… or postgresql://…")
    ] = None,
    roles: Annotated[
        bool, typer.Option("--roles", help="With --db: grant duebill_app and duebill_auditor.")
    ] = False,
    predecessor: Annotated[
        Path | None,
        typer.Option(exists=True, help="The last checkpoint of a log that this one replaces."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, help="With --predecessor: the key of that log (tlog-policy)."),
    ] = None,
    password_file: LedgerPassword = None,
    signer: SignerAt = None,
    as_json: Json = False,
) -> None:
    """Open a ledger in a folder.

    Makes the log's and the operator's keys, writes genesis and a first policy, and the file
    `policy` by which others verify the log. Keep the folder keys/ safe; with --password-file the
    keys are encrypted. With --db the entries and records are on a server, and database.json in the
    folder says where. A log that lost entries is never signed again: --predecessor names its last
    checkpoint in the genesis of the new one.
    """
    if bool(db) != bool(heads) or (roles and not db):
        raise typer.BadParameter("--db and --heads go together, and --roles with them.")
    place = Place(db, heads) if db and heads else None
    before = _last_head(predecessor, policy)
    civil_date(now_ms(), time_zone)  # refuses an unknown zone before it is in the log for ever
    access = ledger_keys(password_file, signer)
    with open_folder(folder, now_ms, place=place, access=access) as embedded:
        if embedded.service.signed.size:
            raise Refused(RefusalCode.LEDGER_IS_OPEN, f"There is a ledger in {folder}.")
        facts = {"origin": origin, "name": name, "time_zone": time_zone}
        found(embedded, **facts, sandbox=sandbox, predecessor=before)
        if place is not None:
            write_place(folder, place)
            if roles:
                grant_roles(place)
        _tell(embedded, as_json=as_json)
    if not sandbox and access.password is None:
        note(WARNING)


def _tell(embedded: Embedded, *, as_json: bool) -> None:
    """Write the policy file, and say what was opened."""
    ledger, file = embedded.ledger, embedded.folder / POLICY
    embedded.write_policy()
    if as_json:
        trust = file.read_text(encoding="utf-8")
        say_json({"origin": ledger.origin, "operator": ledger.operator, "policy": trust})
        return
    say(f"Opened {ledger.origin} in {embedded.folder}.")
    say(f"The operator is {ledger.operator}.")
    say(f"Others verify the log with {file}.")


def _last_head(note: Path | None, policy: Path | None) -> Checkpoint | None:
    """The head in a checkpoint file, under the policy file of its log. Raises `Refused`."""
    if note is None and policy is None:
        return None
    if note is None or policy is None:
        raise typer.BadParameter("--predecessor and --policy go together.")
    text = note.read_bytes().decode("utf-8", "surrogateescape")
    return read_trust(policy).open(text, text.partition("\n")[0]).checkpoint
