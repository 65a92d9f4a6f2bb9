"""What must be true of all records together, by the numbers of the domain's list of invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
They are for audits and tests: rules keep these by construction and never ask them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from ledger.conduct.records import Insolvency, Suspension
from ledger.model.records import View
from ledger.receivables.burdens import burdened
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Invoice,
    Maturity,
    Owed,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
    maturity_id,
    owed_id,
)

_OWED = (
    ReceivableState.ACKNOWLEDGED,
    ReceivableState.SETTLED,
    ReceivableState.CANCELLED,
)
_USING = (ReceivableState.PROPOSED, ReceivableState.REGISTERED, *_OWED)


def invariant_1_conservation(view: View) -> list[str]:
    """Per receivable: open + paid + reduced + ended by confusion = acknowledged, to the unit."""
    found = []
    holdings = _by_receivable(view)
    for receivable in view.all(Receivable):
        open_ones = [item for item in holdings[receivable.id] if item.is_open]
        if sum(item.outstanding.minor for item in open_ones) != receivable.outstanding.minor:
            found.append(f"{receivable.id}: its holdings are not what is outstanding.")
        if len(open_ones) != receivable.open_holdings:
            found.append(f"{receivable.id}: it counts another number of open holdings.")
        if (receivable.state is ReceivableState.ACKNOWLEDGED) != bool(open_ones):
            found.append(f"{receivable.id}: it is {receivable.state.value} against its holdings.")
    return found


def invariant_2_split(view: View) -> list[str]:
    """Children are above zero, of one receivable and due date, and sum to what was outstanding."""
    found = []
    holdings = {item.id: item for item in view.all(Holding)}
    children: Mapping[str, list[Holding]] = defaultdict(list)
    for holding in holdings.values():
        if holding.parent is not None:
            children[holding.parent].append(holding)
    for holding in holdings.values():
        parts = children[holding.id]
        if (holding.state is HoldingState.SPLIT) != bool(parts):
            found.append(f"{holding.id}: it is {holding.state.value} with {len(parts)} children.")
        if (
            parts
            and sum(item.amount.minor for item in parts)
            != (holding.amount - holding.paid - holding.reduced).minor
        ):
            found.append(f"{holding.id}: its children do not add up to it.")
        found += [
            f"{item.id}: it does not fit its parent."
            for item in parts
            if item.amount.minor <= 0
            or (item.receivable, item.due, item.obligor, item.amount.currency)
            != (holding.receivable, holding.due, holding.obligor, holding.amount.currency)
            or item.chain[: len(holding.chain)] != holding.chain
        ]
    return found


def invariant_3_one_holder(view: View) -> list[str]:
    """The holder is the last of a chain of hands that begins with the creditor."""
    creditors = {item.id: item.creditor for item in view.all(Receivable)}
    return [
        f"{item.id}: its holder does not follow from its chain."
        for item in view.all(Holding)
        if item.chain[0] != creditors.get(item.receivable) or item.chain[-1] != item.holder
    ]


def invariant_4_one_claim_on_a_holding(view: View) -> list[str]:
    """At most one transfer or financing has a holding, and both sides say so."""
    proposed = {
        item.id: item.holding for item in view.all(Transfer) if item.state is TransferState.PROPOSED
    }
    found = []
    pending = {}
    for holding in view.all(Holding):
        if holding.state is HoldingState.TRANSFER_PENDING and holding.pending is not None:
            pending[holding.pending] = holding.id
        taken = (HoldingState.TRANSFER_PENDING, HoldingState.LOCKED, HoldingState.FINANCED)
        if (holding.state in taken) != (holding.pending is not None):
            found.append(f"{holding.id}: it is {holding.state.value} for {holding.pending}.")
        if holding.lock_lapses_ms is not None and holding.state is not HoldingState.LOCKED:
            found.append(f"{holding.id}: it has the end of a lock and no lock.")
    if pending != proposed:
        found.append("The proposed transfers are not those for which holdings are pending.")
    return found


def invariant_5_invoices(view: View) -> list[str]:
    """Keys are unique; what is used of an invoice is the sum of its uses and at most what it is."""
    used: dict[str, int] = defaultdict(int)
    proposals: dict[str, set[str]] = defaultdict(set)
    for receivable in view.all(Receivable):
        for use in receivable.uses if receivable.state in _USING else ():
            used[use.invoice] += use.amount.minor
            if receivable.state is ReceivableState.PROPOSED:
                proposals[use.invoice].add(receivable.id)
    found = []
    keys: set[str] = set()
    for invoice in view.all(Invoice):
        if invoice.key in keys:
            found.append(f"{invoice.id}: another invoice has its key.")
        keys.add(invoice.key)
        if invoice.used.minor != used[invoice.id]:
            found.append(f"{invoice.id}: what is used is not the sum of its uses.")
        if set(invoice.proposals) != proposals[invoice.id]:
            found.append(f"{invoice.id}: it lists other proposals than use it.")
        if invoice.usable < invoice.used or invoice.credited < invoice.unabsorbed:
            found.append(f"{invoice.id}: more is used than there is.")
    return found


def invariant_6_nothing_without_acknowledgement(view: View) -> list[str]:
    """Only what the obligor has acknowledged is held, so only that is transferred or financed."""
    owed = {item.id for item in view.all(Receivable) if item.state in _OWED}
    return [
        f"{item.id}: its receivable is not acknowledged."
        for item in view.all(Holding)
        if item.receivable not in owed
    ]


def invariant_7_payable(view: View) -> list[str]:
    """What is owed stays within face and zero, and falls by payment and reduction only."""
    found = []
    holdings = _by_receivable(view)
    for item in view.all(Receivable):
        parts = holdings[item.id]
        if item.face < item.acknowledged or item.outstanding.minor < 0:
            found.append(f"{item.id}: more is acknowledged than face, or paid than owed.")
        if sum(part.paid.minor for part in parts) != item.paid.minor:
            found.append(f"{item.id}: its payments are not those of its holdings.")
        if sum(part.reduced.minor for part in parts) != item.reduced.minor:
            found.append(f"{item.id}: its reductions are not those of its holdings.")
        found += [
            f"{part.id}: more is paid or reduced than owed."
            for part in parts
            if min(part.paid.minor, part.reduced.minor) < 0
            or part.amount < part.paid + part.reduced
        ]
    return found


def invariant_8_burdens(view: View) -> list[str]:
    """A burden is above zero, of a holding's own currency, and named once on it."""
    return [
        f"{item.id}: a burden is named twice, is nothing, or is in another currency."
        for item in view.all(Holding)
        if len({burden.id for burden in item.burdens}) != len(item.burdens)
        or any(
            burden.amount.minor <= 0 or burden.amount.currency != item.amount.currency
            for burden in item.burdens
        )
    ]


