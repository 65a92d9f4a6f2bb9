"""What obligors have acknowledged, by how well it was known who spoke for them.

A core enterprise that exists on paper alone, enrolled by the operator with a key of its own, can
only ever acknowledge under the weakest class: here its debts stand apart, with their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from ledger.money import format_decimal
from ledger.parties.commands import Assurance
from ledger.receivables.records import Receivable


class Total(Struct, frozen=True, kw_only=True, gc=False):
    """How many receivables of one obligor ("": all), class and currency, and their sums.

    `acknowledged` and `outstanding` are minor units, without bound.
    """

    obligor: str
    assurance: Assurance
    currency: str
    count: int
    acknowledged: int
    outstanding: int

    def tree(self, digits: Callable[[str], int | None]) -> dict[str, Any]:
        """As JSON, amounts as decimal strings with the digits of their currency."""
        places = digits(self.currency) or 0
        return {
            "obligor": self.obligor,
            "assurance": self.assurance.value,
            "currency": self.currency,
            "count": self.count,
            "acknowledged": format_decimal(self.acknowledged, places),
            "outstanding": format_decimal(self.outstanding, places),
        }


def total_of(receivable: Receivable) -> Total | None:
    """One receivable by itself; None before it is acknowledged."""
    if receivable.acknowledged_ms is None or receivable.assurance is None:
        return None
    return Total(
        obligor=receivable.obligor,
        assurance=receivable.assurance,
        currency=receivable.acknowledged.currency,
        count=1,
        acknowledged=receivable.acknowledged.minor,
        outstanding=receivable.outstanding.minor,
    )


def totals(receivables: Iterable[Receivable]) -> tuple[Total, ...]:
    """The totals by obligor, weakest class first, and currency.

    What has been paid since is acknowledged all the same, and no longer outstanding.
    """
    return _added(found for item in receivables if (found := total_of(item)) is not None)


def by_class(every: Iterable[Total]) -> tuple[Total, ...]:
    """The same over all obligors together."""
    return _added(every, obligor=lambda _: "")


def _added(
    parts: Iterable[Total], obligor: Callable[[Total], str] = lambda item: item.obligor
) -> tuple[Total, ...]:
    sums: dict[tuple[str, int, str], list[int]] = {}
    for item in parts:
        key = (obligor(item), item.assurance.level, item.currency)
        sums.setdefault(key, [0, 0, 0])
        for place, more in enumerate((item.count, item.acknowledged, item.outstanding)):
            sums[key][place] += more
    classes = list(Assurance)
    return tuple(
        Total(
            obligor=name,
            assurance=classes[level],
            currency=currency,
            count=count,
            acknowledged=acknowledged,
            outstanding=outstanding,
        )
        for (name, level, currency), (count, acknowledged, outstanding) in sorted(sums.items())
    )
