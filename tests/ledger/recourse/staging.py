"""A market in which a holding was sold with recourse, and short ways to claim and pay by it.

100.00 due on Thursday 2026-04-30 were sold at 3.6 % a year on 2026-01-06, 114 days before: for
98.86. The statute asks 0.05 % a day of what is late.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.financing.records import Financing
from ledger.policy.commands import Statute
from ledger.policy.state import POLICY, Policy
from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding
from ledger.recourse import commands as c
from ledger.recourse.amounts import due_of, excess_of
from ledger.recourse.records import DebtRecovery, RecourseClaim, RecourseState
from tests.support.market import Market
from tests.support.world import DAY, NOW, cny, digest, party

DUE = date(2026, 4, 30)
DUE_MS = NOW + 115 * DAY
STATUTE = Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83)
OVERDUE = c.RecourseGround.OVERDUE


def market_of_sellers() -> Market:
    """A market under the statute."""
    market = Market()
    policy = market.get(Policy, POLICY)
    market.book.records[(Policy, POLICY)] = replace(policy, statute=STATUTE)
    return market


def sold(market: Market, recourse: Recourse = Recourse.ASSIGNOR) -> Financing:
    """100.00 of the supplier's that the financier has bought."""
    offer = market.make_offer(recourse=recourse)
    return market.confirm(market.instruct(market.accept_offer(market.held(), offer)))


def at(market: Market, days: int) -> None:
    """It is so many days after the due day."""
    market.at_ms = DUE_MS + days * DAY


def notice(market: Market, holding: Holding, minor: int, **changes: Any) -> c.NoticeRecourse:
    """The claim of so much today, because it is overdue."""
    command = c.NoticeRecourse(
        holding=holding.id, ground=OVERDUE, day=market.today, amount=cny(minor)
    )
    return replace(command, **changes)


def claim(market: Market, holding: Holding, minor: int, **changes: Any) -> RecourseClaim:
    """The recourse, once its holder has given notice."""
    by = market.name_of(holding.holder)
    (noticed,) = market.do(by, notice(market, holding, minor, **changes))
    return market.get(RecourseClaim, noticed.recourse)


def receipt(market: Market, recourse: RecourseClaim, minor: int) -> c.ReceiveRecourse:
    """The claimant's word that it got so much today."""
    return c.ReceiveRecourse(
        recourse=recourse.id, amount=cny(minor), value_date=market.today, reference="theirs"
    )


def back(market: Market, recourse: RecourseClaim, minor: int) -> c.ReturnRecourse:
    """The word of who paid that it has so much back."""
    return c.ReturnRecourse(
        recourse=recourse.id, amount=cny(minor), value_date=market.today, reference="mine again"
    )


def breach(market: Market, holding: Holding, minor: int) -> c.NoticeRecourse:
    """The claim of so much today, because title was bad."""
    ground = c.RecourseGround.BREACH
    return notice(market, holding, minor, ground=ground, evidence=digest("breach"))


def recovery(market: Market, holding: Holding, minor: int) -> c.RecoverDebt:
    """The holder's word that a guarantor, the rival, paid it so much today."""
    return c.RecoverDebt(
        holding=holding.id,
        source=c.RecoverySource.GUARANTOR,
        payer=party("rival"),
        amount=cny(minor),
        value_date=market.today,
        reference="from the guarantor",
    )


def recover(market: Market, holding: Holding, minor: int) -> DebtRecovery:
    """The recovery, once its holder has said so."""
    (event,) = market.do(market.name_of(holding.holder), recovery(market, holding, minor))
    return market.get(DebtRecovery, event.recovery)


def have_back(market: Market, item: DebtRecovery, minor: int) -> c.ReturnRecovery:
    """The word of who paid that it has so much back."""
    return c.ReturnRecovery(
        recovery=item.id, amount=cny(minor), value_date=market.today, reference="back"
    )


def passed(market: Market, by: str, holding: Holding, to: str, minor: int | None) -> Holding:
    """The holding, passed on with recourse for so much."""
    paid = None if minor is None else cny(minor)
    terms = {"recourse": Recourse.ASSIGNOR, "consideration": paid}
    return market.accept(to, market.propose(by, holding, to, **terms))


def state(market: Market, recourse: RecourseClaim) -> tuple[RecourseState, int, int]:
    """Where it stands, what is due and what is too much, in minor units."""
    now = market.get(RecourseClaim, recourse.id)
    return now.state, due_of(market.book, now).minor, excess_of(market.book, now).minor
