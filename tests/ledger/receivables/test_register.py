"""Register and issue: what begins a receivable, and what keeps it from beginning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.acts import lapse
from ledger.receivables.decide import stake
from ledger.receivables.events import InvoiceRecorded, IssueLapsed
from ledger.receivables.records import Invoice, Mode, ReceivableState
from tests.support.world import (
    DAY,
    TERMS,
    TODAY,
    World,
    cny,
    issue,
    line,
    party,
    refusal,
    register,
)


def test_a_registered_receivable_uses_its_invoices() -> None:
    """The face is the sum of the uses, and each invoice knows what is used of it."""
    world = World()
    receivable = world.register(
        line("A", 60_00, gross=cny(100_00)), line("B", 40_00, prepaid=cny(10_00), gross=cny(50_00))
    )
    assert receivable.face == cny(100_00)
    assert receivable.state is ReceivableState.REGISTERED
    assert receivable.mode is Mode.SUPPLIER_LED
    assert (receivable.creditor, receivable.obligor) == (party("supplier"), party("core"))
    assert receivable.issued == TODAY
    assert receivable.acknowledged == receivable.outstanding == cny(0)
    assert world.invoice("A").used == cny(60_00)
    assert world.invoice("B").used == cny(40_00)


def test_what_is_left_of_an_invoice_can_be_used_later_to_the_last_unit() -> None:
    """Two receivables share an invoice; the unit beyond gross less prepaid is refused."""
    world = World()
    facts = {"gross": cny(100_00), "prepaid": cny(10_00)}
    world.register(line(used=60_00, **facts))
    over = register(line(used=30_01, **facts))
    assert refusal(world.do, "supplier", over) == "invoice_is_used_up"
    world.register(line(used=30_00, **facts))
    assert world.invoice().used == cny(90_00)


def test_twenty_equal_consecutive_invoices_of_a_day_pass() -> None:
    """Honest likeness is no duplicate."""
    world = World()
    receivable = world.register(*(line(f"INV-{number:03}") for number in range(1, 21)))
    assert receivable.face == cny(2000_00)
    assert len(list(world.book.all(Invoice))) == 20


def test_a_proposed_issue_shows_its_terms_and_lapses() -> None:
    """The invoices are used at once; the terms and the end of the offer are on record."""
    world = World()
    terms = replace(TERMS, pay_to=c.PayTo.PAYING_AGENT, paying_agent=party("bank"))
    proposed = world.issue(terms=terms)
    assert proposed.state is ReceivableState.PROPOSED
    assert proposed.mode is Mode.BUYER_LED
    assert proposed.lapses_ms == world.at_ms + 10 * DAY
    assert (proposed.pay_to, proposed.paying_agent) == (c.PayTo.PAYING_AGENT, party("bank"))
    assert world.invoice().used == cny(100_00)
    assert world.invoice().proposals == (proposed.id,)


def test_stake_of_a_proposal_is_its_face() -> None:
    """Approval tiers judge by the sum of the uses."""
    lines = (line("A", 60_00), line("B", 40_00))
    assert stake(World().book, register(*lines)) == cny(100_00)
    assert stake(World().book, issue(*lines)) == cny(100_00)


Change = Callable[[c.RegisterReceivable], c.RegisterReceivable]


def _lines(**facts: Any) -> Change:
    def change(command: c.RegisterReceivable) -> c.RegisterReceivable:
        first = command.invoices[0]
        changed = replace(first, facts=replace(first.facts, **facts))
        return replace(command, invoices=(changed, *command.invoices[1:]))

    return change


def _set(**fields: Any) -> Change:
    return lambda command: replace(command, **fields)


FAULTS: list[tuple[str, Change]] = [
    ("party_unknown", _set(obligor=party("nobody"))),
    ("party_lacks_role", _set(obligor=party("financier"))),
    ("due_date_has_passed", _set(due=date(2026, 1, 4))),
    ("term_is_too_long", _set(due=date(2027, 1, 6))),
    ("dates_not_in_order", _set(basis_date=date(2028, 1, 1))),
    ("invoice_is_a_credit_note", _lines(type="381")),
    ("invoice_is_a_prepayment", _lines(type="386")),
    ("invoice_is_already_assigned", _lines(type="393")),
    ("issued_in_the_future", _lines(issued=date(2026, 1, 6))),
    ("field_invalid", _lines(number="-")),
    ("invoice_facts_differ", _lines(gross=cny(1))),
    ("invoice_is_used_up", _set()),
]
"""Each fault alone is refused with its code; with all later ones it is still the one named."""


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[code for code, _ in FAULTS])
def test_refusals_of_register_come_in_their_order(place: int) -> None:
    """With several things wrong the first of the order is named."""
    world = World()
    world.register()
    for faults in (FAULTS[place : place + 1], FAULTS[place:]):
        command = register(line())
        for _, change in reversed(faults):
            command = change(command)
        assert refusal(world.do, "supplier", command) == FAULTS[place][0]


def test_two_writings_of_one_number_are_one_invoice() -> None:
    """A command names each invoice once, however it writes its number."""
    command = register(line("INV 1", 1, gross=cny(9)), line("inv-1", 1, gross=cny(9)))
    assert refusal(World().do, "supplier", command) == "invoice_is_named_twice"


@pytest.mark.parametrize("by", ["core", "financier", "bank", "operator"])
def test_only_suppliers_register(by: str) -> None:
    """The role comes before all else that may be wrong."""
    world = World()
    command = replace(register(line(number="-")), obligor=party("nobody"))
    assert refusal(world.do, by, command) == "role_missing"


def test_nobody_owes_itself() -> None:
    """A party with both roles cannot be on both sides."""
    world = World()
    registered = replace(register(line()), obligor=party("other_core"))
    issued = replace(issue(line()), creditor=party("other_core"))
    assert refusal(world.do, "other_core", registered) == "seller_is_buyer"
    assert refusal(world.do, "other_core", issued) == "seller_is_buyer"


def test_due_is_judged_against_issue_today_and_the_term() -> None:
    """Due today, on the invoice's date, and a year from today are the last days that pass."""
    world = World()
    world.register(line("A", issued=TODAY), due=TODAY)
    world.register(line("B"), due=date(2027, 1, 5))
    world.at_ms += 14 * 3_600_000 - 1  # 23:59:59.999 in Shanghai
    early = replace(register(line("C", issued=date(2026, 1, 6))), due=TODAY)
    assert refusal(world.do, "supplier", early) == "issued_in_the_future"
    world.at_ms += 1
    assert refusal(world.do, "supplier", early) == "due_date_has_passed"
    assert world.register(line("C", issued=date(2026, 1, 6))).issued == date(2026, 1, 6)


