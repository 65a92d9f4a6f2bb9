"""Acts about defaults and recoveries, by kind of command."""

from __future__ import annotations

from ledger.recourse import commands as c
from ledger.recourse.recovered import excess_of, room_on
from tests.support.actors import Stage
from tests.support.acts.parties import Act
from tests.support.having import recovery as y


def _lift(s: Stage) -> None:
    item = y.declared(s)
    s.do(s.name_of(item.holder), c.LiftDefault(default=item.id))


def _recover(s: Stage) -> None:
    item = y.recoverable(s)
    amount = y.some_of(s, room_on(s.book, item, s.today))
    s.do(s.name_of(item.holder), y.recovery(s, item, amount))


def _attest(s: Stage) -> None:
    item = y.recoverable(s)
    s.do("bank", y.attested(s, item, y.some_of(s, room_on(s.book, item, s.today))))


def _have_back(s: Stage) -> None:
    item = y.too_much(s)
    amount = y.some_of(s, excess_of(s.book, item, s.today))
    s.do(s.name_of(item.payer), y.have_back(s, item, amount))


RECOVERY: dict[str, Act] = {
    "default.declare": y.declare,
    "default.lift": _lift,
    "debt.recover": _recover,
    "debt.attest_recovery": _attest,
    "debt.return_recovery": _have_back,
}
