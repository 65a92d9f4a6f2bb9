"""Rule by rule, what was measured on an entry, against which bound, and what came of it.

A measure reads one command or event of an entry over the records as they are after it, and the
policy in force at it: `decide` has taken the command already, so a rule that refuses holds on every
entry of the log, and one that only warns may be flagged. Where its policy field is not set, or the
facts it is about were not declared, a rule says that it does not apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ledger.errors import Refused
from ledger.model.records import Reader
from ledger.policy.state import POLICY, Policy
from ledger.reports.rules import circulation, claims, funding, people
from ledger.reports.rules.shape import Act, Measured, Result, Row, Rule, not_applicable

__all__ = ["BY_ID", "COLUMNS", "RULES", "Act", "Measured", "Result", "Row", "Rule"]

RULES: tuple[Rule, ...] = (
    *claims.RULES,
    *circulation.RULES,
    *funding.RULES,
    *people.RULES,
)
"""All rules. A new act adds its line to those of its place."""

BY_ID = {rule.id: rule for rule in RULES}


def _about() -> Mapping[type[Any], tuple[Rule, ...]]:
    kinds = {kind for rule in RULES for kind in rule.on}
    return {kind: tuple(rule for rule in RULES if kind in rule.on) for kind in kinds}


_ABOUT = _about()


def rows(book: Reader, act: Act) -> Iterator[Row]:
    """What the rules measured on an entry; nothing before the first policy.

    First what its command is measured for, then event by event.
    """
    policy = book.get(Policy, POLICY)
    if policy is None or policy.last_seq == act.seq:
        return
    for what in (act.command, *act.events):
        for rule in _ABOUT.get(type(what), ()):
            for measured in _measured(rule, book, act, what):
                yield Row(act.seq, act.at_ms, act.kind, rule.id, policy.last_seq, measured)


def _measured(rule: Rule, book: Reader, act: Act, what: Any) -> Iterable[Measured]:
    """What the rule finds; where the calendar in force does not reach so far, that it cannot."""
    try:
        return list(rule.measure(book, act, what))
    except Refused as refused:
        return list(not_applicable("", refused.detail))


def tree_of(row: Row, at: str) -> dict[str, Any]:
    """A row as JSON; `at` is its instant as text."""
    return {
        "seq": row.seq,
        "at": at,
        "kind": row.kind,
        "rule": row.rule,
        "subject": row.measured.subject,
        "measured": row.measured.value,
        "bound": row.measured.bound,
        "result": row.measured.result.value,
        "policy": row.policy,
    }


COLUMNS = ("seq", "at", "kind", "rule", "subject", "measured", "bound", "result", "policy")
"""The fields of a row, in the order of a table."""


def wanted(found: Iterable[Row], rules: frozenset[str]) -> Iterator[Row]:
    """The rows of these rules (none named: of all)."""
    return (row for row in found if not rules or row.rule in rules)
