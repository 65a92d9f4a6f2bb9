"""The entries after a backup, brought back from whoever still has them.

They come from another copy of the log or from receipts, and are believed because together they
lead from the backup's tree to a head that the log signed; then they are decided and stored again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ledger.backup.copying import Stage, silent
from ledger.backup.outside import Outside
from ledger.book import Book
from ledger.chain.entry import Entry, Head, follow, read_entry
from ledger.chain.tiles import TILE_WIDTH, Edge, TileId
from ledger.chain.tree import Frontier, leaf_hash
from ledger.envelope import Envelope, named_digests, read_envelope
from ledger.errors import Halted, LedgerError, Refused, Repeated
from ledger.ports import Batch, LogReader, Store
from ledger.store.log import digest_of

GROUP = 500
"""Entries of one commit."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Entries from a `log` (None: there is none) and from the receipts among `outside`."""

    log: LogReader | None
    outside: Sequence[Outside]

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Entries `start` … `stop` - 1 in their order, up to the first that nobody has."""
        held = {item.entry.seq: item.entry.data for item in self.outside if item.entry}
        for first in range(start - start % TILE_WIDTH, stop, TILE_WIDTH):
            page = self._page(max(start, first), min(stop, first + TILE_WIDTH))
            for seq in range(max(start, first), min(stop, first + TILE_WIDTH)):
                data = page.get(seq) or held.get(seq)
                if data is None:
                    return
                yield data

    def _page(self, start: int, stop: int) -> dict[int, bytes]:
        """What the log has of these; nothing from where it cannot be read."""
        page: dict[int, bytes] = {}
        try:
            for data in self.log.entries(start, stop) if self.log else ():
                page[read_entry(data).seq] = data
        except (LedgerError, OSError):
            return page
        return page

    def disclosures(self, start: int, stop: int) -> dict[int, list[str]]:
        """The disclosures of these entries, of whoever has them."""
        known = self.log.disclosures(start, stop) if self.log else {}
        found = {seq: list(texts) for seq, texts in known.items()}
        for item in self.outside:
            if item.entry and start <= item.entry.seq < stop:
                texts = found.setdefault(item.entry.seq, [])
                texts += [text for text in item.disclosures if text not in texts]
        return found

    def documents(self) -> Mapping[str, bytes]:
        """All rule documents of the log that are what their names say."""
        found = self.log.documents() if self.log else {}
        return {digest: data for digest, data in found.items() if digest_of(data) == digest}


def reachable(frontier: Frontier, supply: Supply) -> Outside | None:
    """What has the largest head to whose root the supplied entries lead from `frontier`."""
    heads = {(item.head.size, item.head.root): item for item in supply.outside}
    sizes = {size for size, _ in heads}
    reached = None
    for data in supply.entries(frontier.size, max(sizes, default=0)):
        frontier = frontier.append(leaf_hash(data))
        if frontier.size in sizes:
            reached = heads.get((frontier.size, frontier.root()), reached)
    return reached


def catch_up(store: Store, head: Head, stop: int, supply: Supply, stage: Stage = silent) -> None:
    """Decide and store entries `head.size` … `stop` - 1 again, behind those in `store`.

    Raises `Halted` that names the first entry that cannot be taken: for want of a disclosure or a
    document, most often; and what `Store.commit` raises.
    """
    book, edge = Book(store.records), Edge.load(head.size, store.tile)
    disclosures = supply.disclosures(head.size, stop)
    documents = supply.documents()
    group: list[tuple[Entry, Envelope]] = []
    with stage("catching up", stop) as tell:
        for seq, data in enumerate(supply.entries(head.size, stop), start=head.size):
            try:
                entry = read_entry(data)
                head = follow(head, entry)
                envelope = _envelope(entry, disclosures.get(seq, ()), documents)
                _judge(book, entry, envelope)
            except (Refused, Repeated) as error:
                raise Halted(f"Entry {seq} cannot be brought back: {error}") from None
            group.append((entry, envelope))
            if len(group) == GROUP or head.size == stop:
                edge, full = edge.grow([entry.leaf for entry, _ in group])
                store.commit(_batch(group, full, book, head))
                book.saved()
                group = []
                tell(head.size)


def _envelope(entry: Entry, disclosed: Sequence[str], documents: Mapping[str, bytes]) -> Envelope:
    """The command with whatever was brought beside it."""
    envelope = read_envelope(entry.command, disclosed)
    named = documents.keys() & named_digests(envelope) if documents else frozenset()
    return replace(envelope, documents={digest: documents[digest] for digest in sorted(named)})


def _judge(book: Book, entry: Entry, envelope: Envelope) -> None:
    """Decide a command again; its signatures are the log's word until the audit that follows."""
    judged = book.judge(envelope, entry.at_ms, entry.seq, signatures_verified=True)
    if (judged.rules, judged.effects) != (entry.rules, entry.effects):
        raise Halted(f"Entry {entry.seq} is decided otherwise now than when it was written.")
    book.keep()


def _batch(
    group: Sequence[tuple[Entry, Envelope]],
    full: Sequence[tuple[TileId, bytes]],
    book: Book,
    head: Head,
) -> Batch:
    return Batch(
        entries=[entry for entry, _ in group],
        tiles=full,
        disclosures=[
            (entry.seq, digest_of(text.encode()), text)
            for entry, envelope in group
            for text in envelope.disclosed
        ],
        documents={
            digest: data for _, envelope in group for digest, data in envelope.documents.items()
        },
        records=book.changed(),
        head=head,
    )
