"""Acts about suspension, licences, screening and insolvency, by kind of command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ledger.conduct import commands as c
from ledger.conduct.records import Insolvency, Licence, Suspension
from ledger.parties.commands import Role
from ledger.parties.state import Party
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.parties import Act
from tests.support.founding import FINANCIERS, enrol


def somebody(s: Stage) -> str:
    """The id of a party that nobody else on the stage needs."""
    extras = {party for name, party in s.parties.items() if name.startswith("extra-")}
    found = s.some(Party, lambda item: item.id in extras)
    if found is not None:
        return found.id
    return h.sure(enrol(s, f"extra-{s.next()}", [Role.SUPPLIER], ["ann"])).id("pty")


def suspend(party: str) -> c.SuspendParty:
    """The command that suspends a party."""
    return c.SuspendParty(party=party, reason="77-15", evidence=digest("overdue list"))


def reinstate(party: str) -> c.ReinstateParty:
    """The command that reinstates it."""
    return c.ReinstateParty(party=party, reason="paid", evidence=digest("statement"))


def screen(party: str, result: c.ScreeningResult, s: Stage) -> c.ScreenParty:
    """The command that says what today's list has of a party."""
    return c.ScreenParty(
        party=party, provider="lists", list_date=s.today, result=result, report=digest("report")
    )


def insolvent(party: str, s: Stage) -> c.DeclareInsolvency:
    """The command that declares a party insolvent today."""
    return c.DeclareInsolvency(
        party=party, court="Court", case="(2026) 1", day=s.today, evidence=digest("notice")
    )


def recovered(party: str) -> c.EndInsolvency:
    """The command that ends the insolvency."""
    return c.EndInsolvency(party=party, evidence=digest("decision"))


def licence(s: Stage, name: str, **changes: Any) -> c.RecordLicence:
    """The command that records a financier's licence for a month."""
    known: dict[str, Any] = {
        "party": s.parties[name],
        "role": Role.FINANCIER,
        "number": f"L-{s.next()}",
        "authority": "Authority",
        "valid_from": s.today,
        "valid_until": s.today + timedelta(days=30),
        "evidence": digest("licence"),
    }
    return c.RecordLicence(**(known | changes))


def _suspend(s: Stage) -> None:
    party = somebody(s)
    held = s.some(Suspension, lambda item: item.id == party and item.in_force)
    h.sure(s.do("operator", reinstate(party) if held else suspend(party)))


def _reinstate(s: Stage) -> None:
    held = s.some(Suspension, lambda item: item.in_force)
    party = held.id if held else somebody(s)
    if held is None:
        h.sure(s.do("operator", suspend(party)))
    h.sure(s.do("operator", reinstate(party)))


def _screen(s: Stage) -> None:
    result = s.random.choice(list(c.ScreeningResult))
    h.sure(s.do("operator", screen(somebody(s), result, s)))


def _record_licence(s: Stage) -> None:
    h.sure(s.do("operator", licence(s, s.random.choice(FINANCIERS))))


def _end_licence(s: Stage) -> None:
    live = s.some(Licence, lambda item: item.ended_on is None)
    if live is None or s.random.random() < h.FRESH:
        name = s.random.choice(FINANCIERS)
        live = s.get(Licence, h.sure(s.do("operator", licence(s, name))).id("lic"))
    h.sure(s.do("operator", c.EndLicence(licence=live.id, reason="given_back")))


def _declare(s: Stage) -> None:
    party = somebody(s)
    live = s.some(Insolvency, lambda item: item.id == party and item.in_force)
    h.sure(s.do("operator", recovered(party) if live else insolvent(party, s)))


def _end_insolvency(s: Stage) -> None:
    live = s.some(Insolvency, lambda item: item.in_force)
    party = live.id if live else somebody(s)
    if live is None:
        h.sure(s.do("operator", insolvent(party, s)))
    h.sure(s.do("operator", recovered(party)))


CONDUCT: dict[str, Act] = {
    "party.suspend": _suspend,
    "party.reinstate": _reinstate,
    "party.screen": _screen,
    "licence.record": _record_licence,
    "licence.end": _end_licence,
    "insolvency.declare": _declare,
    "insolvency.end": _end_insolvency,
}
