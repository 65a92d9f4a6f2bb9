"""What happens to whose money, to the minor unit, worked out by hand.

In each story the sum is shown to be conserved: what is still owed, what was paid, what was taken
off; and what was taken off nobody is a claim of the obligor on the creditor.
"""

from __future__ import annotations

from msgspec.structs import replace

from ledger.changes import commands as c
from ledger.changes.records import Change, ChangeState, Dispute, DisputeState
from ledger.financing.records import Financing
from ledger.receivables.commands import AttestInvoiceStatus, InvoiceStatus
from ledger.receivables.records import HoldingState, Invoice, Receivable
from tests.support.changing import PLAIN, Changing, asked
from tests.support.world import DAY, TERMS, cny, digest, refusal


def conserved(market: Changing, receivable: str) -> tuple[int, int, int]:
    """Owed, paid and taken off of a receivable, whose sum is what was acknowledged."""
    item = market.get(Receivable, receivable)
    assert item.outstanding + item.paid + item.reduced == item.acknowledged
    assert market.findings() == []
    return item.outstanding.minor, item.paid.minor, item.reduced.minor


def test_a_credit_note_after_three_splits_and_a_financing() -> None:
    """1 000.00 in four hands; a note of 400.00 takes 350.00, and 50.00 becomes a claim.

    The supplier splits 1 000.00 in 600.00 and 400.00, the 600.00 in 250.00 and 350.00, the 350.00
    in 150.00 and 200.00. It sells the 400.00 to a financier, gives the 150.00 to the second
    supplier, the 200.00 to a third, and keeps 250.00. A credit note of 400.00 takes the 250.00
    first. Second, third and financier are asked for at most 60.00, 90.00 and 40.00; the third
    declines. So 60.00 and 40.00 fall, and 400.00 - 250.00 - 60.00 - 40.00 = 50.00 is left.
    """
    market = Changing()
    root = market.held(1_000_00)
    middle, sold = market.split("supplier", root, 600_00, 400_00)
    own, rest = market.split("supplier", middle, 250_00, 350_00)
    second, third = market.split("supplier", rest, 150_00, 200_00)
    financed = market.sold(sold)
    second = market.given("supplier", second, "second")
    third = market.given("supplier", third, "other_core")
    assert market.parts(root.receivable) == {
        "supplier": (250_00,),
        "second": (150_00,),
        "other_core": (200_00,),
        "financier": (400_00,),
    }

    parts = (asked(second, 60_00), asked(third, 90_00), asked(financed, 40_00))
    note = market.credit_note(root.receivable, 400_00, asked=parts)
    change = market.propose_change("supplier", note)
    for name in ("core", "second", "financier"):
        market.consent(name, market.get(Change, change.id))
        assert market.parts(root.receivable)["second"] == (150_00,)  # nothing yet
    market.do("other_core", c.RefuseChange(change=change.id))

    assert market.parts(root.receivable) == {
        "second": (90_00,),
        "other_core": (200_00,),
        "financier": (360_00,),
    }
    assert market.claims() == [("supplier", "core", 50_00)]
    assert conserved(market, root.receivable) == (650_00, 0, 350_00)
    applied = market.get(Change, change.id)
    assert applied.state is ChangeState.APPLIED
    assert (applied.reduced, applied.left) == (cny(350_00), cny(50_00))
    invoice = market.get(Invoice, note.invoice)
    assert (invoice.credited, invoice.unabsorbed) == (cny(400_00), cny(50_00))
    assert (invoice.used, invoice.usable) == (cny(650_00), cny(650_00))
    (financing,) = market.book.all(Financing)
    assert (financing.reduced, financing.exposure) == (cny(40_00), cny(360_00))
    assert market.holding(own.id).state is HoldingState.CANCELLED


def test_those_who_consent_bear_it_in_proportion() -> None:
    """100.01 beyond the creditor's own, asked of 300.00 and 200.00: 60.006 and 40.004.

    By largest remainder the spare cent goes to the .6: 60.01 and 40.00.
    """
    market = Changing()
    receivable, (_, second, third) = market.shared()
    parts = (asked(second, 300_00), asked(third, 200_00))
    note = market.credit_note(receivable, 600_01, asked=parts)
    change = market.propose_change("core", note)
    for name in ("second", "other_core", "supplier"):
        market.consent(name, market.get(Change, change.id))
    assert market.parts(receivable) == {"second": (239_99,), "other_core": (160_00,)}
    assert market.claims() == []
    assert conserved(market, receivable) == (399_99, 0, 600_01)


