"""How often each invariant was checked, and what contradicted it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Protocol

from msgspec import Struct

from ledger.invariants.entries import Happened, checks_for
from ledger.invariants.table import BY_REPLAY, INVARIANTS, Check, Invariant
from ledger.model.records import R, Reader

MOST_KEPT = 200_000
"""Records of one view that are kept in memory; kinds beyond are read again for each check."""
MOST_TOLD = 20
"""Contradictions of one invariant that are told one by one; all are counted."""


class Scanned(Protocol):
    """Where all records of a kind are read, one after the other."""

    def scan(self, kind: type[R]) -> Iterator[R]:
        """All records of a kind."""
        ...


class WholeView:
    """All records of a ledger, as the checks want them: each kind read once, if it is not too many.

    `read` counts the records of each kind that were asked for.
    """

    def __init__(self, records: Scanned, most: int = MOST_KEPT) -> None:
        self.read: dict[type[Any], int] = {}
        self._records = records
        self._room = most
        self._kept: dict[type[Any], list[Any]] = {}

    def all(self, kind: type[R]) -> Iterable[R]:
        """Every record of a kind."""
        if kind in self._kept:
            return self._kept[kind]
        rows = self._records.scan(kind)
        first = list(islice(rows, self._room + 1))
        if len(first) <= self._room:
            self._kept[kind] = first
            self._room -= len(first)
            self.read[kind] = len(first)
            return first
        return self._counted(kind, chain(first, rows))

    def _counted(self, kind: type[R], rows: Iterable[R]) -> Iterator[R]:
        count = 0
        for record in rows:
            count += 1
            yield record
        self.read[kind] = count


class Contradiction(Struct, frozen=True, gc=False):
    """A sentence against an invariant; `seq` is the entry, where it was met in passing."""

    number: int
    sentence: str
    seq: int | None = None

    @property
    def record(self) -> str:
        """The id with which the sentence begins."""
        return self.sentence.partition(":")[0]


class Line(Struct, frozen=True, gc=False):
    """What came of one invariant: so many records and entries were checked, so many contradict."""

    invariant: Invariant
    records: int
    entries: int
    contradicted: int

    def tree(self) -> dict[str, Any]:
        """As JSON."""
        item = self.invariant
        return {
            "number": item.number,
            "name": item.name,
            "chinese": item.chinese,
            "source": item.source,
            "proof": item.proof,
            "told": item.is_told,
            "records": self.records,
            "entries": self.entries,
            "contradicted": self.contradicted,
        }


class Tally:
    """Counts for each invariant while a log is replayed, and over its records at the end.

    `entries` begins with what an earlier audit counted over the first `replayed` entries, by
    numbers, as `kept` gives them.
    """

    def __init__(self, entries: Mapping[int, int] | None = None, replayed: int = 0) -> None:
        self.replayed = replayed
        self._entries: Counter[int] = Counter(entries or {})
        self._records: dict[int, int] = {}
        self._contradicted: Counter[int] = Counter()
        self._told: list[Contradiction] = []

    def kept(self) -> Mapping[int, int]:
        """How many entries each invariant was checked on, by its number."""
        return dict(self._entries)

    def watch(self, book: Reader, entry: Happened) -> None:
        """One entry more that was decided alike, over the records as they are after it."""
        self.replayed += 1
        for item in checks_for(entry.events):
            self._entries[item.number] += 1
            self._say(item.number, item.check(book, entry), entry.seq)

    def look(self, view: WholeView, caught: Callable[[Exception], None]) -> None:
        """Every check over all records; `caught` hears of one that cannot be made."""
        for invariant in INVARIANTS:
            kinds: dict[type[Any], int] = {}
            for check in invariant.checks:
                seen = _Asked(view)
                try:
                    self._say(invariant.number, check(seen), None)
                except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
                    caught(error)
                kinds |= {kind: view.read.get(kind, 0) for kind in seen.kinds}
            self._records[invariant.number] = sum(kinds.values())

    def told(self) -> list[Contradiction]:
        """What contradicts, at most `MOST_TOLD` for each invariant."""
        return self._told

    def lines(self, codes: Iterable[str]) -> tuple[Line, ...]:
        """One line for each invariant; `codes` are those of the findings."""
        found = Counter(codes)
        return tuple(
            Line(
                item,
                self._records.get(item.number, 0),
                self.replayed if item.number in BY_REPLAY else self._entries[item.number],
                self._contradicted[item.number] + sum(found[code] for code in item.contradicted_by),
            )
            for item in INVARIANTS
        )

    def _say(self, number: int, sentences: Iterable[str], seq: int | None) -> None:
        for sentence in sentences:
            self._contradicted[number] += 1
            if self._contradicted[number] <= MOST_TOLD:
                self._told.append(Contradiction(number, sentence, seq))


class _Asked:
    """A view that notes which kinds a check asks for."""

    def __init__(self, view: WholeView) -> None:
        self.kinds: set[type[Any]] = set()
        self._view = view

    def all(self, kind: type[R]) -> Iterable[R]:
        """Every record of a kind."""
        self.kinds.add(kind)
        return self._view.all(kind)


def contradictions(view: Any, checks: Iterable[Check]) -> list[str]:
    """What contradicts any of these checks over one view."""
    return [sentence for check in checks for sentence in check(view)]
