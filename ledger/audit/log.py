"""Levels structure and merkle: these entries, in this order, under this signed head.

The parts of the log are checked each by itself and put together here, in their order. Faults are
looked for in this order: the form of an entry, its sequence number, link and time, its level-0
tile, the tiles above, the signed head. So a changed byte is named at its own entry and not only
at the next one, whose link it breaks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from ledger.audit.crew import Crew
from ledger.audit.findings import Collector, Level
from ledger.audit.known import Before, Known, Line, Manifest, NamedKey, frontier_of
from ledger.audit.log_keys import Act, LogKeys, check_signed, follow
from ledger.audit.order import Rank
from ledger.audit.part import Part, check_part, check_tile
from ledger.audit.source import PAGE, Source
from ledger.audit.witnesses import check_witnesses
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import NO_LEAF, Head, read_entry
from ledger.chain.note import NoteKey, note_key
from ledger.chain.tiles import TILE_WIDTH, Edge, TileId, tree_tiles
from ledger.chain.tree import HASH_BYTES, Frontier
from ledger.chain.trust import TrustPolicy, trust_in
from ledger.envelope import Envelope, read_envelope
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.keys import from_jwk


@dataclass(slots=True)
class Log:
    """What is kept of the sound entries from `start` on: less than 4 bytes for each.

    `start` is 0, or the page from which an audit goes on: then `edge` is that of the tree over the
    pages before, `before` knows what they named, and the first `known_size` entries were audited.
    `pages` are the roots of the trees over each `PAGE` of entries from `start` on: when an entry is
    read again, they tell whether it is still the same. `kids` and `lines` are, for each span of
    `span` entries, the keys and manifests that it asks for; `log_keys` are all changes of the log's
    own keys, from genesis on.
    """

    span: int
    start: int = 0
    known_size: int = 0
    edge: Edge = field(default_factory=Edge)
    before: Before | None = None
    size: int = 0
    last_leaf: bytes = NO_LEAF
    at_ms: int = 0
    page_leaf: bytes = NO_LEAF
    page_ms: int = 0
    genesis: bytes = b""
    pages: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    keys: dict[str, NamedKey] = field(default_factory=dict)
    manifests: dict[Line, Manifest] = field(default_factory=dict)
    kids: list[Sequence[str]] = field(default_factory=list)
    lines: list[Sequence[Line]] = field(default_factory=list)
    log_keys: list[Act] = field(default_factory=list)

    @staticmethod
    def after(known: Known | None, before: Before | None, span: int) -> Log:
        """The log with no entry read yet, behind what is `known`."""
        if known is None:
            return Log(span)
        head = known.head
        return Log(
            span,
            start=head.size,
            known_size=known.size,
            edge=known.pages,
            before=before,
            size=head.size,
            last_leaf=head.last_leaf,
            at_ms=head.at_ms,
            page_leaf=head.last_leaf,
            page_ms=head.at_ms,
            genesis=known.genesis,
            log_keys=[act for act in known.log_keys if act[0] < head.size],
        )

    @property
    def head(self) -> Head:
        """What the next entry has to follow (the frontier left out)."""
        return Head(self.size, self.last_leaf, self.at_ms)

    @property
    def root(self) -> bytes:
        """The root of the tree over all entries."""
        full = frontier_of(self.edge).extend(self.full_pages)
        return Frontier(full.size * PAGE, full.hashes).extend(self.rest).root()

    @property
    def full_pages(self) -> Sequence[bytes]:
        """The roots of the pages that are full."""
        return self.pages[: (self.size - self.start) // PAGE]

    def key(self, kid: str) -> NamedKey | None:
        """The key of this id, whichever entry names it."""
        return (self.before and self.before.key(kid)) or self.keys.get(kid)

    def manifest(self, line: Line) -> Manifest | None:
        """The manifest of this party and jti, whichever entry signed it."""
        return (self.before and self.before.manifest(line)) or self.manifests.get(line)

    def add(self, part: Part) -> None:
        """Put `part` behind what is there."""
        self.size, self.last_leaf, self.at_ms = part.size, part.last_leaf, part.at_ms
        self.genesis = self.genesis or part.genesis
        self.pages += part.pages
        self.rest = part.rest
        if part.page_ms is not None:
            self.page_ms = part.page_ms
        if part.tiles_made:
            self.page_leaf = part.tiles_made[-1][-HASH_BYTES:]
        for kid, key in part.keys.items():
            self.keys.setdefault(kid, key)
        for line, manifest in part.manifests.items():
            self.manifests.setdefault(line, manifest)
        self.kids.append(tuple(map(sys.intern, part.kids)))
        self.lines.append(tuple(part.lines))
        self.log_keys += part.log_keys


def check_structure(
    source: Source,
    crew: Crew,
    level: Level,
    log: Log,
    found: Collector,
    tiles: Collector,
    progress: Callable[[int], None],
    keep: Callable[[Part], None] | None = None,
) -> None:
    """Form, sequence, links and time of every entry behind `log`, and the form of its command.

    Sound entries are put into `log`; one that is out of form ends the reading. What is wrong with
    full tiles of level 0 goes to `tiles`, if `level` is deep enough. Each part is told to `keep`,
    with its tiles.
    """
    size, span = found.read(source.size, 0, "the number of entries"), log.span
    if size < log.known_size:
        detail = f"Entry {size} of {log.known_size} is missing."
        found.add(Level.STRUCTURE, "entries_missing", detail, size)
    task = partial(check_part, level=level, keep=keep is not None)
    parts = ((task, start, min(start + span, size)) for start in range(log.start, size, span))
    with closing(crew.run(parts)) as results:
        for first in results:
            part, stop = first, min(first.start + span, size)
            if first.head is not None and not _follows(first.head, log):
                # Rare, since then a fault is at the seam: once more, with what is now known.
                part = task(source, first.start, stop, head=log.head)
            log.add(part)
            if keep is not None:
                keep(part)
            found.findings += part.found.findings
            tiles.findings += part.tiles.findings
            progress(log.size)
            if log.size < stop:
                if not part.broken:
                    detail = f"Entry {log.size} of {size} is missing."
                    found.add(Level.STRUCTURE, "entries_missing", detail, log.size)
                break
    _check_irregular(source, size, found)


def _follows(head: Head, log: Log) -> bool:
    """Whether a part that begins at `head` goes on where `log` ends."""
    return head.last_leaf == log.last_leaf and head.at_ms >= log.at_ms


def check_merkle(
    source: Source, log: Log, trust: TrustPolicy | None, skew_s: int, found: Collector
) -> str:
    """Every other tile against the entries, and the signed head against both.

    Returns the note of the signed head. Without `trust` the keys that the entries name are
    believed.
    """
    ours = dict(other_tiles(log))
    for tile in tree_tiles(log.size, log.start):
        if tile in ours and (tile.width == TILE_WIDTH or source.has_partial_tiles):
            check_tile(source, tile, ours[tile], found)
    note = found.read(source.checkpoint, None, "checkpoint", Rank.CHECKPOINT)
    if note is None:
        found.add(Level.MERKLE, "checkpoint_missing", "The log has no signed checkpoint.")
        return ""
    own_keys = follow(_genesis_key(log), log.log_keys, found)
    trust = trust or trust_in(own_keys.all())
    # Which log this is says its genesis; a key counts only for the log that it is named after.
    names = [key.name for key in trust.log_keys()]
    origin = _origin(log) or (names[0] if names else "")
    if names and origin not in names:
        detail = f"The genesis is of {origin[:100]!r}, and no trusted key is of that log."
        found.add(Level.MERKLE, RefusalCode.CHECKPOINT_OF_OTHER_LOG.value, detail, 0, "checkpoint")
        return note
    try:
        opened = trust.open(note, origin)
    except Refused as refused:
        gone = own_keys.gone(trust.log_keys(), log.size)
        detail = f"{refused.detail} {gone}".rstrip()
        found.add(Level.MERKLE, refused.code.value, detail, None, refused.place or "checkpoint")
        return note
    if opened.checkpoint.size <= log.size:
        check_signed(note, own_keys.at(opened.checkpoint.size), opened.checkpoint.size, found)
    _check_head(log, opened.checkpoint, found)
    check_witnesses(source, opened, log.head, skew_s, found)
    return note


def own_keys_of(log: Log) -> LogKeys:
    """With which keys the log signs, as far as its entries may be relied on for that."""
    return follow(_genesis_key(log), log.log_keys, Collector())


def _genesis_key(log: Log) -> NoteKey | None:
    """The log's first key as the genesis names it; None where it names none."""
    try:
        payload = _genesis(log).payload
        return note_key(payload["aud"], from_jwk(payload["body"]["log_key"]))
    except (LedgerError, LookupError, TypeError, AttributeError):
        return None


