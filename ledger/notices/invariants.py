"""What must be true of notices, filings and the order of claims, by the domain's numbers.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from ledger.model.records import R, Reader, View
from ledger.notices.interests import priority
from ledger.notices.records import Assertion, Designation, Filing, Notice
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding


def invariant_11_one_order(view: View) -> list[str]:
    """Whoever reads the records in whatever order prints the same ranking, and it is complete.

    The ranks of an open holding begin at 1, leave no gap, and share out exactly what is
    outstanding. The instant is that of the latest notice, filing or assertion. Where nobody but the
    holder claims anything there is nothing to rank.
    """
    at_ms = max(
        [0, *(item.given_ms for item in view.all(Notice))]
        + [item.recorded_ms for item in view.all(Filing)]
        + [item.asserted_ms for item in view.all(Assertion)]
    )
    forwards, backwards = _Lookup(view, 1), _Lookup(view, -1)
    claimed = {item.over for item in view.all(Filing)}
    claimed |= {item.holding for item in view.all(Assertion)}
    found = []
    for item in view.all(Holding):
        if not item.is_open or not (
            item.pending or item.burdens or _rests(forwards, item, claimed)
        ):
            continue
        ranking = priority(forwards, item.id, at_ms)
        ranks = [place.rank for place in ranking.places]
        if ranking != priority(backwards, item.id, at_ms):
            found.append(f"{item.id}: its ranking depends on the order of reading.")
        if sorted(set(ranks)) != list(range(1, max(ranks) + 1)):
            found.append(f"{item.id}: its ranks have a gap.")
        if sum(place.takes.minor for place in ranking.places) != item.outstanding.minor:
            found.append(f"{item.id}: its ranking shares out another amount than is outstanding.")
    return found


def _rests(book: Reader, holding: Holding, claimed: set[str]) -> bool:
    """Whether the holding, what it was split from, or a hand that it went through is `claimed`."""
    above = (item.id for item in ancestry(book, holding))
    return not claimed.isdisjoint((*above, holding.receivable, *holding.chain))


def invariant_11_recorded_times(view: View) -> list[str]:
    """Times that decide ranks are in order, and an obligor receives by entry once at a time."""
    found = [
        f"{item.id}: it arrived before the assignment, or nobody says how it did."
        for item in view.all(Notice)
        if (item.arrived_ms is None) != (item.how is None)
        or (item.arrived_ms is not None and item.arrived_ms < item.since_ms)
    ]
    found += [
        f"{item.id}: it ended before it was filed, or was recorded before."
        for item in view.all(Filing)
        if not item.filed_ms < item.expires_ms
        or item.filed_ms > item.recorded_ms
        or (item.discharged_ms is not None and item.discharged_ms < item.filed_ms)
    ]
    standing = Counter(
        (item.basis, item.holding) for item in view.all(Notice) if item.withdrawn_ms is None
    )
    found += [f"{pair[0]}: two notices of it stand." for pair, many in standing.items() if many > 1]
    open_ones = Counter(item.obligor for item in view.all(Designation) if item.until_ms is None)
    return found + [
        f"{party}: it receives by entry twice." for party, many in open_ones.items() if many > 1
    ]


class _Lookup:
    """A view as a reader that gives records forwards or backwards."""

    def __init__(self, view: View, step: int) -> None:
        self._view = view
        self._step = step
        self._ids: dict[type[Any], dict[str, Any]] = {}
        self._keys: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Any]]] = {}

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, or None."""
        if kind not in self._ids:
            self._ids[kind] = {item.id: item for item in self._view.all(kind)}
        found: R | None = self._ids[kind].get(record_id)
        return found

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records whose fields equal `key`."""
        names = (kind, *key)
        if names not in self._keys:
            index: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
            for item in self._view.all(kind):
                index[tuple(getattr(item, name) for name in key)].append(item)
            self._keys[names] = index
        return self._keys[names].get(tuple(key.values()), [])[:: self._step]

    def document(self, digest: str) -> bytes | None:
        """None: no ranking reads a rule document."""
        return None


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_11_one_order,
    invariant_11_recorded_times,
)
"""All checks that need one view."""