def test_who_is_not_asked_loses_nothing() -> None:
    """A note of 700.00 between creditor and obligor takes the creditor's 500.00, no more."""
    market = Changing()
    receivable, _ = market.shared()
    change = market.propose_change("supplier", market.credit_note(receivable, 700_00))
    market.consent("core", change)
    assert market.parts(receivable) == {"second": (300_00,), "other_core": (200_00,)}
    assert market.claims() == [("supplier", "core", 200_00)]
    assert conserved(market, receivable) == (500_00, 0, 500_00)


def test_a_red_letter_the_day_after_funding() -> None:
    """The invoice of 1 000.00 is reversed whole when 700.00 of it is a financier's.

    The financier is owed its 700.00 as before; nothing more of the debt is sold; the obligor has a
    claim of 700.00 on the seller. The 300.00 that the seller still holds fall by the credit note
    for the same 1 000.00, of which the other 700.00 are the claim that is there already.
    """
    market = Changing()
    root = market.held(1_000_00)
    sold, own = market.split("supplier", root, 700_00, 300_00)
    financed, receivable = market.sold(sold), root.receivable
    market.at_ms += DAY
    (use,) = market.receivable(receivable).uses
    claim = c.RaiseClaim(receivable=receivable, invoice=use.invoice)
    assert refusal(market.do, "core", claim) == "nothing_to_claim"

    status = AttestInvoiceStatus(
        invoice=use.invoice,
        status=InvoiceStatus.RED,
        provider="tax",
        provided_ms=market.at_ms,
        response=digest("answer"),
    )
    market.do("court", status)
    assert market.parts(receivable) == {"financier": (700_00,), "supplier": (300_00,)}
    offer = market.make_offer()
    assert refusal(market.accept_offer, market.holding(own.id), offer) == "invoice_is_red"
    assert refusal(market.do, "supplier", claim) == "act_belongs_to_another_party"
    market.do("core", claim)
    assert market.claims() == [("supplier", "core", 700_00)]
    assert refusal(market.do, "core", claim) == "nothing_to_claim"
    assert conserved(market, receivable) == (1_000_00, 0, 0)

    change = market.propose_change("supplier", market.credit_note(receivable, 1_000_00))
    market.consent("core", change)
    assert market.parts(receivable) == {"financier": (700_00,)}
    assert market.claims() == [("supplier", "core", 700_00)]
    assert market.holding(financed.id).outstanding == cny(700_00)
    assert conserved(market, receivable) == (700_00, 0, 300_00)


def test_a_dispute_without_waiver_lies_on_all() -> None:
    """600.00 of 1 000.00: the creditor's 500.00 whole, then 60.00 and 40.00 of 300.00 and 200.00.

    What is undisputed is paid and passed on as ever; what is disputed is not passed on. Settled
    for 450.00 the creditor's own bears all of it.
    """
    market = Changing()
    receivable, (own, second, third) = market.shared()
    dispute = market.dispute(receivable, 600_00)
    amounts = [market.holding(item.id).burdens[0].amount.minor for item in (own, second, third)]
    assert (amounts, dispute.beyond) == ([500_00, 60_00, 40_00], cny(0))

    second = market.holding(second.id)
    assert refusal(market.propose, "second", second, "supplier") == "holding_is_disputed"
    front, free = market.split("second", second, 60_00, 240_00)
    assert refusal(market.propose, "second", front, "supplier") == "holding_is_disputed"
    market.given("second", free, "other_core")
    market.do("other_core", market.payment(market.holding(third.id), 200_00))
    left = {"supplier": (500_00,), "second": (60_00,), "other_core": (240_00,)}
    assert market.parts(receivable) == left
    assert conserved(market, receivable) == (800_00, 200_00, 0)

    change = market.propose_change("supplier", market.settlement(dispute, 450_00))
    market.consent("core", change)
    assert market.get(Dispute, dispute.id).state is DisputeState.SETTLED
    assert market.parts(receivable) == left | {"supplier": (50_00,)}
    assert not any(market.holding(item.id).burdens for item in (own, front, third))
    market.given("second", market.holding(front.id), "other_core")
    assert conserved(market, receivable) == (350_00, 200_00, 450_00)


