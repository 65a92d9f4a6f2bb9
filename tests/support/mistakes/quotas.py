"""Mistakes about quotas and unpaid debts: for each refusal one way to meet it."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ledger.money import Money
from ledger.parties.commands import Role
from ledger.quotas import commands as q
from ledger.quotas.state import parent_of
from ledger.receivables.records import Receivable
from tests.support import having as h
from tests.support.actors import DAY, Stage
from tests.support.founding import calendar, enrol, policy
from tests.support.mistakes.form import Mistake


def _over_quota(s: Stage) -> None:
    item = h.registered(s)
    currency = item.face.currency
    setter = s.name_of(parent_of(s.book, item.obligor) or item.obligor)
    quota = q.SetQuota(currency=currency, obligor=item.obligor, creditor=item.creditor)
    h.sure(s.do(setter, replace(quota, amount=Money(0, currency))))
    s.do(s.name_of(item.obligor), h.acknowledgement(item, item.face), item)
    h.sure(s.do(setter, quota))


def _joins_twice(s: Stage) -> None:
    if parent_of(s.book, s.parties["first"]) is None:
        h.sure(s.do("first", q.JoinGroup(parent=s.parties["core"])))
    s.do("first", q.JoinGroup(parent=s.parties["other"]))


def _failed_to_pay(s: Stage) -> None:
    """A fresh obligor leaves a debt unpaid, under a policy that waits for no day."""
    name, document = f"debtor-{s.next()}", calendar()
    enrol(s, name, [Role.OBLIGOR], ["ann"])
    s.clock.ms += 2 * DAY  # until its key is in force
    strict = policy(document)
    clocks = replace(strict.clocks, suspend_days=0)
    h.sure(s.do("operator", replace(strict, clocks=clocks), documents=[document]))
    for due in (1, 30):
        claim = h.claim(s, h.line(s, s.money()), obligor=name)
        said = h.sure(s.do("first", replace(claim, due=s.today + timedelta(days=due))))
        item = s.get(Receivable, said.id("rcv"))
        s.do(name, h.acknowledgement(item, item.face), item)
        s.clock.ms += 6 * DAY
    h.sure(s.do("operator", policy(document), documents=[document]))


QUOTAS: dict[str, Mistake] = {
    "quota_exceeded": _over_quota,
    "party_is_in_a_group": _joins_twice,
    "obligor_is_suspended": _failed_to_pay,
}
"""By the name of the refusal that it meets."""
