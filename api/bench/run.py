"""All figures in their order, and how they are taken: again where the machine was restless."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.bench import postgres, reading, web, writing
from api.bench.figures import Goal, Outcome, Pair, Status, judge
from api.bench.ground import Ground, NotTaken, NotValid


@dataclass(frozen=True, slots=True)
class Measure:
    """What takes one or more figures at once."""

    goals: tuple[Goal, ...]
    take: Callable[[Ground], Mapping[str, Sequence[Pair]]]


MEASURES = (
    Measure((writing.GROUPS,), writing.measure_groups),
    Measure((writing.SINGLE,), writing.measure_single),
    Measure((postgres.GROUPS,), postgres.measure_groups),
    Measure((web.SINGLE, web.TAIL), web.measure_single),
    Measure((web.GROUPS,), web.measure_batch),
    Measure((writing.LATENCY,), writing.measure_latency),
    Measure((web.LATENCY,), web.measure_latency),
    Measure((reading.STRUCTURE,), reading.measure_structure),
    Measure((reading.SIGNATURES,), reading.measure_signatures),
    Measure((reading.RULES,), reading.measure_rules),
    Measure((reading.ALL,), reading.measure_all),
    Measure((reading.MEMORY, reading.MEMORY_GROWTH), reading.measure_memory),
    Measure((reading.RECEIPT,), reading.measure_receipt),
    Measure((reading.REBUILD,), reading.measure_rebuild),
    Measure((reading.START,), reading.measure_start),
    Measure((reading.SIZE,), reading.measure_size),
    Measure((writing.GROWTH,), writing.measure_growth),
)


def names() -> list[str]:
    """The names of all figures, in order."""
    return [goal.name for measure in MEASURES for goal in measure.goals]


def chosen(only: Sequence[str]) -> list[Measure]:
    """The measures of the figures named, or of all when none is.

    A name stands for itself and, up to its dot, for a family. Raises `ValueError` for a name of
    no figure.
    """
    for name in only:
        if not any(_is_named(goal, [name]) for measure in MEASURES for goal in measure.goals):
            raise ValueError(f"there is no figure {name}; there are {', '.join(names())}")
    return [
        measure
        for measure in MEASURES
        if not only or any(_is_named(goal, only) for goal in measure.goals)
    ]


def outcomes(ground: Ground, measures: Sequence[Measure]) -> Iterator[Outcome]:
    """The outcome of every goal, measure by measure."""
    for measure in measures:
        yield from _taken(ground, measure)


def _taken(ground: Ground, measure: Measure) -> list[Outcome]:
    found: list[Outcome] = []
    for _ in range(ground.scale.attempts):
        found = _once(ground, measure)
        if all(outcome.status is not Status.VOID for outcome in found):
            break
    return found


def _once(ground: Ground, measure: Measure) -> list[Outcome]:
    try:
        pairs = measure.take(ground)
    except NotValid as reason:
        return [Outcome(goal, Status.VOID, note=str(reason)) for goal in measure.goals]
    except NotTaken as reason:
        return [Outcome(goal, Status.UNMEASURED, note=str(reason)) for goal in measure.goals]
    return [judge(goal, pairs[goal.name]) for goal in measure.goals]


def _is_named(goal: Goal, only: Sequence[str]) -> bool:
    return goal.name in only or goal.name.partition(".")[0] in only
