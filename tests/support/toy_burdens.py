"""What the toy ledger knows of security and freezes: who takes how much of which holding.

Like the toy it shares no code with the ledger. Each holding of the toy has its burdens in a list,
the earlier first: dicts with `id`, `kind`, `minor`, `ppm` (None: a fixed amount) and `until`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from tests.support.actors import Said

FOREVER = 10**18
Burden = dict[str, Any]


def left_of(holding: dict[str, Any]) -> int:
    """What is outstanding on a holding, in minor units."""
    gone = holding["paid"] + holding["reduced"]
    return int(holding["amount"] - gone) if holding["open"] else 0


def asks(burden: Burden, outstanding: int) -> int:
    """What a burden would take if nothing were before it."""
    if burden["ppm"] is None:
        return int(burden["minor"])
    return math.ceil(Fraction(burden["ppm"] * outstanding, 10**6))


def live(burdens: Sequence[Burden], now: int) -> list[Burden]:
    """Those whose time is not over."""
    return [burden for burden in burdens if now < burden["until"]]


def dealt(burdens: Sequence[Burden], children: Sequence[int]) -> list[list[Burden]]:
    """The burdens of children of these sizes, filled unit by unit from the first child on."""
    own: list[list[Burden]] = [[] for _ in children]
    room: dict[str, list[int]] = {}
    for burden in burdens:
        rooms = room.setdefault(burden["kind"], list(children))
        wants = burden["minor"]
        takes = []
        for place, size in enumerate(children):
            take = asks(burden, size) if burden["ppm"] else min(wants, rooms[place])
            rooms[place] = max(rooms[place] - take, 0)
            wants -= take
            takes.append(take)
        if burden["ppm"] is None:
            takes[0] += wants
        for place, take in enumerate(takes):
            if take:
                own[place].append({**burden, "minor": take})
    return own


def shown(holding: dict[str, Any], now: int) -> list[tuple[str, int | None, int | None, int]]:
    """The live burdens of a holding as they are compared."""
    return [
        (item["id"], None if item["ppm"] else item["minor"], item["ppm"], item["until"])
        for item in live(holding["burdens"], now)
    ]


def _where(toy: Any, name: str) -> Iterator[tuple[dict[str, Any], Burden]]:
    for holding in toy.holdings.values():
        for burden in list(holding["burdens"]):
            if burden["id"] == name and not holding["split"]:
                yield holding, burden


def give_back(toy: Any, name: str, parts: Sequence[Any]) -> None:
    """A burden leaves holdings: those of `parts` with so much, or (no parts) all."""
    wanted = {part.holding: part.amount.minor for part in parts}
    for holding, burden in _where(toy, name):
        key = next(key for key, item in toy.holdings.items() if item is holding)
        back = wanted.get(key, 0) if parts else burden["minor"]
        if back and (burden["ppm"] or back == burden["minor"]):
            holding["burdens"].remove(burden)
        elif back:
            burden["minor"] -= back


def freeze_again(toy: Any, holding: dict[str, Any], name: str, minor: int) -> None:
    """What a court had got came back: frozen where the rest lies, else behind all others.

    What was lifted meanwhile stays free.
    """
    if name not in toy.freezes:
        return
    for burden in holding["burdens"]:
        if burden["id"] == name:
            burden["minor"] += minor
            return
    until = toy.freezes[name]
    holding["burdens"].append(
        {"id": name, "kind": "freeze", "minor": minor, "ppm": None, "until": until}
    )


def _propose(toy: Any, said: Said, c: Any) -> None:
    toy.securities[toy.name(said, "enc")] = c


def _accept(toy: Any, _: Said, c: Any) -> None:
    offer = toy.securities[c.encumbrance]
    fixed = offer.amount.minor if offer.amount else 0
    taken = {"kind": "encumbrance", "minor": fixed, "ppm": offer.share_ppm, "until": FOREVER}
    holding = toy.holdings[offer.holding]
    taken["minor"] = asks(taken, left_of(holding))
    holding["burdens"].append({**taken, "id": c.encumbrance})


def _release(toy: Any, _: Said, c: Any) -> None:
    give_back(toy, c.encumbrance, c.parts)


def _record(toy: Any, said: Said, c: Any) -> None:
    name = toy.name(said, "frz")
    toy.freezes[name] = c.until_ms
    for part in c.parts:
        taken = {"kind": "freeze", "minor": part.amount.minor, "ppm": None, "until": c.until_ms}
        toy.holdings[part.holding]["burdens"].append({**taken, "id": name})


def _renew(toy: Any, _: Said, c: Any) -> None:
    toy.freezes[c.freeze] = c.until_ms
    for _holding, burden in _where(toy, c.freeze):
        burden["until"] = c.until_ms


def _lift(toy: Any, _: Said, c: Any) -> None:
    give_back(toy, c.freeze, c.parts)
    if not list(_where(toy, c.freeze)):
        del toy.freezes[c.freeze]


TELLS: dict[str, Callable[[Any, Said, Any], None]] = {
    "ProposeEncumbrance": _propose,
    "AcceptEncumbrance": _accept,
    "ReleaseEncumbrance": _release,
    "RecordFreeze": _record,
    "RenewFreeze": _renew,
    "LiftFreeze": _lift,
}
"""What each accepted command changes."""
