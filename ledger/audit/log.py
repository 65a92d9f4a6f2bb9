"""Levels structure and merkle: these entries, in this order, under this signed head.

The parts of the log are checked each by itself and put together here, in their order. Faults are
looked for in this order: the form of an entry, its sequence number, link and time, its level-0
tile, the tiles above, the signed head. So a changed byte is named at its own entry and not only
at the next one, whose link it breaks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from ledger.audit.crew import Crew, Task
from ledger.audit.findings import Collector, Level
from ledger.audit.part import Part, check_part, check_tile
from ledger.audit.source import PAGE, Source
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.entry import NO_LEAF, Head, read_entry
from ledger.chain.note import NoteKey, note_key
from ledger.chain.tiles import TILE_WIDTH, Edge, TileId, tree_tiles
from ledger.chain.tree import Frontier
from ledger.envelope import Envelope, read_envelope
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk

Manifests = Mapping[tuple[str, str], tuple[int, str, int]]
"""By (party, jti): how many lines, under which root, signed by which entry."""


@dataclass(slots=True)
class Log:
    """What is kept of the sound entries from the first on: less than 4 bytes for each.

    `pages` are the roots of the trees over each `PAGE` of entries: when an entry is read again,
    they tell whether it is still the same. `kids` and `lines` are, for each span of `span` entries,
    the keys and manifests that it asks for.
    """

    span: int
    size: int = 0
    last_leaf: bytes = NO_LEAF
    at_ms: int = 0
    genesis: bytes = b""
    pages: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    keys: dict[str, PublicKey] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[int, str, int]] = field(default_factory=dict)
    kids: list[Sequence[str]] = field(default_factory=list)
    lines: list[Sequence[tuple[str, str]]] = field(default_factory=list)

    @property
    def head(self) -> Head:
        """What the next entry has to follow (the frontier left out)."""
        return Head(self.size, self.last_leaf, self.at_ms)

    @property
    def root(self) -> bytes:
        """The root of the tree over all entries."""
        full = Frontier().extend(self.pages[: self.size // PAGE])
        return Frontier(full.size * PAGE, full.hashes).extend(self.rest).root()

    def add(self, part: Part) -> None:
        """Put `part` behind what is there."""
        self.size, self.last_leaf, self.at_ms = part.size, part.last_leaf, part.at_ms
        self.genesis = self.genesis or part.genesis
        self.pages += part.pages
        self.rest = part.rest
        for kid, key in part.keys.items():
            self.keys.setdefault(kid, key)
        self.manifests.update(part.manifests)
        self.kids.append(tuple(map(sys.intern, part.kids)))
        self.lines.append(tuple(part.lines))


def check_structure(
    source: Source,
    crew: Crew,
    level: Level,
    span: int,
    found: Collector,
    tiles: Collector,
    progress: Callable[[int], None],
) -> Log:
    """Form, sequence, links and time of every entry, and the form of its command.

    An entry that is out of form ends the reading. What is wrong with full tiles of level 0 goes
    to `tiles`, if `level` is deep enough.
    """
    log = Log(span)
    size = found.read(source.size, 0, "the number of entries")
    task: Task[Part] = partial(check_part, level=level)
    parts = ((task, start, min(start + span, size)) for start in range(0, size, span))
    with closing(crew.run(parts)) as results:
        for part in results:
            stop = min(part.start + span, size)
            if part.head is not None and not _follows(part.head, log):
                # Rare, since then a fault is at the seam: once more, with what is now known.
                part = check_part(source, part.start, stop, level=level, head=log.head)  # noqa: PLW2901 - the same part
            log.add(part)
            found.findings += part.found.findings
            tiles.findings += part.tiles.findings
            progress(log.size)
            if log.size < stop:
                if not part.broken:
                    detail = f"Entry {log.size} of {size} is missing."
                    found.add(Level.STRUCTURE, "entries_missing", detail, log.size)
                break
    _check_irregular(source, size, found)
    return log


def _follows(head: Head, log: Log) -> bool:
    """Whether a part that begins at `head` goes on where `log` ends."""
    return head.last_leaf == log.last_leaf and head.at_ms >= log.at_ms


def check_merkle(source: Source, log: Log, keys: Sequence[NoteKey], found: Collector) -> str:
    """Every other tile against the entries, and the signed head against both.

    Returns the note of the signed head.
    """
    ours = dict(_other_tiles(log))
    for tile in tree_tiles(log.size):
        if tile in ours and (tile.width == TILE_WIDTH or source.has_partial_tiles):
            check_tile(source, tile, ours[tile], found)
    note = found.read(source.checkpoint, None, "checkpoint")
    if note is None:
        found.add(Level.MERKLE, "checkpoint_missing", "The log has no signed checkpoint.")
        return ""
    # Which log this is says its genesis; a key counts only for the log that it is named after.
    origin = _origin(log) or (keys[0].name if keys else "")
    own = [key for key in keys if key.name == origin]
    if keys and not own:
        detail = f"The genesis is of {origin[:100]!r}, and no trusted key is of that log."
        found.add(Level.MERKLE, RefusalCode.CHECKPOINT_OF_OTHER_LOG.value, detail, 0, "checkpoint")
        return note
    try:
        checkpoint = open_checkpoint(note, origin, own)
    except Refused as refused:
        found.caught(Level.MERKLE, refused, None, "checkpoint")
        return note
    _check_head(log, checkpoint, found)
    return note


def genesis_keys(log: Log) -> list[NoteKey]:
    """The log key as the genesis names it, for who has no policy file. Empty if there is none."""
    try:
        payload = _genesis(log).payload
        return [note_key(payload["aud"], from_jwk(payload["body"]["log_key"]))]
    except (LedgerError, LookupError, TypeError, AttributeError):
        return []


def _genesis(log: Log) -> Envelope:
    return read_envelope(read_entry(log.genesis).command)


def _origin(log: Log) -> str:
    """The log that the first command is for; no text where there is no entry."""
    return str(_genesis(log).payload["aud"]) if log.genesis else ""


def _other_tiles(log: Log) -> Iterator[tuple[TileId, bytes]]:
    """The tiles above level 0, and the partial one of level 0."""
    if log.rest:
        yield TileId(0, log.size // TILE_WIDTH, len(log.rest)), b"".join(log.rest)
    edge, full = Edge().grow(log.pages[: log.size // PAGE])
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
        found.caught(Level.STRUCTURE, error, None, "the source")
