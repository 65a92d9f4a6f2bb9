"""The tax status of an invoice: who says it, what it changes, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.alerts.events import AlertKind, AlertRaised
from ledger.parties.commands import Role
from ledger.parties.events import RolesAssigned
from ledger.receivables import commands as c
from ledger.receivables.commands import InvoiceStatus as Status
from ledger.receivables.records import Invoice
from tests.support.market import Market
from tests.support.world import DAY, cny, digest, line, party, refusal, register


def said(market: Market, status: Status = Status.NORMAL, **changes: Any) -> c.AttestInvoiceStatus:
    """The command that attests a status of INV-1 as of now."""
    command = c.AttestInvoiceStatus(
        invoice=market.invoice().id,
        status=status,
        provider="tax-office",
        provided_ms=market.at_ms,
        response=digest("answer"),
        reduced=cny(30_00) if status is Status.PART_RED else None,
    )
    return replace(command, **changes)


def attest(market: Market, status: Status, **changes: Any) -> list[AlertRaised]:
    """The alerts that an attested status raises."""
    events = market.do("tax", said(market, status, **changes))
    return [event for event in events if isinstance(event, AlertRaised)]


def market_with(*lines: c.InvoiceLine) -> Market:
    """A market on which the supplier has registered an invoice, INV-1 of 100.00 used whole."""
    market = Market()
    market.register(*(lines or (line(),)))
    return market


def test_a_normal_status_is_recorded_in_silence() -> None:
    """Status and the provider's time stand on the invoice; nobody is alarmed."""
    market = market_with()
    assert attest(market, Status.NORMAL, provided_ms=market.at_ms - 5) == []
    invoice = market.invoice()
    assert (invoice.status, invoice.status_ms, invoice.reduced, invoice.is_red) == (
        Status.NORMAL,
        market.at_ms - 5,
        None,
        False,
    )


@pytest.mark.parametrize("status", [Status.PART_RED, Status.RED, Status.VOID])
def test_what_turns_red_in_use_raises_one_alert(status: Status) -> None:
    """Once: the daily answer that says the same again raises none; another one does."""
    market = market_with()
    (alert,) = attest(market, status)
    assert (alert.kind, alert.subject, alert.reasons) == (
        AlertKind.INVOICE_STATUS,
        market.invoice().id,
        (f"status_is_{status.value}",),
    )
    market.at_ms += DAY
    assert attest(market, status) == []
    assert market.invoice().status_ms == market.at_ms
    assert market.invoice().is_red
    assert len(attest(market, Status.PART_RED, reduced=cny(31_00))) == 1


def test_an_invoice_that_nobody_uses_alarms_nobody() -> None:
    """It is on record all the same, and keeps the invoice out later."""
    market = Market()
    item = market.register()
    market.do("supplier", c.WithdrawReceivable(receivable=item.id))
    assert attest(market, Status.VOID) == []
    assert refusal(market.register) == "invoice_is_void"


@pytest.mark.parametrize("status", [Status.RED, Status.VOID])
def test_what_is_reversed_is_used_by_nobody_more(status: Status) -> None:
    """The free part of a red or void invoice is registered no more."""
    market = market_with(line(used=60_00, gross=cny(100_00)))
    attest(market, status)
    more = register(line(used=40_00, gross=cny(100_00)))
    assert refusal(market.do, "supplier", more) == "invoice_is_void"


@pytest.mark.parametrize(("used", "refused"), [(10_00, ""), (10_01, "invoice_is_used_up")])
def test_part_red_leaves_the_rest_to_be_used(used: int, refused: str) -> None:
    """Of 100.00 with 60.00 used and 30.00 reversed, 10.00 are left."""
    market = market_with(line(used=60_00, gross=cny(100_00)))
    assert len(attest(market, Status.PART_RED)) == 1
    assert not market.invoice().is_red
    more = register(line(used=used, gross=cny(100_00)))
    if refused:
        assert refusal(market.do, "supplier", more) == refused
    else:
        market.do("supplier", more)
        assert market.invoice().free == cny(0)


def test_the_status_belongs_to_the_number() -> None:
    """Facts that are stated anew change nothing of what the tax office said."""
    market = Market()
    item = market.register()
    market.do("supplier", c.WithdrawReceivable(receivable=item.id))
    attest(market, Status.PART_RED)
    market.register(line(used=50_00, gross=cny(120_00)))
    invoice = market.invoice()
    assert (invoice.status, invoice.reduced, invoice.free) == (
        Status.PART_RED,
        cny(30_00),
        cny(40_00),
    )


def test_a_red_letter_and_its_credit_note_are_counted_once() -> None:
    """The larger of both counts."""
    market = market_with(line(used=10_00, gross=cny(100_00)))
    attest(market, Status.PART_RED)
    invoice = market.invoice()
    assert replace(invoice, credited=cny(20_00)).free == cny(60_00)
    assert replace(invoice, credited=cny(40_00)).free == cny(50_00)


@pytest.mark.parametrize("name", ["supplier", "core", "financier", "bank", "operator", "auditor"])
def test_only_providers_and_regulators_say_it(name: str) -> None:
    """Not the sides, and not those who fund or run the ledger."""
    market = market_with()
    assert refusal(market.do, name, said(market)) == "role_missing"


@pytest.mark.parametrize("side", ["supplier", "core"])
def test_no_side_of_the_invoice_says_it(side: str) -> None:
    """A seller or buyer with the role does not attest its own invoice; a regulator may."""
    market = market_with()
    market.book.apply((RolesAssigned(party=party(side), roles=(Role.DATA_PROVIDER,)),))
    assert refusal(market.do, side, said(market)) == "act_belongs_to_another_party"
    market.book.apply((RolesAssigned(party=party("bank"), roles=(Role.REGULATOR,)),))
    market.do("bank", said(market))
    assert market.get(Invoice, market.invoice().id).status is Status.NORMAL


def test_an_answer_is_of_its_time() -> None:
    """Not from the future, and not from before the last one; at the same instant it may be."""
    market = market_with()
    future = said(market, provided_ms=market.at_ms + 1)
    assert refusal(market.do, "tax", future) == "not_yet_valid"
    market.do("tax", said(market))
    older = said(market, provided_ms=market.at_ms - 1)
    assert refusal(market.do, "tax", older) == "invoice_status_is_old"
    market.do("tax", said(market, Status.RED))


@pytest.mark.parametrize(
    ("status", "reduced"),
    [(Status.PART_RED, None), (Status.RED, 1), (Status.NORMAL, 1), (Status.PART_RED, 100_01)],
)
def test_a_sum_is_reversed_exactly_in_part(status: Status, reduced: int | None) -> None:
    """It is named when the invoice is red in part, never else, and is at most the invoice."""
    market = market_with()
    amount = None if reduced is None else cny(reduced)
    command = said(market, status, reduced=amount)
    assert refusal(market.do, "tax", command) == "field_invalid"
