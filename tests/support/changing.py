"""The market with disputes and changes in it: short ways to dispute, propose and answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.changes import commands as c
from ledger.changes.invariants import INVARIANTS as CHANGES
from ledger.changes.records import Change, Claim, Dispute
from ledger.parties.commands import Role
from ledger.receivables.commands import Terms
from ledger.receivables.records import Holding, Receivable
from tests.support.market import Market, _enrolled
from tests.support.world import DAY, TERMS, cny, digest, party

PLAIN = replace(TERMS, waiver_of_defences=False)
"""Terms under which the obligor keeps its defences."""


class Changing(Market):
    """A market with a court in it."""

    def __init__(self) -> None:
        super().__init__()
        self.book.apply([_enrolled("court", (Role.REGULATOR,))])

    def findings(self) -> list[str]:
        """What contradicts any invariant, those of changes included."""
        return super().findings() + [found for check in CHANGES for found in check(self.book)]

    def parts(self, receivable: str) -> dict[str, tuple[int, ...]]:
        """What each holder has outstanding, part by part, in order of amount."""
        found: dict[str, list[int]] = {}
        for item in self.book.all(Holding):
            if item.receivable == receivable and item.is_open:
                found.setdefault(self.name_of(item.holder), []).append(item.outstanding.minor)
        return {name: tuple(sorted(amounts)) for name, amounts in found.items()}

    def claims(self) -> list[tuple[str, str, int]]:
        """All claims: who owes whom how much."""
        return [
            (self.name_of(item.debtor), self.name_of(item.claimant), item.outstanding.minor)
            for item in self.book.all(Claim)
        ]

    def given(self, by: str, holding: Holding, to: str) -> Holding:
        """The holding in other hands."""
        return self.accept(to, self.propose(by, holding, to))

    def sold(self, holding: Holding, **how: Any) -> Holding:
        """The holding as a financier's, advance and all."""
        financing = self.accept_offer(holding, self.make_offer(**how))
        return self.holding_of(self.confirm(self.instruct(financing)))

    def dispute(self, receivable: str, amount: int) -> Dispute:
        """A dispute that the obligor raises."""
        stated, *_ = self.do("core", complaint(receivable, amount))
        return self.get(Dispute, stated.dispute)

    def propose_change(self, by: str, command: Any) -> Change:
        """A proposed change."""
        stated, *_ = self.do(by, command)
        return self.get(Change, stated.change)

    def consent(self, by: str, change: Change) -> tuple[Any, ...]:
        """A party consents."""
        return self.do(by, consenting(change), change.id)

    def credit_note(self, receivable: str, amount: int, /, **how: Any) -> c.ProposeCreditNote:
        """The command that proposes a credit note on the first invoice of a receivable."""
        usual: dict[str, Any] = {
            "receivable": receivable,
            "invoice": self.get(Receivable, receivable).uses[0].invoice,
            "number": f"CN-{self.count}",
            "document": digest("note"),
            "amount": cny(amount),
            "total": cny(amount),
            "lapses_ms": self.at_ms + DAY,
        }
        return c.ProposeCreditNote(**(usual | how))

    def set_off(self, holding: Holding, against: str, amount: int, **how: Any) -> c.ProposeSetOff:
        """The command that sets something off that was owed, and due, from the start."""
        usual: dict[str, Any] = {
            "holding": holding.id,
            "amount": cny(amount),
            "against": party(against),
            "reference": "our invoice 7",
            "arose": date(2025, 12, 1),
            "matures": date(2026, 1, 2),
            "same_contract": False,
            "document": digest("counterclaim"),
            "lapses_ms": self.at_ms + DAY,
        }
        return c.ProposeSetOff(**(usual | how))

    def due_date(self, receivable: str, due: date) -> c.ProposeDueDate:
        """The command that proposes another day."""
        return c.ProposeDueDate(
            receivable=receivable,
            due=due,
            document=digest("amendment"),
            lapses_ms=self.at_ms + DAY,
        )

    def cancellation(self, receivable: str) -> c.ProposeCancellation:
        """The command that proposes to end what is left."""
        return c.ProposeCancellation(
            receivable=receivable, document=digest("end"), lapses_ms=self.at_ms + DAY
        )

    def settlement(self, dispute: Dispute, amount: int, /, **how: Any) -> c.ProposeSettlement:
        """The command that proposes to settle a dispute."""
        usual: dict[str, Any] = {
            "dispute": dispute.id,
            "amount": cny(amount),
            "document": digest("settlement"),
            "lapses_ms": self.at_ms + DAY,
        }
        return c.ProposeSettlement(**(usual | how))

    def shared(self, amount: int = 1_000_00, terms: Terms = PLAIN) -> tuple[str, list[Holding]]:
        """A receivable in three hands: half the supplier's, three and two tenths of others."""
        root = self.held(amount, terms)
        tenth = amount // 10
        own, second, rest = self.split("supplier", root, 5 * tenth, 3 * tenth, 2 * tenth)
        return root.receivable, [
            own,
            self.given("supplier", second, "second"),
            self.given("supplier", rest, "other_core"),
        ]


def complaint(receivable: str, amount: int) -> c.RaiseDispute:
    """The command that disputes."""
    return c.RaiseDispute(
        receivable=receivable,
        amount=cny(amount),
        reason=c.DisputeReason.QUALITY,
        evidence=digest("photograph"),
    )


def consenting(change: Change) -> c.ConsentToChange:
    """The command that consents to exactly what was proposed."""
    return c.ConsentToChange(change=change.id, accepts=change.proposal)


def asked(holding: Holding, most: int) -> c.AskedPart:
    """What a holder is asked for."""
    return c.AskedPart(holding=holding.id, most=cny(most))
