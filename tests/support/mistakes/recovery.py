"""Mistakes about defaults and recoveries: one way to meet each refusal."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.money import Money
from ledger.recourse import commands as c
from ledger.recourse.recovered import room_on
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.having import recovery as y
from tests.support.mistakes.form import Mistake


def _declares_twice(s: Stage) -> None:
    y.declare(s, times=2)


def _too_early(s: Stage) -> None:
    item = h.held(s, fresh=1)
    command = c.DeclareDefault(holding=item.id, ground=c.DefaultGround.OVERDUE)
    s.do(s.name_of(item.holder), command)


def _lifts_twice(s: Stage) -> None:
    item = y.declared(s)
    for _ in range(2):
        s.do(s.name_of(item.holder), c.LiftDefault(default=item.id))


def _from_the_obligor(s: Stage) -> None:
    item = y.recoverable(s)
    command = y.recovery(s, item, Money(1, item.amount.currency))
    s.do(s.name_of(item.holder), replace(command, payer=item.obligor))


def _too_much(s: Stage) -> None:
    item = y.recoverable(s)
    more = room_on(s.book, item, s.today) + Money(1, item.amount.currency)
    s.do(s.name_of(item.holder), y.recovery(s, item, more))


RECOVERY: dict[str, Mistake] = {
    "default_is_declared": _declares_twice,
    "default_ground_missing": _too_early,
    "default_is_lifted": _lifts_twice,
    "recovery_payer_does_not_fit": _from_the_obligor,
    "recovery_exceeded": _too_much,
}
"""By the name of the refusal that it meets."""
