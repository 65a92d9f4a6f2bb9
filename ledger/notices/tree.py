"""How much of a bounded right over the whole of a holding reaches a part of it.

A right of a fixed amount over a holding that was split goes to the children front first, as all
burdens do: each takes what its elder siblings left of it. So the parts never bear more than the
whole did.
"""

from __future__ import annotations

from ledger.model.records import Reader
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding


def reaching(book: Reader, holding: Holding, source: Holding, minor: int) -> int:
    """How much of a right of `minor` units over `source` reaches `holding`, one of its parts.

    `source` is in the holding's `ancestry`. The part of a child is bounded by its own amount.
    """
    path = []
    for above in ancestry(book, holding):
        if above.id == source.id:
            break
        path.append(above)
    siblings = book.find(Holding, receivable=holding.receivable) if path else ()
    for part in reversed(path):
        elder = sum(
            item.amount.minor
            for item in siblings
            if item.parent == part.parent and item.ordinal < part.ordinal
        )
        minor = min(max(minor - elder, 0), part.amount.minor)
    return minor
