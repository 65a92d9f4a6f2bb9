"""Acts about groups and quotas, by kind of command."""

from __future__ import annotations

from ledger.money import Money
from ledger.quotas import commands as q
from ledger.quotas.state import Membership, parent_of
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.acts.parties import Act
from tests.support.founding import OBLIGORS, SUPPLIERS

AMPLE = 10**12
"""Minor units that no history comes near: other acts are not to be kept from acknowledging."""


def _join(s: Stage) -> None:
    name = s.random.choice(SUPPLIERS)
    if parent_of(s.book, s.parties[name]) is not None:
        _let_go(s, s.get(Membership, s.parties[name]))
    s.do(name, q.JoinGroup(parent=s.parties[s.random.choice(OBLIGORS)]))


def _release(s: Stage) -> None:
    found = s.some(Membership, lambda item: item.is_live)
    if found is None:
        h.sure(s.do("second", q.JoinGroup(parent=s.parties["core"])))
        found = s.get(Membership, s.parties["second"])
    _let_go(s, found)


def _let_go(s: Stage, found: Membership) -> None:
    h.sure(s.do(s.name_of(found.parent), q.ReleaseMember(member=found.member)))


def _set(s: Stage) -> None:
    obligor = s.parties[s.random.choice([*OBLIGORS, *SUPPLIERS])]
    creditor = s.random.choice([None, s.parties[s.random.choice(SUPPLIERS)]])
    currency = s.random.choice(["CNY", "USD"])
    command = q.SetQuota(
        currency=currency,
        obligor=obligor,
        creditor=creditor,
        amount=s.random.choice([None, Money(AMPLE, currency)]),
    )
    s.do(s.name_of(parent_of(s.book, obligor) or obligor), command)


QUOTAS: dict[str, Act] = {
    "group.join": _join,
    "group.release": _release,
    "quota.set": _set,
}
