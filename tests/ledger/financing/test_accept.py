"""Acceptance: one signature makes the contract and the lock, or is refused for one reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing.commands import CloseProgramme, WithdrawOffer
from ledger.financing.eligibility import obligor_exposure, programme_exposure
from ledger.financing.records import Exposure, FinancingState, Offer, Programme, exposure_id
from ledger.parties.commands import Assurance, Role
from ledger.parties.events import KeyAttested, RolesAssigned
from ledger.receivables.commands import Acknowledge
from ledger.receivables.events import HoldingLocked
from ledger.receivables.records import Holding, HoldingState
from tests.support.market import VALUE_DATE, Market, account, usd
from tests.support.world import DAY, TERMS, cny, digest, line, party, refusal


def refused(market: Market, holding: Holding, offer: Offer, **changes: Any) -> str:
    """The code with which the holder's acceptance is refused."""
    command = market.acceptance(holding, offer, **changes)
    who = market.name_of(holding.holder)
    return refusal(market.do, who, command, holding.id, offer.id)


def owed_by_other(market: Market, number: str = "OTHER", minor: int = 100_00) -> Holding:
    """A holding of the supplier that the better certified obligor owes."""
    registered = market.register(line(number, minor), obligor=party("other_core"))
    command = Acknowledge(
        receivable=registered.id,
        accepts=registered.proposal,
        amount=registered.face,
        due=registered.due,
        terms=TERMS,
    )
    events = market.do("other_core", command, registered.id)
    return market.holding(events[-1].holding)


def test_acceptance_fixes_the_price_and_locks_the_holding() -> None:
    """Price, days and parties are on record; the holding is its financing's for three days."""
    market = Market()
    holding, offer = market.held(1_000_00), market.make_offer()
    financing = market.accept_offer(holding, offer)
    assert financing.state is FinancingState.ACCEPTED
    assert (financing.face, financing.discount, financing.price) == (
        cny(1_000_00),
        cny(11_40),
        cny(988_60),
    )
    assert (financing.value_date, financing.due, financing.days) == (
        VALUE_DATE,
        date(2026, 4, 30),
        114,
    )
    assert (financing.holder, financing.financier, financing.obligor) == (
        party("supplier"),
        party("financier"),
        party("core"),
    )
    assert financing.lock_lapses_ms == market.at_ms + 3 * DAY
    locked = market.holding(holding.id)
    assert (locked.state, locked.pending) == (HoldingState.LOCKED, financing.id)
    assert locked.holder == party("supplier")
    assert market.findings() == []


def test_acceptance_counts_against_both_limits() -> None:
    """The face is exposure to the obligor, and of the programme, from the lock on."""
    market = Market()
    financing = market.accepted(300_00)
    obligor = exposure_id(party("financier"), party("core"), "CNY")
    assert market.get(Exposure, obligor).amount == cny(300_00)
    assert market.get(Exposure, financing.programme).amount == cny(300_00)


def test_only_the_holder_accepts() -> None:
    """Neither another supplier nor the financier can sell what it does not hold."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    command = market.acceptance(holding, offer)
    for name in ("second", "financier", "operator"):
        code = refusal(market.do, name, command, holding.id, offer.id)
        assert code == "act_belongs_to_another_party"


def test_acceptance_names_what_it_accepts() -> None:
    """Offer and holding stand in expect, and the digest is the offer's."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    command = market.acceptance(holding, offer)
    assert refusal(market.do, "supplier", command, holding.id) == "expect_missing"
    assert refusal(market.do, "supplier", command, offer.id) == "expect_missing"
    other = market.make_offer().proposal
    assert refused(market, holding, offer, accepts=other) == "accepted_digest_differs"


def test_the_price_is_recomputed_to_the_unit() -> None:
    """One fen more or less is another contract, and so is another currency."""
    market = Market()
    holding, offer = market.held(1_000_00), market.make_offer()
    for price in (cny(988_59), cny(988_61), cny(1_000_00), usd(988_60)):
        assert refused(market, holding, offer, price=price) == "price_differs"


def test_an_offer_ends_by_its_time_its_withdrawal_or_its_programme() -> None:
    """At `valid_until_ms` it is over; a closed programme takes no more acceptances."""
    market = Market()
    holding = market.held()
    short = market.make_offer(valid_until_ms=market.at_ms + 1)
    withdrawn, closed = market.make_offer(), market.make_offer()
    market.do("financier", WithdrawOffer(offer=withdrawn.id))
    market.do("financier", CloseProgramme(programme=closed.programme))
    market.at_ms += 1
    assert refused(market, holding, short) == "offer_has_lapsed"
    assert refused(market, holding, market.get(Offer, withdrawn.id)) == "offer_is_closed"
    assert refused(market, holding, closed) == "programme_is_closed"


