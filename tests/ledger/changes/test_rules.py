"""Who may propose, answer and dispute, and what stands in the way of a change."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from ledger.changes import commands as c
from ledger.changes.records import Change, ChangeState, Dispute, DisputeState
from ledger.notices.commands import (
    AssertInterest,
    DesignateReceiver,
    GiveNotice,
    InterestKind,
    ReceiveNotice,
)
from ledger.receivables.events import Burden, BurdenKind, HoldingBurdened
from ledger.receivables.records import (
    Holding,
    HoldingState,
    ReceivableState,
    Transfer,
    TransferState,
)
from tests.support.changing import PLAIN, Changing, asked, complaint, consenting
from tests.support.market import account, instruct
from tests.support.world import DAY, TERMS, cny, digest, party, refusal


def burdened(market: Changing, holding: str, kind: BurdenKind, minor: int, **how: int) -> None:
    """A court or a lender has a right in a part of a holding."""
    burden = Burden(id=f"rec_{kind.value}", kind=kind, amount=cny(minor), **how)
    market.book.apply([HoldingBurdened(holding=holding, burden=burden)])


def test_only_both_sides_propose_and_only_who_is_needed_answers() -> None:
    """A holder that is not asked has no say in a credit note; nobody answers twice."""
    market = Changing()
    receivable, (_, second, _) = market.shared()
    note = market.credit_note(receivable, 100_00, asked=(asked(second, 10_00),))
    assert refusal(market.do, "second", note) == "act_belongs_to_another_party"
    change = market.propose_change("supplier", note)
    for name, code in (
        ("other_core", "act_belongs_to_another_party"),
        ("supplier", "answer_is_given"),
    ):
        assert refusal(market.do, name, consenting(change), change.id) == code
    assert refusal(market.do, "core", consenting(change)) == "expect_missing"
    other = replace(consenting(change), accepts=digest("other"))
    assert refusal(market.do, "core", other, change.id) == "accepted_digest_differs"
    market.consent("core", change)
    assert market.get(Change, change.id).state is ChangeState.PROPOSED
    market.consent("second", market.get(Change, change.id))
    assert market.get(Change, change.id).state is ChangeState.APPLIED
    assert refusal(market.do, "core", c.RefuseChange(change=change.id)) == "change_is_closed"


def test_a_change_ends_by_its_time_and_by_a_no() -> None:
    """After the deadline nobody can answer, and nobody had to state it."""
    market = Changing()
    receivable, _ = market.shared()
    change = market.propose_change("supplier", market.credit_note(receivable, 1_00))
    market.do("core", c.RefuseChange(change=change.id))
    assert market.get(Change, change.id).state is ChangeState.REFUSED
    change = market.propose_change("supplier", market.credit_note(receivable, 1_00))
    market.at_ms += DAY
    assert refusal(market.consent, "core", change) == "change_has_lapsed"
    late = market.credit_note(receivable, 1_00, lapses_ms=market.at_ms + 6 * DAY)
    assert refusal(market.do, "supplier", late) == "deadline_out_of_range"
    assert market.findings() == []


def test_who_has_bought_meanwhile_has_to_sign() -> None:
    """The seller's consent does not bind the buyer; with the buyer's the change is applied."""
    market = Changing()
    receivable, (_, second, _) = market.shared()
    command = market.due_date(receivable, date(2026, 6, 30))
    change = market.propose_change("core", replace(command, lapses_ms=market.at_ms + 2 * DAY))
    for name in ("supplier", "second"):
        market.consent(name, market.get(Change, change.id))
    market.given("second", second, "house")
    market.consent("other_core", market.get(Change, change.id))
    assert market.get(Change, change.id).state is ChangeState.PROPOSED
    market.consent("house", market.get(Change, change.id))
    assert market.receivable(receivable).due == date(2026, 6, 30)
    assert market.holding(second.id).due == date(2026, 6, 30)
    assert market.findings() == []


def test_what_was_asked_for_and_split_is_not_there_as_signed() -> None:
    """The last answer is refused, and nothing has changed."""
    market = Changing()
    receivable, (_, second, _) = market.shared()
    note = market.credit_note(receivable, 600_00, asked=(asked(second, 50_00),))
    change = market.propose_change("supplier", note)
    market.consent("second", change)
    market.split("second", second, 100_00, 200_00)
    change = market.get(Change, change.id)
    assert refusal(market.consent, "core", change) == "holding_is_closed"
    assert market.receivable(receivable).reduced == cny(0)


def test_what_is_frozen_or_security_is_not_taken_off() -> None:
    """Of the creditor's 500.00 a court has frozen 120.00 and a lender 200.00 of it: 300.00 falls.

    A security in a share would shrink with the debt: then nothing falls.
    """
    market = Changing()
    receivable, (own, _, _) = market.shared()
    burdened(market, own.id, BurdenKind.FREEZE, 120_00)
    burdened(market, own.id, BurdenKind.ENCUMBRANCE, 200_00)
    market.consent(
        "core", market.propose_change("supplier", market.credit_note(receivable, 400_00))
    )
    assert market.holding(own.id).outstanding == cny(200_00)
    assert market.claims() == [("supplier", "core", 100_00)]
    burdened(market, own.id, BurdenKind.ENCUMBRANCE, 100_00, ppm=500_000)
    market.consent("core", market.propose_change("supplier", market.credit_note(receivable, 10_00)))
    assert market.holding(own.id).outstanding == cny(200_00)
    cancel = market.cancellation(receivable)
    assert refusal(market.do, "core", cancel) == "holding_is_frozen"
    assert refusal(market.do, "core", market.due_date(receivable, date(2026, 6, 30))) == (
        "holding_is_frozen"
    )


def test_a_sale_that_nobody_instructed_ends_and_one_under_way_is_left_alone() -> None:
    """As with a payment: the contract is over; an instructed advance bears nothing."""
    market = Changing()
    financing = market.accepted(100_00)
    receivable = market.holding_of(financing).receivable
    change = market.propose_change("supplier", market.credit_note(receivable, 30_00))
    market.consent("core", change)
    assert market.holding_of(financing).state is HoldingState.HELD
    assert market.parts(receivable) == {"supplier": (70_00,)}

    market = Changing()
    financing = market.instructed(100_00)
    receivable = market.holding_of(financing).receivable
    change = market.propose_change("supplier", market.credit_note(receivable, 30_00))
    market.consent("core", change)
    assert market.parts(receivable) == {"supplier": (100_00,)}
    assert market.claims() == [("supplier", "core", 30_00)]
    assert market.findings() == []


def test_an_asked_holding_that_is_being_sold_waits() -> None:
    """Its holder consents; while the advance is under way the last answer is refused."""
    market = Changing()
    receivable, (_, second, _) = market.shared()
    note = market.credit_note(receivable, 510_00, asked=(asked(second, 10_00),))
    change = market.propose_change("supplier", note)
    market.consent("second", change)
    financing = market.accept_offer(market.holding(second.id), market.make_offer())
    market.do("financier", instruct(financing))
    change = market.get(Change, change.id)
    assert refusal(market.consent, "core", change) == "disbursement_in_flight"


def test_a_pending_transfer_ends_when_the_holding_is_less() -> None:
    """What was offered is not there any more."""
    market = Changing()
    root = market.held(100_00, PLAIN)
    transfer = market.propose("supplier", root, "second")
    market.consent(
        "core", market.propose_change("supplier", market.credit_note(root.receivable, 1_00))
    )
    assert market.get(Transfer, transfer.id).state is TransferState.LAPSED
    assert market.findings() == []


def test_a_credit_note_is_of_its_invoice_and_applies_once() -> None:
    """However its number is written; never for more than there is of the invoice."""
    market = Changing()
    receivable, _ = market.shared()
    note = market.credit_note(receivable, 10_00, number="CN 7")
    market.consent("core", market.propose_change("supplier", note))
    again = replace(note, number="cn-7")
    assert refusal(market.do, "core", again) == "credit_note_is_recorded"
    for wrong in (
        {"amount": cny(990_01), "total": cny(990_01)},
        {"total": cny(10_01)},
        {"total": cny(9_99)},
    ):
        other = replace(market.credit_note(receivable, 10_00), **wrong)
        assert refusal(market.do, "supplier", other) == "note_exceeds_invoice"
    blank = replace(note, number="---")
    assert refusal(market.do, "supplier", blank) == "field_invalid"


@pytest.mark.parametrize(
    ("due", "code"),
    [
        (date(2026, 4, 30), "nothing_would_change"),
        (date(2026, 1, 4), "due_date_has_passed"),
        (date(2027, 1, 6), "term_is_too_long"),
    ],
)
def test_another_day_is_within_the_term(due: date, code: str) -> None:
    """From acknowledgement, on unadjusted dates; the last day of the term is in it."""
    market = Changing()
    receivable, _ = market.shared()
    assert refusal(market.do, "core", market.due_date(receivable, due)) == code
    market.do("core", market.due_date(receivable, date(2027, 1, 5)))


def told(market: Changing, transfer: Transfer) -> None:
    """The obligor is told of an accepted transfer."""
    name = market.name_of(transfer.assignee)
    notice = GiveNotice(
        holding=transfer.holding,
        basis=transfer.id,
        assignee=transfer.assignee,
        account=account(name),
        vouchers=(digest("invoice"),),
    )
    given = market.do(name, notice)[0]
    market.do("core", ReceiveNotice(notice=given.notice))


def test_which_counterclaims_follow_the_debt() -> None:
    """Civil Code 549: had at notice and due no later than the debt, or of the same contract."""
    market = Changing()
    root = market.held(300_00, PLAIN)
    transfer = market.propose("supplier", root, "second")
    holding = market.accept("second", transfer)
    later = {"arose": date(2026, 1, 7), "matures": date(2026, 1, 7)}
    market.at_ms += 2 * DAY
    market.do("core", market.set_off(holding, "supplier", 1_00, **later))  # not told: 546
    market.at_ms -= 2 * DAY
    told(market, market.get(Transfer, transfer.id))
    market.at_ms += 2 * DAY
    late = market.set_off(holding, "supplier", 1_00, **later)
    assert refusal(market.do, "core", late) == "counterclaim_came_too_late"
    market.do("core", replace(late, same_contract=True))
    market.do("core", replace(late, against=party("second")))
    market.do("core", market.set_off(holding, "supplier", 1_00))
    for wrong, code in (
        ({"against": party("financier")}, "counterclaim_is_on_a_stranger"),
        ({"matures": date(2026, 1, 8)}, "counterclaim_is_not_due"),
        ({"arose": date(2026, 1, 8)}, "dates_not_in_order"),
        ({"amount": cny(300_01)}, "part_does_not_fit"),
    ):
        assert refusal(market.do, "core", replace(late, **wrong)) == code


def late_claim(market: Changing, holding: Holding) -> c.ProposeSetOff:
    """A counterclaim on the first holder that arose two days after it passed the holding on."""
    day = date(2026, 1, 7)
    return market.set_off(holding, "supplier", 1_00, arose=day, matures=day)


def test_who_receives_by_entry_was_told_with_the_transfer() -> None:
    """The ranking says that the obligor had notice: then it has it for set-off, too."""
    market = Changing()
    market.do("core", DesignateReceiver(declaration=digest("declaration")))
    holding = market.given("supplier", market.held(300_00, PLAIN), "second")
    market.at_ms += 2 * DAY
    late = late_claim(market, holding)
    assert refusal(market.do, "core", late) == "counterclaim_came_too_late"


def test_notice_of_a_later_transfer_is_notice_of_those_before() -> None:
    """And notice that the holding is somebody's security says of no transfer of it."""
    market = Changing()
    holding = market.given("supplier", market.held(300_00, PLAIN), "second")
    lien = AssertInterest(
        holding=holding.id,
        kind=InterestKind.PLEDGE,
        grantor=party("supplier"),
        since_ms=market.at_ms,
        due=cny(1_00),
        evidence=digest("pledge"),
    )
    interest = market.do("rival", lien)[0].interest
    pledge = GiveNotice(
        holding=holding.id,
        basis=interest,
        assignee=party("rival"),
        account=account("rival"),
        vouchers=(digest("loan"),),
    )
    market.do("core", ReceiveNotice(notice=market.do("rival", pledge)[0].notice))
    market.at_ms += 2 * DAY
    market.do("core", late_claim(market, holding))  # of the transfer it was not told: 546
    market.at_ms -= 2 * DAY
    transfer = market.propose("second", holding, "house")
    passed = market.accept("house", transfer)
    told(market, market.get(Transfer, transfer.id))
    market.at_ms += 2 * DAY
    late = late_claim(market, passed)
    assert refusal(market.do, "core", late) == "counterclaim_came_too_late"


