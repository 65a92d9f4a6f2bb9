"""What is late is computed from records and an instant, and blocks nothing."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.financing.late import STALE_DAYS, late_alerts
from ledger.financing.records import Financing
from ledger.policy.commands import Gates
from ledger.policy.events import PolicyAdopted
from ledger.receivables import commands as c
from ledger.receivables.records import Receivable
from tests.support.market import Market
from tests.support.world import DAY, digest, policy


def late(market: Market, record: Receivable | Financing) -> list[tuple[str, str, tuple[str, ...]]]:
    """Kind, subject and reasons of what is late about a record now."""
    now = market.get(type(record), record.id)
    found = late_alerts(market.book, now, market.at_ms)
    return [(item.kind.value, item.subject, item.reasons) for item in found]


def test_an_acknowledgement_is_late_the_day_after_the_law_wants_it() -> None:
    """Thirty days from the request on, where the law protects the creditor; until it is given."""
    market = Market()
    sizes = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)
    item = market.register(sizes=sizes, clause="clause 7")
    market.at_ms += 40 * DAY
    assert late(market, item) == []
    asked_ms = market.at_ms
    market.do("supplier", c.RequestAcknowledgement(receivable=item.id))
    market.at_ms += 30 * DAY
    assert late(market, item) == []
    market.at_ms += DAY
    expected = ("acknowledgement_late", item.id, ("answer_was_due_2026-03-16",))
    assert late(market, item) == [expected]
    (alert,) = late_alerts(market.book, market.receivable(item.id), market.at_ms)
    assert alert.raised_ms == asked_ms + 30 * DAY
    market.acknowledge(item)
    assert late(market, item) == []


def test_an_instruction_is_stale_until_it_is_proven() -> None:
    """Three days after it was instructed, its value date past; proof or failure ends it."""
    market = Market()
    financing = market.instructed()
    market.at_ms += STALE_DAYS * DAY
    assert late(market, financing) == []
    market.at_ms += 1
    reasons = ("instruction_is_over_3_days",)
    assert late(market, financing) == [("stale_instruction", financing.holding, reasons)]
    market.confirm(financing)
    assert late(market, financing) == []


def test_an_instruction_is_not_stale_before_its_value_date_is_past() -> None:
    """Instructed long before the agreed day, it is in time."""
    market = Market()
    instructed = market.instructed()
    later = replace(instructed, value_date=market.today.replace(year=2027))
    market.at_ms += 30 * DAY
    assert list(late_alerts(market.book, later, market.at_ms)) == []


def test_the_status_of_funded_invoices_is_due_every_day() -> None:
    """Where the policy asks for it: missing, a day old, and a millisecond more."""
    market = Market()
    financing = market.active()
    (use,) = market.receivable(market.holding_of(financing).receivable).uses
    assert late(market, financing) == []
    gated = replace(policy(), gates=Gates(invoice_status=True))
    market.book.apply((PolicyAdopted(policy=gated),))
    missing = ("invoice_status", use.invoice, ("status_is_missing",))
    assert late(market, financing) == [missing]
    said = c.AttestInvoiceStatus(
        invoice=use.invoice,
        status=c.InvoiceStatus.NORMAL,
        provider="tax-office",
        provided_ms=market.at_ms,
        response=digest("answer"),
    )
    market.do("tax", said)
    market.at_ms += DAY
    assert late(market, financing) == []
    market.at_ms += 1
    old = ("invoice_status", use.invoice, ("status_is_over_a_day",))
    assert late(market, financing) == [old]
