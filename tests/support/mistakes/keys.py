"""Mistakes with limited keys and recoveries: for each refusal one way to meet it."""

from __future__ import annotations

from ledger.money import Money
from ledger.parties import commands as p
from ledger.parties.state import Recovery
from tests.support import having as h
from tests.support.actors import DAY, Stage
from tests.support.acts.keys import limited, opened
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


def _held(s: Stage) -> None:
    recovery = opened(s, "third")
    s.do("third", h.claim(s))
    _veto(s, recovery)


def _too_early(s: Stage) -> None:
    recovery = opened(s, "third")
    s.clock.ms += 3 * DAY - 1
    s.do("bank", p.CompleteRecovery(recovery=recovery.id))
    _veto(s, recovery)


def _vetoed_before(s: Stage) -> None:
    recovery = opened(s, "third")
    _veto(s, recovery)
    s.do("bank", p.CompleteRecovery(recovery=recovery.id))


def _veto(s: Stage, recovery: Recovery) -> None:
    h.sure(s.do("third", p.VetoRecovery(recovery=recovery.id, reason="not_lost")))


KEYS: dict[str, Mistake] = {
    "delegation_does_not_cover": _uncovered,
    "delegation_cap_exceeded": _over_the_cap,
    "delegation_is_over": _withdrawn_twice,
    "recovery_is_open": _held,
    "recovery_is_waiting": _too_early,
    "recovery_is_over": _vetoed_before,
}
"""By the name of the refusal that it meets."""