def test_a_dispute_with_waiver_lies_on_the_creditor_alone() -> None:
    """The same 600.00 with a waiver: the creditor's 500.00, and 100.00 burdens nobody.

    A court finds 550.00: the creditor's holding falls by 500.00, and 50.00 it owes the obligor;
    second and third are owed in full.
    """
    market = Changing()
    receivable, (own, second, third) = market.shared(terms=TERMS)
    dispute = market.dispute(receivable, 600_00)
    burdens = [market.holding(item.id).burdens for item in (own, second, third)]
    assert [len(item) for item in burdens] == [1, 0, 0]
    assert (burdens[0][0].amount, dispute.beyond) == (cny(500_00), cny(100_00))
    market.given("second", second, "other_core")

    award = c.AwardDispute(
        dispute=dispute.id, amount=cny(550_00), file="(2026) 1", award=digest("judgment")
    )
    market.do("court", award)
    assert market.parts(receivable) == {"other_core": (200_00, 300_00)}
    assert market.claims() == [("supplier", "core", 50_00)]
    assert conserved(market, receivable) == (500_00, 0, 500_00)
    assert market.get(Dispute, dispute.id).state is DisputeState.SETTLED


def test_a_dispute_of_what_is_all_in_other_hands_with_waiver() -> None:
    """Nothing is the creditor's any more: the dispute burdens nobody, and upheld it is a claim."""
    market = Changing()
    root = market.held(300_00, TERMS)
    market.given("supplier", root, "second")
    dispute = market.dispute(root.receivable, 120_00)
    assert (dispute.beyond, market.holding(root.id).burdens) == (cny(120_00), ())
    change = market.propose_change("core", market.settlement(dispute, 120_00))
    market.consent("supplier", change)
    assert market.get(Dispute, dispute.id).state is DisputeState.UPHELD
    assert market.claims() == [("supplier", "core", 120_00)]
    assert conserved(market, root.receivable) == (300_00, 0, 0)


def test_a_withdrawn_dispute_leaves_nothing_behind() -> None:
    """All burdens are gone, and the obligor owes it all."""
    market = Changing()
    receivable, holdings = market.shared()
    dispute = market.dispute(receivable, 1_000_00)
    market.do("core", c.WithdrawDispute(dispute=dispute.id))
    assert not any(market.holding(item.id).burdens for item in holdings)
    assert conserved(market, receivable) == (1_000_00, 0, 0)


def test_a_set_off_takes_what_its_holder_signs_for() -> None:
    """The creditor owed 80.00 before it passed 300.00 on: accepted 220.00 is left.

    Denied, all 300.00 are, and the 80.00 stay a claim on the creditor.
    """
    market = Changing()
    root = market.held(300_00, PLAIN)
    holding = market.given("supplier", root, "second")
    change = market.propose_change("core", market.set_off(holding, "supplier", 80_00))
    market.do("second", c.RefuseChange(change=change.id))
    assert market.claims() == [("supplier", "core", 80_00)]
    assert conserved(market, root.receivable) == (300_00, 0, 0)
    change = market.propose_change("core", market.set_off(holding, "supplier", 80_00))
    market.consent("second", change)
    assert market.parts(root.receivable) == {"second": (220_00,)}
    assert conserved(market, root.receivable) == (220_00, 0, 80_00)


def test_a_cancellation_gives_back_what_was_not_paid() -> None:
    """1 000.00 in three hands, 120.00 paid: all three and the obligor end the other 880.00."""
    market = Changing()
    receivable, (_, second, _) = market.shared()
    market.do("second", market.payment(second, 120_00))
    change = market.propose_change("core", market.cancellation(receivable))
    for name in ("supplier", "second", "other_core"):
        market.consent(name, market.get(Change, change.id))
    assert market.parts(receivable) == {}
    (use,) = market.receivable(receivable).uses
    assert (use.amount, market.get(Invoice, use.invoice).used) == (cny(120_00), cny(120_00))
    assert conserved(market, receivable) == (0, 120_00, 880_00)


def test_a_claim_ends_when_the_claimant_has_its_money() -> None:
    """200.00 in parts, by the claimant's own receipts, and never more."""
    market = Changing()
    receivable, _ = market.shared()
    change = market.propose_change("supplier", market.credit_note(receivable, 700_00))
    claim = market.consent("core", change)[-1].claim
    receipt = c.SettleClaim(claim=claim, amount=cny(150_00), reference="back")
    assert refusal(market.do, "supplier", receipt) == "act_belongs_to_another_party"
    market.do("core", receipt)
    assert market.claims() == [("supplier", "core", 50_00)]
    assert refusal(market.do, "core", receipt) == "claim_is_exceeded"
    market.do("core", replace(receipt, amount=cny(50_00)))
    assert market.claims() == [("supplier", "core", 0)]
    assert market.findings() == []
