"""Policy: the operator puts rules in force by entries, and only what this build can decide by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.defaults import default_calendar, default_policy
from ledger import canonical
from ledger.dates import Roll
from ledger.errors import Halted, Refused
from ledger.money import Rounding
from ledger.parties.commands import Role
from ledger.policy.commands import (
    AdoptRules,
    CurrencyDigits,
    FeeLine,
    Gates,
    IdentifierRule,
    Statute,
)
from ledger.policy.state import (
    POLICY,
    Policy,
    calendar_of,
    digits_of,
    ledger_of,
    payable_on,
    policy_of,
    read_calendar,
    today_of,
)
from tests.support.desk import Office, digest, open_office
from tests.support.memory_book import MemoryBook
from tests.support.sandbox import START

CALENDAR = default_calendar()
GOOD = default_policy(CALENDAR)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with the default policy."""
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A ledger for tests whose commands are all refused, and so leave it as it was."""
    with open_office(tmp_path_factory.mktemp("shared")) as opened:
        yield opened


def test_a_policy_is_in_force_from_the_next_entry(office: Office) -> None:
    """The record has its values; the calendar of the earlier policy needs not come again."""
    caps = replace(GOOD.caps, children=7)
    policy = replace(GOOD, caps=caps, roll="modified_following", rounding="half_even")
    office.do("operator", policy)
    record = office.get(Policy, POLICY)
    assert (record.caps.children, record.last_seq) == (7, 2)
    assert (record.roll, record.rounding) == (Roll("modified_following"), Rounding("half_even"))
    book = office.service.sequencer.book
    assert calendar_of(book) == read_calendar(CALENDAR)
    assert digits_of(book)("JPY") == 0
    assert digits_of(book)("XXX") is None
    assert today_of(book, START).isoformat() == "2026-01-05"
    assert payable_on(book, today_of(book, START)).isoformat() == "2026-01-05"


def test_only_the_operator_adopts(office: Office) -> None:
    """A party may not change the rules it is judged by."""
    office.enrol("acme", Role.SUPPLIER)
    assert office.refused("acme", GOOD) == ("role_missing", "")
    assert office.refused("acme", AdoptRules(number=1)) == ("role_missing", "")


CNY, EUR = CurrencyDigits(code="CNY", digits=2), CurrencyDigits(code="EUR", digits=2)


def rule(pattern: str, check: str = "none", scheme: str = "x") -> IdentifierRule:
    """A rule for identifiers."""
    return IdentifierRule(scheme=scheme, pattern=pattern, check=check)


def fee(code: str, bearer: str = "holder") -> FeeLine:
    """A line of the fee schedule."""
    return FeeLine(code=code, bearer=bearer, currency="CNY", ppm=100, most_minor=10_000)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"currencies": (EUR, CNY)}, ("field_invalid", "/body/currencies")),
        ({"currencies": (CNY, CNY)}, ("field_invalid", "/body/currencies")),
        ({"currencies": (replace(CNY, digits=3),)}, ("field_invalid", "/body/currencies")),
        (
            {"identifiers": (rule("A"), rule("B"))},
            ("field_invalid", "/body/identifiers"),
        ),
        (
            {"identifiers": (rule("A", scheme="b"), rule("B", scheme="a"))},
            ("field_invalid", "/body/identifiers"),
        ),
        ({"identifiers": (rule("A", "luhn"),)}, ("field_invalid", "/body/identifiers")),
        ({"roll": "somehow"}, ("field_invalid", "/body/roll")),
        ({"rounding": "somehow"}, ("field_invalid", "/body/rounding")),
        (
            {"caps": replace(GOOD.caps, soft_term_months=13)},
            ("field_invalid", "/body/caps/soft_term_months"),
        ),
        (
            {"clocks": replace(GOOD.clocks, remind_days=(7, 30))},
            ("field_invalid", "/body/clocks/remind_days"),
        ),
        (
            {"statute": Statute(large_days=60, public_days=30, late_ppm=82, late_floor_ppm=83)},
            ("field_invalid", "/body/statute/late_ppm"),
        ),
        ({"gates": Gates(licences=("bank",))}, ("field_invalid", "/body/gates/licences")),
        ({"fees": (fee("b"), fee("a"))}, ("field_invalid", "/body/fees")),
        ({"fees": (fee("a", bearer="nobody"),)}, ("field_invalid", "/body/fees")),
        ({"calendar": digest("none")}, ("document_missing", "/body/calendar")),
    ],
)
def test_a_policy_holds_together(
    shared: Office, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Sorted lists without doubles, digits that never change, known names, a calendar at hand."""
    assert shared.refused("operator", replace(GOOD, **changes)) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "a*",
        "a|b",
        ".",
        "[^a]",
        "[a",
        "[z-a]",
        "[A-z]",
        "[--9]",
        "[A-Z]{5,2}",
        "[A-Z]{100}",
        "[A-Z]{2,}",
        "[A-Z]{1,9}[A-Z]{1,9}",
        "[A-Z]{\uff11}",
        "\\d",
        "^a$",
    ],
)
def test_patterns_cannot_fail_or_run_away(shared: Office, pattern: str) -> None:
    """Characters and classes, fixed counts, one range of counts at the end: nothing else."""
    changed = replace(GOOD, identifiers=(rule(pattern),))
    assert shared.refused("operator", changed) == ("field_invalid", "/body/identifiers")


