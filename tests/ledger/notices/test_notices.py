"""Notices of assignment: who may give them, when they arrive, and who alone takes them back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.notices import commands as n
from ledger.notices.events import Arrival, NoticeArrived
from ledger.notices.interests import priority
from ledger.notices.invariants import INVARIANTS
from ledger.notices.records import Assertion, Designation, Filing, Notice
from ledger.parties.commands import Role
from ledger.parties.events import AccountAdded, RolesAssigned
from ledger.receivables.records import Holding
from tests.support.market import Market, account
from tests.support.world import DAY, cny, digest, party, refusal

HOUR = 3_600_000


class Notified(Market):
    """A market with short ways to give notice."""

    def designate(self) -> Designation:
        """The core enterprise receives its notices by entry."""
        (event,) = self.do("core", n.DesignateReceiver(declaration=digest("declaration")))
        return self.get(Designation, event.designation)

    def moved(self, to: str = "second") -> tuple[Holding, str]:
        """A holding that the supplier transferred, and the transfer."""
        transfer = self.propose("supplier", self.held(), to)
        return self.accept(to, transfer), transfer.id

    def give(self, by: str, holding: Holding, basis: str, to: str, **changes: Any) -> Notice:
        """A notice given."""
        command = notice(holding, basis, to, **changes)
        return self.get(Notice, self.do(by, command)[0].notice)

    def given(self) -> Notice:
        """A notice of a transfer to the second supplier, not arrived."""
        holding, transfer = self.moved()
        return self.give("second", holding, transfer, "second")

    def refused(self, name: str, command: Any, *expects: str) -> str:
        """The code with which the command is refused."""
        return refusal(self.do, name, command, *expects)

    def broken(self) -> list[str]:
        """What contradicts an invariant of notices."""
        return [found for check in INVARIANTS for found in check(self.book)]


def notice(holding: Holding, basis: str, to: str, **changes: Any) -> n.GiveNotice:
    """The command that gives notice of an assignment to `to`."""
    command = n.GiveNotice(holding=holding.id, basis=basis, assignee=party(to), account=account(to))
    return replace(command, **changes)


def test_a_notice_waits_for_the_obligor() -> None:
    """Without designation it has not arrived, until the obligor signs for it."""
    market = Notified()
    holding, transfer = market.moved()
    given = market.give("supplier", holding, transfer, "second")
    assert (given.assignor, given.assignee) == (party("supplier"), party("second"))
    assert (given.obligor, given.as_factor) == (party("core"), False)
    assert (given.arrived_ms, given.how) == (None, None)
    market.at_ms += HOUR
    market.do("core", n.ReceiveNotice(notice=given.id))
    arrived = market.get(Notice, given.id)
    assert (arrived.arrived_ms, arrived.how) == (market.at_ms, Arrival.RECEIPT)
    assert (arrived.attested_by, arrived.given_ms) == (party("core"), market.at_ms - HOUR)
    assert market.broken() == []


def test_a_notice_arrives_by_entry_where_the_obligor_designated_the_ledger() -> None:
    """Civil Code 137: it arrives with the entry, from the designation to its end."""
    market = Notified()
    designation = market.designate()
    holding, transfer = market.moved()
    first = market.give("second", holding, transfer, "second")
    assert (first.arrived_ms, first.how) == (market.at_ms, Arrival.ENTRY)
    market.at_ms += HOUR
    market.do("core", n.RevokeReceiver(designation=designation.id))
    later = market.given()
    assert later.arrived_ms is None
    assert market.get(Notice, first.id).arrived_ms == market.at_ms - HOUR
    # What arrived by the entry of a transfer has arrived, too: the end is for the future.
    assert priority(market.book, holding.id, market.at_ms).places[0].claimant == party("second")


def test_a_designation_is_for_one_at_a_time() -> None:
    """Twice is refused, an end after the end too, and nobody ends another's."""
    market = Notified()
    again = n.DesignateReceiver(declaration=digest("again"))
    assert market.refused("supplier", again) == "role_missing"
    first = market.designate()
    end = n.RevokeReceiver(designation=first.id)
    assert market.refused("core", again) == "receiver_is_designated"
    assert market.refused("other_core", end) == "act_belongs_to_another_party"
    market.do("core", end)
    assert market.refused("core", end) == "designation_is_revoked"
    assert market.designate().id != first.id


def test_a_factor_shows_vouchers() -> None:
    """Civil Code 764: the notice of a financing, or of a transfer to a financier, has vouchers."""
    market = Notified()
    made = market.accepted()
    holding = market.holding_of(made)
    bare = notice(holding, made.id, "financier")
    assert market.refused("financier", bare) == "voucher_missing"
    whole = replace(bare, vouchers=(digest("contract"),))
    given = market.get(Notice, market.do("supplier", whole)[0].notice)
    assert (given.as_factor, given.since_ms) == (True, made.accepted_ms)
    bought, transfer = market.moved("financier")
    assert market.refused("financier", notice(bought, transfer, "financier")) == "voucher_missing"