def test_whoever_is_no_financier_any_more_funds_nothing_more() -> None:
    """An offer of a party that lost its role cannot be accepted."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    market.book.apply([RolesAssigned(party=party("financier"), roles=(Role.SUPPLIER,))])
    assert refused(market, holding, offer) == "party_lacks_role"


def test_nobody_buys_its_own_claim_or_debt() -> None:
    """A financier that holds the claim, or owes it, is refused."""
    market = Market()
    offer = market.make_offer()
    transfer = market.propose("supplier", market.held(), "financier")
    own = market.accept("financier", transfer)
    assert refused(market, own, offer) == "financier_is_a_party_to_the_claim"
    roles = (Role.OBLIGOR, Role.FINANCIER)
    market.book.apply([RolesAssigned(party=party("core"), roles=roles)])
    debtor = market.make_offer("core")
    assert refused(market, market.held(), debtor) == "financier_is_a_party_to_the_claim"


def test_currencies_must_fit() -> None:
    """Programme, holding and account are in one currency."""
    market = Market()
    dollars = market.open_programme(currency="USD", limit_obligor=usd(1), limit_total=usd(1))
    offer = market.make_offer(programme=dollars.id)
    assert refused(market, market.held(), offer) == "currency_mismatch"
    code = refused(market, market.held(), market.make_offer(), account=account("supplier", "USD"))
    assert code == "currency_mismatch"


def test_the_money_goes_to_the_holders_own_account() -> None:
    """Another party's account, or none that exists, is refused."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    for name in (account("second"), "acc_none"):
        assert refused(market, holding, offer, account=name) == "account_not_of_holder"


def test_programme_and_offer_name_whose_debts() -> None:
    """An obligor that either list leaves out is refused; one on both is taken."""
    market = Market()
    others, core = (party("other_core"),), (party("core"), party("other_core"))
    narrow = market.make_offer(programme=market.open_programme(obligors=others).id)
    assert refused(market, market.held(), narrow) == "obligor_not_in_programme"
    wide = market.open_programme(obligors=core)
    narrow = market.make_offer(programme=wide.id, obligors=others)
    assert refused(market, market.held(), narrow) == "obligor_not_in_programme"
    fitting = market.make_offer(programme=wide.id, obligors=core[:1])
    assert market.accept_offer(market.held(), fitting).state is FinancingState.ACCEPTED


def test_the_key_that_signed_for_the_debt_counts() -> None:
    """A strong obligor's word under a poorly vouched key is no better than that key.

    What it said under its other keys, before or after, is as good as those.
    """
    market = Market()
    programme = market.open_programme(minimum_assurance=Assurance.BANK_ATTESTED)
    offer = market.make_offer(programme=programme.id)
    before = owed_by_other(market)
    market.attest_key("other_core", Assurance.OPERATOR_VOUCHED)
    weak = owed_by_other(market, "WEAK", 200_00)
    market.attest_key("other_core", Assurance.BANK_ATTESTED)
    after = owed_by_other(market, "AFTER", 300_00)
    assert refused(market, weak, offer) == "assurance_too_low"
    assert refused(market, market.held(), offer) == "assurance_too_low"
    for holding in (before, after):
        assert market.accept_offer(holding, offer).state is FinancingState.ACCEPTED


def test_evidence_that_comes_later_betters_no_earlier_word() -> None:
    """The key is attested after it signed: the debt is still known as badly as it was."""
    market = Market()
    programme = market.open_programme(minimum_assurance=Assurance.BANK_ATTESTED)
    offer = market.make_offer(programme=programme.id)
    holding = market.held()
    attested = KeyAttested(
        kid=market.kids["core"],
        assurance=Assurance.BANK_ATTESTED,
        evidence=digest("bank"),
        by=party("bank"),
    )
    market.book.apply((attested,))
    assert refused(market, holding, offer) == "assurance_too_low"
    assert market.accept_offer(market.held(), offer).obligor == party("core")


def test_a_strong_obligor_is_taken() -> None:
    """It signed with a certified key: a demanding programme funds it."""
    market = Market()
    programme = market.open_programme(minimum_assurance=Assurance.CA_CERTIFIED)
    offer = market.make_offer(programme=programme.id)
    financing = market.accept_offer(owed_by_other(market), offer)
    assert financing.obligor == party("other_core")


def test_a_holding_is_sold_whole() -> None:
    """Once part of it is paid it is not what it was; its parts after a split are whole again."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    market.do("supplier", market.payment(holding, 10_00))
    assert refused(market, market.holding(holding.id), offer) == "holding_is_part_paid"
    part, _ = market.split("supplier", market.holding(holding.id), 50_00, 40_00)
    assert market.accept_offer(part, offer).face == cny(50_00)


def test_an_offer_may_be_for_small_holdings_only() -> None:
    """The face is at most the offer's amount; equal is enough."""
    market = Market()
    offer = market.make_offer(max_amount=cny(100_00))
    assert refused(market, market.held(100_01), offer) == "offer_amount_exceeded"
    assert market.accept_offer(market.held(100_00), offer).face == cny(100_00)


