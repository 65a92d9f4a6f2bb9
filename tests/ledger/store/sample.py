"""Batches for the tests of storage, and values of any record kind."""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from datetime import date
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st

from ledger.canonical import Tree
from ledger.chain.entry import Entry, Head, follow, make_entry, read_entry
from ledger.chain.tiles import Edge, TileId
from ledger.model.annotations import is_shape
from ledger.model.codec import hints
from ledger.model.kinds import Length, NotNegative, Pattern, Plain, Positive, Range
from ledger.model.records import Record
from ledger.money import LARGEST_MINOR, Money
from ledger.parties.state import Spent
from ledger.ports import Batch, Store
from ledger.store.heads import MemoryHeadStore
from ledger.store.log import digest_of
from ledger.store.sqlite import SqliteStore

AT_MS = 1_767_323_045_678


class Writer:
    """Makes the batches of a log that grows, each with one `Spent` record per entry."""

    def __init__(self) -> None:
        self.head = Head()
        self.edge = Edge()
        self.entries: list[Entry] = []

    def batch(
        self,
        count: int,
        *,
        disclosures: Sequence[str] = (),
        documents: dict[str, bytes] | None = None,
        records: Sequence[Record] | None = None,
    ) -> Batch:
        """The next `count` entries; `disclosures` belong to the first of them."""
        added = []
        for _ in range(count):
            command: dict[str, Tree] = {"payload": f"command {self.head.size}"}
            entry = make_entry(self.head, AT_MS + self.head.size, 1, command, bytes(32))
            self.head = follow(self.head, entry)
            added.append(entry)
        self.edge, tiles = self.edge.grow([entry.leaf for entry in added])
        self.entries += added
        spent = [spent_of(entry.seq) for entry in added]
        return Batch(
            entries=added,
            tiles=tiles,
            disclosures=[(added[0].seq, digest_of(text.encode()), text) for text in disclosures],
            documents=documents or {},
            records=spent if records is None else records,
            head=self.head,
        )

    def resume(self, store: Store) -> None:
        """Go on where a store ends."""
        for data in store.entries(0, store.size()):
            self.head = follow(self.head, read_entry(data))
        self.edge = Edge.load(self.head.size, store.tile)


def write_for_ever(path: Path, acknowledge: Connection) -> None:
    """Commit three entries at a time and say each time how many there are, until killed."""
    writer = Writer()
    with SqliteStore(path, MemoryHeadStore()) as store:
        writer.resume(store)
        while True:
            store.commit(writer.batch(3))
            acknowledge.send(writer.head.size)


def spent_of(seq: int) -> Spent:
    """The record that the sample log leaves for entry `seq`."""
    return Spent(id=f"cmd_{seq:06}", last_seq=seq, payload=f"payload {seq}")


def partial_tile(entries: Sequence[Entry]) -> tuple[TileId, bytes]:
    """The partial tile of level 0 over a log of these entries, from the entries alone."""
    first = len(entries) // 256 * 256
    rest = entries[first:]
    return TileId(0, first // 256, len(rest)), b"".join(entry.leaf for entry in rest)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field annotation, as its marks allow them."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _marked(arguments[0], arguments[1:])
    if type(None) in arguments:
        (inner,) = (member for member in arguments if member is not type(None))
        return st.none() | values_of(inner)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if hint is Money:
        return _money(-LARGEST_MINOR)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_shape(hint):
        return records_of(cast(type, hint))
    return {
        str: _TEXT,
        int: st.integers(-LARGEST_MINOR, LARGEST_MINOR),
        bool: st.booleans(),
        date: st.dates(),
    }[hint]


def records_of(kind: type) -> st.SearchStrategy[Any]:
    """Values of a struct. Fields with defaults get values, too."""
    return st.builds(kind, **{name: values_of(hint) for name, hint in hints(kind).items()})


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cn", "Cs", "Co"]), max_size=20)


def _money(least: int) -> st.SearchStrategy[Money]:
    return st.builds(Money, st.integers(least, LARGEST_MINOR), st.sampled_from(["CNY", "EUR"]))


def _marked(base: Any, marks: Sequence[Any]) -> st.SearchStrategy[Any]:
    for mark in marks:
        match mark:
            case Pattern():
                return st.from_regex(re.compile(mark.expression), fullmatch=True)
            case Plain():
                return st.text("abcÄ公司", min_size=1, max_size=20)
            case Range():
                return st.integers(mark.least, mark.most)
            case Length():
                member = values_of(typing.get_args(base)[0])
                most = min(mark.most, mark.least + 2)
                return st.lists(member, min_size=mark.least, max_size=most).map(tuple)
            case Positive():
                return _money(1)
            case NotNegative():
                return _money(0)
    return values_of(base)
