"""A book in memory: rules over plain dictionaries, with the same routing as the real one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, cast

from msgspec.structs import replace

from ledger.model.codec import read, write
from ledger.model.records import R
from ledger.routing import evolve


class MemoryBook:
    """All records by kind and id. Each applied command is the next entry."""

    def __init__(self) -> None:
        self.records: dict[tuple[type[Any], str], Any] = {}
        self.documents: dict[str, bytes] = {}
        self.seq = -1
        self.log: list[Any] = []

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, or None."""
        return cast("R | None", self.records.get((kind, record_id)))

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records whose fields equal `key`, which must be a declared index."""
        assert tuple(sorted(key)) in {tuple(sorted(index)) for index in kind.INDEXES}
        found = [
            item
            for item in self.all(kind)
            if all(_plain(getattr(item, name)) == value for name, value in key.items())
        ]
        return sorted(found, key=lambda item: item.id)

    def all(self, kind: type[R]) -> Iterable[R]:
        """Every record of a kind."""
        return [item for (of, _), item in self.records.items() if of is kind]

    def document(self, digest: str) -> bytes | None:
        """A rule document by its digest, or None."""
        return self.documents.get(digest)

    def apply(self, events: Iterable[Any]) -> None:
        """Evolve the records by the events of one entry, each as its module says."""
        self.seq += 1
        for event in events:
            self.log.append(event)
            for record in evolve(self, event):
                placed = replace(record, last_seq=self.seq)
                # Stored is the plain tree: every record survives the way there and back.
                assert read(type(placed), write(placed)) == placed
                self.records[(type(placed), placed.id)] = placed

    def copy(self) -> MemoryBook:
        """The book as it is now, to go on separately."""
        other = MemoryBook()
        other.records = dict(self.records)
        other.documents = self.documents
        other.seq = self.seq
        other.log = list(self.log)
        return other


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