def test_a_waiver_keeps_earlier_holders_debts_out() -> None:
    """What the present holder owes itself may be set off all the same."""
    market = Changing()
    holding = market.given("supplier", market.held(300_00, TERMS), "second")
    command = market.set_off(holding, "supplier", 1_00)
    assert refusal(market.do, "core", command) == "defences_are_waived"
    market.do("core", replace(command, against=party("second")))


def test_disputes_stay_within_the_debt() -> None:
    """The obligor alone, at most what is owed and not disputed; an award by a court alone."""
    market = Changing()
    receivable, _ = market.shared()
    assert (
        refusal(market.do, "supplier", complaint(receivable, 1)) == "act_belongs_to_another_party"
    )
    first = market.dispute(receivable, 700_00)
    assert refusal(market.dispute, receivable, 300_01) == "dispute_exceeds_debt"
    second = market.dispute(receivable, 300_00)
    for name in ("core", "supplier", "other_core"):
        market.do(name, c.AddEvidence(dispute=first.id, evidence=digest(name)))
    assert market.get(Dispute, first.id).documents == 4
    stranger = c.AddEvidence(dispute=first.id, evidence=digest("x"))
    assert refusal(market.do, "rival", stranger) == "act_belongs_to_another_party"
    award = c.AwardDispute(dispute=first.id, amount=cny(0), file="1", award=digest("award"))
    assert refusal(market.do, "core", award) == "role_missing"
    too_much = replace(award, amount=cny(700_01))
    assert refusal(market.do, "court", too_much) == "more_than_disputed"
    market.do("court", award)
    assert market.get(Dispute, first.id).state is DisputeState.DISMISSED
    assert refusal(market.do, "court", award) == "dispute_is_closed"
    assert market.get(Dispute, second.id).state is DisputeState.OPEN
    assert market.findings() == []


