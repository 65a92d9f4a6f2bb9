"""Burdens: the parts of a holding that are not free, and who has them after a split.

Burdens lie on the front of a holding. Those of one kind lie one behind the other in the order in
which they came, so that a later one waits for what an earlier one takes; different kinds lie on top
of each other, since a court may well freeze what is pledged. A split hands them to the children
front first: whoever splits off the end of a holding has a part that is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ledger.money import Money
from ledger.receivables.events import Burden, BurdenKind

PPM = 1_000_000


def burdened(
    burdens: Iterable[Burden], kind: BurdenKind, outstanding: Money, at_ms: int | None
) -> Money:
    """How much of `outstanding` the live burdens of one kind take (None: whenever they end)."""
    taken = sum(
        weight(item, outstanding).minor
        for item in burdens
        if item.kind is kind and (at_ms is None or item.is_live(at_ms))
    )
    return Money(min(taken, outstanding.minor), outstanding.currency)


def weight(burden: Burden, outstanding: Money) -> Money:
    """How much of `outstanding` a burden asks for: its amount, or its share rounded up."""
    if burden.ppm is None:
        return burden.amount
    return Money(-(-outstanding.minor * burden.ppm // PPM), outstanding.currency)


def shared(burdens: Sequence[Burden], children: Sequence[Money]) -> list[tuple[Burden, ...]]:
    """The burdens of each child: a share for each, an amount front first.

    Both take room of what comes behind them. What an amount asks for beyond all children waits
    at the first one.
    """
    found: list[list[Burden]] = [[] for _ in children]
    free = {kind: [child.minor for child in children] for kind in BurdenKind}
    for burden in burdens:
        room = free[burden.kind]
        if burden.ppm is None:
            parts = _front_first(burden.amount.minor, room)
        else:
            parts = [weight(burden, child).minor for child in children]
            room[:] = [max(left - part, 0) for left, part in zip(room, parts, strict=True)]
        for own, minor in zip(found, parts, strict=True):
            if minor:
                own.append(replace(burden, amount=Money(minor, burden.amount.currency)))
    return [tuple(own) for own in found]


def _front_first(minor: int, free: list[int]) -> list[int]:
    """`minor` in parts that take up `free`; what is over goes to the first."""
    parts = []
    for index, room in enumerate(free):
        part = min(minor, room)
        free[index] -= part
        minor -= part
        parts.append(part)
    parts[0] += minor
    return parts