def test_a_notice_needs_an_assignment_that_stands() -> None:
    """No proposed transfer, no dead financing, none of another holding or assignee."""
    market = Notified()
    proposed = market.propose("supplier", market.held(), "second")
    whole = market.holding(proposed.holding)
    assert market.refused("supplier", notice(whole, proposed.id, "second")) == "basis_does_not_fit"
    made = market.accepted()
    market.at_ms += 3 * DAY
    dead = notice(market.holding_of(made), made.id, "financier", vouchers=(digest("contract"),))
    assert market.refused("financier", dead) == "basis_does_not_fit"
    holding, transfer = market.moved()
    other = market.held()
    assert market.refused("second", notice(other, transfer, "second")) == "basis_does_not_fit"
    false = notice(holding, transfer, "rival")
    assert market.refused("second", false) == "basis_does_not_fit"
    stranger = notice(holding, transfer, "second")
    assert market.refused("rival", stranger) == "act_belongs_to_another_party"


def test_a_notice_names_an_account_of_the_assignee() -> None:
    """Whoever is told to pay is told where, and the account is the assignee's, in its currency."""
    market = Notified()
    holding, transfer = market.moved()
    wrong = notice(holding, transfer, "second", account=account("rival"))
    assert market.refused("second", wrong) == "account_not_of_holder"
    dollars = notice(holding, transfer, "second", account=account("second", "USD"))
    assert market.refused("second", dollars) == "currency_mismatch"


def test_one_notice_of_an_assignment_stands() -> None:
    """A second is refused until the first is taken back; a closed holding has no notice."""
    market = Notified()
    holding, transfer = market.moved()
    given = market.give("second", holding, transfer, "second")
    again = notice(holding, transfer, "second")
    assert market.refused("second", again) == "notice_is_given"
    market.do("second", n.WithdrawNotice(notice=given.id))
    assert market.do("second", again)
    market.split("second", holding, 60_00, 40_00)
    assert market.refused("second", again) == "holding_is_closed"
    part = next(item for item in market.book.all(Holding) if item.parent == holding.id)
    assert market.give("second", part, transfer, "second").holding == part.id
    assert market.broken() == []


def test_only_the_assignee_takes_a_notice_back() -> None:
    """Civil Code 546: irrevocable without its consent, also after the arrival."""
    market = Notified()
    given = market.given()
    back = n.WithdrawNotice(notice=given.id)
    for name in ("supplier", "core", "operator"):
        assert market.refused(name, back) == "act_belongs_to_another_party"
    market.do("core", n.ReceiveNotice(notice=given.id))
    market.do("second", back)
    assert market.get(Notice, given.id).withdrawn_ms == market.at_ms
    assert market.refused("second", back) == "notice_is_withdrawn"
    assert market.refused("core", n.ReceiveNotice(notice=given.id)) == "notice_is_withdrawn"


def delivered(given: Notice, at_ms: int) -> n.AttestDelivery:
    """The command that attests a delivery."""
    return n.AttestDelivery(notice=given.id, arrived_ms=at_ms, evidence=digest("postmark"))


def test_a_delivery_is_proven_by_who_is_no_side() -> None:
    """合同编通则解释 50: a bank or the operator tells the postmark's time, and no side does."""
    market = Notified()
    given = market.given()
    market.at_ms += DAY
    command = delivered(given, given.given_ms + HOUR)
    for name in ("supplier", "core", "rival"):
        assert market.refused(name, command) == "role_missing"
    (event,) = market.do("bank", command)
    assert isinstance(event, NoticeArrived)
    arrived = market.get(Notice, given.id)
    assert (arrived.arrived_ms, arrived.how) == (given.given_ms + HOUR, Arrival.DELIVERY)
    assert arrived.evidence == digest("postmark")
    assert market.refused("operator", command) == "notice_has_arrived"
    assert market.refused("core", n.ReceiveNotice(notice=given.id)) == "notice_has_arrived"


def test_a_bank_that_is_a_side_proves_no_delivery() -> None:
    """The house bank that bought the holding may not say when the obligor heard of it."""
    market = Notified()
    holding, transfer = market.moved("house")
    given = market.give("house", holding, transfer, "house", vouchers=(digest("contract"),))
    command = delivered(given, market.at_ms)
    assert market.refused("house", command) == "act_belongs_to_another_party"


