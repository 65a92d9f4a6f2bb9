"""Disputes (争议): the obligor denies a part of what it acknowledged; the rest stays payable.

A dispute lies on the creditor's own holdings first. What they cannot take lies on all others in
proportion, unless the obligor has waived its defences: then it burdens nobody (design: third
parties are safe), and is between obligor and creditor alone.
"""

from __future__ import annotations

from ledger.changes.commands import AddEvidence, AwardDispute, RaiseDispute, WithdrawDispute
from ledger.changes.decide.checks import check_currency, open_dispute, owed
from ledger.changes.decide.outcome import Events, raised
from ledger.changes.events import (
    ClaimCause,
    DisputeRaised,
    DisputeResolved,
    DisputeWithdrawn,
    EvidenceAdded,
)
from ledger.changes.parts import lifted, lower, open_parts
from ledger.changes.records import Dispute, DisputeState
from ledger.changes.reducing import spread
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.receivables import acts
from ledger.receivables.burdens import burdened
from ledger.receivables.decide.checks import need_role, only
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.records import Holding, Receivable


def raise_dispute(book: Reader, command: RaiseDispute, by: Signer, at_ms: int) -> Events:
    """The obligor disputes so much; a burden for each holding that bears some of it."""
    receivable = owed(book, command.receivable, "/body/receivable")
    only(receivable.obligor, by, "obligor")
    check_currency(receivable, command.amount, "/body/amount")
    refuse_if(
        receivable.outstanding < command.amount + _disputed(book, receivable),
        RefusalCode.DISPUTE_EXCEEDS_DEBT,
        f"Less is outstanding on {receivable.id} and not disputed yet.",
        "/body/amount",
    )
    name = by.new_id("dsp")
    burdens, beyond = _burdens(book, receivable, name, command.amount)
    stated = DisputeRaised(
        dispute=name,
        receivable=receivable.id,
        obligor=receivable.obligor,
        creditor=receivable.creditor,
        amount=command.amount,
        beyond=beyond,
        reason=command.reason,
        evidence=command.evidence,
        at_ms=at_ms,
    )
    return (stated, *burdens)


def add_evidence(book: Reader, command: AddEvidence, by: Signer, _at_ms: int) -> Events:
    """Whom the dispute concerns shows a document."""
    dispute = open_dispute(book, command.dispute)
    sides = {dispute.obligor, dispute.creditor}
    holders = {item.holder for item in open_parts(book, dispute.receivable)}
    refuse_if(
        by.party not in sides | holders,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only obligor, creditor or a holder do this.",
    )
    return (EvidenceAdded(dispute=dispute.id, by=by.party, evidence=command.evidence),)


def withdraw(book: Reader, command: WithdrawDispute, by: Signer, _at_ms: int) -> Events:
    """The obligor owes it all; what was burdened is free."""
    dispute = open_dispute(book, command.dispute)
    only(dispute.obligor, by, "obligor")
    withdrawn = DisputeWithdrawn(dispute=dispute.id)
    return (withdrawn, *lifted(book, dispute.receivable, dispute.id))


def award(book: Reader, command: AwardDispute, by: Signer, at_ms: int) -> Events:
    """What a court found lowers the creditor's own holdings, and is a claim on it for the rest."""
    dispute = open_dispute(book, command.dispute)
    need_role(by, Role.REGULATOR)
    receivable = need(book, Receivable, dispute.receivable, "")
    check_currency(receivable, command.amount, "/body/amount")
    refuse_if(
        dispute.amount < command.amount,
        RefusalCode.MORE_THAN_DISPUTED,
        "Less is in dispute.",
        "/body/amount",
    )
    fall = lower(book, receivable, command.amount, (), dispute.id, at_ms)
    resolved = DisputeResolved(
        dispute=dispute.id,
        upheld=command.amount,
        reduced=fall.reduced,
        award=command.award,
        at_ms=at_ms,
    )
    claim = raised(receivable, fall.left, ClaimCause.AWARD, dispute.id, by, at_ms)
    return (resolved, *lifted(book, receivable.id, dispute.id), *fall.events, *claim)


def _disputed(book: Reader, receivable: Receivable) -> Money:
    """What open disputes deny already, whether it burdens holdings or not."""
    found = book.find(Dispute, receivable=receivable.id)
    nothing = Money(0, receivable.face.currency)
    return sum((item.amount for item in found if item.state is DisputeState.OPEN), nothing)


def _burdens(
    book: Reader, receivable: Receivable, name: str, amount: Money
) -> tuple[list[ReceivablesEvent], Money]:
    """Which holdings bear how much of a dispute, and what burdens nobody."""
    parts = open_parts(book, receivable.id)
    own = [item for item in parts if item.holder == receivable.creditor]
    others = [item for item in parts if item not in own and not receivable.waiver_of_defences]
    first, second, beyond = spread(
        amount, [_undisputed(item) for item in own], [_undisputed(item) for item in others]
    )
    found = [
        event
        for item, part in zip((*own, *others), (*first, *second), strict=True)
        if part.minor
        for event in acts.burden(item, Burden(id=name, kind=BurdenKind.DISPUTE, amount=part))
    ]
    return found, beyond


def _undisputed(holding: Holding) -> Money:
    owed = holding.outstanding
    return owed - burdened(holding.burdens, BurdenKind.DISPUTE, owed, None)
