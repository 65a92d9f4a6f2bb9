"""Who is burdened and who is reduced, as arithmetic on amounts alone.

First comes the creditor's own, in the order of ids; then the others bear what is left in
proportion, by largest remainder, so that the parts sum to the unit. What is over falls on nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.money import Money, allocate


def spread(
    amount: Money, own: Sequence[Money], others: Sequence[Money]
) -> tuple[list[Money], list[Money], Money]:
    """`amount` on `own` front first, then pro rata on `others`; no part is above its room.

    Returns the part of each, own and others, in their order, and what is left over. All are of one
    currency and zero or above.
    """
    left, first = amount.minor, []
    for room in own:
        first.append(min(left, room.minor))
        left -= first[-1]
    rooms = [room.minor for room in others]
    borne = min(left, sum(rooms))
    # Never above a room: the share of `borne` is at most the room, and only fractions round up.
    second = allocate(borne, rooms) if borne else (0,) * len(rooms)
    money = [Money(minor, amount.currency) for minor in (*first, *second, left - borne)]
    return money[: len(first)], money[len(first) : -1], money[-1]