def test_a_payment_that_is_taken_back_brings_no_old_dispute_with_it() -> None:
    """A holding that was redeemed in dispute is free of it when the dispute is over."""
    market = Changing()
    root = market.held(100_00, PLAIN)
    dispute = market.dispute(root.receivable, 100_00)
    market.do("supplier", market.payment(root, 100_00))
    market.do("core", c.WithdrawDispute(dispute=dispute.id))
    assert market.holding(root.id).burdens == ()
    assert market.findings() == []


def test_nothing_is_changed_before_and_after_the_debt() -> None:
    """What is not acknowledged is withdrawn and registered anew; what is over is over."""
    market = Changing()
    waiting = market.register()
    note = market.credit_note(waiting.id, 1_00)
    assert refusal(market.do, "supplier", note) == "receivable_awaits_its_obligor"
    root = market.held(100_00)
    market.do("supplier", market.payment(root, 100_00))
    note = market.credit_note(root.receivable, 1_00)
    assert refusal(market.do, "supplier", note) == "receivable_is_closed"


def test_all_concerned_may_end_a_debt_whatever_is_disputed() -> None:
    """A financier that has bought a part signs for it, and its financing is over."""
    market = Changing()
    root = market.held(100_00, PLAIN)
    sold, own = market.split("supplier", root, 60_00, 40_00)
    financed = market.sold(sold)
    market.dispute(root.receivable, 10_00)
    change = market.propose_change("core", market.cancellation(root.receivable))
    market.consent("supplier", change)
    assert market.holding(own.id).is_open
    market.consent("financier", market.get(Change, change.id))
    assert market.receivable(root.receivable).state is ReceivableState.CANCELLED
    assert market.holding(financed.id).state is HoldingState.CANCELLED
    assert market.findings() == []
