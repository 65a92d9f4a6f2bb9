"""`duebill enrol`: a party applies, the operator enrols it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from api.drafting import new_jti
from api.enrolling import (
    Application,
    enrolment,
    read_application,
    with_keys,
    write_application,
)
from api.keyfiles import named_key, read_keys
from api.local import open_ledger
from api.options import Json, PasswordFile, ledger_keys
from api.target import now_ms
from api.terminal import say, say_json
from ledger.errors import RefusalCode, Refused
from ledger.model import codec
from ledger.model.records import make_id
from ledger.store.lock import replace_file


def run(
    file: Annotated[Path, typer.Argument(help="The application.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="At the party: make it, or add keys to it.")
    ] = False,
    origin: Annotated[str, typer.Option(help="With --apply: the log's name.")] = "",
    operator: Annotated[str, typer.Option(help="With --apply: the operator's party id.")] = "",
    name: Annotated[str, typer.Option(help="With --apply: the party's name.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="With --apply; repeat.")] = None,
    identifier: Annotated[
        list[str] | None, typer.Option(help="With --apply: scheme:value, such as lei:…; repeat.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="With --apply: ISO 3166-1.")] = None,
    natural: Annotated[bool, typer.Option(help="With --apply: a natural person.")] = False,
    key: Annotated[
        list[str] | None, typer.Option(help="With --apply: PERSON=FILE; repeat.")
    ] = None,
    password_file: PasswordFile = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="At the operator: the ledger's folder.")
    ] = None,
    evidence: Annotated[
        list[Path] | None, typer.Option(exists=True, help="What the operator checked; repeat.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Apply for a party (--apply), or enrol it as the operator (--dir).

    At the party: `duebill enrol FILE --apply --origin … --operator … --name … --role supplier
    --identifier uscc:… --key ann=ann.pem`; a second person adds a key to the same file with
    `--apply --key bob=bob.pem`. At the operator: `duebill enrol FILE --dir DIR`.
    """
    if apply == (folder is not None):
        raise typer.BadParameter("Say either --apply (at the party) or --dir (at the operator).")
    if folder is not None:
        _enrol(file, folder, evidence or [], password_file, as_json=as_json)
        return
    if file.exists():
        application = read_application(file)
    else:
        tree = {
            "origin": origin,
            "operator": operator,
            "jti": new_jti(now_ms()),
            "name": name,
            "roles": role or [],
            "identifiers": [_identifier(text) for text in identifier or []],
            "natural": natural,
            **({"country": country} if country else {}),
        }
        application = codec.read(Application, tree)
    _add_keys(file, application, key or [], password_file, as_json=as_json)


def _add_keys(
    file: Path,
    application: Application,
    keys: list[str],
    password_file: Path | None,
    *,
    as_json: bool,
) -> None:
    named = dict(map(named_key, keys))
    held = dict(zip(named, read_keys(list(named.values()), password_file), strict=True))
    application = with_keys(application, held)
    write_application(file, application)
    persons = [new.person for new in application.keys]
    if as_json:
        say_json({"file": str(file), "jti": application.jti, "persons": persons})
        return
    say(f"{file} applies for {application.name} with keys of {', '.join(persons) or 'nobody yet'}.")
    say("Send it to the operator; it holds no secret.")


def _enrol(
    file: Path,
    folder: Path,
    evidence: list[Path],
    password_file: Path | None,
    *,
    as_json: bool,
) -> None:
    application = read_application(file)
    with open_ledger(folder, ledger_keys(password_file)) as embedded:
        desk, key = embedded.operator()
        papers = [path.read_bytes() for path in evidence]
        token_key = _token_key(folder) if application.natural else b""
        draft = enrolment(desk, application, papers, token_key)
        receipt = embedded.service.submit(draft.signed(key))
    party = make_id("pty", desk.party, application.jti)
    if as_json:
        say_json({"party": party, "seq": receipt.seq, "repeated": receipt.repeated})
        return
    say(f"{application.name} is {party} (entry {receipt.seq}).")


def _token_key(folder: Path) -> bytes:
    """The operator's secret by which natural persons are recognised; made when first needed."""
    path = folder / "keys" / "token.key"
    if not path.exists():
        replace_file(path, os.urandom(32), private=True)
    return path.read_bytes()


def _identifier(text: str) -> dict[str, str]:
    scheme, colon, value = text.partition(":")
    if not colon:
        raise Refused(RefusalCode.FIELD_INVALID, f"{text!r} is not scheme:value.")
    return {"scheme": scheme, "value": value}
