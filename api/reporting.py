"""Reports of an open ledger, from one moment of it; signed where others rely on them."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import IO

from api.asked import Asked, Format
from api.embedded import Embedded
from ledger.book import Book, Judged
from ledger.chain.entry import Entry, Head, read_entry
from ledger.dates import instant_text
from ledger.errors import RefusalCode, Refused
from ledger.feeding.kept import CosignedHead
from ledger.model.records import snake
from ledger.parties.state import Party
from ledger.policy.state import today_of
from ledger.ports import EntryReader, LogReader, SignedHead
from ledger.replay import replay
from ledger.reports.acknowledged import daily, statement_file
from ledger.reports.due import Due, When, due
from ledger.reports.rules import COLUMNS, RULES, Act, Row, rows, tree_of, wanted
from ledger.store.records import temporary_records
from ledger.vocabulary import COMMANDS

_KINDS = {kind: name for (name, _), kind in COMMANDS.items()}


def rule_report(log: LogReader, asked: Asked, emit: Callable[[Row], None]) -> Head:
    """Each row of the report goes to `emit`, in the order of entries; returns the last head.

    The log is replayed from its beginning into temporary records: what a rule measures is what
    was there at its entry. Raises `Halted` as `ledger.replay.replay`.
    """

    def watch(book: Book, entry: Entry, judged: Judged) -> None:
        if entry.seq < asked.start:
            return
        kind = _KINDS.get(type(judged.command), snake(type(judged.command).__name__))
        by, events = judged.signer, judged.events
        act = Act(entry.seq, entry.at_ms, kind, judged.command, by, events)
        for row in wanted(rows(book, act), asked.rules):
            emit(row)

    with temporary_records() as scratch:
        scratch.put((), log.documents())
        return replay(log, scratch, watch=watch, stop=asked.stop)


def write_rules(log: LogReader, asked: Asked, form: Format, file: IO[str]) -> None:
    """Write the report; as JSON it lists the rules, too, and says from which log it was computed.

    Raises as `rule_report`.
    """
    between = {Format.JSON: ",", Format.NDJSON: "", Format.CSV: ""}[form]
    starts = {Format.JSON: '{"data":[', Format.NDJSON: "", Format.CSV: _csv(COLUMNS)}[form]
    first = True

    def emit(row: Row) -> None:
        nonlocal first
        file.write("" if first else between)
        first = False
        tree = tree_of(row, instant_text(row.at_ms))
        file.write(_csv(tree.values()) if form is Format.CSV else _json(tree) + "\n")

    file.write(starts)
    head = rule_report(log, asked, emit)
    if form is Format.JSON:
        rules = [{"id": item.id, "name": item.name, "source": item.source} for item in RULES]
        root = base64.b64encode(head.frontier.root()).decode()
        ledger = _json({"size": head.size, "root": root})
        file.write(f'],"rules":{_json(rules)},"ledger":{ledger}}}\n')


def _json(tree: object) -> str:
    return json.dumps(tree, ensure_ascii=False)


def _csv(values: Iterable[object]) -> str:
    """One line (RFC 4180)."""
    text = StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()


def acknowledged_file(
    embedded: Embedded,
    obligor: str,
    day: date | None,
    over: Callable[[SignedHead], CosignedHead] = CosignedHead,
) -> bytes:
    """The signed statement of what `obligor` acknowledged on `day`; without one, yesterday.

    `over` gives a head with the cosignatures that are known. Raises as `daily`,
    `Embedded.moment` and `Embedded.sign_statement`.
    """
    with embedded.moment() as moment:
        records = moment.view.records
        day = day or today_of(Book(records), moment.at_ms) - timedelta(days=1)
        head = replace(moment.head, note=over(moment.head).note)
        statement = daily(records, head, obligor, day, moment.at_ms)
        return statement_file(records, statement, embedded.sign_statement, head.note)


def instants(log: EntryReader) -> When:
    """The instant of an entry of `log`, by its number."""

    def when(seq: int) -> int:
        (data,) = log.entries(seq, seq + 1)
        return read_entry(data).at_ms

    return when


def due_report(log: EntryReader, book: Book, at_ms: int, party: str, day: date | None) -> Due:
    """What falls due for a party from `day` on (None: today). Raises as `due`.

    `log` and `book` are of one moment. Raises `Refused` (`record_not_found`), too.
    """
    if book.get(Party, party) is None:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no party {party}.")
    return due(book, party, day or today_of(book, at_ms), at_ms, instants(log))
