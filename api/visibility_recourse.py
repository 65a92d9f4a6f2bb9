"""Whom recourse and write-offs concern."""

from __future__ import annotations

from api.visibility_rule import Rule, sides
from ledger.recourse.records import RecourseClaim, RecoursePayment, WriteOff

RECOURSE: tuple[Rule, ...] = (
    Rule(
        RecourseClaim,
        sides("claimant", "liable"),
        ("claimant", "liable"),
        sealed=frozenset({"claimant", "liable", "claimed", "received", "paid", "returned"}),
    ),
    Rule(
        RecoursePayment,
        sides("payer", "payee", "attested_by"),
        ("payer", "payee", "attested_by"),
        sealed=frozenset({"payer", "payee", "account", "amount", "reference"}),
    ),
    Rule(WriteOff, sides("holder"), ("holder",), sealed=frozenset({"holder", "amount"})),
)
"""The rules of this place."""
