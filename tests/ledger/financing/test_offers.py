"""Programmes, standing offers and requests: put up, and taken down again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing import commands as f
from ledger.financing.clocks import request_is_live
from ledger.financing.decide import stake
from ledger.financing.records import OfferState, ProgrammeState, RequestState
from ledger.parties.commands import Role
from ledger.parties.events import RolesAssigned
from ledger.receivables.records import Holding
from tests.support.market import Market, offer, programme, usd
from tests.support.world import DAY, cny, party, refusal


def wish(holding: Holding, /, **changes: Any) -> f.RequestFinancing:
    """The command that asks for offers."""
    command = f.RequestFinancing(holding=holding.id, latest=date(2026, 2, 2))
    return replace(command, **changes)


def test_a_programme_opens_and_closes() -> None:
    """Its terms are on record; closing twice, or by another financier, is refused."""
    market = Market()
    opened = market.open_programme(obligors=(party("core"),))
    assert (opened.financier, opened.state) == (party("financier"), ProgrammeState.OPEN)
    assert opened.obligors == (party("core"),)
    close = f.CloseProgramme(programme=opened.id)
    assert refusal(market.do, "rival", close) == "act_belongs_to_another_party"
    market.do("financier", close)
    assert refusal(market.do, "financier", close) == "programme_is_closed"
    assert refusal(market.do, "financier", f.CloseProgramme(programme="prg_x")) == (
        "record_not_found"
    )


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("operator", {}, "operator_in_principal_leg"),
        ("supplier", {}, "role_missing"),
        ("financier", {"obligors": (party("core"), party("core"))}, "field_invalid"),
        ("financier", {"obligors": ("pty_x",)}, "party_unknown"),
        ("financier", {"obligors": (party("bank"),)}, "party_lacks_role"),
        ("financier", {"limit_obligor": usd(1)}, "currency_mismatch"),
        ("financier", {"limit_total": usd(1)}, "currency_mismatch"),
    ],
)
def test_a_programme_needs_a_financier_obligors_and_one_currency(
    who: str, changes: dict[str, Any], code: str
) -> None:
    """Each fault has its name; the operator is told why it may not fund at all."""
    market = Market()
    assert refusal(market.do, who, replace(programme(), **changes)) == code


def test_an_offer_stands_and_is_taken_back() -> None:
    """It lives until its time; it is withdrawn once, by its financier."""
    market = Market()
    made = market.make_offer(max_amount=cny(5))
    assert (made.is_live(market.at_ms), made.is_live(made.valid_until_ms)) == (True, False)
    command = f.WithdrawOffer(offer=made.id)
    assert refusal(market.do, "rival", command) == "act_belongs_to_another_party"
    market.do("financier", command)
    assert market.get(type(made), made.id).state is OfferState.WITHDRAWN
    assert refusal(market.do, "financier", command) == "offer_is_closed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"programme": "prg_x"}, "record_not_found"),
        ({"valid_until_ms": 0}, "deadline_out_of_range"),
        ({"max_amount": usd(1)}, "currency_mismatch"),
        ({"obligors": (party("bank"),)}, "party_lacks_role"),
        ({"obligors": (party("other_core"),)}, "obligor_not_in_programme"),
    ],
)
def test_an_offer_fits_its_programme(changes: dict[str, Any], code: str) -> None:
    """Deadline, currency and obligors are within what the programme says."""
    market = Market()
    under = market.open_programme(obligors=(party("core"),))
    command = replace(offer(under.id, market.at_ms + DAY), **changes)
    assert refusal(market.do, "financier", command) == code


def test_an_offer_stands_for_at_most_366_days() -> None:
    """One millisecond more is refused; now is no deadline."""
    market = Market()
    under = market.open_programme()
    last = market.at_ms + 366 * DAY
    market.do("financier", offer(under.id, last))
    for wrong in (last + 1, market.at_ms):
        command = offer(under.id, wrong)
        assert refusal(market.do, "financier", command) == "deadline_out_of_range"


def test_only_the_financier_of_an_open_programme_offers_under_it() -> None:
    """Not a rival, not one that lost its role, and nobody once it is closed."""
    market = Market()
    command = offer(market.open_programme().id, market.at_ms + DAY)
    assert refusal(market.do, "rival", command) == "act_belongs_to_another_party"
    market.do("financier", f.CloseProgramme(programme=command.programme))
    assert refusal(market.do, "financier", command) == "programme_is_closed"
    market.book.apply([RolesAssigned(party=party("financier"), roles=())])
    assert refusal(market.do, "financier", command) == "role_missing"


def test_a_request_lives_while_it_is_open_in_time_and_its_holders() -> None:
    """It ends by withdrawal, by its latest date, and with the holder's title."""
    market = Market()
    holding = market.held()
    (asked,) = market.do("supplier", wish(holding, min_net=cny(90_00)))
    request = market.request(asked.request)
    assert request.min_net == cny(90_00)
    assert request_is_live(market.book, request, market.at_ms)
    assert not request_is_live(market.book, request, market.at_ms + 30 * DAY)
    withdraw = f.WithdrawRequest(request=request.id)
    assert refusal(market.do, "second", withdraw) == "act_belongs_to_another_party"
    market.do("supplier", withdraw)
    assert not request_is_live(market.book, market.request(request.id), market.at_ms)
    assert refusal(market.do, "supplier", withdraw) == "request_is_closed"
    (again,) = market.do("supplier", wish(holding))
    market.accept("second", market.propose("supplier", holding, "second"))
    assert not request_is_live(market.book, market.request(again.request), market.at_ms)
    market.do("second", wish(holding))


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("second", {}, "act_belongs_to_another_party"),
        ("supplier", {"holding": "hld_x"}, "record_not_found"),
        ("supplier", {"latest": date(2026, 1, 4)}, "deadline_out_of_range"),
        ("supplier", {"latest": date(2026, 4, 30)}, "deadline_out_of_range"),
        ("supplier", {"min_net": usd(1)}, "currency_mismatch"),
    ],
)
def test_a_request_is_the_holders_and_in_time(who: str, changes: dict[str, Any], code: str) -> None:
    """The money must come from today on, before the debt is payable, in its currency."""
    market = Market()
    assert refusal(market.do, who, wish(market.held(), **changes)) == code


