"""Figures: what was measured beside which limit, and whether that is good enough.

A figure is measured in pairs: ours and the machine's own limit, one right after the other, in
alternating order, so that a slow minute slows both. What is judged is the median over the pairs;
where the limit itself varied too much nothing is judged, and the figure says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

STEADY = 0.20
"""A limit whose highest and lowest value differ by more than this part of its median says nothing
about the machine."""

A = TypeVar("A")
B = TypeVar("B")


class Status(Enum):
    """What came out. Only `missed` fails a run."""

    MET = "met"
    MISSED = "missed"
    VOID = "void"
    UNMEASURED = "not measured"


class Judged(Enum):
    """Which number is held against the bound: ours over the limit, or ours alone."""

    RATIO = "ratio"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours, and the limit that was measured with it, where there is one; both above zero."""

    ours: float
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours in units of the limit."""
        return None if self.limit is None else self.ours / self.limit


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the bound it is held to: a floor, or with `at_most` a ceiling.

    `unit` is that of `ours` and of the limit, `limit` says in words what the limit is.
    """

    name: str
    title: str
    unit: str
    bound: float
    judged: Judged = Judged.RATIO
    at_most: bool = False
    target: float | None = None
    limit: str = ""

    def holds(self, number: float) -> bool:
        """Whether `number` is within the bound."""
        return number <= self.bound if self.at_most else number >= self.bound

    def bound_text(self) -> str:
        """The bound as people read it."""
        sign = "≤" if self.at_most else "≥"
        unit = f" {self.unit}" if self.judged is Judged.VALUE else ""
        target = "" if self.target is None else f" (target {number_text(self.target)})"
        return f"{sign} {number_text(self.bound)}{unit}{target}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out for one goal; `note` says why it is void or was not measured."""

    goal: Goal
    status: Status
    pairs: tuple[Pair, ...] = ()
    note: str = ""

    @property
    def numbers(self) -> tuple[float, ...]:
        """What is judged, pair by pair."""
        if self.goal.judged is Judged.VALUE:
            return tuple(pair.ours for pair in self.pairs)
        return tuple(pair.ratio for pair in self.pairs if pair.ratio is not None)

    @property
    def median(self) -> float | None:
        """The number that was held against the bound."""
        return statistics.median(self.numbers) if self.numbers else None

    @property
    def ours(self) -> float | None:
        """The median of ours, in the goal's unit."""
        return statistics.median(pair.ours for pair in self.pairs) if self.pairs else None

    @property
    def limit(self) -> float | None:
        """The median of the limit, in the goal's unit."""
        limits = _limits(self.pairs)
        return statistics.median(limits) if limits else None


def judge(goal: Goal, pairs: Sequence[Pair]) -> Outcome:
    """The outcome of at least one pair."""
    varied = variation(_limits(pairs))
    if goal.judged is Judged.RATIO and varied > STEADY:
        note = f"the limit varied by {varied:.0%}, more than {STEADY:.0%}"
        return Outcome(goal, Status.VOID, tuple(pairs), note)
    outcome = Outcome(goal, Status.MET, tuple(pairs))
    if outcome.median is None or not goal.holds(outcome.median):
        return Outcome(goal, Status.MISSED, tuple(pairs))
    return outcome


def variation(numbers: Sequence[float]) -> float:
    """Highest less lowest, as a part of the median; 0 for fewer than two."""
    if len(numbers) < 2:
        return 0.0
    return (max(numbers) - min(numbers)) / statistics.median(numbers)


def alternate(count: int, ours: Callable[[], A], limit: Callable[[], B]) -> list[tuple[A, B]]:
    """`count` pairs, ours first in every second one."""
    pairs = []
    for number in range(count):
        if number % 2:
            mine = ours()
            pairs.append((mine, limit()))
        else:
            other = limit()
            pairs.append((ours(), other))
    return pairs


def number_text(number: float) -> str:
    """A number as people read it: three figures, thousands with a comma."""
    if number and abs(number) < 10:
        return f"{number:.3g}" if abs(number) < 0.1 else f"{number:.2f}"
    return f"{number:,.1f}" if abs(number) < 100 else f"{number:,.0f}"


def _limits(pairs: Sequence[Pair]) -> list[float]:
    return [pair.limit for pair in pairs if pair.limit is not None]
