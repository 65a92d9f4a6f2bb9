"""Mistakes about disputes, changes, claims and corrections, one for each refusal."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ledger.changes import commands as c
from ledger.changes.records import Change
from ledger.money import Money
from ledger.notices.commands import ReceiveNotice
from ledger.notices.records import Notice
from ledger.receivables import commands as r
from ledger.receivables.records import Holding, Receivable, Transfer
from tests.support import having as h
from tests.support.actors import DAY, Stage, digest
from tests.support.having import changes as hc
from tests.support.having import notices as hn
from tests.support.mistakes.form import Mistake

KEPT = replace(h.PLAIN, waiver_of_defences=False)
"""Terms under which the obligor keeps its defences."""


def _more(amount: Money) -> Money:
    return amount + Money(1, amount.currency)


def _own(s: Stage) -> tuple[Receivable, Holding]:
    """A new receivable, whole in its creditor's hands."""
    item = h.held(s, fresh=1, amount=Money(10_000, "CNY"))
    return s.get(Receivable, item.receivable), item


def _passed_on(s: Stage, terms: r.Terms) -> Transfer:
    """An accepted transfer of a new holding."""
    item = h.held(s, fresh=1, amount=Money(10_000, "CNY"), terms=terms)
    to = next(name for name in ("first", "second") if s.parties[name] != item.holder)
    said = h.sure(s.do(s.name_of(item.holder), h.offer_to(s, item, to)))
    h.taken(s, s.get(Transfer, said.id("trf")))
    return s.get(Transfer, said.id("trf"))


def _too_much(s: Stage) -> None:
    item, _ = _own(s)
    s.do(s.name_of(item.obligor), hc.complaint(s, item, _more(item.outstanding)))


def _withdraws_twice(s: Stage) -> None:
    item = hc.dispute(s)
    for _ in range(2):
        s.do(s.name_of(item.obligor), c.WithdrawDispute(dispute=item.id))


def _awards_more(s: Stage) -> None:
    item = hc.dispute(s)
    command = c.AwardDispute(
        dispute=item.id, amount=_more(item.amount), file="case", award=digest("award")
    )
    s.do(hc.court(s), command)


def _late(s: Stage) -> None:
    item = hc.change(s)
    s.clock.ms = item.lapses_ms
    s.do(s.name_of(item.proposer), c.RescindChange(change=item.id))


def _rescinds_twice(s: Stage) -> None:
    item = hc.change(s)
    for _ in range(2):
        s.do(s.name_of(item.proposer), c.RescindChange(change=item.id))


def _agrees_with_itself(s: Stage) -> None:
    item = hc.change(s)
    s.do(s.name_of(item.proposer), hc.consent(item), item)


def _same_note(s: Stage) -> None:
    item, _ = _own(s)
    by, number = s.name_of(item.creditor), f"CN-{s.next()}"
    note = hc.credit_note(s, item, number=number, amount=Money(1, "CNY"))
    said = h.sure(s.do(by, note))
    hc.applied(s, s.get(Change, said.id("chg")))
    s.do(by, note)


def _large_note(s: Stage) -> None:
    item, _ = _own(s)
    s.do(s.name_of(item.creditor), hc.credit_note(s, item, amount=_more(item.face)))


def _asks_itself(s: Stage) -> None:
    item, holding = _own(s)
    part = c.AskedPart(holding=holding.id, most=Money(1, "CNY"))
    s.do(s.name_of(item.creditor), hc.credit_note(s, item, asked=(part,)))


def _same_day(s: Stage) -> None:
    item, _ = _own(s)
    s.do(s.name_of(item.creditor), hc.due_date(s, item, 0))


def _against_a_stranger(s: Stage) -> None:
    _, item = _own(s)
    s.do(s.name_of(item.obligor), hc.set_off(s, item, s.parties["auditor"]))


def _too_soon(s: Stage) -> None:
    _, item = _own(s)
    command = hc.set_off(s, item, item.holder, matures=s.today + timedelta(days=1))
    s.do(s.name_of(item.obligor), command)


def _too_late(s: Stage) -> None:
    transfer = _passed_on(s, KEPT)
    item = s.get(Holding, transfer.holding)
    told = hn.notice_of(s, hn.sure_basis(s, transfer.id))
    said = h.sure(s.do(s.name_of(transfer.assignee), told))
    if s.get(Notice, said.id("ntc")).arrived_ms is None:
        h.sure(s.do(s.name_of(item.obligor), ReceiveNotice(notice=said.id("ntc"))))
    s.clock.ms += 2 * DAY
    days = {"arose": s.today, "matures": s.today, "same_contract": False}
    s.do(s.name_of(item.obligor), hc.set_off(s, item, transfer.assignor, **days))


def _waived(s: Stage) -> None:
    item = s.get(Holding, _passed_on(s, h.PLAIN).holding)
    s.do(s.name_of(item.obligor), hc.set_off(s, item, item.chain[0]))


def _claims_nothing(s: Stage) -> None:
    item, _ = _own(s)
    command = c.RaiseClaim(receivable=item.id, invoice=item.uses[0].invoice)
    s.do(s.name_of(item.obligor), command)


def _settles_more(s: Stage) -> None:
    item = hc.claim_on(s)
    command = c.SettleClaim(claim=item.id, amount=_more(item.outstanding), reference="back")
    s.do(s.name_of(item.claimant), command)


def _corrects_anothers(s: Stage) -> None:
    s.do("second", hc.correction(*hc.mended(s)))


def _corrects_twice(s: Stage) -> None:
    command = hc.correction(*hc.mended(s))
    for _ in range(2):
        s.do("first", command)


def _mends_before(s: Stage) -> None:
    early, late = hc.mended(s)
    s.do("first", hc.correction(late, early))


def _passes_on_what_is_disputed(s: Stage) -> None:
    receivable, item = _own(s)
    h.sure(s.do(s.name_of(item.obligor), hc.complaint(s, receivable, Money(1, "CNY"))))
    s.do(s.name_of(item.holder), h.offer_to(s, item, h.transferee(s, item)))


CHANGES: dict[str, Mistake] = {
    "dispute_exceeds_debt": _too_much,
    "dispute_is_closed": _withdraws_twice,
    "more_than_disputed": _awards_more,
    "change_has_lapsed": _late,
    "change_is_closed": _rescinds_twice,
    "answer_is_given": _agrees_with_itself,
    "credit_note_is_recorded": _same_note,
    "note_exceeds_invoice": _large_note,
    "part_does_not_fit": _asks_itself,
    "nothing_would_change": _same_day,
    "counterclaim_is_on_a_stranger": _against_a_stranger,
    "counterclaim_is_not_due": _too_soon,
    "counterclaim_came_too_late": _too_late,
    "defences_are_waived": _waived,
    "nothing_to_claim": _claims_nothing,
    "claim_is_exceeded": _settles_more,
    "corrected_command_differs": _corrects_anothers,
    "command_is_corrected": _corrects_twice,
    "compensation_is_missing": _mends_before,
    "holding_is_disputed": _passes_on_what_is_disputed,
}
"""By the name of the refusal that it meets."""