def test_one_request_at_a_time_for_a_free_holding() -> None:
    """A second one is refused, and so is one for what is pending or locked."""
    market = Market()
    holding, pending = market.held(), market.held()
    market.do("supplier", wish(holding))
    assert refusal(market.do, "supplier", wish(holding)) == "request_is_open"
    market.propose("supplier", pending, "second")
    assert refusal(market.do, "supplier", wish(pending)) == "holding_is_pending"
    locked = market.holding_of(market.accepted())
    assert refusal(market.do, "supplier", wish(locked)) == "holding_is_locked"


def test_a_request_is_fulfilled_when_title_moves() -> None:
    """Acceptance alone leaves it open: the contract may still lapse."""
    market = Market()
    holding = market.held()
    (asked,) = market.do("supplier", wish(holding))
    financing = market.accept_offer(holding, market.make_offer())
    assert market.request(asked.request).state is RequestState.OPEN
    market.confirm(market.instruct(financing))
    assert market.request(asked.request).state is RequestState.FULFILLED


def test_what_is_at_stake() -> None:
    """Approval tiers judge by limits, amounts, faces and prices; by nothing for ticks."""
    market = Market()
    small = market.make_offer(max_amount=cny(5))
    wide = market.make_offer()
    financing = market.accept_offer(market.held(70_00), wide)
    held = market.held(80_00)
    (asked,) = market.do("supplier", wish(held))
    stakes: list[tuple[Any, Any]] = [
        (programme(), cny(10_000_00)),
        (f.CloseProgramme(programme=wide.programme), cny(10_000_00)),
        (f.CloseProgramme(programme="prg_x"), None),
        (offer(wide.programme, 1), cny(10_000_00)),
        (replace(offer(wide.programme, 1), max_amount=cny(7)), cny(10_000_00)),
        (f.WithdrawOffer(offer=small.id), cny(10_000_00)),
        (f.WithdrawOffer(offer=wide.id), cny(10_000_00)),
        (f.WithdrawOffer(offer="off_x"), None),
        (wish(held), cny(80_00)),
        (wish(held, holding="hld_x"), None),
        (f.WithdrawRequest(request=asked.request), cny(80_00)),
        (f.WithdrawRequest(request="req_x"), None),
        (market.acceptance(held, wide), cny(80_00)),
        (f.ReleaseLock(financing=financing.id), financing.price),
        (f.ReleaseLock(financing="fin_x"), None),
        (f.AdvanceClock(lapsed=("fin_x",)), None),
    ]
    assert [stake(market.book, command) for command, _ in stakes] == [want for _, want in stakes]


def test_nobody_opens_without_role_even_by_name() -> None:
    """A financier's role is read from the ledger at that moment."""
    market = Market()
    market.book.apply([RolesAssigned(party=party("supplier"), roles=(Role.FINANCIER,))])
    assert market.open_programme("supplier").financier == party("supplier")


def test_title_fulfils_only_the_sellers_own_open_request() -> None:
    """What was withdrawn, or asked by an earlier holder, stays what it is."""
    market = Market()
    holding = market.held()
    (earlier,) = market.do("supplier", wish(holding))
    holding = market.accept("second", market.propose("supplier", holding, "second"))
    (withdrawn,) = market.do("second", wish(holding))
    market.do("second", f.WithdrawRequest(request=withdrawn.request))
    financing = market.accept_offer(holding, market.make_offer())
    market.confirm(market.instruct(financing))
    assert market.request(earlier.request).state is RequestState.OPEN
    assert market.request(withdrawn.request).state is RequestState.WITHDRAWN


def test_a_request_lives_through_its_latest_day_and_not_beyond_its_holding() -> None:
    """On the latest date it still waits; once the holding is split or paid it does not."""
    market = Market()
    holding = market.held()
    (asked,) = market.do("supplier", wish(holding, latest=market.today))
    request = market.request(asked.request)
    assert request_is_live(market.book, request, market.at_ms)
    assert not request_is_live(market.book, request, market.at_ms + DAY)
    market.split("supplier", holding, 60_00, 40_00)
    assert not request_is_live(market.book, request, market.at_ms)
