"""The derived tables of a database against a replay: both sides in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.audit.findings import Collector, Level
from ledger.audit.order import Rank
from ledger.audit.rules import Scratch
from ledger.audit.source import Row, Source
from ledger.catalogue import RECORDS


def compare_records(source: Source, scratch: Scratch, found: Collector) -> int:
    """Every derived row against the replay; returns how many are equal.

    Equal rows are equal in every column and type, so neither needs to be read as a record.
    """
    for sentence in source.damages():
        found.add(Level.RULES, "irregular", sentence, None, "schema")
    return sum(_Kind(source, scratch, found, kind).compare() for kind in RECORDS)


class _Kind:
    """The comparison of one kind of record."""

    def __init__(self, source: Source, scratch: Scratch, found: Collector, kind: type[Any]) -> None:
        self._source, self._scratch, self._found, self._kind = source, scratch, found, kind
        self._name = kind.__name__
        self._torn = False

    def compare(self) -> int:
        """How many rows are equal; the others are findings."""
        equal = 0
        replayed = iter(self._scratch.rows(self._kind))
        due = next(replayed, None)
        for stored in self._stored():
            while due is not None and due[0] != stored[0] and _key(due[0]) < _key(stored[0]):
                self._miss(due[0])
                due = next(replayed, None)
            if due is None or due[0] != stored[0]:
                detail = f"{self._name} {stored[0]} is in the table and follows from no entry."
                self._found.add(Level.RULES, "record_stray", detail, None, self._name)
                continue
            if due == stored and list(map(type, due)) == list(map(type, stored)):
                equal += 1
            else:
                self._differ(stored)
            due = next(replayed, None)
        while due is not None and not self._torn:
            self._miss(due[0])
            due = next(replayed, None)
        return equal

    def _stored(self) -> Iterator[Row]:
        try:
            yield from self._source.derived(self._kind)
        except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
            self._torn = True  # what is behind cannot be said to be missing
            self._found.caught(Level.RULES, error, None, self._name, Rank.RECORD)

    def _differ(self, stored: Row) -> None:
        sentence = self._source.damage(self._kind, stored)
        how = f": {sentence}" if sentence else ""
        detail = f"{self._name} {stored[0]} is not as the entries leave it{how}."
        self._found.add(
            Level.RULES, "record_differs", detail, self._last_seq(stored[0]), self._name
        )

    def _miss(self, record_id: str) -> None:
        detail = f"{self._name} {record_id} follows from the entries and is not in the table."
        self._found.add(
            Level.RULES, "record_missing", detail, self._last_seq(record_id), self._name
        )

    def _last_seq(self, record_id: str) -> int:
        last: int = self._scratch.get(self._kind, [record_id])[record_id].last_seq
        return last


def _key(record_id: Any) -> tuple[int, bytes]:
    """How a database orders ids: by their bytes, and texts before whatever else it may hold."""
    if isinstance(record_id, str):
        return 1, record_id.encode("utf-8", "surrogateescape")
    return (2, b"") if isinstance(record_id, bytes) else (0, b"")
