"""Replay: the records again from the entries, by the same book that wrote them.

Derived tables are worth nothing by themselves: they can be dropped at any time, and a table of
another shape is filled by reading the log from its beginning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from functools import partial
from itertools import islice
from typing import Protocol, TypeAlias

from ledger.book import Book, Judged
from ledger.chain.entry import Entry, Head, check_next, read_entry
from ledger.envelope import Envelope, read_envelope
from ledger.errors import Halted, Refused, Repeated
from ledger.helper import Helper, help_out
from ledger.model.records import Record
from ledger.ports import LogReader, Records

PAGE = 500
"""Entries that are read together, and after which changed records leave the overlay."""
LONG = 10_000
"""Entries of a log for which it is worth starting a helper."""
_WORDS = "from ledger.replay import read_pages; read_pages()"

_Page: TypeAlias = list[tuple[Entry, Envelope]]
_Stored: TypeAlias = tuple[Sequence[bytes], Mapping[int, Sequence[str]]]


Watch: TypeAlias = Callable[[Book, Entry, Judged], None]
"""Told of each entry that was decided alike."""


class WritableRecords(Records, Protocol):
    """Records that a replay fills."""

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Insert or replace these records."""
        ...


def _silent(_done: int) -> None:
    """Report no progress."""


def _unwatched(_book: Book, _entry: Entry, _judged: Judged) -> None:
    """Look at nothing."""


def replay(
    log: LogReader,
    records: WritableRecords,
    progress: Callable[[int], None] = _silent,
    *,
    watch: Watch = _unwatched,
    stop: int | None = None,
) -> Head:
    """Fill the empty `records` from all entries of `log`; returns the head after the last.

    With `stop` only from the first so many. `watch` sees each entry over the book as it is after
    it.

    Raises `Halted` at the first entry that does not follow, or that this build decides otherwise
    than its `effects` say: then an audit says more. Signatures were verified when the entries
    were written, and are an audit's work afterwards.
    """
    book, head = Book(records), Head()
    size = log.size() if stop is None else min(stop, log.size())
    with closing(_pages(log, size)) as pages:
        for page in pages:
            try:
                book.prefetch(envelope for _, envelope in page)
                for entry, envelope in page:
                    check_next(head, entry)
                    watch(book, entry, _judge(book, entry, envelope))
                    # The frontier is brought up to date once, for the whole page.
                    head = Head(head.size + 1, entry.leaf, entry.at_ms, head.frontier)
            except (Refused, Repeated) as error:
                raise Halted(f"entry {head.size} cannot be replayed: {error}") from None
            frontier = head.frontier.extend(entry.leaf for entry, _ in page)
            head = Head(head.size, head.last_leaf, head.at_ms, frontier)
            records.put(book.changed())
            book.saved()
            progress(head.size)
    return head


def _pages(log: LogReader, size: int) -> Generator[_Page, None, None]:
    """All entries, page by page; of a long log the next page is read meanwhile, by a helper."""
    spans = [(at, min(at + PAGE, size)) for at in range(0, size, PAGE)]
    with ExitStack() as stack:
        read = _read
        if size >= LONG:
            with suppress(OSError):  # no process to be had: the same, more slowly
                read = partial(_ask, stack.enter_context(Helper(_WORDS)))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        # Storage is asked by this thread alone: what it lends for a read is often of one thread.
        pages = (pool.submit(read, _stored(log, *span)) for span in spans)
        ahead = deque(islice(pages, 1))
        for start, stop in spans:
            ahead.extend(islice(pages, 1))
            page = ahead.popleft().result()
            if isinstance(page, Refused):
                raise Halted(f"an entry from {start} to {stop - 1} cannot be read: {page}")
            yield page


def _stored(log: LogReader, start: int, stop: int) -> _Stored:
    return list(log.entries(start, stop)), log.disclosures(start, stop)


def _ask(helper: Helper, stored: _Stored) -> _Page | Refused:
    """What the helper reads; without it the same."""
    try:
        page: _Page | Refused = helper.ask(stored)
    except Exception:  # noqa: BLE001 - whatever it is, the page is read here
        return _read(stored)
    return page


def _read(stored: _Stored) -> _Page | Refused:
    """These entries, each with its envelope and all disclosures."""
    data, disclosures = stored
    try:
        entries = [read_entry(item) for item in data]
        return [
            (entry, read_envelope(entry.command, disclosures.get(entry.seq, ())))
            for entry in entries
        ]
    except Refused as refused:
        return refused


def read_pages() -> None:
    """Read the pages that are told: the life of the helper."""
    help_out(_read)


def _judge(book: Book, entry: Entry, envelope: Envelope) -> Judged:
    judged = book.judge(envelope, entry.at_ms, entry.seq, signatures_verified=True)
    if (judged.rules, judged.effects) != (entry.rules, entry.effects):
        raise Halted(f"entry {entry.seq} is decided otherwise now than when it was written")
    book.keep()
    return judged
