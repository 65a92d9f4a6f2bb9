"""What is told of a ledger that was replayed to its end: its invariants, and who owes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ledger.audit.findings import Collector, Level
from ledger.audit.order import Rank
from ledger.audit.rules import Scratch
from ledger.catalogue import BY_PREFIX
from ledger.invariants.table import INVARIANTS
from ledger.invariants.tally import Contradiction, Line, Tally, WholeView
from ledger.policy.state import POLICY, Policy
from ledger.receivables.records import Receivable
from ledger.reports.totals import Total, totals

_NAMES = {item.number: item.name for item in INVARIANTS}


@dataclass(frozen=True, slots=True)
class Whole:
    """A line for each invariant, and what is acknowledged; `digits` by currency, for reading it."""

    invariants: Sequence[Line] = ()
    acknowledged: Sequence[Total] = ()
    digits: Mapping[str, int] = field(default_factory=dict)


def look_at(scratch: Scratch, tally: Tally, found: Collector) -> Whole:
    """Check all invariants over the records of a replay; contradictions go to `found`.

    Never raises: what cannot be checked is a finding.
    """
    view = WholeView(scratch)
    tally.look(view, partial(found.caught, Level.RULES))
    tell(scratch, tally, found)
    policy = scratch.get(Policy, (POLICY,)).get(POLICY)
    digits = {item.code: item.digits for item in policy.currencies} if policy else {}
    nothing: tuple[Total, ...] = ()
    owed = found.read(lambda: totals(view.all(Receivable)), nothing, "receivables", Rank.RULE)
    return Whole(tally.lines(found.codes), owed, digits)


def tell(scratch: Scratch, tally: Tally, found: Collector) -> None:
    """The contradictions that were met so far, as findings."""
    for item in tally.told():
        found.add(
            Level.RULES,
            "invariant_contradicted",
            f"Invariant {item.number}, {_NAMES[item.number]} {item.sentence}",
            _entry_of(scratch, item),
            item.record,
        )


def _entry_of(scratch: Scratch, item: Contradiction) -> int | None:
    """The entry at which it was met, or that changed the record last; None where neither is."""
    kind = BY_PREFIX.get(item.record.partition("_")[0])
    if item.seq is not None or kind is None:
        return item.seq
    record = scratch.get(kind, (item.record,)).get(item.record)
    return None if record is None else int(record.last_seq)
