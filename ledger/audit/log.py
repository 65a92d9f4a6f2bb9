"""Levels structure and merkle: these entries, in this order, under this signed head.

Faults are looked for in this order: the form of an entry, its sequence number, link and time, its
level-0 tile, the tiles above, the signed head. So a changed byte is named at its own entry and
not only at the next one, whose link it breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ledger.audit.findings import Collector, Level
from ledger.audit.source import Source
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.entry import Entry, Head, follow, read_entry
from ledger.chain.note import NoteKey, note_key
from ledger.chain.tiles import TILE_WIDTH, Edge, TileId, tile_hashes, tree_tiles
from ledger.chain.tree import EMPTY_ROOT
from ledger.envelope import read_envelope
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.keys import from_jwk


@dataclass(slots=True)
class Log:
    """The sound entries from the first on, and what follows from them: head and tiles."""

    entries: list[Entry] = field(default_factory=list)
    head: Head = field(default_factory=Head)
    tiles: dict[TileId, bytes] = field(default_factory=dict)


def check_structure(source: Source, found: Collector) -> Log:
    """Form, sequence, links and time of every entry, and the form of its command.

    An entry that is out of form ends the reading: nothing after it can be judged. One that does
    not follow is reported and read on, so that the level below can say which of the two is wrong.
    """
    log, edge = Log(), Edge()
    size = found.read(source.size, 0, "the number of entries")
    for seq, data in enumerate(_entries(source, size, found)):
        try:
            entry = read_entry(data)
            read_envelope(entry.command)
        except Refused as refused:
            found.caught(Level.STRUCTURE, refused, seq)
            break
        try:
            log.head = follow(log.head, entry)
        except Refused as refused:
            found.caught(Level.STRUCTURE, refused, seq)
            frontier = log.head.frontier.append(entry.leaf)
            log.head = Head(seq + 1, entry.leaf, max(entry.at_ms, log.head.at_ms), frontier)
        edge, full = edge.grow([entry.leaf])
        log.tiles.update(full)
        log.entries.append(entry)
    for level, hashes in enumerate(edge.levels):
        if hashes:
            count = edge.size >> (8 * level)
            log.tiles[TileId(level, count // TILE_WIDTH, count % TILE_WIDTH)] = hashes
    _check_irregular(source, size, found)
    return log


def check_disclosures(source: Source, log: Log, found: Collector) -> dict[int, list[str]]:
    """The disclosures that fit their entry's sealed fields, by entry; others are findings."""
    size = len(log.entries)
    kept: dict[int, list[str]] = {}
    nothing: Mapping[int, Sequence[str]] = {}
    stored = found.read(lambda: source.disclosures(0, size), nothing, "disclosures")
    for seq, texts in sorted(stored.items()):
        if type(seq) is not int or not 0 <= seq < size:  # a database keeps any type in a column
            detail = f"Disclosures are kept for entry {seq}, which is not there."
            found.add(Level.STRUCTURE, "disclosure_stray", detail, None, "disclosures")
            continue
        try:
            read_envelope(log.entries[seq].command, tuple(texts))
            kept[seq] = list(texts)
        except Refused as refused:
            found.caught(Level.STRUCTURE, refused, seq, "disclosures")
    return kept


def check_merkle(source: Source, log: Log, keys: Sequence[NoteKey], found: Collector) -> str:
    """Every tile against the entries, and the signed head against both. Returns the note."""
    for tile in tree_tiles(len(log.entries)):
        _check_tile(source, tile, log.tiles[tile], found)
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


def _origin(log: Log) -> str:
    """The log that the first command is for; no text where there is no entry."""
    return str(read_envelope(log.entries[0].command).payload["aud"]) if log.entries else ""


def genesis_keys(log: Log) -> list[NoteKey]:
    """The log key as the genesis names it, for who has no policy file. Empty if there is none."""
    try:
        payload = read_envelope(log.entries[0].command).payload
        return [note_key(payload["aud"], from_jwk(payload["body"]["log_key"]))]
    except (LedgerError, LookupError, TypeError, AttributeError):
        return []


def _check_head(log: Log, checkpoint: Checkpoint, found: Collector) -> None:
    size = len(log.entries)
    said = f"The signed head has {checkpoint.size} entries and {size} sound ones are here."
    if checkpoint.size > size:
        found.add(Level.MERKLE, "entries_missing", said, size)
    elif checkpoint.size < size:
        found.add(Level.MERKLE, "entries_beyond_checkpoint", said, checkpoint.size)
    elif checkpoint.root != (log.head.frontier.root() if size else EMPTY_ROOT):
        detail = "The tree over these entries is not the one that was signed."
        found.add(Level.MERKLE, "root_differs", detail)


def _check_tile(source: Source, tile: TileId, ours: bytes, found: Collector) -> None:
    stored = found.read(partial(source.tile, tile), None, tile.path)
    if stored is None:
        return
    try:
        theirs = tile_hashes(tile, stored)
    except Refused as refused:
        found.caught(Level.MERKLE, refused, None, tile.path)
        return
    if len(stored) > len(ours):
        detail = f"The tile has {len(stored)} bytes for {tile.width} hashes."
        found.add(Level.MERKLE, "tile_differs", detail, None, tile.path)
    for at, (expected, actual) in enumerate(zip(tile_hashes(tile, ours), theirs, strict=True)):
        if expected != actual:
            seq = tile.index * TILE_WIDTH + at if tile.level == 0 else None
            detail = f"Hash {at} of the tile is not the one that follows from the entries."
            found.add(Level.MERKLE, "tile_differs", detail, seq, tile.path)
            return


def _entries(source: Source, size: int, found: Collector) -> Iterator[bytes]:
    """The entries one by one; a source that fails ends the reading with a finding."""
    seq = 0
    try:
        for data in source.entries(0, size):
            yield data
            seq += 1
    except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
        found.caught(Level.STRUCTURE, error, seq)
        return
    if seq < size:
        found.add(Level.STRUCTURE, "entries_missing", f"Entry {seq} of {size} is missing.", seq)


def _check_irregular(source: Source, size: int, found: Collector) -> None:
    try:
        for item in source.irregularities(size):
            found.add(Level.STRUCTURE, "irregular", item.detail, item.seq, item.place)
    except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
        found.caught(Level.STRUCTURE, error, None, "the source")
