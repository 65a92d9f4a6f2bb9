"""Rules about claims: their terms, who may come to owe them, and by when they are answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from ledger.dates import add_months
from ledger.model.records import Reader, need
from ledger.policy.state import payable_on, policy_of, today_of
from ledger.quotas.state import Quota, quota_id
from ledger.receivables.claim import Claim
from ledger.receivables.clocks import DAY_MS, payable_from
from ledger.receivables.events import (
    DueDateAmended,
    IssueProposed,
    ReceivableAcknowledged,
    ReceivableRegistered,
    ReceivableRejected,
)
from ledger.receivables.holdings import owed
from ledger.receivables.records import Holding, Maturity, Receivable
from ledger.receivables.statute import is_protected, late_floor, needs_clause, statutory_due
from ledger.recourse.commands import DefaultGround
from ledger.recourse.events import DefaultDeclared
from ledger.reports.rules.shape import (
    ACT_77,
    ACT_802,
    POLICY,
    Act,
    Measured,
    Rule,
    days_of,
    judged,
    not_applicable,
)


def _dated(book: Reader, event: Any) -> tuple[date, date]:
    """The civil dates of issue and due date, also where the latter was amended."""
    if isinstance(event, DueDateAmended):
        return need(book, Receivable, event.receivable, "").issued, event.due
    claim: Claim = event.claim
    return claim.issued, claim.due


def _hard_term(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    issued, due = _dated(book, event)
    bound = add_months(issued, policy_of(book).caps.term_months)
    return judged(event.receivable, due, bound, holds=due <= bound)


def _soft_term(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    issued, due = _dated(book, event)
    bound = add_months(issued, policy_of(book).caps.soft_term_months)
    reason = need(book, Receivable, event.receivable, "").long_term_reason
    value = f"{due}, {'with' if reason is not None else 'without'} a reason"
    return judged(event.receivable, value, bound, holds=due <= bound)


def _acknowledgement(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    requested_ms = need(book, Receivable, event.receivable, "").requested_ms
    if requested_ms is None:
        return not_applicable(event.receivable, "nobody asked for it")
    days = policy_of(book).clocks.acknowledge_days
    took_ms = act.at_ms - requested_ms
    holds = took_ms <= days * DAY_MS
    return judged(event.receivable, days_of(took_ms), f"day {days}", holds=holds)


def _issue_clock(book: Reader, act: Act, event: IssueProposed) -> Iterator[Measured]:
    days, open_ms = policy_of(book).clocks.issue_days, event.lapses_ms - act.at_ms
    holds = open_ms <= days * DAY_MS
    return judged(event.receivable, days_of(open_ms), f"day {days}", holds=holds)


def _statutory_due(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    claim: Claim = event.claim
    statute = policy_of(book).statute
    bound = statutory_due(statute, claim.sizes, claim.tranche, claim.basis_date)
    if bound is None:
        return not_applicable(event.receivable, "no statute names a day")
    return judged(event.receivable, claim.due, bound, holds=claim.due <= bound)


def _clause(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    """Money kept back, and a period that begins after delivery, are the contract's to agree."""
    claim: Claim = event.claim
    if policy_of(book).statute is None or not is_protected(claim.sizes):
        return not_applicable(event.receivable, "no small creditor of a large obligor")
    what = f"{claim.tranche.value} from {claim.basis.value}, due {claim.due}"
    if not needs_clause(claim.basis, claim.tranche):
        return not_applicable(event.receivable, f"{what}: the statute's own case")
    clause = f"clause {claim.clause}" if claim.clause is not None else "no clause"
    holds = claim.clause is not None
    return judged(event.receivable, f"{what}, {clause}", "a clause", holds=holds)