def invariant_16_confusion(view: View) -> list[str]:
    """Nobody owes itself: obligor and creditor differ, and no open holding is the obligor's."""
    return [
        f"{item.id}: obligor and creditor are one party."
        for item in view.all(Receivable)
        if item.obligor == item.creditor
    ] + [
        f"{item.id}: the obligor holds its own debt."
        for item in view.all(Holding)
        if item.is_open and item.holder == item.obligor
    ]


def invariant_23_nothing_new_is_owed(view: View) -> list[str]:
    """Nothing was acknowledged of a suspended or insolvent obligor since that is on record."""
    since = {item.id: item.since_ms for item in view.all(Suspension) if item.in_force}
    for item in view.all(Insolvency):
        if item.in_force:
            since[item.id] = min(item.declared_ms, since.get(item.id, item.declared_ms))
    return [
        f"{item.id}: its obligor came to owe what it might not."
        for item in view.all(Receivable)
        if item.obligor in since and (item.acknowledged_ms or 0) > since[item.obligor]
    ]


def invariant_23_sums_of_debts(view: View) -> list[str]:
    """What an obligor owes by day and by creditor is the sum of what is open of its debts."""
    creditors = {item.id: item.creditor for item in view.all(Receivable)}
    days: Counter[str] = Counter()
    disputed: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for item in view.all(Holding):
        currency, owed = item.amount.currency, item.outstanding
        day = maturity_id(item.obligor, currency, item.due)
        days[day] += owed.minor
        disputed[day] += burdened(item.burdens, BurdenKind.DISPUTE, owed, None).minor
        for creditor in (creditors[item.receivable], ""):
            sums[owed_id(item.obligor, creditor, currency)] += owed.minor
    found = [
        f"{item.id}: it is not the sum of what is open of these debts."
        for item in view.all(Maturity)
        if (item.outstanding.minor, item.disputed.minor) != (days[item.id], disputed[item.id])
        or item.is_open != (item.outstanding.minor > 0)
    ]
    known = {item.id: item.amount.minor for item in view.all(Owed)}
    found += [
        f"{name}: it is not the sum of these debts."
        for name in known.keys() | sums.keys()
        if known.get(name, 0) != sums[name]
    ]
    days_known = {item.id for item in view.all(Maturity)}
    found += [f"{day}: this day has no record." for day in (+days).keys() - days_known]
    return found


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_1_conservation,
    invariant_2_split,
    invariant_3_one_holder,
    invariant_4_one_claim_on_a_holding,
    invariant_5_invoices,
    invariant_6_nothing_without_acknowledgement,
    invariant_7_payable,
    invariant_8_burdens,
    invariant_16_confusion,
    invariant_23_nothing_new_is_owed,
    invariant_23_sums_of_debts,
)
"""All checks that need one view."""


def payable_never_rises(before: View, after: View) -> list[str]:
    """Invariant 7 over time: no acknowledged debt grows, but by a payment that is taken back."""
    owed = {
        item.id: item.outstanding + item.paid
        for item in before.all(Receivable)
        if item.state in _OWED
    }
    return [
        f"{item.id}: more is owed than before."
        for item in after.all(Receivable)
        if item.id in owed and owed[item.id] < item.outstanding + item.paid
    ]


def _by_receivable(view: View) -> Mapping[str, list[Holding]]:
    found: dict[str, list[Holding]] = defaultdict(list)
    for holding in view.all(Holding):
        found[holding.receivable].append(holding)
    return found
