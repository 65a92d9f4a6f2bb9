"""Mistakes with limited keys and recoveries: for each refusal one way to meet it."""

from __future__ import annotations

from ledger.money import Money
from ledger.parties import commands as p
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.acts.keys import limited
from tests.support.mistakes.form import Mistake


def _uncovered(s: Stage) -> None:
    key = s.secrets[limited(s, "first").id]
    s.do("first", p.AddAccount(number="1", bank="Bank", currency="CNY"), keys=[key])


def _over_the_cap(s: Stage) -> None:
    key = s.secrets[limited(s, "first", per_act=Money(9_99, "CNY")).id]
    s.do("first", h.claim(s, h.line(s, Money(10_00, "CNY"))), keys=[key])


def _withdrawn_twice(s: Stage) -> None:
    command = p.UndelegateKey(delegation=limited(s, "first").delegation or "")
    h.sure(s.do("first", command))
    s.do("first", command)


KEYS: dict[str, Mistake] = {
    "delegation_does_not_cover": _uncovered,
    "delegation_cap_exceeded": _over_the_cap,
    "delegation_is_over": _withdrawn_twice,
}
"""By the name of the refusal that it meets."""
