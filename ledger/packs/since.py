"""Whether the state that a pack speaks of has moved, by a newer export of the log.

All entries of the export are hashed, so nothing of it is believed: the tree of its first entries
must be the pack's, and the tree of all of them the one that a newer head signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.base64url import b64url_decode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import read_entry
from ledger.chain.tiles import TILE_WIDTH
from ledger.chain.tree import Frontier, leaf_hash
from ledger.chain.trust import TrustPolicy
from ledger.envelope import read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.packs.verify import Proven, proven
from ledger.ports import LogReader


@dataclass(frozen=True, slots=True)
class Since:
    """What a newer `head` tells: entries that `moved` the state, and that `may_have` moved it."""

    head: Proven
    moved: tuple[int, ...]
    may_have: tuple[int, ...]


def moved_since(
    old: Checkpoint, records: Sequence[str], export: LogReader, policy: TrustPolicy
) -> Since:
    """Which entries of `export` after the head `old` name one of `records`.

    Raises `Refused`: `export_is_of_another_history` unless the export extends the log as `old` has
    it; what reading it and opening its head raise.
    """
    head = proven(policy.open(export.checkpoint() or "", old.origin), policy)
    newer = head.checkpoint
    if newer.size < old.size:
        raise _other(f"The export has {newer.size} entries, the file is of {old.size}.")
    tree = Frontier()
    for _, page in _pages(export, 0, old.size):
        tree = tree.extend(map(leaf_hash, page))
    if tree.root() != old.root:
        raise _other(f"The first {old.size} entries of the export have another root.")
    moved, may_have = [], []
    names = re.compile(b"|".join(f'"{record}"'.encode() for record in records) or b"(?!)")
    for first, page in _pages(export, old.size, newer.size):
        tree = tree.extend(map(leaf_hash, page))
        for seq, data in enumerate(page, start=first):
            kind, payload = _said(data)
            if names.search(payload):
                moved.append(seq)
            elif kind == "clock.advance":
                may_have.append(seq)
    if (tree.size, tree.root()) != (newer.size, newer.root):
        raise _other("The entries of the export are not those that its head signs.")
    return Since(head, tuple(moved), tuple(may_have))


def _said(data: bytes) -> tuple[str, bytes]:
    """The kind of an entry's command, and the bytes of its payload (canonical JSON)."""
    envelope = read_envelope(read_entry(data).command)
    return envelope.kind, b64url_decode(envelope.tree["payload"])


def _pages(export: LogReader, start: int, stop: int) -> Iterator[tuple[int, list[bytes]]]:
    """The entries start … stop-1 some at a time, with the number of the first."""
    for first in range(start, stop, TILE_WIDTH):
        yield first, list(export.entries(first, min(first + TILE_WIDTH, stop)))


def _other(detail: str) -> Refused:
    return Refused(RefusalCode.EXPORT_IS_OF_ANOTHER_HISTORY, detail)
