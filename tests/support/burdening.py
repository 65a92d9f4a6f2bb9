"""Short ways to give security and to freeze, in the small world of `tests.support.world`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ledger.burdens import commands as b
from ledger.burdens.decide import decide
from ledger.burdens.queue import reach
from ledger.burdens.records import Encumbrance, Freeze
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding
from tests.support.world import DAY, NOW, World, cny, digest, party


def do(world: World, name: str, command: b.Command, *expects: str) -> tuple[Any, ...]:
    """`name` gives the command; it is decided and applied as one entry."""
    events = decide(world.book, command, world.signer(name, *expects), world.at_ms)
    world.book.apply(events)
    return events


def offer(holding: Holding, amount: int | None = 40_00, **changes: Any) -> b.ProposeEncumbrance:
    """The command that offers the financier a pledge, open for a day after the world begins."""
    usual = b.ProposeEncumbrance(
        holding=holding.id,
        secured_party=party("financier"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=NOW + DAY,
        amount=None if amount is None else cny(amount),
    )
    return replace(usual, **changes)


def offered(world: World, holding: Holding, amount: int | None = 40_00, **how: Any) -> Encumbrance:
    """A pledge that its holder has offered."""
    command = offer(holding, amount, **{"lapses_ms": world.at_ms + DAY, **how})
    events = do(world, "supplier", command)
    return world.book.records[(Encumbrance, events[-1].encumbrance)]


def acceptance(item: Encumbrance) -> b.AcceptEncumbrance:
    """The command that accepts it."""
    return b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)


def pledged(world: World, holding: Holding, amount: int | None = 40_00, **how: Any) -> Encumbrance:
    """A pledge that lies on the holding."""
    by = how.pop("by", "financier")
    item = offered(world, holding, amount, **{"secured_party": party(by), **how})
    do(world, by, acceptance(item), item.id, holding.id)
    return world.book.records[(Encumbrance, item.id)]


def part(holding: Holding, amount: int) -> b.Part:
    """So much of a holding."""
    return b.Part(holding=holding.id, amount=cny(amount))


def order(world: World, *parts: b.Part, days: int = 30, **changes: Any) -> b.RecordFreeze:
    """A court's order over what the supplier holds, served now; of each call another case."""
    usual = b.RecordFreeze(
        debtor=party("supplier"),
        court="上海市浦东新区人民法院",
        case=f"（2026）沪0115执保{world.count}号",
        order=digest(f"order {world.count}"),
        amount=cny(sum(item.amount.minor for item in parts)),
        served_ms=world.at_ms,
        until_ms=world.at_ms + days * DAY,
        parts=parts,
    )
    return replace(usual, **changes)


def frozen(world: World, *parts: b.Part, by: str = "operator", **how: Any) -> Freeze:
    """A freeze on record."""
    events = do(world, by, order(world, *parts, **how))
    return world.book.records[(Freeze, events[0].freeze)]


def gets(
    world: World,
    holdings: Iterable[Holding],
    *items: Freeze | Encumbrance,
    kind: BurdenKind = BurdenKind.FREEZE,
) -> list[tuple[int, ...]]:
    """What each of `items` gets now of each holding, in fen."""
    found = []
    for holding in (world.holding(item.id) for item in holdings):
        reached = reach(holding.burdens, kind, holding.outstanding, world.at_ms)
        by_id = {burden.id: amount.minor for burden, amount in reached}
        found.append(tuple(by_id.get(item.id, 0) for item in items))
    return found
