"""What a rule, a measure and a row are, and the short ways by which measures are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from msgspec import Struct

from ledger.model.records import Reader, Signer
from ledger.receivables.clocks import DAY_MS, HOUR_MS


class Result(Enum):
    """What came of a rule on an entry; flagged: taken all the same, and to be looked at."""

    HOLDS = "holds"
    FLAGGED = "flagged"
    NOT_APPLICABLE = "not_applicable"


class Measured(Struct, frozen=True, gc=False):
    """On the record `subject` the rule found `value` against `bound`, in words or figures."""

    subject: str
    value: str
    bound: str
    result: Result


class Act(Struct, frozen=True, gc=False):
    """One entry: its number, its instant, the command of wire name `kind`, and who signed it.

    `events` are what followed, in their order.
    """

    seq: int
    at_ms: int
    kind: str
    command: Any
    by: Signer
    events: tuple[Any, ...]


Measure = Callable[[Reader, Act, Any], Iterator[Measured]]
"""What a rule finds for one command or event of an entry, over the records as they are after it."""


class Rule(Struct, frozen=True, gc=False):
    """A rule by its `id`: what it asks in one sentence, its source, what it is about.

    `on` are the commands and events that it measures, `reads` the fields of the policy that it
    holds them against, such as ``caps.hops``. One that `warns` may be flagged; any other refuses.
    """

    id: str
    name: str
    source: str
    on: tuple[type[Any], ...]
    measure: Measure
    reads: tuple[str, ...] = ()
    warns: bool = False


class Row(Struct, frozen=True, gc=False):
    """One line of the report: `policy` is the entry that put the policy in force."""

    seq: int
    at_ms: int
    kind: str
    rule: str
    policy: int
    measured: Measured


def judged(subject: str, value: object, bound: object, *, holds: bool) -> Iterator[Measured]:
    """One finding."""
    result = Result.HOLDS if holds else Result.FLAGGED
    yield Measured(subject, str(value), str(bound), result)


def not_applicable(subject: str, why: str) -> Iterator[Measured]:
    """The rule says nothing about the subject, and why."""
    yield Measured(subject, "", why, Result.NOT_APPLICABLE)


def days_of(span_ms: int) -> str:
    """A span in days, the last one begun: ``day 30`` is over after thirty times 24 hours."""
    return f"day {-(-span_ms // DAY_MS)}"


def hours_of(span_ms: int) -> str:
    """A span in hours, the last one begun."""
    return f"{-(-span_ms // HOUR_MS)} hours"


ACT_802, ACT_77, POLICY = "支付条例", "银发〔2025〕77号", "policy"
"""Sources: State Council order 802, the notice of 2025 on supply chain finance, and our own."""
