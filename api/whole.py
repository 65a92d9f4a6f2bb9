"""What an audit tells of a whole ledger, in lines for people: invariants, and who owes what."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import Report
from ledger.money import format_decimal
from ledger.parties.commands import Assurance
from ledger.reports.totals import by_class

MOST_OBLIGORS = 20
"""Obligors told one by one; --json has them all."""


def whole_lines(report: Report) -> Iterator[str]:
    """The lines of a report at level rules; none at any other."""
    if report.invariants:
        broken = sum(line.contradicted > 0 for line in report.invariants)
        yield f"invariants: {len(report.invariants)}, contradicted: {broken}"
    for line in report.invariants:
        item = line.invariant
        state = f"contradicted {line.contradicted} times" if line.contradicted else "holds"
        state = state if item.is_told else "not about any act of this release"
        how = f"{line.records} records, {line.entries} entries"
        yield f"  {item.number} {state}: {item.name} ({how})"
    yield from _acknowledged(report)


def _acknowledged(report: Report) -> Iterator[str]:
    for item in by_class(report.acknowledged):
        total = format_decimal(item.acknowledged, report.digits.get(item.currency, 0))
        name = item.assurance.value
        yield f"acknowledged under {name} keys: {item.count}, {item.currency} {total}"
    weak = [item for item in report.acknowledged if item.assurance is Assurance.OPERATOR_VOUCHED]
    for item in weak[:MOST_OBLIGORS]:
        total = format_decimal(item.acknowledged, report.digits.get(item.currency, 0))
        yield f"  by {item.obligor}: {item.count}, {item.currency} {total}"
    if len(weak) > MOST_OBLIGORS:
        yield f"  and {len(weak) - MOST_OBLIGORS} more; --json lists them"