@pytest.mark.parametrize(
    "pattern", ["[0-9A-HJ-NPQRTUWXY]{18}", "SE[0-9]{10}01", "[A-Z]{2}[0-9A-Za-z]{2,13}", "A"]
)
def test_patterns_of_real_identifiers_are_taken(office: Office, pattern: str) -> None:
    """USCC, Swedish VAT, any VAT."""
    office.do("operator", replace(GOOD, identifiers=(rule(pattern),)))


def calendar(**changes: Any) -> bytes:
    """A calendar document with these parts changed."""
    return canonical.encode(canonical.decode(CALENDAR) | changes)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"[]", "field_invalid"),
        (b'"x"', "field_invalid"),
        (b"7", "field_invalid"),
        (b"{}", "field_invalid"),
        (b"{ }", "json_not_canonical"),
        (b"\xff", "json_invalid"),
        (calendar(first=7), "field_invalid"),
        (calendar(first="2026-02-30"), "date_invalid"),
        (calendar(first="2041-01-01"), "field_invalid"),
        (calendar(holidays=[["x"]]), "field_invalid"),
        (calendar(holidays=7), "field_invalid"),
        (calendar(holidays=["1999-01-01"]), "field_invalid"),
        (calendar(weekend=[1, 2, 3, 4, 5, 6, 7]), "field_invalid"),
        (calendar(weekend=[[]]), "field_invalid"),
    ],
)
def test_a_calendar_document_has_its_form(shared: Office, document: bytes, code: str) -> None:
    """A document that is no calendar is refused when it is adopted, not when it is needed."""
    policy = default_policy(document)
    assert shared.refused("operator", policy, documents=[document])[0] == code


def test_rules_are_those_that_this_build_knows(office: Office) -> None:
    """Neither the same nor an unknown number; the ledger keeps its own."""
    for number in (1, 2, 9999):
        answer = office.refused("operator", AdoptRules(number=number))
        assert answer == ("rules_unknown", "/body/number")
    assert office.embedded.ledger.rules == 1


def test_before_the_first_policy_no_amount_has_digits() -> None:
    """Without genesis the ledger halts; without a policy what needs one is refused."""
    book = MemoryBook()
    with pytest.raises(Halted):
        ledger_of(book)
    with pytest.raises(Refused) as caught:
        policy_of(book)
    assert caught.value.code.value == "policy_missing"
    assert digits_of(book)("CNY") is None


def test_default_values_are_a_policy_that_is_taken(office: Office) -> None:
    """What a new ledger is offered passes its own rules again."""
    office.do("operator", GOOD)
    assert office.get(Policy, POLICY).last_seq == 2
