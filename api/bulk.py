"""Bulk import between files and ledger: plan all files, show the plan, draft the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.drafting import Desk, Draft
from api.importing import ImportRow, Mode, Stated, mark_repeats, plan_import
from api.target import Target
from api.terminal import error_tree, progress
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.money import Money, format_decimal
from ledger.receivables.commands import ProposeIssue

LARGEST_MANIFEST = 10_000


def plan_files(
    files: Sequence[Path],
    target: Target,
    party: str,
    stated: Stated,
    mode: Mode,
    columns: Mapping[str, str] | None,
) -> list[ImportRow]:
    """Every invoice of all files, judged as far as the target can; each invoice once."""
    rows: list[ImportRow] = []
    with progress("reading", len(files)) as tell:
        for number, file in enumerate(files, start=1):
            rows += plan_import(
                file.read_bytes(),
                file.name,
                party=party,
                resolve=target.resolve,
                digits=target.digits,
                stated=stated,
                mode=mode,
                columns=columns,
                today=target.today(),
            )
            tell(number)
    return target.judge(mark_repeats(rows, party), party)


def read_columns(path: Path | None) -> dict[str, str] | None:
    """The column map of a JSON file: field to header, or to ``=constant``. Raises `Refused`."""
    if path is None:
        return None
    try:
        tree: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Refused(
            RefusalCode.JSON_INVALID, "The column map is no JSON.", file=path.name
        ) from None
    if not isinstance(tree, dict) or not all(isinstance(text, str) for text in tree.values()):
        raise Refused(
            RefusalCode.JSON_INVALID, "The column map is no object of texts.", file=path.name
        )
    return tree


def draft_rows(desk: Desk, rows: Sequence[ImportRow]) -> list[tuple[Draft, list[bytes]]]:
    """Manifests with their lines for all rows that have a command, up to 10,000 lines each."""
    drafts = [desk.draft(row.command) for row in rows if row.command is not None]
    return [
        desk.manifest(drafts[start : start + LARGEST_MANIFEST])
        for start in range(0, len(drafts), LARGEST_MANIFEST)
    ]


def signed(parts: Sequence[tuple[Draft, list[bytes]]], keys: Sequence[SigningKey]) -> list[bytes]:
    """The manifests, signed by `keys`, each followed by its lines: what is sent, in order."""
    found: list[bytes] = []
    for manifest, lines in parts:
        found += [manifest.signed(*keys), *lines]
    return found


def row_name(row: ImportRow) -> str:
    """How a row is called in verdicts: file, row, number."""
    number = row.document.number if row.document else ""
    return " ".join(part for part in (row.file, row.place, number) if part)


def row_tree(row: ImportRow, target: Target) -> dict[str, Any]:
    """A row as JSON: what it would become, or why it becomes nothing."""
    tree: dict[str, Any] = {"file": row.file, "place": row.place}
    if row.document is not None:
        tree["number"] = row.document.number
    if row.command is not None:
        command = row.command
        counterparty = command.creditor if isinstance(command, ProposeIssue) else command.obligor
        (line,) = command.invoices
        tree |= {
            "counterparty": counterparty,
            "amount": amount_text(line.used, target),
            "currency": line.used.currency,
            "due": command.due.isoformat(),
        }
    tree["refusals"] = [error_tree(refused) for refused in row.refusals]
    return tree


def table_rows(rows: Sequence[ImportRow], target: Target) -> list[list[str]]:
    """The preview: place, number, counterparty, amount, due date, or code and sentence."""
    found = []
    for row in rows:
        tree = row_tree(row, target)
        where = " ".join(part for part in (row.file, row.place) if part)
        why = "; ".join(f"{one.code.value}: {one.detail.rstrip('.')}" for one in row.refusals)
        amount = f"{tree['amount']} {tree['currency']}" if "amount" in tree else ""
        other = _counterparty_name(row) if row.command else ""
        found.append(
            [where, tree.get("number", ""), other, amount, tree.get("due", ""), why or "ready"]
        )
    return found


def amount_text(amount: Money, target: Target) -> str:
    """An amount in decimal, without its currency."""
    return format_decimal(amount.minor, target.digits(amount.currency) or 0)


def _counterparty_name(row: ImportRow) -> str:
    if row.document is None:
        return ""
    issue = isinstance(row.command, ProposeIssue)
    return (row.document.seller if issue else row.document.buyer).name