def _late_interest(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    claim, statute = event.claim, policy_of(book).statute
    if statute is None or not is_protected(claim.sizes):
        return not_applicable(event.receivable, "no small creditor of a large obligor")
    ppm = statute.late_ppm if claim.late_ppm is None else claim.late_ppm
    floor = late_floor(statute, claim.sizes)
    return judged(event.receivable, f"{ppm} ppm a day", f"{floor} ppm a day", holds=ppm >= floor)


def _suspension(book: Reader, act: Act, event: Any) -> Iterator[Measured]:
    """The undisputed debt of the obligor that has been payable longest."""
    receivable = need(book, Receivable, event.receivable, "")
    most = policy_of(book).clocks.suspend_days
    today = today_of(book, act.at_ms)
    late = [
        (today - payable_on(book, item.due)).days
        for item in book.find(Maturity, obligor=receivable.obligor, is_open=True)
        if item.due < today and item.disputed < item.outstanding
    ]
    days = max(late, default=0)
    return judged(receivable.id, f"{days} days late", f"{most} days", holds=days <= most)


def _quota(book: Reader, act: Act, event: ReceivableAcknowledged) -> Iterator[Measured]:
    """What the obligor owes after the entry, to this creditor and in all, against its quotas."""
    receivable = need(book, Receivable, event.receivable, "")
    currency = event.amount.currency
    for creditor in (receivable.creditor, None):
        name = quota_id(receivable.obligor, creditor, currency)
        quota = book.get(Quota, name)
        if quota is None or quota.amount is None:
            yield from not_applicable(name, "no quota is set")
            continue
        sum_owed, most = owed(book, name, currency).minor, quota.amount.minor
        value, bound = f"{sum_owed} minor units", f"{most} minor units"
        yield from judged(name, value, bound, holds=sum_owed <= most)


def _default(book: Reader, act: Act, event: DefaultDeclared) -> Iterator[Measured]:
    """How late the debt was when its holder called it in default."""
    if event.ground is not DefaultGround.OVERDUE:
        return not_applicable(event.holding, f"the ground is {event.ground.value}")
    holding = need(book, Holding, event.holding, "")
    payable = payable_from(book, holding.obligor, holding.due)
    late = (today_of(book, act.at_ms) - payable).days
    least = max(policy_of(book).clocks.default_days, 1)
    return judged(holding.id, f"{late} days late", f"{least} days", holds=late >= least)


_CLAIMED = (ReceivableRegistered, IssueProposed)

RULES: tuple[Rule, ...] = (
    Rule(
        "term_hard_cap",
        "The unadjusted term is within the months that the policy allows.",
        f"{ACT_77} 11",
        (*_CLAIMED, DueDateAmended),
        _hard_term,
        ("caps.term_months",),
    ),
    Rule(
        "term_soft_cap",
        "A term over the usual months has a reason, which is looked at.",
        f"{ACT_77} 11",
        (*_CLAIMED, DueDateAmended),
        _soft_term,
        ("caps.soft_term_months",),
        warns=True,
    ),
    Rule(
        "issue_clock",
        "A proposed issue waits for its creditor no longer than the policy allows.",
        POLICY,
        (IssueProposed,),
        _issue_clock,
        ("clocks.issue_days",),
    ),
    Rule(
        "acknowledgement_clock",
        "An obligor that is asked answers in time.",
        f"{ACT_802} 16",
        (ReceivableAcknowledged, ReceivableRejected),
        _acknowledgement,
        ("clocks.acknowledge_days",),
        warns=True,
    ),
    Rule(
        "statutory_due_date",
        "A small creditor is paid by the statutory day.",
        f"{ACT_802} 9, 10",
        _CLAIMED,
        _statutory_due,
        ("statute.large_days", "statute.public_days"),
        warns=True,
    ),
    Rule(
        "contract_clause",
        "Retention money, and a period that begins after delivery, rest on a clause.",
        f"{ACT_802} 9, 10",
        _CLAIMED,
        _clause,
    ),
    Rule(
        "late_interest_floor",
        "Late interest for a small creditor is not below the statutory floor.",
        f"{ACT_802} 17",
        _CLAIMED,
        _late_interest,
        ("statute.late_ppm", "statute.late_floor_ppm"),
    ),
    Rule(
        "suspension",
        "Who owes undisputed debts too late acknowledges no new ones.",
        f"{ACT_77} 15",
        (ReceivableAcknowledged,),
        _suspension,
        ("clocks.suspend_days",),
    ),
    Rule(
        "quota",
        "An obligor owes no more than the quotas that it or its parent set.",
        "quota",
        (ReceivableAcknowledged,),
        _quota,
    ),
    Rule(
        "default_clock",
        "An obligor is called in default for a debt that is late enough.",
        POLICY,
        (DefaultDeclared,),
        _default,
        ("clocks.default_days",),
    ),
)
"""The rules about claims."""
