"""What each burden of a holding gets: pure arithmetic, in the order in which burdens came.

A later one gets what the earlier of its kind leave of what is outstanding. For freezes that is
the queue (轮候冻结, article 26 of 查封、扣押、冻结规定): when an earlier one ends, those behind it
move up by themselves, in the order of their record here. Burdens of different kinds do not compete:
what is pledged may well be frozen, and who is satisfied first is a question of priority.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.money import Money
from ledger.receivables.burdens import weight
from ledger.receivables.events import Burden, BurdenKind


def reach(
    burdens: Iterable[Burden], kind: BurdenKind, outstanding: Money, at_ms: int
) -> tuple[tuple[Burden, Money], ...]:
    """The live burdens of one kind in their order, each with what it gets of `outstanding`.

    A share is taken of all that is outstanding, not of what is left. Zero is what waits entirely.
    """
    left, found = outstanding.minor, []
    for burden in burdens:
        if burden.kind is kind and burden.is_live(at_ms):
            taken = min(weight(burden, outstanding).minor, left)
            left -= taken
            found.append((burden, Money(taken, outstanding.currency)))
    return tuple(found)
