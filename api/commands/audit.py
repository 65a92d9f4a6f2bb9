"""`duebill audit`: the whole log read again, rules included."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.keyfiles import read_keys, trusted_keys
from api.options import Json
from api.sources import open_source
from api.terminal import progress, say, say_json
from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.run import audit
from ledger.audit.source import Source
from ledger.errors import LedgerError
from ledger.store.records import temporary_records

MOST_SHOWN = 50
"""Findings printed one by one; --json has them all."""


def run(
    source: Annotated[str, typer.Argument(help="URL, export folder, ledger folder, database.")],
    *,
    level: Annotated[Level, typer.Option(help="How deep to look.")] = Level.RULES,
    policy: Annotated[
        Path | None, typer.Option(exists=True, help="The log key you trust (tlog-policy).")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; else as many as cores.")
    ] = None,
    party: Annotated[str, typer.Option("--as", help="With a URL: the auditing party's id.")] = "",
    key: Annotated[
        Path | None, typer.Option(exists=True, help="With a URL: the auditing party's key.")
    ] = None,
    heads: Annotated[
        str, typer.Option(help="With postgresql://…: the head store, file:///… or postgresql://…")
    ] = "",
    as_json: Json = False,
) -> None:
    """Audit a whole log: form, tree, signatures, and every business rule replayed.

    Exit 0 only for `clean`. What lacks disclosures is `not checkable`, never clean. Without
    --policy the log's own word for its key is taken, and the report says so.
    """
    keys = trusted_keys(policy)
    signer = read_keys([key], None)[0] if key else None
    origins = [trusted.name for trusted in keys]
    crew = jobs or os.cpu_count() or 1
    reading = open_source(source, party, signer, origins, heads)
    with reading as opened, progress("auditing", _size(opened)) as tell:
        report = audit(opened, temporary_records, level=level, keys=keys, jobs=crew, progress=tell)
    if as_json:
        say_json(report_tree(report))
    else:
        _tell(report)
    if report.verdict is not Verdict.CLEAN:
        raise typer.Exit(1)


def report_tree(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "verdict": report.verdict.value,
        "level": report.level.value,
        "size": report.size,
        "root": report.root,
        "trust": report.trust,
        "first_bad_entry": report.first_bad_entry,
        "not_checkable": report.not_checkable,
        "compared_records": report.compared_records,
        "findings": [
            {
                "seq": item.seq,
                "level": item.level.value,
                "code": item.code,
                "detail": item.detail,
                "place": item.place,
            }
            for item in report.findings
        ],
    }


def _size(source: Source) -> int | None:
    """How far the bar goes; None where the source does not say."""
    try:
        return source.size()
    except (LedgerError, OSError):
        return None


def _tell(report: Report) -> None:
    say(f"{report.verdict.value}: {report.size} entries, level {report.level.value}")
    if report.verdict is Verdict.NOT_CHECKABLE:
        say(f"  {report.not_checkable} entries lack disclosures: their rules were not replayed")
    if report.first_bad_entry is not None:
        say(f"  first bad entry: {report.first_bad_entry}")
    for item in report.findings[:MOST_SHOWN]:
        where = "the log" if item.seq is None else f"entry {item.seq}"
        say(f"  {where}: {item.code} ({item.level.value}): {item.detail} {item.place}".rstrip())
    if len(report.findings) > MOST_SHOWN:
        say(f"  and {len(report.findings) - MOST_SHOWN} more; --json lists them")
    if report.compared_records:
        say(f"  {report.compared_records} derived records equal the replay")
    source = "your policy file" if report.trust == "policy" else "the log itself (no --policy)"
    say(f"  root {report.root}; the log's key comes from {source}")
