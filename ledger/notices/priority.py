"""Who comes first: the legal order of the claims to one holding, as a pure function of values.

Chinese law asks three questions in turn (Civil Code 768, for factoring; by 担保制度解释 66 also
where factoring, pledge and assignment meet): whose right was filed first, whose notice
reached the obligor first, and else how much each has financed. Plain assignments alone follow
the notice (合同编通则解释 50), and a pledge that is not filed does not exist (Civil Code 445).

The holding may have changed hands. A right that an earlier holder gave competes with the transfer
by which that holder parted with it, and with nothing later. So each claim has one key for every
hand of the chain: the chain's own keys, but its own key at the hand that gave it. Claims are in
the order of these keys; equal keys share a rank. Order of input, entry and name decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import groupby

from msgspec import Struct

from ledger.money import Money, allocate
from ledger.notices.commands import InterestKind
from ledger.notices.reasons import Reason


class Regime(Enum):
    """Which rule orders the claims."""

    UNCONTESTED = "uncontested"
    NOTICE = "notice"
    """Plain assignments alone: 合同编通则解释 50."""
    FILING = "filing"
    """Civil Code 768, 担保制度解释 66."""


class Interest(Struct, frozen=True, kw_only=True, gc=False):
    """One claim to a holding, as the records have it at an instant.

    `id` is the record that states it; `level` the place in the chain of hands of the party that
    gave it (0: the creditor); `most` what it may take at most and `due` what weighs it where
    nothing else does, in minor units; `filed_ms` the registry's time of its live filing,
    `arrived_ms` when its notice reached the obligor. `lost` tells of filings and notices that
    count no more, with their times; `rests_on` names records with the entries that changed them
    last. `behind` is the claim to which this one gives way by agreement, if any.
    """

    id: str
    claimant: str
    kind: InterestKind
    level: int
    most: int
    due: int
    filed_ms: int | None = None
    arrived_ms: int | None = None
    behind: str | None = None
    lost: tuple[tuple[Reason, int], ...] = ()
    rests_on: tuple[tuple[str, int], ...] = ()

    @property
    def has_effect(self) -> bool:
        """Whether it exists in law: a pledge does from its filing on."""
        return self.kind is not InterestKind.PLEDGE or self.filed_ms is not None


class Title(Struct, frozen=True, kw_only=True, gc=False):
    """By which steps the present holder has it: none for the creditor. The last is its own."""

    holding: str
    holder: str
    outstanding: Money
    steps: tuple[Interest, ...] = ()


class Place(Struct, frozen=True, kw_only=True, gc=False):
    """A claim in its rank (from 1; equal ranks share), and what it takes of the outstanding.

    `because` holds the deciding reason first, each with the time it rests on, if any.
    """

    rank: int
    interest: str
    claimant: str
    kind: InterestKind | None
    takes: Money
    because: tuple[tuple[Reason, int | None], ...]
    rests_on: tuple[tuple[str, int], ...]


class Ranking(Struct, frozen=True, kw_only=True, gc=False):
    """All claims in their order; those without effect have rank 0 and take nothing."""

    holding: str
    at_ms: int
    regime: Regime
    outstanding: Money
    places: tuple[Place, ...]
    without_effect: tuple[Place, ...]
    freezes: tuple[str, ...] = ()


Key = tuple[int, int]
_FILED, _NOTIFIED, _NEITHER, _REST = range(4)


def rank(
    title: Title, claims: Sequence[Interest], at_ms: int, freezes: Sequence[str] = ()
) -> Ranking:
    """The order of `claims` and of the holder itself, who comes with `title`.

    `freezes` are named and not ranked: a court order binds whoever comes first.
    """
    effective = [item for item in claims if item.has_effect]
    regime = _regime(title, effective)
    own = _own(title, effective)
    vectors = {item.id: _vector(title, item, regime) for item in effective}
    vectors[own.id] = _chain_keys(title, regime)
    vectors |= _given_way(effective, vectors)
    ordered = sorted((own, *effective), key=lambda item: (vectors[item.id], item.id))
    groups = [list(group) for _, group in groupby(ordered, key=lambda item: vectors[item.id])]
    return Ranking(
        holding=title.holding,
        at_ms=at_ms,
        regime=regime,
        outstanding=title.outstanding,
        places=_places(title, own, groups, vectors, regime),
        without_effect=tuple(
            _place(title, 0, item, 0, ((Reason.PLEDGE_UNFILED, None), *item.lost))
            for item in sorted(claims, key=lambda item: item.id)
            if not item.has_effect
        ),
        freezes=tuple(sorted(freezes)),
    )


def _regime(title: Title, effective: Sequence[Interest]) -> Regime:
    if not effective:
        return Regime.UNCONTESTED
    kinds = {item.kind for item in (*title.steps, *effective)}
    return Regime.NOTICE if kinds == {InterestKind.ASSIGNMENT} else Regime.FILING


def _own(title: Title, effective: Sequence[Interest]) -> Interest:
    """The holder's claim: the last step of its title; the creditor's is the holding itself."""
    if title.steps:
        return title.steps[-1]
    return Interest(
        id=title.holding,
        claimant=title.holder,
        kind=InterestKind.ASSIGNMENT,
        level=0,
        most=title.outstanding.minor,
        due=max(title.outstanding.minor, 1),
    )


def _key(filed_ms: int | None, arrived_ms: int | None, regime: Regime) -> Key:
    if filed_ms is not None and regime is Regime.FILING:
        return _FILED, filed_ms
    return (_NEITHER, 0) if arrived_ms is None else (_NOTIFIED, arrived_ms)


def _chain_keys(title: Title, regime: Regime) -> tuple[Key, ...]:
    """The key of each step of the title, and that of holding the rest.

    Notice of a later step is notice of all before it (UN Convention on Assignment 16(3)).
    """
    keys: list[Key] = [(_REST, 0)]
    arrived: int | None = None
    for step in reversed(title.steps):
        known = [item for item in (arrived, step.arrived_ms) if item is not None]
        arrived = min(known, default=None)
        keys.append(_key(step.filed_ms, arrived, regime))
    return tuple(reversed(keys))


def _vector(title: Title, item: Interest, regime: Regime) -> tuple[Key, ...]:
    chain = _chain_keys(title, regime)
    own = _key(item.filed_ms, item.arrived_ms, regime)
    return (*chain[: item.level], own, *chain[item.level + 1 :])


def _given_way(
    effective: Sequence[Interest], vectors: Mapping[str, tuple[Key, ...]]
) -> dict[str, tuple[Key, ...]]:
    """The vectors of all claims; one that gives way by agreement has its place right behind.

    It gives way to one that was there before it, so nobody does in a circle.
    """
    behind = {item.id: item.behind for item in effective}

    def given(name: str) -> tuple[Key, ...]:
        senior = behind.get(name)
        if senior is None or senior not in behind:
            return vectors[name]
        return max(vectors[name], (*given(senior), (_REST + 1, 0), *vectors[name]))

    return {name: given(name) for name in behind}


def _places(
    title: Title,
    own: Interest,
    groups: list[list[Interest]],
    vectors: dict[str, tuple[Key, ...]],
    regime: Regime,
) -> tuple[Place, ...]:
    found = []
    left = title.outstanding.minor
    levels = [item.level for group in groups for item in group if item.id != own.id]
    for number, group in enumerate(groups, 1):
        shares = share(left, group)
        left -= sum(shares.values())
        for item in group:
            level = min(levels, default=len(title.steps)) if item.id == own.id else item.level
            reasons = [_deciding(vectors[item.id][level], regime), *item.lost]
            if len(vectors[item.id]) > len(title.steps) + 1:
                reasons[0] = (Reason.GIVES_WAY, None)
            if len(group) > 1:
                reasons.append((Reason.SHARED_RANK, None))
            if shares[item.id] == 0 < item.most:
                reasons.append((Reason.NOTHING_LEFT, None))
            found.append(_place(title, number, item, shares[item.id], tuple(reasons)))
    return tuple(found)


def _deciding(key: Key, regime: Regime) -> tuple[Reason, int | None]:
    """The reason of a key, and the time in it."""
    kind, at_ms = key
    if regime is Regime.UNCONTESTED:
        return Reason.UNCONTESTED, None
    if kind == _REST:
        return Reason.REMAINDER, None
    if kind == _FILED:
        return Reason.FILED, at_ms
    plain = regime is Regime.NOTICE
    if kind == _NOTIFIED:
        return (Reason.FIRST_NOTIFIED if plain else Reason.NOTIFIED), at_ms
    return (Reason.NOT_NOTIFIED if plain else Reason.NEITHER), None


def share(left: int, group: Sequence[Interest]) -> dict[str, int]:
    """What each claim of one rank takes of `left` minor units, by its id.

    In proportion to what is due, and no more than a claim may take; what one cannot take goes to
    the others. Units that do not divide go by largest remainder, ties by id.
    """
    shares: dict[str, int] = {}
    waiting = sorted(group, key=lambda item: item.id)
    while waiting:
        parts = dict(
            zip(
                (item.id for item in waiting),
                allocate(left, [item.due for item in waiting]),
                strict=True,
            )
        )
        full = [item for item in waiting if parts[item.id] >= item.most]
        if not full:
            return shares | parts
        for item in full:
            shares[item.id] = item.most
            left -= item.most
        waiting = [item for item in waiting if item.id not in shares]
    return shares


def _place(
    title: Title,
    number: int,
    item: Interest,
    takes: int,
    because: tuple[tuple[Reason, int | None], ...],
) -> Place:
    return Place(
        rank=number,
        interest=item.id,
        claimant=item.claimant,
        kind=None if item.id == title.holding else item.kind,
        takes=Money(takes, title.outstanding.currency),
        because=because,
        rests_on=tuple(sorted(set(item.rests_on))),
    )
