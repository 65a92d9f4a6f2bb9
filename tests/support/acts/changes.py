"""Acts about disputes, changes, claims and corrections, by kind of command."""

from __future__ import annotations

from ledger.changes import commands as c
from ledger.changes.parts import room
from ledger.money import Money
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.records import Holding, Invoice, Receivable
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.parties import Act
from tests.support.having import changes as hc


def _fresh(s: Stage) -> Receivable:
    """A receivable that is the creditor's alone and free."""
    return s.get(Receivable, h.held(s, fresh=1).receivable)


def _raise(s: Stage) -> None:
    item = hc.owing(s)
    if hc.undisputed(s, item).minor <= 0:
        item = _fresh(s)
    amount = hc.some_of(s, hc.undisputed(s, item))
    s.do(s.name_of(item.obligor), hc.complaint(s, item, amount))


def _add_evidence(s: Stage) -> None:
    item = hc.dispute(s)
    by = s.random.choice([item.obligor, item.creditor])
    s.do(s.name_of(by), c.AddEvidence(dispute=item.id, evidence=digest("letter")))


def _withdraw(s: Stage) -> None:
    item = hc.dispute(s)
    s.do(s.name_of(item.obligor), c.WithdrawDispute(dispute=item.id))


def _award(s: Stage) -> None:
    item = hc.dispute(s)
    zero = Money(0, item.amount.currency)
    amount = zero if s.random.random() < 0.3 else hc.some_of(s, item.amount)
    command = c.AwardDispute(
        dispute=item.id, amount=amount, file=f"case {s.next()}", award=digest("award")
    )
    s.do(hc.court(s), command)


def _credit_note(s: Stage) -> None:
    item = hc.owing(s)
    if not item.uses:
        item = _fresh(s)
    by = s.random.choice([item.creditor, item.obligor])
    s.do(s.name_of(by), hc.credit_note(s, item, asked=hc.asked(s, item)))


def _settlement(s: Stage) -> None:
    item = hc.dispute(s)
    receivable = s.get(Receivable, item.receivable)
    command = c.ProposeSettlement(
        dispute=item.id,
        amount=hc.some_of(s, item.amount),
        document=digest("settlement"),
        lapses_ms=hc.open_until(s),
        asked=hc.asked(s, receivable),
    )
    s.do(s.name_of(s.random.choice([item.obligor, item.creditor])), command)


def _set_off(s: Stage) -> None:
    item = h.one(
        s,
        Holding,
        lambda item: item.is_open and room(item, s.clock.ms).minor > 0,
        lambda: h.held(s, fresh=1),
    )
    s.do(s.name_of(item.obligor), hc.set_off(s, item, item.holder))


def _due_date(s: Stage) -> None:
    item = _fresh(s)
    days = s.random.choice([-7, -1, 1, 30, 60])
    s.do(s.name_of(s.random.choice([item.creditor, item.obligor])), hc.due_date(s, item, days))


def _cancellation(s: Stage) -> None:
    item = s.get(Receivable, h.held(s).receivable)
    command = c.ProposeCancellation(
        receivable=item.id, document=digest("end"), lapses_ms=hc.open_until(s)
    )
    s.do(s.name_of(s.random.choice([item.creditor, item.obligor])), command)


def _consent(s: Stage) -> None:
    item = hc.change(s, fresh=0.2)
    s.do(s.name_of(s.random.choice(hc.silent(s, item))), hc.consent(item), item)


def _refuse(s: Stage) -> None:
    item = hc.change(s)
    s.do(s.name_of(s.random.choice(hc.silent(s, item))), c.RefuseChange(change=item.id))


def _rescind(s: Stage) -> None:
    item = hc.change(s)
    s.do(s.name_of(item.proposer), c.RescindChange(change=item.id))


def _claim(s: Stage) -> None:
    item = h.travelled(s, 1)
    receivable = s.get(Receivable, item.receivable)
    invoice = s.get(Invoice, receivable.uses[0].invoice)
    h.sure(s.do("tax", h.status(s, invoice, InvoiceStatus.VOID)))
    command = c.RaiseClaim(receivable=receivable.id, invoice=invoice.id)
    s.do(s.name_of(receivable.obligor), command)


def _settle(s: Stage) -> None:
    item = hc.claim_on(s)
    command = c.SettleClaim(
        claim=item.id, amount=hc.some_of(s, item.outstanding), reference=f"back {s.next()}"
    )
    s.do(s.name_of(item.claimant), command)


def _correct(s: Stage) -> None:
    wrong, right = hc.mended(s)
    s.do("first", hc.correction(wrong, right))


CHANGES: dict[str, Act] = {
    "dispute.raise": _raise,
    "dispute.add_evidence": _add_evidence,
    "dispute.withdraw": _withdraw,
    "dispute.award": _award,
    "change.propose_credit_note": _credit_note,
    "change.propose_settlement": _settlement,
    "change.propose_set_off": _set_off,
    "change.propose_due_date": _due_date,
    "change.propose_cancellation": _cancellation,
    "change.consent": _consent,
    "change.refuse": _refuse,
    "change.rescind": _rescind,
    "claim.raise": _claim,
    "claim.settle": _settle,
    "correction.record": _correct,
}
