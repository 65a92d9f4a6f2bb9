"""Attacks that a hostile reading of the rules found, each tried as its thief would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.drafting import new_jti
from ledger.financing import commands as f
from ledger.financing.decide import stake
from ledger.parties.commands import Assurance, BindKey, Role, SetApproval, Tier
from ledger.parties.events import KeyEnds, PartyEnrolled, RolesAssigned
from ledger.policy.commands import CurrencyDigits
from ledger.receivables import commands as c
from ledger.receivables.invoices import unique_key
from ledger.receivables.records import Holding, HoldingState
from tests.support.desk import Office, open_office
from tests.support.market import Market, offer
from tests.support.world import (
    DAY,
    TERMS,
    World,
    cny,
    digest,
    issue,
    line,
    party,
    policy,
    refusal,
)

FOUR_EYES = SetApproval(
    tiers=(Tier(acts=("receivable.register",), persons=2, from_minor=1_000_00, currency="CNY"),)
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with a party of two people, two of whom sign what is large."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER, persons=("ann", "bob"))
        opened.do("acme", FOUR_EYES)
        yield opened


def test_one_person_cannot_set_aside_a_rule_for_large_amounts(office: Office) -> None:
    """A rule that names acts and amounts guards itself too, though it does not name itself."""
    nothing = SetApproval(tiers=())
    assert office.refused("acme", nothing) == ("approvals_missing", "")
    office.do("acme", nothing, keys=["acme/ann", "acme/bob"])
    office.do("acme", FOUR_EYES)


def test_one_person_cannot_become_two(office: Office) -> None:
    """A new key under another name, a colleague's or an invented one, needs as many people."""
    for person in ("bob", "zoe"):
        jti = new_jti(office.clock.ms)
        new = office.desk("acme").new_key(office.key(f"acme/fake-{person}"), person, jti)
        assert office.refused("acme", BindKey(new=new), jti=jti) == ("approvals_missing", "")
        office.do("acme", BindKey(new=new), jti=jti, keys=["acme/ann", "acme/bob"])


def test_a_currency_cannot_change_its_digits_by_leaving_and_coming_back() -> None:
    """A currency once listed stays: else debts in it could not be paid, or would be recounted."""
    world = Market()
    usd_only = (CurrencyDigits(code="USD", digits=2),)
    assert refusal(world.do, "operator", replace(policy(), currencies=usd_only)) == "field_invalid"
    more = (CurrencyDigits(code="BHD", digits=3), *policy().currencies)
    world.do("operator", replace(policy(), currencies=more))


def test_a_seller_that_is_a_bank_does_not_attest_that_it_was_not_paid() -> None:
    """It would have the money and the holding again; nor does the obligor's bank say so."""
    for name in ("supplier", "core"):
        market = Market()
        financing = market.instructed()
        roles = (Role.SUPPLIER, Role.OBLIGOR, Role.BANK)
        market.book.apply([RolesAssigned(party=party(name), roles=roles)])
        failed = f.AttestFailure(financing=financing.id, reference="no")
        assert refusal(market.do, name, failed) == "act_belongs_to_another_party"
        assert market.holding_of(financing).state is HoldingState.LOCKED
        market.do("clearer", failed)
        assert market.holding_of(financing).state is HoldingState.HELD


def test_a_suspended_obligor_gains_no_debt_by_an_older_proposal() -> None:
    """What it proposed before it lost its role is not signed for while it has none."""
    world = World()
    proposed = world.issue()
    world.book.apply([RolesAssigned(party=party("core"), roles=())])
    command = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    assert refusal(world.do, "supplier", command, proposed.id) == "party_lacks_role"
    world.book.apply([RolesAssigned(party=party("core"), roles=(Role.OBLIGOR,))])
    world.do("supplier", command, proposed.id)


def test_equal_payments_of_one_day_to_two_holders_are_two_payments() -> None:
    """The seller's receipt of the morning keeps nobody from recording the buyer's money."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 50_00))
    part = market.holding(holding.id)
    bought = market.accept("second", market.propose("supplier", part, "second"))
    market.do("bank", market.credit(bought, 50_00))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert market.findings() == []


def test_a_split_does_not_hide_that_a_payment_is_recorded() -> None:
    """The bank's statement of what the holder has received before it split discharges nothing."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 40_00))
    one, two = market.split("supplier", market.holding(holding.id), 40_00, 20_00)
    assert refusal(market.do, "bank", market.credit(one, 40_00)) == "payment_is_recorded"
    market.do("bank", market.credit(two, 20_00))
    market.do("supplier", market.payment(one, 40_00))
    assert market.findings() == []


def test_an_obligor_is_not_its_own_paying_agent() -> None:
    """A bank that owes could never prove what it passed on, so no terms name it."""
    world = World()
    bank = (Role.OBLIGOR, Role.BANK)
    world.book.apply([RolesAssigned(party=party("core"), roles=bank)])
    terms = replace(TERMS, pay_to=c.PayTo.PAYING_AGENT, paying_agent=party("core"))
    code = "paying_agent_does_not_fit"
    assert refusal(world.do, "core", replace(issue(line()), terms=terms)) == code
    assert refusal(world.acknowledge, world.register(), None, terms) == code