def test_lines_are_in_one_currency() -> None:
    """Neither within a line nor between lines do currencies mix."""
    world = World()
    usd = Money(100_00, "USD")
    for lines in (
        (line("A"), replace(line("B", gross=usd), used=usd)),
        (line("A", gross=usd),),
        (line("A", prepaid=Money(1, "USD")),),
    ):
        command = register(*lines)
        assert refusal(world.do, "supplier", command) == "currency_mismatch"


@pytest.mark.parametrize(
    "facts",
    [
        {"gross": cny(100_01)},
        {"gross": Money(100_00, "USD")},
        {"prepaid": cny(1)},
        {"issued": date(2026, 1, 1)},
    ],
)
def test_facts_of_an_invoice_in_use_bind(facts: dict[str, Any]) -> None:
    """The same number with another amount, currency or date is no other invoice."""
    world = World()
    world.register(line(used=50_00, gross=cny(100_00)))
    command = register(line(used=50_00, **({"gross": cny(100_00)} | facts)))
    assert refusal(world.do, "supplier", command) == "invoice_facts_differ"


def test_the_buyer_of_an_invoice_in_use_binds() -> None:
    """One invoice has one buyer."""
    world = World()
    world.register(line(used=50_00, gross=cny(100_00)))
    command = register(line(used=50_00, gross=cny(100_00)))
    other = replace(command, obligor=party("other_core"))
    assert refusal(world.do, "supplier", other) == "invoice_facts_differ"


def test_a_twenty_digit_number_has_one_seller() -> None:
    """Another seller's claim on a number in use is refused, and only on such numbers."""
    world = World()
    world.register(line("24442000000012345678"))
    world.register(line("INV-7"))
    taken = register(line("24442000000012345678"))
    assert refusal(world.do, "second", taken) == "invoice_is_of_another_seller"
    world.register(line("INV-7"), by="second")


def test_what_is_rejected_does_not_keep_the_rightful_seller_out() -> None:
    """While nothing of an invoice is in use its facts are stated anew, under the same id."""
    world = World()
    stranger = world.register(line("24442000000012345678"), by="second")
    first = world.invoice("24442000000012345678")
    world.do("core", c.RejectReceivable(receivable=stranger.id, reason=c.RejectReason.UNRECOGNISED))
    world.register(line("24442000000012345678", 300_00))
    again = world.invoice("24442000000012345678")
    assert again.id == first.id
    assert (again.seller, again.gross, again.used) == (party("supplier"), cny(300_00), cny(300_00))


def test_expired_proposals_do_not_count_with_or_without_ticks() -> None:
    """The next act on the invoice states the lapse first; stated before, the rest is the same."""
    world = World()
    proposed = world.issue()
    world.at_ms = (proposed.lapses_ms or 0) - 1
    command = register(line(gross=cny(100_00)))
    assert refusal(world.do, "supplier", command) == "invoice_is_used_up"
    world.at_ms += 1
    before = world.book.copy()
    late = world.do("supplier", command)
    assert late[0] == IssueLapsed(receivable=proposed.id)
    assert isinstance(late[1], InvoiceRecorded)
    assert world.receivable(proposed.id).state is ReceivableState.LAPSED
    world.book = before
    world.book.apply(lapse(world.book, proposed.id, world.at_ms))
    world.count -= 1
    assert world.do("supplier", command) == late[1:]


def test_an_invoice_waits_for_a_bounded_number_of_proposals() -> None:
    """The hundred and first proposed issue of one invoice is refused until some have ended."""
    world = World()
    for _ in range(100):
        world.issue(line(used=1, gross=cny(1000)))
    command = issue(line(used=1, gross=cny(1000)))
    assert refusal(world.do, "core", command) == "invoice_has_too_many_proposals"
    world.at_ms += 10 * DAY
    assert len(world.do("core", command)) == 102
    assert world.invoice().used == cny(1)


def test_an_issue_names_a_supplier_and_fitting_terms() -> None:
    """Issue is the obligor's act; its counterparty and paying agent have their roles."""
    world = World()
    agent = replace(TERMS, pay_to=c.PayTo.PAYING_AGENT)
    for by, fields, code in (
        ("supplier", {}, "role_missing"),
        ("core", {"creditor": party("nobody")}, "party_unknown"),
        ("core", {"creditor": party("bank")}, "party_lacks_role"),
        ("core", {"terms": agent}, "paying_agent_does_not_fit"),
        (
            "core",
            {"terms": replace(TERMS, paying_agent=party("bank"))},
            "paying_agent_does_not_fit",
        ),
        ("core", {"terms": replace(agent, paying_agent=party("core"))}, "party_lacks_role"),
        ("core", {"due": TODAY.replace(year=2025)}, "due_date_has_passed"),
    ):
        command = replace(issue(line()), **fields)
        assert refusal(world.do, by, command) == code
