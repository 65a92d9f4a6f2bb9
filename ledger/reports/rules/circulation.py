"""Rules about holdings on their way: how far they go, into how many parts, how long they wait."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.burdens.events import EncumbranceProposed
from ledger.changes.events import ChangeProposed
from ledger.model.records import Reader, need
from ledger.policy.state import policy_of
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.events import HoldingSplit, TransferProposed
from ledger.receivables.records import Holding, Receivable
from ledger.reports.rules.shape import POLICY, Act, Measured, Rule, days_of, judged

Offered = TransferProposed | EncumbranceProposed | ChangeProposed


def _hops(book: Reader, act: Act, event: TransferProposed) -> Iterator[Measured]:
    hops = need(book, Holding, event.holding, "").hops + 1
    most = policy_of(book).caps.hops
    return judged(event.holding, hops, most, holds=hops <= most)


def _offer_clock(book: Reader, act: Act, event: Offered) -> Iterator[Measured]:
    days, open_ms = policy_of(book).clocks.transfer_days, event.lapses_ms - act.at_ms
    holds = open_ms <= days * DAY_MS
    return judged(_name(event), days_of(open_ms), f"day {days}", holds=holds)


def _name(event: Offered) -> str:
    match event:
        case TransferProposed():
            return event.transfer
        case EncumbranceProposed():
            return event.encumbrance
        case ChangeProposed():
            return event.change


def _children(book: Reader, act: Act, event: HoldingSplit) -> Iterator[Measured]:
    most = policy_of(book).caps.children
    return judged(event.holding, len(event.children), most, holds=len(event.children) <= most)


def _open_holdings(book: Reader, act: Act, event: HoldingSplit) -> Iterator[Measured]:
    receivable = need(book, Receivable, need(book, Holding, event.holding, "").receivable, "")
    most = policy_of(book).caps.open_holdings
    holds = receivable.open_holdings <= most
    return judged(receivable.id, receivable.open_holdings, most, holds=holds)


def _smallest(book: Reader, act: Act, event: HoldingSplit) -> Iterator[Measured]:
    least = policy_of(book).caps.smallest_split_minor
    found = min(need(book, Holding, child, "").amount.minor for child in event.children)
    value, bound = f"{found} minor units", f"{least} minor units"
    return judged(event.holding, value, bound, holds=found >= least)


RULES: tuple[Rule, ...] = (
    Rule(
        "hop_limit",
        "A holding changes hands within the cap.",
        POLICY,
        (TransferProposed,),
        _hops,
        ("caps.hops",),
    ),
    Rule(
        "offer_clock",
        "Transfers, security and changes wait for an answer no longer than the policy allows.",
        POLICY,
        (TransferProposed, EncumbranceProposed, ChangeProposed),
        _offer_clock,
        ("clocks.transfer_days",),
    ),
    Rule(
        "children_cap",
        "A split has no more parts than the cap.",
        POLICY,
        (HoldingSplit,),
        _children,
        ("caps.children",),
    ),
    Rule(
        "holdings_cap",
        "A receivable has no more open parts than the cap.",
        POLICY,
        (HoldingSplit,),
        _open_holdings,
        ("caps.open_holdings",),
    ),
    Rule(
        "smallest_split",
        "No part is below the least.",
        POLICY,
        (HoldingSplit,),
        _smallest,
        ("caps.smallest_split_minor",),
    ),
)
"""The rules about holdings."""
