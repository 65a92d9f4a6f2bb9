"""What was kept outside a backup: signed heads and receipts, and what they say about its log.

A backup cannot know what came after it. Whoever holds a later head or receipt can tell that
entries are missing; a head of the same tree, or of a smaller one, can tell that none were
changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import Entry, read_entry
from ledger.chain.proof import TreeReader, verify_consistency
from ledger.chain.tiles import ReadTile
from ledger.envelope import read_envelope
from ledger.errors import LedgerError
from ledger.hands import sees_all
from ledger.parties.state import Party
from ledger.ports import LogReader, Records

Prove: TypeAlias = Callable[[int], Sequence[bytes]]
"""The consistency proof from a smaller size; raises `LedgerError` where there is none."""

RECENT = 10_000
"""The last entries of a backup, whose signers may have signed the missing ones, too."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Something kept outside, named `source` by who gave it, under a verified `head`.

    `note` is the head as signed. A receipt is of entry number `index`; if it brought the `entry`,
    that is proven to be in the tree, and the `disclosures` are of its sealed fields. `prove` may
    show that the tree of the head only added to a smaller one, and `tiles` are those of that tree.
    """

    source: str
    head: Checkpoint
    note: str
    index: int | None = None
    entry: Entry | None = None
    disclosures: tuple[str, ...] = ()
    prove: Prove | None = None
    tiles: ReadTile | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A party that may hold receipts, or an export: `entries` of the last `RECENT` are its own.

    The last of them is number `last_seq` (None: there is none).
    """

    party: Party
    entries: int
    last_seq: int | None


def newest(outside: Sequence[Outside]) -> Outside:
    """The one with the largest head; the first of several. There must be one."""
    return max(outside, key=lambda item: item.head.size)


def contradictions(log: LogReader, size: int, outside: Sequence[Outside]) -> list[str]:
    """One sentence for each thing outside that cannot be of the log with these `size` entries.

    The tiles of `log` are believed: audit it first.
    """
    found = []
    roots: dict[int, tuple[bytes, str]] = {size: (TreeReader(size, log.tile).root(), "the backup")}
    for item in outside:
        count = item.head.size
        if count < size and count not in roots:
            roots[count] = (TreeReader(count, log.tile).root(), "the backup")
        root, other = roots.setdefault(count, (item.head.root, item.source))
        if root != item.head.root:
            found.append(
                f"{item.source} is signed over another tree of {count} entries than {other}."
            )
        if item.entry is not None and item.entry.seq < size:
            seq = item.entry.seq
            if [item.entry.data] != list(log.entries(seq, seq + 1)):
                found.append(f"{item.source} proves another entry {seq} than that of the backup.")
    return found


def doubt(log: LogReader, size: int, item: Outside) -> str:
    """Why it is not shown that the larger tree of `item` begins with this log; empty if it is."""
    if item.prove is None:
        return f"{item.source} brings neither tiles nor a consistency proof from {size} entries"
    root = TreeReader(size, log.tile).root()
    try:
        verify_consistency(size, root, item.head.size, item.head.root, item.prove(size))
    except (LedgerError, OSError) as error:
        return str(error)
    return ""


def holders(log: LogReader, records: Records, size: int) -> list[Holder]:
    """The parties to ask for what came after `size` entries: the latest signers first, then who
    sees everything, and so may have an export.
    """
    counts: dict[str, tuple[int, int]] = {}
    first = max(0, size - RECENT)
    for seq, data in enumerate(log.entries(first, size), start=first):
        by = read_envelope(read_entry(data).command).by
        counts[by] = (seq, counts.get(by, (0, 0))[1] + 1)
    latest = sorted(counts, key=lambda party: -counts[party][0])
    parties = records.get(Party, latest)
    found = [Holder(parties[by], counts[by][1], counts[by][0]) for by in latest if by in parties]
    return found + [
        Holder(party, 0, None)
        for party in records.scan(Party)
        if party.id not in counts and sees_all(party.roles)
    ]
