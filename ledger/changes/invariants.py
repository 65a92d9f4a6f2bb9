"""What must be true of disputes, changes and claims, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from ledger.changes.events import ChangeKind
from ledger.changes.records import Change, ChangeState, Claim, ClaimState, Dispute, DisputeState
from ledger.model.records import View
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, Invoice, Receivable


def invariant_5_credit_notes(view: View) -> list[str]:
    """What is credited on an invoice is the sum of its credit notes, and each reduced what it says.

    What a note takes off beyond what it reduced and left was used by nobody.
    """
    credited: Counter[str] = Counter()
    unabsorbed: Counter[str] = Counter()
    for item in _applied(view):
        if item.note is not None and item.left is not None:
            credited[item.note.invoice] += item.note.total.minor
            unabsorbed[item.note.invoice] += item.left.minor
    return [
        f"{item.id}: what is credited is not the sum of its credit notes."
        for item in view.all(Invoice)
        if (item.credited.minor, item.unabsorbed.minor) != (credited[item.id], unabsorbed[item.id])
    ]


def invariant_7_every_reduction_is_signed(view: View) -> list[str]:
    """A debt is reduced by applied changes and awards and nothing else, to the unit.

    Creditor and obligor have consented to each change that is not a set-off; to that the obligor
    and somebody else.
    """
    reduced: Counter[str] = Counter()
    parties = {item.id: {item.creditor, item.obligor} for item in view.all(Receivable)}
    found = []
    for item in _applied(view):
        reduced[item.receivable] += item.reduced.minor if item.reduced else 0
        signed = parties[item.receivable] <= set(item.consents)
        if not signed and not (item.kind is ChangeKind.SET_OFF and len(item.consents) == 2):
            found.append(f"{item.id}: it is applied without creditor or obligor.")
        if not _adds_up(item):
            found.append(f"{item.id}: what it reduced and left is not what was proposed.")
    for dispute in view.all(Dispute):
        reduced[dispute.receivable] += dispute.reduced.minor
    return found + [
        f"{item.id}: it is reduced by another sum than was signed for."
        for item in view.all(Receivable)
        if item.reduced.minor != reduced[item.id]
    ]


def invariant_19_disputes(view: View) -> list[str]:
    """A holding is disputed by open disputes of its own debt, and by no more than they deny."""
    disputes = {item.id: item for item in view.all(Dispute)}
    sums: Counter[str] = Counter()
    found = []
    for holding in view.all(Holding):
        for burden in holding.burdens if holding.is_open else ():
            if burden.kind is not BurdenKind.DISPUTE:
                continue
            sums[burden.id] += burden.amount.minor
            dispute = disputes.get(burden.id)
            if (
                dispute is None
                or dispute.state is not DisputeState.OPEN
                or dispute.receivable != holding.receivable
            ):
                found.append(f"{holding.id}: {burden.id} is no open dispute of its debt.")
    for dispute in disputes.values():
        if sums[dispute.id] > (dispute.amount - dispute.beyond).minor:
            found.append(f"{dispute.id}: it burdens more than it denies.")
        if min(dispute.upheld.minor, dispute.reduced.minor) < 0 or dispute.amount < dispute.upheld:
            found.append(f"{dispute.id}: more was found than was in dispute.")
    return found


def invariant_24_claims(view: View) -> list[str]:
    """A claim is between two parties, and never paid beyond what it is; notes leave no other."""
    found = []
    by_cause: dict[str, int] = defaultdict(int)
    for item in view.all(Claim):
        by_cause[item.cause_id] += item.amount.minor
        if item.debtor == item.claimant or item.amount.minor <= 0:
            found.append(f"{item.id}: nobody owes it, or nothing is owed.")
        settled = item.settled == item.amount
        if item.amount < item.settled or settled != (item.state is ClaimState.SETTLED):
            found.append(f"{item.id}: it is {item.state.value} against what was received.")
    return found + [
        f"{item.id}: more is claimed than it left."
        for item in _applied(view)
        if item.left is not None and by_cause[item.id] > item.left.minor
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_5_credit_notes,
    invariant_7_every_reduction_is_signed,
    invariant_19_disputes,
    invariant_24_claims,
)
"""All checks that need one view."""


def _adds_up(change: Change) -> bool:
    if change.reduced is None or change.left is None:
        return False
    return change.amount is None or change.reduced + change.left == change.amount


def _applied(view: View) -> list[Change]:
    return [item for item in view.all(Change) if item.state is ChangeState.APPLIED]
