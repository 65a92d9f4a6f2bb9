"""Rule by rule, what was measured on an entry, against which bound, and what came of it.

A measure reads the events of one entry over the records as they are after it, and the policy in
force at it: `decide` has taken the command already, so a rule that refuses holds on every entry
of the log, and one that only warns may be flagged. Where its policy field is not set, or the
facts it is about were not declared, a rule says that it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import Enum
from typing import Any

from msgspec import Struct

from ledger.dates import add_months
from ledger.errors import Refused
from ledger.financing.events import FinancingAccepted
from ledger.financing.records import Programme
from ledger.invariants.entries import Happened
from ledger.model.records import Reader, need
from ledger.policy.state import POLICY, Policy, ledger_of, payable_on, policy_of, today_of
from ledger.quotas.state import Quota, quota_id
from ledger.receivables.claim import Claim
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.events import (
    DueDateAmended,
    HoldingSplit,
    IssueProposed,
    ReceivableAcknowledged,
    ReceivableRegistered,
    ReceivableRejected,
    TransferProposed,
)
from ledger.receivables.holdings import owed
from ledger.receivables.records import Holding, Maturity, Receivable
from ledger.receivables.statute import is_protected, late_floor
from ledger.settlement.events import PaymentRecorded


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


Measure = Callable[[Reader, Happened, Any], Iterator[Measured]]


class Rule(Struct, frozen=True, gc=False):
    """A rule by its `id`: what it asks in one sentence, its source, and the events it is about."""

    id: str
    name: str
    source: str
    on: tuple[type[Any], ...]
    measure: Measure


class Row(Struct, frozen=True, gc=False):
    """One line of the report: `policy` is the entry that put the policy in force."""

    seq: int
    at_ms: int
    kind: str
    rule: str
    policy: int
    measured: Measured


def rows(book: Reader, entry: Happened, kind: str) -> Iterator[Row]:
    """What each rule measured on an entry of this wire name; nothing before the first policy."""
    policy = book.get(Policy, POLICY)
    if policy is None or policy.last_seq == entry.seq:
        return
    for rule in RULES:
        for event in entry.of(*rule.on):
            for measured in _measured(rule, book, entry, event):
                yield Row(entry.seq, entry.at_ms, kind, rule.id, policy.last_seq, measured)


def _measured(rule: Rule, book: Reader, entry: Happened, event: Any) -> Iterable[Measured]:
    """What the rule finds; where the calendar in force does not reach so far, that it cannot."""
    try:
        return list(rule.measure(book, entry, event))
    except Refused as refused:
        return list(_not_applicable("", refused.detail))


def _judged(subject: str, value: object, bound: object, *, holds: bool) -> Iterator[Measured]:
    result = Result.HOLDS if holds else Result.FLAGGED
    yield Measured(subject, str(value), str(bound), result)


def _not_applicable(subject: str, why: str) -> Iterator[Measured]:
    yield Measured(subject, "", why, Result.NOT_APPLICABLE)


def _dated(book: Reader, event: Any) -> tuple[date, date]:
    """The civil dates of issue and due date, also where the latter was amended."""
    if isinstance(event, DueDateAmended):
        return need(book, Receivable, event.receivable, "").issued, event.due
    claim: Claim = event.claim
    return claim.issued, claim.due


def _hard_term(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    issued, due = _dated(book, event)
    bound = add_months(issued, policy_of(book).caps.term_months)
    return _judged(event.receivable, due, bound, holds=due <= bound)


def _soft_term(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    issued, due = _dated(book, event)
    bound = add_months(issued, policy_of(book).caps.soft_term_months)
    reason = need(book, Receivable, event.receivable, "").long_term_reason
    value = f"{due}, {'with' if reason is not None else 'without'} a reason"
    return _judged(event.receivable, value, bound, holds=due <= bound)


def _acknowledgement(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    requested_ms = need(book, Receivable, event.receivable, "").requested_ms
    if requested_ms is None:
        return _not_applicable(event.receivable, "nobody asked for it")
    days = policy_of(book).clocks.acknowledge_days
    took_ms = entry.at_ms - requested_ms
    day = -(-took_ms // DAY_MS)  # the first day ends after twenty-four hours
    return _judged(event.receivable, f"day {day}", f"day {days}", holds=day <= days)


def _statutory_due(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    claim: Claim = event.claim
    if claim.statutory_due is None:
        return _not_applicable(event.receivable, "no statute names a day")
    due, bound = claim.due, claim.statutory_due
    return _judged(event.receivable, due, bound, holds=due <= bound)


def _late_interest(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    claim, statute = event.claim, policy_of(book).statute
    if statute is None or not is_protected(claim.sizes):
        return _not_applicable(event.receivable, "no small creditor of a large obligor")
    ppm = statute.late_ppm if claim.late_ppm is None else claim.late_ppm
    floor = late_floor(statute, claim.sizes)
    return _judged(event.receivable, f"{ppm} ppm a day", f"{floor} ppm a day", holds=ppm >= floor)


def _suspension(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    """The undisputed debt of the obligor that has been payable longest."""
    receivable = need(book, Receivable, event.receivable, "")
    most = policy_of(book).clocks.suspend_days
    today = today_of(book, entry.at_ms)
    late = [
        (today - payable_on(book, item.due)).days
        for item in book.find(Maturity, obligor=receivable.obligor, is_open=True)
        if item.due < today and item.disputed < item.outstanding
    ]
    days = max(late, default=0)
    return _judged(receivable.id, f"{days} days late", f"{most} days", holds=days <= most)


def _quota(book: Reader, entry: Happened, event: ReceivableAcknowledged) -> Iterator[Measured]:
    """What the obligor owes after the entry, to this creditor and in all, against its quotas."""
    receivable = need(book, Receivable, event.receivable, "")
    currency = event.amount.currency
    for creditor in (receivable.creditor, None):
        name = quota_id(receivable.obligor, creditor, currency)
        quota = book.get(Quota, name)
        if quota is None or quota.amount is None:
            yield from _not_applicable(name, "no quota is set")
            continue
        sum_owed, most = owed(book, name, currency).minor, quota.amount.minor
        value, bound = f"{sum_owed} minor units", f"{most} minor units"
        yield from _judged(name, value, bound, holds=sum_owed <= most)


def _hops(book: Reader, entry: Happened, event: TransferProposed) -> Iterator[Measured]:
    hops = need(book, Holding, event.holding, "").hops + 1
    most = policy_of(book).caps.hops
    return _judged(event.holding, hops, most, holds=hops <= most)


def _children(book: Reader, entry: Happened, event: HoldingSplit) -> Iterator[Measured]:
    most = policy_of(book).caps.children
    return _judged(event.holding, len(event.children), most, holds=len(event.children) <= most)


def _open_holdings(book: Reader, entry: Happened, event: HoldingSplit) -> Iterator[Measured]:
    receivable = need(book, Receivable, need(book, Holding, event.holding, "").receivable, "")
    most = policy_of(book).caps.open_holdings
    holds = receivable.open_holdings <= most
    return _judged(receivable.id, receivable.open_holdings, most, holds=holds)


def _smallest(book: Reader, entry: Happened, event: HoldingSplit) -> Iterator[Measured]:
    least = policy_of(book).caps.smallest_split_minor
    found = min(need(book, Holding, child, "").amount.minor for child in event.children)
    value, bound = f"{found} minor units", f"{least} minor units"
    return _judged(event.holding, value, bound, holds=found >= least)


def _no_operator(book: Reader, entry: Happened, event: Any) -> Iterator[Measured]:
    """Nobody on either side of a principal leg is the operator."""
    operator = ledger_of(book).operator
    if isinstance(event, FinancingAccepted):
        subject, sides = event.financing, {event.financier, event.holder, event.obligor}
    else:
        subject, sides = event.payment, {event.payer, event.payee}
    count = int(operator in sides)
    return _judged(subject, f"{count} legs", "0 legs", holds=count == 0)


def _assurance(book: Reader, entry: Happened, event: FinancingAccepted) -> Iterator[Measured]:
    holding = need(book, Holding, event.holding, "")
    signed = need(book, Receivable, holding.receivable, "").assurance
    least = need(book, Programme, event.programme, "").minimum_assurance
    if signed is None:
        return _not_applicable(event.financing, "nothing is acknowledged")
    return _judged(event.financing, signed.value, least.value, holds=signed.level >= least.level)


_CLAIMED = (ReceivableRegistered, IssueProposed)
_ACT_802, _ACT_77 = "支付条例", "银发〔2025〕77号"
_POLICY = "policy"

RULES: tuple[Rule, ...] = (
    Rule(
        "term_hard_cap",
        "The unadjusted term is within the months that the policy allows.",
        f"{_ACT_77} 11",
        (*_CLAIMED, DueDateAmended),
        _hard_term,
    ),
    Rule(
        "term_soft_cap",
        "A term over the usual months has a reason, which is looked at.",
        f"{_ACT_77} 11",
        (*_CLAIMED, DueDateAmended),
        _soft_term,
    ),
    Rule(
        "acknowledgement_clock",
        "An obligor that is asked answers in time.",
        f"{_ACT_802} 16",
        (ReceivableAcknowledged, ReceivableRejected),
        _acknowledgement,
    ),
    Rule(
        "statutory_due_date",
        "A small creditor is paid by the statutory day.",
        f"{_ACT_802} 9, 10",
        _CLAIMED,
        _statutory_due,
    ),
    Rule(
        "late_interest_floor",
        "Late interest for a small creditor is not below the statutory floor.",
        f"{_ACT_802} 17",
        _CLAIMED,
        _late_interest,
    ),
    Rule(
        "suspension",
        "Who owes undisputed debts too late acknowledges no new ones.",
        f"{_ACT_77} 15",
        (ReceivableAcknowledged,),
        _suspension,
    ),
    Rule(
        "quota",
        "An obligor owes no more than the quotas that it or its parent set.",
        "quota",
        (ReceivableAcknowledged,),
        _quota,
    ),
    Rule(
        "hop_limit", "A holding changes hands within the cap.", _POLICY, (TransferProposed,), _hops
    ),
    Rule(
        "children_cap",
        "A split has no more parts than the cap.",
        _POLICY,
        (HoldingSplit,),
        _children,
    ),
    Rule(
        "holdings_cap",
        "A receivable has no more open parts than the cap.",
        _POLICY,
        (HoldingSplit,),
        _open_holdings,
    ),
    Rule("smallest_split", "No part is below the least.", _POLICY, (HoldingSplit,), _smallest),
    Rule(
        "no_operator_money",
        "The operator is in no principal leg.",
        f"{_ACT_77} 4, 14",
        (FinancingAccepted, PaymentRecorded),
        _no_operator,
    ),
    Rule(
        "assurance_floor",
        "The obligor's word is as well known as the programme asks.",
        "programme",
        (FinancingAccepted,),
        _assurance,
    ),
)
"""All rules, in the order of a row's entry. A new act adds its line."""

BY_ID = {rule.id: rule for rule in RULES}


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
