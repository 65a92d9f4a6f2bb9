"""Whether the state that a pack speaks of has moved, by a newer export of the log.

All entries of the export are hashed, so nothing of it is believed: the tree of its first entries
must be the pack's, and the tree of all of them the one that a newer head signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ledger.base64url import b64url_decode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import read_entry
from ledger.chain.tree import Frontier, leaf_hash
from ledger.chain.trust import TrustPolicy
from ledger.envelope import read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.packs.statement import Statement
from ledger.packs.verify import Proven, proven
from ledger.ports import EntryReader

PAGE = 256


class Export(EntryReader, Protocol):
    """A log with its signed head, such as an export folder."""

    def checkpoint(self) -> str | None:
        """The signed head."""
        ...


@dataclass(frozen=True, slots=True)
class Since:
    """What a newer `head` tells: entries that `moved` the state, and that `may_have` moved it."""

    head: Proven
    moved: tuple[int, ...]
    may_have: tuple[int, ...]


def moved_since(statement: Statement, export: Export, policy: TrustPolicy) -> Since:
    """Which entries of `export` after the statement's size name one of its records.

    Raises `Refused`: `export_is_of_another_history` unless the export extends the log as the
    statement knew it; what reading and opening the head raise.
    """
    head = proven(policy.open(export.checkpoint() or "", statement.origin), policy)
    newer = head.checkpoint
    if newer.size < statement.size:
        raise _other(f"The export has {newer.size} entries, the statement is of {statement.size}.")
    before = _grown(export, Frontier(), 0, statement.size)
    if before.root() != statement.root:
        raise _other(f"The first {statement.size} entries of the export have another root.")
    moved, may_have = [], []
    names = re.compile(b"|".join(f'"{record}"'.encode() for record in statement.records) or b"$.")
    for first in range(statement.size, newer.size, PAGE):
        page = list(export.entries(first, min(first + PAGE, newer.size)))
        before = before.extend(map(leaf_hash, page))
        for seq, data in enumerate(page, start=first):
            kind, payload = _said(data)
            if kind == "clock.advance":
                may_have.append(seq)
            elif names.search(payload):
                moved.append(seq)
    _check_root(before, newer)
    return Since(head, tuple(moved), tuple(may_have))


def _said(data: bytes) -> tuple[str, bytes]:
    """The kind of an entry's command, and the bytes of its payload (canonical JSON)."""
    envelope = read_envelope(read_entry(data).command)
    return envelope.kind, b64url_decode(envelope.tree["payload"])


def _grown(export: Export, frontier: Frontier, start: int, stop: int) -> Frontier:
    for first in range(start, stop, PAGE):
        frontier = frontier.extend(_leaves(export.entries(first, min(first + PAGE, stop))))
    return frontier


def _leaves(entries: Iterable[bytes]) -> Iterable[bytes]:
    return map(leaf_hash, entries)


def _check_root(frontier: Frontier, head: Checkpoint) -> None:
    if (frontier.size, frontier.root()) != (head.size, head.root):
        raise _other("The entries of the export are not those that its head signs.")


def _other(detail: str) -> Refused:
    return Refused(RefusalCode.EXPORT_IS_OF_ANOTHER_HISTORY, detail)
