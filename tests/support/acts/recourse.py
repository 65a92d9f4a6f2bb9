"""Acts about recourse, by kind of command."""

from __future__ import annotations

from ledger.money import Money
from ledger.recourse import commands as c
from ledger.recourse.amounts import due_of, excess_of
from ledger.recourse.records import RecourseClaim
from tests.support.actors import Stage
from tests.support.acts.parties import Act
from tests.support.having import recourse as y


def _notice(s: Stage) -> None:
    item = y.bought(s)
    s.do(s.name_of(item.holder), y.notice(s, item))


def _some(s: Stage, item: RecourseClaim) -> Money:
    """All that is due, or some of it."""
    due = due_of(s.book, item)
    if s.random.random() < 0.5:
        return due
    return Money(s.random.randint(1, due.minor), due.currency)


def _receive(s: Stage) -> None:
    item = y.noticed(s)
    s.do(s.name_of(item.claimant), y.received(s, item, _some(s, item)))


def _attest(s: Stage) -> None:
    item = y.noticed(s)
    s.do("bank", y.attested(s, item, _some(s, item)))


def _have_back(s: Stage) -> None:
    item = y.met_by_obligor(s)
    too_much = excess_of(s.book, item)
    amount = Money(s.random.randint(1, too_much.minor), too_much.currency)
    command = c.ReturnRecourse(
        recourse=item.id, amount=amount, value_date=s.today, reference=f"back {s.next()}"
    )
    s.do(s.name_of(item.liable), command)


def _end(s: Stage) -> None:
    if s.random.random() < 0.5:
        item = y.noticed(s, unpaid=True)
        s.do(s.name_of(item.claimant), c.EndRecourse(recourse=item.id))
        return
    item = y.met_by_obligor(s)
    by = s.random.choice([item.claimant, item.liable])
    s.do(s.name_of(by), c.EndRecourse(recourse=item.id))


def _write_off(s: Stage) -> None:
    item = y.bought(s)
    least = s.random.randint(1, item.outstanding.minor)
    s.do(s.name_of(item.holder), y.write_off(item, Money(least, item.amount.currency)))


def _reverse_write_off(s: Stage) -> None:
    item = y.written_off(s)
    s.do(s.name_of(item.holder), c.ReverseWriteOff(write_off=item.id))


RECOURSE: dict[str, Act] = {
    "recourse.notice": _notice,
    "recourse.receive": _receive,
    "recourse.attest": _attest,
    "recourse.return": _have_back,
    "recourse.end": _end,
    "debt.write_off": _write_off,
    "debt.reverse_write_off": _reverse_write_off,
}
