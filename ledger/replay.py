"""Replay: the records again from the entries, by the same book that wrote them.

Derived tables are worth nothing by themselves: they can be dropped at any time, and a table of
another shape is filled by reading the log from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from ledger.book import Book
from ledger.chain.entry import Entry, Head, follow, read_entry
from ledger.envelope import read_envelope
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
    than its `effects` say: then an audit says more.
    """
    book, head = Book(records), Head()
    size = log.size()
    for start in range(0, size, FLUSH_EVERY):
        stop = min(start + FLUSH_EVERY, size)
        disclosures = log.disclosures(start, stop)
        for seq, data in enumerate(log.entries(start, stop), start=start):
            try:
                entry = read_entry(data)
                head = follow(head, entry)
                _judge(book, entry, tuple(disclosures.get(seq, ())))
            except (Refused, Repeated) as error:
                raise Halted(f"entry {seq} cannot be replayed: {error}") from None
        records.put(book.changed())
        book.saved()
        progress(stop)
    return head


def _judge(book: Book, entry: Entry, disclosed: tuple[str, ...]) -> None:
    envelope = read_envelope(entry.command, disclosed)
    judged = book.judge(envelope, entry.at_ms, entry.seq)
    if (judged.rules, judged.effects) != (entry.rules, entry.effects):
        raise Halted(f"entry {entry.seq} is decided otherwise now than when it was written")
    book.keep()
