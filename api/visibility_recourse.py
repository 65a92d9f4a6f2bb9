"""Whom recourse, defaults, recoveries and write-offs concern."""

from __future__ import annotations

from api.visibility_rule import Rule, sides
from ledger.recourse.records import DebtRecovery, Default, RecourseClaim, RecoursePayment, WriteOff

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
    Rule(
        Default,
        sides("holder", "obligor"),
        ("holder", "obligor"),
        sealed=frozenset({"holder", "obligor"}),
    ),
    Rule(
        DebtRecovery,
        sides("payer", "payee", "attested_by"),
        ("payer", "payee", "attested_by"),
        sealed=frozenset({"payer", "payee", "account", "amount", "returned", "reference"}),
    ),
    Rule(WriteOff, sides("holder"), ("holder",), sealed=frozenset({"holder", "amount"})),
)
"""The rules of this place."""
