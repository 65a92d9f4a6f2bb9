"""Level rules: every command decided again by the same functions that decided it first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from ledger.audit.findings import Collector, Level
from ledger.audit.log import Log
from ledger.audit.source import Source
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.catalogue import RECORDS
from ledger.chain.entry import Entry
from ledger.envelope import Envelope, named_digests, read_envelope, sealed_digests
from ledger.errors import Repeated
from ledger.model.records import Record
from ledger.ports import Records

FLUSH_EVERY = 500
"""Entries after which changed records leave the overlay for the scratch database."""


class Scratch(Records, Protocol):
    """Empty records that a replay fills: a temporary database."""

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Insert or replace these records, and keep these rule documents."""
        ...


def check_rules(
    source: Source,
    log: Log,
    disclosures: Mapping[int, Sequence[str]],
    scratch: Scratch,
    found: Collector,
    progress: Callable[[int], None],
) -> int:
    """Replay all entries into `scratch`; returns how many could not be checked.

    A replay cannot go past an entry whose disclosures are missing, nor past one whose command is
    refused: what follows rests on it.
    """
    documents = _documents(source, found)
    book = Book(scratch)
    for entry in log.entries:
        envelope = read_envelope(entry.command, tuple(disclosures.get(entry.seq, ())))
        if not _is_complete(envelope):
            return len(log.entries) - entry.seq
        brought = _brought(envelope, documents)
        if brought:
            scratch.put((), brought)
        if not _replay(book, envelope, entry, found):
            return 0
        if entry.seq % FLUSH_EVERY == FLUSH_EVERY - 1:
            _flush(book, scratch)
        progress(entry.seq + 1)
    _flush(book, scratch)
    for digest in documents:
        detail = "No entry names this rule document."
        found.add(Level.RULES, "document_stray", detail, None, digest)
    return 0


def _brought(envelope: Envelope, documents: dict[str, bytes]) -> dict[str, bytes]:
    """The rule documents that no earlier entry named: they are at hand from this one on."""
    named = documents.keys() & named_digests(envelope) if documents else frozenset()
    return {digest: documents.pop(digest) for digest in sorted(named)}


def compare_records(source: Source, scratch: Records, found: Collector) -> int:
    """Every derived row of a database against the replay; returns how many are equal."""
    equal = 0
    for kind in RECORDS:
        replayed = {record.id: record for record in scratch.scan(kind)}
        name = kind.__name__
        nothing: list[tuple[str, Any]] = []
        for record_id, stored in found.read(partial(_rows, source, kind), nothing, name):
            expected = replayed.pop(record_id, None)
            if expected == stored:
                equal += 1
            elif expected is None:
                detail = f"{name} {record_id} is in the table and follows from no entry."
                found.add(Level.RULES, "record_stray", detail, None, name)
            else:
                detail = f"{name} {record_id} is not as the entries leave it{_how(stored)}."
                found.add(Level.RULES, "record_differs", detail, expected.last_seq, name)
        for record_id, record in replayed.items():
            detail = f"{name} {record_id} follows from the entries and is not in the table."
            found.add(Level.RULES, "record_missing", detail, record.last_seq, name)
    return equal


def _rows(source: Source, kind: type[Any]) -> list[tuple[str, Any]]:
    return list(source.derived(kind))


def _how(stored: Any) -> str:
    return f": {stored}" if isinstance(stored, str) else ""


def _documents(source: Source, found: Collector) -> dict[str, bytes]:
    sound: dict[str, bytes] = {}
    nothing: Mapping[str, bytes] = {}
    for digest, data in found.read(source.documents, nothing, "rule documents").items():
        if b64url_encode(hashlib.sha256(data).digest()) == digest:
            sound[digest] = data
        else:
            detail = "The rule document is not the one that its name says."
            found.add(Level.STRUCTURE, "document_differs", detail, None, digest)
    return sound


def _is_complete(envelope: Envelope) -> bool:
    return sealed_digests(envelope.payload) == envelope.disclosures.keys()


def _replay(book: Book, envelope: Envelope, entry: Entry, found: Collector) -> bool:
    try:
        judged = book.judge(envelope, entry.at_ms, entry.seq, signatures_verified=True)
    except Repeated as repeated:
        detail = f"The command is entry {repeated.seq} again."
        found.add(Level.RULES, "command_repeated", detail, entry.seq)
        return False
    except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
        found.caught(Level.RULES, error, entry.seq)
        return False
    book.keep()
    if judged.rules != entry.rules:
        detail = f"The entry says rules {entry.rules}; rules {judged.rules} were in force."
        found.add(Level.RULES, "rules_differ", detail, entry.seq)
    if judged.effects != entry.effects:
        detail = "What follows from the command is not what the entry commits to."
        found.add(Level.RULES, "effects_differ", detail, entry.seq)
        return False
    return True


def _flush(book: Book, scratch: Scratch) -> None:
    scratch.put(book.changed())
    book.saved()
