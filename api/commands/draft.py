"""`duebill draft`: an unsigned command from a JSON body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.bodies import example, field_help, kind_class, read_body
from api.commandfile import unsigned, write_file
from api.drafting import Desk, new_jti
from api.keyfiles import named_key, read_keys
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
from api.target import now_ms
from api.terminal import error_console, say, say_json, show_table
from ledger.errors import RefusalCode, Refused
from ledger.model import codec


def run(
    kind: Annotated[str, typer.Argument(help="Its wire name, such as receivable.acknowledge.")],
    body: Annotated[Path | None, typer.Argument(exists=True, help="The JSON body.")] = None,
    *,
    show_example: Annotated[
        bool, typer.Option("--example", help="Print a body of this kind and explain its fields.")
    ] = False,
    party: Annotated[
        str, typer.Option("--as", help="Who asks: a party id, or scheme:value with --dir.")
    ] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The command file.")] = None,
    folder: Folder = None,
    url: Url = None,
    expect: Annotated[
        list[str] | None, typer.Option(help="RECORD=SEQ: the record as you saw it; repeat.")
    ] = None,
    document: Annotated[
        list[Path] | None, typer.Option(exists=True, help="A rule document; repeat.")
    ] = None,
    new_key: Annotated[
        str | None, typer.Option(help="PERSON=FILE: for key.bind and key.rotate, the new key.")
    ] = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Draft a command from a JSON body, unsigned; nothing is sent.

    `duebill draft KIND --example` prints a body to start from. Confidential fields are sealed
    while drafting; the file holds what they say, so keep it to those who may know.
    """
    command_class = kind_class(kind)
    if show_example:
        _explain(command_class)
        return
    if not (body and party and out):
        raise typer.BadParameter("BODY, --as and --out are needed.")
    with open_target(folder, url) as target:
        desk = Desk(target.origin, target.party(party), now_ms, target.digits)
    tree, jti = _read_json(body), new_jti(now_ms())
    if new_key is not None:
        person, path = named_key(new_key)
        (signing_key,) = read_keys([path], password_file)
        tree["new"] = codec.write(desk.new_key(signing_key, person, jti))
    draft = desk.draft(
        read_body(command_class, tree, desk.digits, desk.personal),
        jti=jti,
        expect=dict(map(_expected, expect or [])),
        documents=[path.read_bytes() for path in document or []],
    )
    write_file(out, [unsigned(draft)])
    if as_json:
        say_json({"file": str(out), "jti": jti, "digest": draft.digest})
    else:
        say(f"Drafted {kind} as {desk.party} into {out}; sign it, then submit it.")


def _explain(kind: type) -> None:
    """A body of this kind on standard output, its fields on standard error."""
    say_json(example(kind))
    rows = [
        (field.path, field.what, "" if field.needed else "optional", field.sealed)
        for field in field_help(kind)
    ]
    show_table(("field", "is", "", "class"), rows, error_console())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        tree = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Refused(RefusalCode.JSON_INVALID, "The body is no JSON.", file=path.name) from None
    if not isinstance(tree, dict):
        raise Refused(RefusalCode.JSON_INVALID, "The body is no object.", file=path.name)
    return tree


def _expected(text: str) -> tuple[str, int]:
    record, _, seq = text.partition("=")
    if not seq.isascii() or not seq.isdecimal():
        raise Refused(RefusalCode.FIELD_INVALID, f"{text!r} is not RECORD=SEQ.")
    return record, int(seq)