def test_the_tenor_is_counted_to_the_unadjusted_due_date() -> None:
    """6 January to 30 April is 114 days: a programme of 114 takes it, one of 113 does not."""
    market = Market()
    offers = {
        days: market.make_offer(programme=market.open_programme(max_tenor_days=days).id)
        for days in (113, 114)
    }
    holding = market.held()
    assert refused(market, holding, offers[113]) == "tenor_is_too_long"
    assert market.accept_offer(holding, offers[114]).days == 114


def test_limits_hold_with_locks_and_to_the_unit() -> None:
    """The second holding fits only if both faces together are within the limit."""
    for field in ("limit_obligor", "limit_total"):
        market = Market()
        limits: dict[str, Any] = {field: cny(150_00)}
        programme = market.open_programme(**limits)
        offer = market.make_offer(programme=programme.id)
        market.accept_offer(market.held(100_00), offer)
        assert refused(market, market.held(50_01), offer) == "limit_exceeded"
        assert market.accept_offer(market.held(50_00), offer).face == cny(50_00)


def test_the_obligors_limit_counts_all_programmes_of_the_financier() -> None:
    """Two programmes of one financier do not double its limit; another financier has its own."""
    market = Market()
    limit = cny(150_00)
    first = market.make_offer(programme=market.open_programme(limit_obligor=limit).id)
    second = market.make_offer(programme=market.open_programme(limit_obligor=limit).id)
    rival = market.open_programme("rival", limit_obligor=limit)
    third = market.make_offer("rival", programme=rival.id)
    market.accept_offer(market.held(100_00), first)
    holding = market.held(100_00)
    assert refused(market, holding, second) == "limit_exceeded"
    assert market.accept_offer(holding, third).financier == party("rival")


def test_lapsed_locks_leave_room_without_any_tick() -> None:
    """What nobody instructed in time no longer counts, though its record says accepted."""
    market = Market()
    programme = market.open_programme(limit_obligor=cny(100_00), limit_total=cny(100_00))
    offer = market.make_offer(programme=programme.id)
    market.accept_offer(market.held(100_00), offer)
    other = market.held(100_00)
    market.at_ms += 3 * DAY - 1
    assert refused(market, other, offer) == "limit_exceeded"
    market.at_ms += 1
    programme = market.get(Programme, programme.id)
    at = (market.book, programme)
    assert programme_exposure(*at, market.at_ms) == cny(0)
    assert obligor_exposure(*at, party("core"), market.at_ms) == cny(0)
    market.accept_offer(other, offer)
    market.tick()
    assert market.get(Exposure, programme.id).amount == cny(100_00)
    assert market.findings() == []


def test_command_faults_are_named_in_their_order() -> None:
    """With everything wrong, repairing one fault after another shows the next."""
    market = Market()
    holding, offer = market.held(), market.make_offer()
    good = market.acceptance(holding, offer)
    command = replace(
        good,
        accepts=digest("wrong"),
        account=account("second"),
        value_date=date(2027, 1, 1),
        price=cny(1),
    )
    both = (holding.id, offer.id)
    assert refusal(market.do, "second", command) == "act_belongs_to_another_party"
    assert refusal(market.do, "supplier", command) == "expect_missing"
    for repair, code in (
        ({}, "accepted_digest_differs"),
        ({"accepts": good.accepts}, "account_not_of_holder"),
        ({"account": good.account}, "value_date_out_of_range"),
        ({"value_date": good.value_date}, "price_differs"),
    ):
        command = replace(command, **repair)
        assert refusal(market.do, "supplier", command, *both) == code


@pytest.mark.parametrize("after", [0, 3 * DAY])
def test_a_second_acceptance_waits_for_the_lock(after: int) -> None:
    """While a lock lives there is no second contract, by any financier; after it there is."""
    market = Market()
    holding = market.held()
    offer, rival = market.make_offer(), market.make_offer("rival")
    first = market.accept_offer(holding, offer)
    market.at_ms += after
    locked = market.holding(holding.id)
    if after == 0:
        assert refused(market, locked, offer) == "holding_is_locked"
        assert refused(market, locked, rival) == "holding_is_locked"
        return
    second = market.accept_offer(locked, rival)
    assert market.get(type(first), first.id).state is FinancingState.LAPSED
    assert market.holding(holding.id).pending == second.id
    last = market.book.log[-1]
    assert isinstance(last, HoldingLocked)
    assert market.findings() == []
