"""Where an audit reads from: the log's bytes, and what a database holds beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.ports import LogReader


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Something a source holds that does not belong there, or not so."""

    place: str
    detail: str
    seq: int | None = None


class Source(LogReader, Protocol):
    """A log to audit: a database snapshot, an export folder or a server."""

    @property
    def has_records(self) -> bool:
        """Whether derived tables can be read here (a database), to compare with the replay."""
        ...

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """What is stray, doubled or mislabelled in a log of `size` entries; never raises."""
        ...

    def derived(self, kind: type[Any]) -> Iterator[tuple[str, Any]]:
        """(id, record) of every derived row of a kind, or (key, a sentence) where it is damaged."""
        ...
