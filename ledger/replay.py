"""Replay: the records again from the entries, by the same book that wrote them.

Derived tables are worth nothing by themselves: they can be dropped at any time, and a table of
another shape is filled by reading the log from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ledger.book import Book
from ledger.chain.entry import Entry, Head, follow, read_entry
from ledger.envelope import Envelope, read_envelope
from ledger.errors import Halted, Refused, Repeated
from ledger.model.records import Record
from ledger.ports import LogReader, Records

FLUSH_EVERY = 500
"""Entries after which changed records leave the overlay for the store."""


class WritableRecords(Records, Protocol):
    """Records that a replay fills."""

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Insert or replace these records."""
        ...


def _silent(_done: int) -> None:
    """Report no progress."""


def replay(
    log: LogReader, records: WritableRecords, progress: Callable[[int], None] = _silent
) -> Head:
    """Fill the empty `records` from all entries of `log`; returns the head after the last.

    Raises `Halted` at the first entry that does not follow, or that this build decides otherwise
    than its `effects` say: then an audit says more. Signatures were verified when the entries
    were written, and are an audit's work afterwards.
    """
    book, head = Book(records), Head()
    size = log.size()
    for start in range(0, size, FLUSH_EVERY):
        stop = min(start + FLUSH_EVERY, size)
        try:
            page = _page(log, start, stop)
        except Refused as error:
            raise Halted(f"an entry from {start} to {stop - 1} cannot be read: {error}") from None
        try:
            book.prefetch(envelope for _, envelope in page)
            for entry, envelope in page:
                head = follow(head, entry)
                _judge(book, entry, envelope)
        except (Refused, Repeated) as error:
            raise Halted(f"entry {head.size} cannot be replayed: {error}") from None
        records.put(book.changed())
        book.saved()
        progress(stop)
    return head


def _page(log: LogReader, start: int, stop: int) -> list[tuple[Entry, Envelope]]:
    """The entries start … stop-1, each with its envelope and all disclosures."""
    disclosures = log.disclosures(start, stop)
    entries = [read_entry(data) for data in log.entries(start, stop)]
    return [
        (entry, read_envelope(entry.command, tuple(disclosures.get(entry.seq, ()))))
        for entry in entries
    ]


def _judge(book: Book, entry: Entry, envelope: Envelope) -> None:
    judged = book.judge(envelope, entry.at_ms, entry.seq, signatures_verified=True)
    if (judged.rules, judged.effects) != (entry.rules, entry.effects):
        raise Halted(f"entry {entry.seq} is decided otherwise now than when it was written")
    book.keep()
