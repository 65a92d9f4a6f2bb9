"""Alerts are closed by those who trade nothing, and dispositioned by each financier for itself."""

from __future__ import annotations

import pytest

from ledger.alerts.acts import CERTAIN_PPM, MOST_OF_A_KIND, raised
from ledger.alerts.commands import CloseAlert, DispositionAlert, Verdict
from ledger.alerts.events import AlertKind
from ledger.alerts.state import Alert, AlertState, Disposition, disposition_of, open_alerts
from ledger.parties.commands import Role
from ledger.parties.events import RolesAssigned
from tests.support.market import Market
from tests.support.world import digest, party, refusal

SUBJECT = "inv_subject"


def alert(market: Market, kind: AlertKind = AlertKind.RELATED_PARTIES) -> Alert:
    """An open alert about `SUBJECT`."""
    event = raised(market.signer("core"), 0, kind, SUBJECT, ("reason",), market.at_ms)
    market.book.apply((event,))
    return market.get(Alert, event.alert)


def close(item: Alert) -> CloseAlert:
    """The command that closes."""
    return CloseAlert(alert=item.id, evidence=digest("finding"))


def say(item: Alert, verdict: Verdict = Verdict.CLEARED) -> DispositionAlert:
    """The command that dispositions."""
    return DispositionAlert(alert=item.id, verdict=verdict, evidence=digest("review"))


def give(market: Market, name: str, *roles: Role) -> None:
    """The party has exactly these roles."""
    market.book.apply((RolesAssigned(party=party(name), roles=roles),))


def test_an_auditor_closes_an_alert_for_everybody() -> None:
    """Who closed it, when and on what evidence is on record, and it is open no more."""
    market = Market()
    item = alert(market)
    assert open_alerts(market.book, [SUBJECT, SUBJECT]) == (item,)
    market.do("auditor", close(item))
    closed = market.get(Alert, item.id)
    assert (closed.state, closed.closed_by, closed.closed_ms, closed.evidence) == (
        AlertState.CLOSED,
        party("auditor"),
        market.at_ms,
        digest("finding"),
    )
    assert open_alerts(market.book, [SUBJECT]) == ()


def test_what_is_closed_stays_closed() -> None:
    """Neither closed again nor dispositioned any more; an id of nothing is not found."""
    market = Market()
    item = alert(market)
    market.do("auditor", close(item))
    assert refusal(market.do, "auditor", close(item)) == "alert_is_closed"
    assert refusal(market.do, "financier", say(item)) == "alert_is_closed"
    nothing = CloseAlert(alert="alt_" + "a" * 26, evidence=digest("finding"))
    assert refusal(market.do, "auditor", nothing) == "record_not_found"


@pytest.mark.parametrize("name", ["supplier", "core", "financier", "bank", "operator", "tax"])
def test_nobody_else_closes(name: str) -> None:
    """Neither side, nor a financier, nor the operator, nor a provider of facts."""
    market = Market()
    assert refusal(market.do, name, close(alert(market))) == "role_missing"


@pytest.mark.parametrize(
    "trader", [Role.OBLIGOR, Role.SUPPLIER, Role.FINANCIER, Role.BANK, Role.OPERATOR]
)
def test_an_auditor_that_trades_does_not_close(trader: Role) -> None:
    """Maker is not checker: a trading role beside the auditor's keeps it from closing."""
    market = Market()
    give(market, "auditor", Role.AUDITOR, trader)
    assert refusal(market.do, "auditor", close(alert(market))) == "act_belongs_to_another_party"


def test_a_regulator_closes_too() -> None:
    """An authority that trades nothing is as good as an auditor."""
    market = Market()
    give(market, "auditor", Role.REGULATOR)
    market.do("auditor", close(alert(market)))
    assert open_alerts(market.book, [SUBJECT]) == ()


def test_each_financier_says_its_own_and_the_newest_word_counts() -> None:
    """One record for a financier and alert: said again, it is replaced; others' words stay."""
    market = Market()
    item = alert(market)
    market.do("financier", say(item, Verdict.DECLINED))
    first = disposition_of(market.book, item.id, party("financier"))
    assert first is not None
    market.person = "bob"
    market.do("financier", say(item, Verdict.CLEARED))
    second = market.get(Disposition, first.id)
    assert (second.verdict, second.persons) == (Verdict.CLEARED, ("bob",))
    assert disposition_of(market.book, item.id, party("supplier")) is None
    assert market.get(Alert, item.id).state is AlertState.OPEN


def test_only_financiers_say_what_they_make_of_it() -> None:
    """An operator with the role funds nothing, others have no house to clear it for."""
    market = Market()
    item = alert(market)
    assert refusal(market.do, "supplier", say(item)) == "role_missing"
    give(market, "financier", Role.FINANCIER, Role.OPERATOR)
    assert refusal(market.do, "financier", say(item)) == "operator_in_principal_leg"


def test_alerts_of_several_kinds_in_one_command_have_ids_of_their_own() -> None:
    """Modules count the alerts of a kind from 0, and need not know of each other's."""
    by = Market().signer("core")
    ids = {
        raised(by, ordinal, kind, SUBJECT, ("reason",), 0).alert
        for kind in AlertKind
        for ordinal in range(MOST_OF_A_KIND)
    }
    assert len(ids) == len(AlertKind) * MOST_OF_A_KIND
    assert raised(by, 0, AlertKind.FRESH_KEY, SUBJECT, ("reason",), 0).score_ppm == CERTAIN_PPM