@pytest.mark.parametrize(
    "unseen", ["\ufe0f", "\u034f", "\u3164", "\uffa0", "\u115f", "\u180b", "\U000e0101"]
)
def test_characters_that_nobody_sees_make_no_new_invoice(unseen: str) -> None:
    """Variation selectors and fillers are marks and letters, and yet no difference."""
    assert unique_key("pty_a", f"IN{unseen}V-1{unseen}", None) == "pty_a:INV-1"
    assert unique_key("pty_a", unseen, None) == ""
    world = World()
    world.register(line("INV-1"))
    assert refusal(world.register, line(f"INV{unseen}-1")) == "invoice_is_used_up"


def test_digits_are_the_same_in_every_script() -> None:
    """An invoice whose number is unique in itself is not another one in Arabic-Indic digits."""
    number = "24442000000012345678"
    arabic = number.translate({ord(digit): 0x660 + int(digit) for digit in "0123456789"})
    assert unique_key("pty_b", arabic, None) == unique_key("pty_a", number, None) == number


def test_many_small_acceptances_are_one_large_offer() -> None:
    """An offer is accepted any number of times: tiers judge it by the programme's limit."""
    market = Market()
    small = replace(offer(market.open_programme().id, market.at_ms + DAY), max_amount=cny(1_00))
    assert stake(market.book, small) == cny(10_000_00)
    standing = market.make_offer(programme=small.programme, max_amount=cny(1_00))
    first, second = market.held(1_00), market.held(1_00)
    assert market.accept_offer(first, standing).offer == market.accept_offer(second, standing).offer
    assert stake(market.book, f.WithdrawOffer(offer=standing.id)) == cny(10_000_00)


def _watched() -> tuple[Market, str]:
    """A market with an obligor of which one key, named here, is strong; it signs with another."""
    market = Market()
    market.book.apply([_twin()])
    market.attest_key("twin", Assurance.CA_CERTIFIED)
    strong = market.kids["twin"]
    market.attest_key("twin", Assurance.OPERATOR_VOUCHED)
    return market, strong


def _ends(market: Market, strong: str) -> None:
    """The weak key ends, a few days pass, and the strong one signs from then on."""
    market.book.apply([KeyEnds(kid=market.kids["twin"], until_ms=market.at_ms, reason="lost")])
    market.at_ms += 2 * DAY
    market.kids["twin"] = strong


def _acknowledged(market: Market, number: str) -> Holding:
    """The supplier's holding of a debt that the watched obligor acknowledges."""
    item = market.register(line(number), obligor=party("twin"))
    command = c.Acknowledge(
        receivable=item.id, accepts=item.proposal, amount=item.face, due=item.due, terms=TERMS
    )
    return market.holding(market.do("twin", command, item.id)[-1].holding)


def _bid(market: Market, holding: Holding) -> str:
    """With which refusal the holding meets a programme that wants strong keys."""
    strong = market.open_programme(minimum_assurance=Assurance.BANK_ATTESTED)
    standing = market.make_offer(programme=strong.id)
    command = market.acceptance(holding, standing)
    return refusal(market.do, "supplier", command, holding.id, standing.id)


def test_a_weak_key_that_ended_since_may_have_made_the_acknowledgement() -> None:
    """A forged key acknowledges and is taken away; that only strong ones remain is no help."""
    market, strong = _watched()
    holding = _acknowledged(market, "T-1")
    market.at_ms += DAY
    _ends(market, strong)
    assert _bid(market, holding) == "assurance_too_low"
    later = _acknowledged(market, "T-2")
    choosy = market.open_programme(minimum_assurance=Assurance.CA_CERTIFIED)
    standing = market.make_offer(programme=choosy.id)
    assert market.accept_offer(later, standing).holding == later.id
    bank = market.open_programme(minimum_assurance=Assurance.OPERATOR_VOUCHED)
    market.accept_offer(holding, market.make_offer(programme=bank.id))


def test_a_weak_key_may_have_proposed_the_issue_before_it_ended() -> None:
    """The creditor signs for it later: the obligor's word is that of the proposal's day."""
    market, strong = _watched()
    proposed = market.do("twin", issue(line()))[-1].receivable
    market.at_ms += 60_000
    _ends(market, strong)
    accepts = market.receivable(proposed).proposal
    command = c.SignForIssue(receivable=proposed, accepts=accepts)
    opened = market.do("supplier", command, proposed)[-1]
    assert _bid(market, market.holding(opened.holding)) == "assurance_too_low"


def _twin() -> PartyEnrolled:
    return PartyEnrolled(
        party=party("twin"),
        natural=False,
        roles=(Role.OBLIGOR,),
        evidence=digest("twin"),
        country="CN",
        name="twin",
        identifiers=(),
        person_name=None,
        person_identifier=None,
        token=None,
    )