@pytest.mark.parametrize(
    ("hours", "code"), [(1, "stated_time_is_in_the_future"), (-1, "dates_not_in_order")]
)
def test_a_delivery_is_between_the_assignment_and_now(hours: int, code: str) -> None:
    """Nobody is told of what is not yet, and nothing has arrived that has not come."""
    market = Notified()
    given = market.given()
    assert market.refused("bank", delivered(given, market.at_ms + hours * HOUR)) == code


def test_an_obligor_that_receives_is_not_asked_for_a_role() -> None:
    """A party that is no obligor any more still receives what is addressed to it."""
    market = Notified()
    given = market.given()
    market.book.apply([RolesAssigned(party=party("core"), roles=(Role.SUPPLIER,))])
    assert market.do("core", n.ReceiveNotice(notice=given.id))


# -- rights from elsewhere -------------------------------------------------------------------------
def assertion(holding: Holding, at_ms: int, **changes: Any) -> n.AssertInterest:
    """The command that asserts a factor's right which the supplier gave."""
    command = n.AssertInterest(
        holding=holding.id,
        kind=n.InterestKind.FACTORING,
        grantor=party("supplier"),
        since_ms=at_ms,
        due=cny(50_00),
        evidence=digest("contract"),
    )
    return replace(command, **changes)


@pytest.mark.parametrize(
    ("by", "changes", "code"),
    [
        ("rival", {"grantor": party("second")}, "grantor_has_no_claim"),
        ("supplier", {}, "grantor_has_no_claim"),
        ("core", {}, "grantor_has_no_claim"),
        ("rival", {"due": replace(cny(1), currency="USD")}, "currency_mismatch"),
        ("rival", {"amount": replace(cny(1), currency="USD")}, "currency_mismatch"),
        ("rival", {"amount": cny(1), "share_ppm": 1}, "extent_does_not_fit"),
    ],
)
def test_an_assertion_that_cannot_be_is_refused(by: str, changes: Any, code: str) -> None:
    """A right comes from who had the holding, to another, in its currency, and bounded once."""
    market = Notified()
    assert market.refused(by, assertion(market.held(), market.at_ms, **changes)) == code


def test_an_assertion_blocks_nothing_and_is_named() -> None:
    """The holder goes on; the ranking shows the claim with its notice, until it is withdrawn."""
    market = Notified()
    holding = market.held()
    future = assertion(holding, market.at_ms + 1)
    assert market.refused("rival", future) == "stated_time_is_in_the_future"
    market.do("rival", assertion(holding, market.at_ms))
    (claim,) = market.book.all(Assertion)
    given = market.give("rival", holding, claim.id, "rival", vouchers=(digest("contract"),))
    market.do("core", n.ReceiveNotice(notice=given.id))
    first, last = priority(market.book, holding.id, market.at_ms).places
    assert (first.interest, first.takes) == (claim.id, cny(100_00))
    assert last.claimant == party("supplier")
    assert market.accept("second", market.propose("supplier", holding, "second"))
    end = n.WithdrawInterest(interest=claim.id)
    assert market.refused("second", end) == "act_belongs_to_another_party"
    market.do("rival", end)
    assert market.refused("rival", end) == "interest_is_withdrawn"
    (only,) = priority(market.book, holding.id, market.at_ms).places
    assert only.claimant == party("second")
    assert market.refused("rival", notice(holding, claim.id, "rival")) == "basis_does_not_fit"
    assert market.broken() == []


def test_invariants_find_what_contradicts_them() -> None:
    """Planted: an early arrival, two notices, two designations, a filing that never stood."""
    market = Notified()
    given = market.given()
    designation = market.designate()
    book = market.book
    early = replace(given, arrived_ms=given.since_ms - 1, how=Arrival.RECEIPT)
    book.records[(Notice, given.id)] = early
    book.records[(Notice, "ntc_more")] = replace(given, id="ntc_more")
    book.records[(Designation, "dsg_more")] = replace(designation, id="dsg_more")
    book.records[(Filing, "fil_bad")] = Filing(
        id="fil_bad",
        secured=party("rival"),
        registry_code="zhongdeng",
        number="ZD-1",
        kind=n.InterestKind.PLEDGE,
        grantor=party("supplier"),
        over=party("supplier"),
        filed_ms=10,
        expires_ms=10,
        description=digest("d"),
        certificate=digest("c"),
        recorded_ms=9,
    )
    assert len(market.broken()) == 4


def test_accounts_may_be_added_before_the_notice() -> None:
    """An account that the assignee added since is as good as any."""
    market = Notified()
    holding, transfer = market.moved()
    added = AccountAdded(
        account="acc_new", party=party("second"), number="1", bank="Bank", currency="CNY"
    )
    market.book.apply([added])
    assert market.give("second", holding, transfer, "second", account="acc_new").account
