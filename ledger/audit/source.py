"""Where an audit reads from: the log's bytes page by page, and what a database holds beside them.

Nothing here holds more than a page of entries, so that a log of any size fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ledger.chain.tiles import TILE_WIDTH, BundleId
from ledger.ports import LogReader

PAGE = TILE_WIDTH
"""Entries that are read at once: those under one tile of level 0, which an export bundles."""

Row: TypeAlias = tuple[Any, ...]
"""A derived row as it stands in its table, the id first."""


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Something a source holds that does not belong there, or not so."""

    place: str
    detail: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """The bytes of consecutive entries; `leaves` are the leaf hashes that a database keeps beside
    them (of any type, not believed).
    """

    data: Sequence[bytes]
    leaves: Sequence[object] | None = None
    irregular: Sequence[Irregularity] = ()


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Disclosures in the order of their entries, one item for each: `seqs` their entries, `texts`.

    `digests` are those under which a database keeps them (of any type, not believed).
    """

    seqs: Sequence[int]
    texts: Sequence[str]
    digests: Sequence[object] | None = None

    @staticmethod
    def of(texts: Mapping[int, Sequence[str]]) -> Disclosures:
        """Those that a file lists by entry."""
        order = [(seq, text) for seq, some in texts.items() for text in some]
        return Disclosures([seq for seq, _ in order], [text for _, text in order])

    def by_entry(self) -> dict[int, list[str]]:
        """The texts by entry."""
        found: dict[int, list[str]] = {}
        for seq, text in zip(self.seqs, self.texts, strict=True):
            found.setdefault(seq, []).append(text)
        return found


class Elsewhere(Protocol):
    """How another process opens the same log. Can be pickled, compared and hashed."""

    def open(self) -> AbstractContextManager[Source]:
        """The log, with the entries that it had when this was made. Raises when it is gone."""
        ...


class Source(LogReader, Protocol):
    """A log to audit: a database snapshot, an export folder or a server.

    Reading may raise anything; an audit reports it.
    """

    @property
    def has_records(self) -> bool:
        """Whether derived tables can be read here (a database), to compare with the replay."""
        ...

    @property
    def has_partial_tiles(self) -> bool:
        """Whether partial tiles are kept or served, not made of the full ones when asked for."""
        ...

    def entry_page(self, start: int, stop: int) -> Entries:
        """Entries start … stop-1, at most `PAGE`, from a multiple of it; those that are there."""
        ...

    def disclosure_page(self, start: int, stop: int) -> Disclosures:
        """What is kept for entries start … stop-1, whatever entries it names."""
        ...

    def elsewhere(self) -> Elsewhere | None:
        """How another process opens this log; None where it cannot."""
        ...

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """What is stray, doubled or mislabelled in a log of `size` entries; never raises.

        Without what `entry_page` and `disclosure_page` show.
        """
        ...

    def damages(self) -> Iterator[str]:
        """What is broken in the derived tables as such, one sentence each; never raises."""
        ...

    def derived(self, kind: type[Any]) -> Iterator[Row]:
        """Every derived row of a kind, in the order of the UTF-8 bytes of its id."""
        ...

    def damage(self, kind: type[Any], row: Row) -> str:
        """A sentence that says why a row is no record of its kind; no text where it is one."""
        ...


class Papers(Mapping[str, bytes]):
    """Rule documents by name, each read when it is asked for: most were read by earlier audits."""

    def __init__(self, names: Iterable[str], read: Callable[[str], bytes]) -> None:
        self._names = list(names)
        self._read = read

    def __getitem__(self, name: str) -> bytes:
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class WithoutRecords:
    """What a source of files says of derived tables: it has none."""

    has_records = False
    has_partial_tiles = True

    def damages(self) -> Iterator[str]:
        """None."""
        return iter(())

    def derived(self, kind: type[Any]) -> Iterator[Row]:
        """No row."""
        return iter(())

    def damage(self, kind: type[Any], row: Row) -> str:
        """No text: there are no rows."""
        return ""


def bundles_between(size: int, start: int, stop: int) -> Iterator[BundleId]:
    """The entry bundles, of a log of `size` entries, that hold entries start … stop-1."""
    for index in range(start // TILE_WIDTH, -(-min(stop, size) // TILE_WIDTH)):
        yield BundleId(index, min(TILE_WIDTH, size - index * TILE_WIDTH))
