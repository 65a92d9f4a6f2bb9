"""Level rules: every command decided again by the same functions that decided it first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from ledger.audit.findings import Collector, Level
from ledger.audit.log import Log
from ledger.audit.order import Rank
from ledger.audit.part import entries_again
from ledger.audit.source import PAGE, Row, Source
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.chain.entry import Entry, read_entry
from ledger.envelope import Envelope, named_digests, read_envelope
from ledger.errors import Repeated
from ledger.invariants.entries import Happened
from ledger.invariants.tally import Tally
from ledger.model.records import Record
from ledger.ports import Records

FLUSH_PAGES = 8
"""Pages after which changed records leave the overlay for the scratch database."""


class Scratch(Records, Protocol):
    """Empty records that a replay fills: a temporary database."""

    def put(self, records: Iterable[Record], documents: Mapping[str, bytes] | None = None) -> None:
        """Insert or replace these records, and keep these rule documents."""
        ...

    def rows(self, kind: type[Any]) -> Iterator[Row]:
        """Every row of a kind, in the order of the UTF-8 bytes of its id."""
        ...


def check_rules(
    source: Source,
    log: Log,
    scratch: Scratch,
    found: Collector,
    progress: Callable[[int], None],
    tally: Tally,
) -> int:
    """Replay all entries into `scratch`, which has the records of those that are known already.

    `tally` watches what one entry can tell of the invariants. Returns how many could not be
    checked. A replay cannot go past an entry whose disclosures are missing, nor past one whose
    command is refused: what follows rests on it.
    """
    replay = _Replay(source, log, scratch, found, tally)
    for page, root in enumerate(log.pages, start=log.start // PAGE):
        last = min((page + 1) * PAGE, log.size)
        beyond = replay.check_page(page * PAGE, last, root)
        if beyond is not None:
            return beyond
        if page % FLUSH_PAGES == FLUSH_PAGES - 1:
            replay.flush()
        progress(last)
    replay.flush()
    for digest in replay.documents:
        detail = "No entry names this rule document."
        found.add(Level.RULES, "document_stray", detail, None, digest)
    return 0


class _Replay:
    """A book that goes through the log; `documents` are those that no entry named so far."""

    def __init__(
        self, source: Source, log: Log, scratch: Scratch, found: Collector, tally: Tally
    ) -> None:
        self._source = source
        self._tally = tally
        self._known = log.known_size
        self._size = log.size
        self._scratch = scratch
        self._found = found
        self._book = Book(scratch)
        self.documents = _documents(source, scratch, found)

    def check_page(self, first: int, last: int, root: bytes) -> int | None:
        """Replay entries first … last-1; how many cannot be checked where it ends, else None."""
        data = entries_again(self._source, first, last, root, Level.RULES, self._found)
        if data is None:
            return 0
        page: list[tuple[Entry, Envelope]] = []
        fault = self._read(first, last, data, page)
        seq = first
        try:
            self._book.prefetch(envelope for _, envelope in page)
            for entry, envelope in page:
                seq = entry.seq
                if len(envelope.sealed) != len(envelope.disclosures):  # none of them is strange
                    return self._size - seq
                self._bring(envelope)
                if not self._is_decided_alike(entry, envelope):
                    return 0
        except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
            fault = error
        else:
            seq = max(first, self._known) + len(page)
        if fault is None:
            return None
        self._found.caught(Level.RULES, fault, seq)
        return 0

    def _read(
        self, first: int, last: int, data: Sequence[bytes], page: list[tuple[Entry, Envelope]]
    ) -> Exception | None:
        """Put the entries with their commands into `page`, up to one that cannot be read.

        Without those that were replayed by an earlier audit.
        """
        try:
            texts = self._source.disclosure_page(first, last).by_entry()
            for seq, item in enumerate(data, start=first):
                if seq < self._known:
                    continue
                entry = read_entry(item)
                page.append((entry, read_envelope(entry.command, tuple(texts.get(seq, ())))))
        except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
            return error
        return None

    def flush(self) -> None:
        """Let what changed leave the overlay."""
        self._scratch.put(self._book.changed())
        self._book.saved()

    def _bring(self, envelope: Envelope) -> None:
        """The rule documents that no earlier entry named are at hand from this one on."""
        if not self.documents:
            return
        named = self.documents.keys() & named_digests(envelope)
        if named:
            brought = {digest: self.documents.pop(digest) for digest in sorted(named)}
            self._scratch.put((), brought)

    def _is_decided_alike(self, entry: Entry, envelope: Envelope) -> bool:
        """Decide again; False where it cannot go on, since what follows rests on this."""
        try:
            judged = self._book.judge(envelope, entry.at_ms, entry.seq, signatures_verified=True)
        except Repeated as repeated:
            detail = f"The command is entry {repeated.seq} again."
            self._found.add(Level.RULES, "command_repeated", detail, entry.seq)
            return False
        self._book.keep()
        if judged.rules != entry.rules:
            detail = f"The entry says rules {entry.rules}; rules {judged.rules} were in force."
            self._found.add(Level.RULES, "rules_differ", detail, entry.seq)
        if judged.effects != entry.effects:
            detail = "What follows from the command is not what the entry commits to."
            self._found.add(Level.RULES, "effects_differ", detail, entry.seq)
            return False
        self._tally.watch(self._book, Happened(entry.seq, entry.at_ms, judged.events))
        return True


def _documents(source: Source, scratch: Scratch, found: Collector) -> dict[str, bytes]:
    """The rule documents that are not in the scratch yet: the others are not read again."""
    sound: dict[str, bytes] = {}
    nothing: Mapping[str, bytes] = {}
    papers = found.read(source.documents, nothing, "rule documents", Rank.RULE)
    for digest in papers:
        if scratch.document(digest) is not None:
            continue
        data = found.read(partial(papers.__getitem__, digest), None, digest, Rank.RULE)
        if data is None:
            continue
        if b64url_encode(hashlib.sha256(data).digest()) == digest:
            sound[digest] = data
        else:
            detail = "The rule document is not the one that its name says."
            found.add(Level.RULES, "document_differs", detail, None, digest)
    return sound
