"""Mistakes at the gates of conduct: for each refusal one way to meet it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from ledger.conduct.commands import ScreeningResult
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.policy.commands import Gates
from ledger.receivables.records import Receivable
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.acts.conduct import insolvent, recovered, reinstate, screen, suspend
from tests.support.founding import calendar, enrol, policy
from tests.support.mistakes.form import Mistake


@contextmanager
def gated(s: Stage, **gates: Any) -> Iterator[None]:
    """A policy with these gates, and afterwards one that stands open."""
    document = calendar()
    shut = replace(policy(document), gates=Gates(**gates))
    h.sure(s.do("operator", shut, documents=[document]))
    yield
    h.sure(s.do("operator", policy(document), documents=[document]))


def _suspended(s: Stage) -> None:
    third = s.parties["third"]
    h.sure(s.do("operator", suspend(third)))
    s.do("third", h.claim(s))
    h.sure(s.do("operator", reinstate(third)))


def _never_suspended(s: Stage) -> None:
    s.do("operator", reinstate(s.parties["third"]))


def _unlicensed(s: Stage) -> None:
    with gated(s, licences=("operator",)):
        enrol(s, f"late-{s.next()}", [Role.SUPPLIER], ["ann"])


def _claim_on(s: Stage, obligor: str) -> Receivable:
    """A small registered claim of `first`, for which one person of any obligor is enough."""
    line = h.line(s, Money(1_000, "CNY"))
    said = h.sure(s.do("first", h.claim(s, line, obligor=obligor)))
    return s.get(Receivable, said.id("rcv"))


def _never_screened(s: Stage) -> None:
    item = _claim_on(s, "other")
    with gated(s, screening=True):
        s.do("other", h.acknowledgement(item, item.face), item)


def _on_a_list(s: Stage) -> None:
    item = _claim_on(s, "core")
    for name, result in (("first", ScreeningResult.CLEAR), ("core", ScreeningResult.HIT)):
        h.sure(s.do("operator", screen(s.parties[name], result, s)))
    with gated(s, screening=True):
        s.do("core", h.acknowledgement(item, item.face), item)


def _insolvent(s: Stage) -> None:
    core = s.parties["core"]
    h.sure(s.do("operator", insolvent(core, s)))
    s.do("core", h.issue(s, h.line(s, Money(1_000, "CNY"))))
    h.sure(s.do("operator", recovered(core)))


def _never_insolvent(s: Stage) -> None:
    s.do("operator", recovered(s.parties["core"]))


CONDUCT: dict[str, Mistake] = {
    "party_is_suspended": _suspended,
    "party_is_not_suspended": _never_suspended,
    "licence_not_in_force": _unlicensed,
    "screening_missing": _never_screened,
    "screening_hit": _on_a_list,
    "party_is_insolvent": _insolvent,
    "party_is_not_insolvent": _never_insolvent,
}
"""By the name of the refusal that it meets."""
