"""Disputes, proposed changes and claims, in the state that an act needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ledger.changes import commands as c
from ledger.changes.clocks import change_is_over
from ledger.changes.decide.checks import needed
from ledger.changes.records import Change, ChangeState, Claim, ClaimState, Dispute, DisputeState
from ledger.money import Money
from ledger.parties.commands import AddAccount, Role
from ledger.receivables.records import Holding, Receivable, ReceivableState
from tests.support.actors import DAY, Said, Stage, digest
from tests.support.founding import enrol
from tests.support.having.claims import FRESH, held, one, sure, travelled


def owing(s: Stage, *, fresh: float = FRESH) -> Receivable:
    """A receivable on which something is owed."""
    return one(
        s,
        Receivable,
        lambda item: item.state is ReceivableState.ACKNOWLEDGED,
        lambda: s.get(Receivable, held(s, fresh=1).receivable),
        fresh,
    )


def undisputed(s: Stage, item: Receivable) -> Money:
    """What of a receivable is outstanding and in no dispute."""
    found = s.store.records.find(Dispute, {"receivable": item.id})
    denied = (one.amount for one in found if one.state is DisputeState.OPEN)
    return item.outstanding - sum(denied, Money(0, item.face.currency))


def complaint(s: Stage, item: Receivable, amount: Money) -> c.RaiseDispute:
    """The command that disputes so much."""
    return c.RaiseDispute(
        receivable=item.id,
        amount=amount,
        reason=s.random.choice(list(c.DisputeReason)),
        evidence=digest("complaint"),
    )


def some_of(s: Stage, most: Money) -> Money:
    """All of it, or a part."""
    minor = most.minor if s.random.random() < 0.3 else s.random.randint(1, most.minor)
    return Money(minor, most.currency)


def dispute(s: Stage, *, fresh: float = FRESH) -> Dispute:
    """An open dispute of a receivable on which something is owed."""

    def make() -> Dispute:
        item = s.get(Receivable, held(s, fresh=1).receivable)
        said = s.do(s.name_of(item.obligor), complaint(s, item, some_of(s, item.outstanding)))
        return s.get(Dispute, sure(said).id("dsp"))

    def open_one(item: Dispute) -> bool:
        owed = s.get(Receivable, item.receivable)
        return item.state is DisputeState.OPEN and owed.state is ReceivableState.ACKNOWLEDGED

    return one(s, Dispute, open_one, make, fresh)


def open_until(s: Stage) -> int:
    """A deadline for a change."""
    return s.clock.ms + s.random.randint(1, 5) * DAY


def credit_note(s: Stage, item: Receivable, **how: Any) -> c.ProposeCreditNote:
    """The command that proposes a credit note over some of the first invoice."""
    use = item.uses[0]
    amount = some_of(s, use.amount)
    usual: dict[str, Any] = {
        "receivable": item.id,
        "invoice": use.invoice,
        "number": f"CN-{s.next()}",
        "document": digest("note"),
        "amount": amount,
        "total": how.get("amount", amount),
        "lapses_ms": open_until(s),
    }
    return c.ProposeCreditNote(**(usual | how))


def asked(s: Stage, item: Receivable) -> tuple[c.AskedPart, ...]:
    """Some of what others than the creditor hold."""
    found = s.store.records.find(Holding, {"receivable": item.id})
    return tuple(
        c.AskedPart(holding=part.id, most=some_of(s, part.outstanding))
        for part in found
        if part.is_open and part.holder != item.creditor and s.random.random() < 0.7
    )


def set_off(s: Stage, item: Holding, against: str, **how: Any) -> c.ProposeSetOff:
    """The command that sets off what was owed and due long before."""
    usual: dict[str, Any] = {
        "holding": item.id,
        "amount": some_of(s, item.outstanding),
        "against": against,
        "reference": f"ours {s.next()}",
        "arose": s.today - timedelta(days=400),
        "matures": s.today - timedelta(days=390),
        "same_contract": s.random.random() < 0.5,
        "document": digest("counterclaim"),
        "lapses_ms": open_until(s),
    }
    return c.ProposeSetOff(**(usual | how))


def due_date(s: Stage, item: Receivable, days: int) -> c.ProposeDueDate:
    """The command that proposes a day so long after the present one."""
    return c.ProposeDueDate(
        receivable=item.id,
        due=item.due + timedelta(days=days),
        document=digest("amendment"),
        lapses_ms=open_until(s),
    )


def change(s: Stage, *, fresh: float = FRESH) -> Change:
    """A proposed change that somebody has yet to answer."""

    def make() -> Change:
        item = s.get(Receivable, held(s, fresh=1).receivable)
        by = s.name_of(s.random.choice([item.creditor, item.obligor]))
        return s.get(Change, sure(s.do(by, credit_note(s, item))).id("chg"))

    def waits(item: Change) -> bool:
        if item.state is not ChangeState.PROPOSED or change_is_over(item, s.clock.ms):
            return False
        return bool(silent(s, item))

    return one(s, Change, waits, make, fresh)


def silent(s: Stage, item: Change) -> list[str]:
    """The parties whose answer a change still needs."""
    return sorted(needed(s.book, item) - {*item.consents, *item.declined})


def consent(item: Change) -> c.ConsentToChange:
    """The command that consents to exactly what was proposed."""
    return c.ConsentToChange(change=item.id, accepts=item.proposal)


def applied(s: Stage, item: Change) -> Said:
    """All who have to consent; the last of them, which must be accepted."""
    said = [
        sure(s.do(s.name_of(party), consent(item), s.get(Change, item.id)))
        for party in silent(s, item)
    ]
    return said[-1]


def court(s: Stage) -> str:
    """The name of a court, which is enrolled when it is needed first."""
    if "court" not in s.parties:
        sure(enrol(s, "court", (Role.REGULATOR,), ("ann",)))
    return "court"


def claim_on(s: Stage, *, fresh: float = FRESH) -> Claim:
    """An open claim of an obligor on a creditor."""

    def make() -> Claim:
        item = s.get(Receivable, travelled(s, 1).receivable)
        amount = some_of(s, item.outstanding)
        raised = sure(s.do(s.name_of(item.obligor), complaint(s, item, amount)))
        award = c.AwardDispute(
            dispute=raised.id("dsp"), amount=amount, file="case", award=digest("award")
        )
        return s.get(Claim, sure(s.do(court(s), award)).id("clm"))

    return one(s, Claim, lambda item: item.state is ClaimState.OPEN, make, fresh)


def mended(s: Stage) -> tuple[Said, Said]:
    """A mistaken account and the right one, added by one supplier."""
    said = [
        sure(s.do("first", AddAccount(number=f"no {s.next()}", bank="Bank", currency="CNY")))
        for _ in range(2)
    ]
    return said[0], said[1]


def correction(wrong: Said, *right: Said) -> c.RecordCorrection:
    """The command that says which command was wrong, and which make it good."""
    return c.RecordCorrection(
        jti=wrong.jti,
        payload=wrong.payload,
        code=c.CorrectionCode.RECORD,
        reason=digest("reason"),
        compensated_by=tuple(item.jti for item in right),
    )
