"""`duebill import`: invoice files to registered receivables, with one signature for all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from msgspec.structs import replace

from api.bulk import (
    draft_rows,
    plan_files,
    read_columns,
    row_name,
    row_tree,
    signed,
    table_rows,
)
from api.commandfile import write_file
from api.drafting import Desk, Draft
from api.importing import ISSUE_TERMS, ImportRow, Mode, Stated, sizes_of
from api.keyfiles import read_keys
from api.languages import spoken
from api.opening import open_target
from api.options import Folder, Json, PasswordFile, Receipts, Url, Yes
from api.sending import send_all, tell_verdicts
from api.target import Target, now_ms
from api.terminal import error_console, note, say_json, show_table
from ledger.dates import parse_date
from ledger.keys import SigningKey
from ledger.receivables.commands import Basis, Size, Tranche

HEADERS = ("invoice", "number", "counterparty", "amount", "due", "verdict")

Files: TypeAlias = Annotated[
    list[Path], typer.Argument(exists=True, help="Invoices: XML, PDF, CSV, XLSX.")
]
Party: TypeAlias = Annotated[
    str, typer.Option("--as", help="Who imports: a party id, or scheme:value with --dir.")
]
Keys: TypeAlias = Annotated[
    list[Path] | None, typer.Option(exists=True, help="A signing key; repeat for two people.")
]
Issue: TypeAlias = Annotated[
    bool, typer.Option("--issue", help="As the buyer: propose to issue what you owe.")
]
Due: TypeAlias = Annotated[str | None, typer.Option(help="The due date, before the invoices' own.")]
Ground: TypeAlias = Annotated[Basis, typer.Option(help="What the payment period runs from.")]
Began: TypeAlias = Annotated[
    str | None, typer.Option(help="When it began; the issue date if left out.")
]
Waive: TypeAlias = Annotated[
    bool, typer.Option(help="With --issue: no dispute reaches later holders.")
]
SizesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sizes",
        help="Size classes at the contract, CREDITOR:OBLIGOR, such as small:large."
        f" Each is one of {', '.join(size.value for size in Size)}.",
    ),
]
Retention: TypeAlias = Annotated[
    bool, typer.Option(help="It is money kept back as a warranty, not the price.")
]
Clause: TypeAlias = Annotated[
    str | None, typer.Option(help="The contract's clause for a basis other than delivery.")
]
Reason: TypeAlias = Annotated[
    str | None, typer.Option(help="Why a term over the policy's soft cap is reasonable.")
]
LateInterest: TypeAlias = Annotated[
    int | None, typer.Option(help="The agreed late interest, in millionths per day.")
]
Columns: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="JSON: field to column header, or =constant.")
]
Prepare: TypeAlias = Annotated[
    Path | None, typer.Option(help="Write a command file to sign and submit later.")
]


def run(
    files: Files,
    *,
    party: Party,
    key: Keys = None,
    password_file: PasswordFile = None,
    folder: Folder = None,
    url: Url = None,
    issue: Issue = False,
    due: Due = None,
    basis: Ground = Basis.DELIVERY,
    basis_date: Began = None,
    waive_defences: Waive = False,
    sizes: SizesOption = None,
    retention: Retention = False,
    clause: Clause = None,
    reason: Reason = None,
    late_ppm: LateInterest = None,
    columns: Columns = None,
    prepare: Prepare = None,
    receipts: Receipts = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Read invoices, show row by row what would be registered and why not, sign once, send.

    The rows that can be registered go under one signed manifest, each with its own verdict. Two
    people: two keys, or `--prepare FILE`, then `duebill sign` by each, then submit. Without --key
    and --prepare only the preview is shown. Exit 1 when any row is refused.
    """
    stated = Stated(
        due=parse_date(due) if due else None,
        basis=basis,
        basis_date=parse_date(basis_date) if basis_date else None,
        terms=replace(ISSUE_TERMS, waiver_of_defences=waive_defences),
        **_agreed(sizes, clause, reason, late_ppm, retention=retention),
    )
    keys, mode = read_keys(key or [], password_file), Mode.ISSUE if issue else Mode.REGISTER
    with open_target(folder, url, party, keys[0] if keys else None) as target:
        desk = Desk(target.origin, target.party(party), now_ms, target.digits)
        rows = plan_files(files, target, desk.party, stated, mode, read_columns(columns))
        ready = _preview(rows, target, as_json=as_json)
        also = {"rows": [row_tree(row, target) for row in rows]}
        if ready and keys and not prepare:
            if not yes:
                typer.confirm("Sign and send these?", abort=True, err=True)
            _send(target, draft_rows(desk, ready), ready, keys, receipts, also, as_json=as_json)
        elif as_json:
            say_json(also)
    if ready and prepare:
        _prepare(prepare, signed(draft_rows(desk, ready), keys))
    if len(ready) < len(rows):
        raise typer.Exit(1)


def _send(
    target: Target,
    parts: Sequence[tuple[Draft, list[bytes]]],
    ready: Sequence[ImportRow],
    keys: Sequence[SigningKey],
    receipts: Path | None,
    also: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    """Sign the rows that are ready, send them and tell the verdict of each."""
    verdicts = send_all(target, signed(parts, keys), receipts)
    tell_verdicts(_names(parts, ready), verdicts, as_json=as_json, also=also)


def _preview(rows: Sequence[ImportRow], target: Target, *, as_json: bool) -> list[ImportRow]:
    """Show all rows, and what to do about those that are refused; the ones that are ready."""
    show_table(HEADERS, table_rows(rows, target), error_console() if as_json else None)
    for code in dict.fromkeys(refused.code for row in rows for refused in row.refusals):
        note(f"{code.value}: {code.remedy_in(spoken())}")
    ready = [row for row in rows if row.command is not None]
    note(f"{len(ready)} of {len(rows)} invoices can be registered.")
    return ready


def _agreed(
    sizes: str | None, clause: str | None, reason: str | None, rate: int | None, *, retention: bool
) -> dict[str, Any]:
    """What the contract says and no invoice does, as fields of `Stated`. Raises `Refused`."""
    return {
        "sizes": sizes_of(sizes) if sizes else None,
        "tranche": Tranche.RETENTION if retention else Tranche.PRINCIPAL,
        "clause": clause,
        "reason": reason,
        "late_ppm": rate,
    }


def _prepare(file: Path, submissions: Sequence[bytes]) -> None:
    """Write what is to be signed and sent later, and say how."""
    write_file(file, submissions)
    note(f"{file} waits for signatures: duebill sign, then duebill submit.")


def _names(parts: Sequence[tuple[Draft, list[bytes]]], rows: Sequence[ImportRow]) -> list[str]:
    """A name for each submission of `parts`: the manifests, and the rows in between."""
    waiting = iter(map(row_name, rows))
    return [name for _, lines in parts for name in ("manifest", *islice(waiting, len(lines)))]
