"""`duebill draft`: a template of a command, then the unsigned command from its filled-in body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from api.bodies import read_body
from api.commandfile import unsigned, write_file
from api.drafting import Desk, new_jti
from api.keyfiles import named_key, read_keys
from api.kinds.known import KINDS, Kind, find_kind
from api.kinds.schema import schema
from api.kinds.template import template
from api.kinds.values import all_fields, in_words
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Url
from api.target import now_ms
from api.terminal import error_console, note, say, say_json, show_table
from ledger.errors import RefusalCode, Refused
from ledger.model import codec
from ledger.parties.commands import OpenRecovery

Expected: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="RECORD=SEQ: the record as you saw it; repeat.")
]
Documents: TypeAlias = Annotated[
    list[Path] | None, typer.Option(exists=True, help="A rule document; repeat.")
]
NewKeyFile: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="PERSON=FILE: the new key of key.bind or key.rotate; of recovery.open: repeat."
    ),
]


def run(
    kind: Annotated[
        str, typer.Argument(help="Its wire name, such as receivable.acknowledge; none: list all.")
    ] = "",
    body: Annotated[Path | None, typer.Argument(exists=True, help="The JSON body.")] = None,
    *,
    show_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a body of this kind.")
    ] = False,
    party: Annotated[
        str, typer.Option("--as", help="Who asks: a party id, or scheme:value with --dir.")
    ] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The command file.")] = None,
    folder: Folder = None,
    url: Url = None,
    expect: Expected = None,
    document: Documents = None,
    new_key: NewKeyFile = None,
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Print a template of a command; with BODY, draft the command, unsigned. Nothing is sent.

    `duebill draft KIND > body.json` gives every field with a placeholder that says what to write;
    replace each, or leave its field out where that is said. Confidential fields are sealed while
    drafting; the command file holds what they say, so keep it to those who may know.
    """
    if not kind:
        _list_kinds(as_json=as_json)
        return
    found = find_kind(kind)
    if show_schema or body is None:
        _show(found, schema_only=show_schema)
        return
    if not (party and out):
        raise typer.BadParameter("With a BODY, --as and --out are needed.")
    with open_target(folder, url) as target:
        desk = Desk(target.origin, target.party(party), now_ms, target.digits)
    tree, jti = _read_json(body), new_jti(now_ms())
    if new_key:
        keys = [_new_key(desk, named, password_file, jti) for named in new_key]
        tree |= {"keys": keys} if found.command is OpenRecovery else {"new": _only(keys)}
    draft = desk.draft(
        read_body(found.command, tree, desk.digits, desk.personal),
        jti=jti,
        expect=dict(map(_expected, expect or [])),
        documents=[path.read_bytes() for path in document or []],
    )
    write_file(out, [unsigned(draft)])
    if as_json:
        say_json({"file": str(out), "jti": jti, "digest": draft.digest})
    else:
        say(f"Drafted {kind} as {desk.party} into {out}; sign it, then submit it.")


def _list_kinds(*, as_json: bool) -> None:
    """Every kind: its name, who signs it, what it asks."""
    trees = [found.tree() for found in KINDS.values()]
    if as_json:
        say_json({"kinds": trees})
    else:
        rows = [(tree["kind"], tree["signed_by"], tree["summary"]) for tree in trees]
        show_table(("kind", "signed by", "asks"), rows)


def _show(kind: Kind, *, schema_only: bool) -> None:
    """A kind's schema; else its template on standard output, its fields on standard error."""
    if schema_only:
        say_json(schema(kind))
        return
    say_json(template(kind.command))
    rows = [
        (path, in_words(field.value), "" if field.needed else "optional", field.value.sealed)
        for path, field in all_fields(kind.command)
    ]
    note(f"{kind.name} {kind.ver}, signed by {kind.who}")
    show_table(("field", "is", "", "class"), rows, error_console())


def _only(keys: list[dict[str, Any]]) -> dict[str, Any]:
    if len(keys) != 1:
        raise typer.BadParameter("One --new-key is bound at a time.")
    return keys[0]


def _new_key(desk: Desk, named: str, password_file: Path | None, jti: str) -> dict[str, Any]:
    """The key of PERSON=FILE with its proof of possession for the command with this `jti`."""
    person, path = named_key(named)
    (signing_key,) = read_keys([path], password_file)
    return codec.write(desk.new_key(signing_key, person, jti))


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