def _genesis(log: Log) -> Envelope:
    return read_envelope(read_entry(log.genesis).command)


def _origin(log: Log) -> str:
    """The log that the first command is for; no text where there is no entry."""
    return str(_genesis(log).payload["aud"]) if log.genesis else ""


def other_tiles(log: Log) -> Iterator[tuple[TileId, bytes]]:
    """The tiles above level 0, and the partial one of level 0, without those known as full."""
    if log.rest:
        yield TileId(0, log.size // TILE_WIDTH, len(log.rest)), b"".join(log.rest)
    edge, full = log.edge.grow(log.full_pages)
    for tile, hashes in full:
        yield TileId(tile.level + 1, tile.index), hashes
    for level, hashes in enumerate(edge.levels, start=1):
        if hashes:
            count = log.size >> (8 * level)
            yield TileId(level, count // TILE_WIDTH, count % TILE_WIDTH), hashes


def _check_head(log: Log, checkpoint: Checkpoint, found: Collector) -> None:
    size = log.size
    said = f"The signed head has {checkpoint.size} entries and {size} sound ones are here."
    if checkpoint.size > size:
        found.add(Level.MERKLE, "entries_missing", said, size)
    elif checkpoint.size < size:
        found.add(Level.MERKLE, "entries_beyond_checkpoint", said, checkpoint.size)
    elif checkpoint.root != log.root:
        detail = "The tree over these entries is not the one that was signed."
        found.add(Level.MERKLE, "root_differs", detail)


def _check_irregular(source: Source, size: int, found: Collector) -> None:
    try:
        for item in source.irregularities(size):
            found.add(Level.STRUCTURE, "irregular", item.detail, item.seq, item.place)
    except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
        found.caught(Level.STRUCTURE, error, None, "the source", Rank.BESIDE)
