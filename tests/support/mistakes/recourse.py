"""Mistakes about recourse: one way to meet each refusal."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.money import Money
from ledger.recourse import commands as c
from ledger.recourse.amounts import due_of
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.having import recourse as y
from tests.support.mistakes.form import Mistake


def _nobody_answers(s: Stage) -> None:
    item = h.held(s, fresh=1)
    command = c.NoticeRecourse(
        holding=item.id,
        ground=c.RecourseGround.BREACH,
        day=s.today,
        amount=item.outstanding,
        evidence=digest("breach"),
    )
    s.do(s.name_of(item.holder), command)


def _twice(s: Stage) -> None:
    item = y.bought(s)
    for _ in range(2):
        s.do(s.name_of(item.holder), y.notice(s, item))


def _no_evidence(s: Stage) -> None:
    item = y.bought(s)
    s.do(s.name_of(item.holder), replace(y.notice(s, item), evidence=None))


def _another_amount(s: Stage) -> None:
    item = y.bought(s)
    command = y.notice(s, item)
    more = command.amount + Money(1, command.amount.currency)
    s.do(s.name_of(item.holder), replace(command, amount=more))


def _too_much(s: Stage) -> None:
    item = y.noticed(s)
    due = due_of(s.book, item)
    more = due + Money(1, due.currency)
    s.do(s.name_of(item.claimant), y.received(s, item, more))


def _part_paid(s: Stage) -> None:
    item = y.bought(s)
    said = h.sure(s.do(s.name_of(item.holder), y.notice(s, item)))
    claim = s.get(y.RecourseClaim, said.id("rcs"))
    one = Money(1, claim.claimed.currency)
    h.sure(s.do(s.name_of(item.holder), y.received(s, claim, one)))
    s.do(s.name_of(item.holder), c.EndRecourse(recourse=claim.id))


def _ends_twice(s: Stage) -> None:
    item = y.noticed(s, unpaid=True)
    for _ in range(2):
        s.do(s.name_of(item.claimant), c.EndRecourse(recourse=item.id))


def _more_than_all(s: Stage) -> None:
    item = y.bought(s)
    more = item.outstanding + Money(1, item.amount.currency)
    s.do(s.name_of(item.holder), y.write_off(item, more))


def _reverses_twice(s: Stage) -> None:
    item = y.written_off(s)
    for _ in range(2):
        s.do(s.name_of(item.holder), c.ReverseWriteOff(write_off=item.id))


RECOURSE: dict[str, Mistake] = {
    "recourse_is_excluded": _nobody_answers,
    "recourse_is_open": _twice,
    "recourse_ground_missing": _no_evidence,
    "recourse_amount_differs": _another_amount,
    "recourse_exceeded": _too_much,
    "recourse_is_part_paid": _part_paid,
    "recourse_is_closed": _ends_twice,
    "write_off_exceeded": _more_than_all,
    "write_off_is_reversed": _reverses_twice,
}
"""By the name of the refusal that it meets."""
