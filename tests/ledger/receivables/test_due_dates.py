"""Due dates by hand: rolls on a Chinese calendar, statutory periods, months, legal midnight."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import canonical
from ledger.alerts.events import AlertKind
from ledger.alerts.state import Alert
from ledger.dates import Roll, add_months, parse_date, parse_instant
from ledger.policy.commands import Statute
from ledger.policy.events import PolicyAdopted
from ledger.policy.state import payable_on, policy_of
from ledger.receivables.clocks import is_overdue
from ledger.receivables.commands import Basis, Size, Sizes, Tranche
from ledger.receivables.statute import (
    is_protected,
    late_floor,
    late_ppm_of,
    needs_clause,
    statutory_due,
)
from tests.support.world import World, digest, line, policy, refusal, register

STATUTE = Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83)
SMALL_ON_LARGE = Sizes(creditor=Size.SMALL, obligor=Size.LARGE)
SMALL_ON_PUBLIC = Sizes(creditor=Size.SMALL, obligor=Size.PUBLIC)


def _days(*spans: str) -> list[str]:
    """Every day of spans such as ``2026-10-01..2026-10-07``."""
    found = []
    for span in spans:
        first, _, last = span.partition("..")
        day = parse_date(first)
        while day <= parse_date(last or first):
            found.append(day.isoformat())
            day += timedelta(days=1)
    return found


OFF = _days(
    "2026-01-01..2026-01-03",  # New Year
    "2026-02-15..2026-02-23",  # Spring Festival
    "2026-04-04..2026-04-06",  # Qingming
    "2026-05-01..2026-05-05",  # Labour Day
    "2026-06-19..2026-06-21",  # Dragon Boat
    "2026-09-25..2026-09-27",  # Mid-Autumn
    "2026-10-01..2026-10-07",  # National Day
    "2027-01-01",
)
WORKED = _days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
CALENDAR = canonical.encode(
    {
        "id": "cn-2026",
        "first": "2025-01-01",
        "last": "2029-12-31",
        "holidays": OFF,
        "working_weekends": WORKED,
        "weekend": [6, 7],
    }
)


def china(roll: str = "following") -> World:
    """A world under the Chinese calendar of 2026 and the statute."""
    world = World()
    world.book.documents[digest("cn")] = CALENDAR
    adopted = replace(policy(), calendar=digest("cn"), roll=roll, statute=STATUTE)
    world.book.apply((PolicyAdopted(policy=adopted),))
    return world


def noticed(world: World, kind: AlertKind) -> dict[str, Alert]:
    """The alerts of a kind, by what they are about."""
    return {alert.subject: alert for alert in world.book.all(Alert) if alert.kind is kind}


@pytest.mark.parametrize(
    ("due", "following", "modified", "preceding"),
    [
        ("2026-01-05", "2026-01-05", "2026-01-05", "2026-01-05"),  # a Monday stays
        ("2026-01-10", "2026-01-12", "2026-01-12", "2026-01-09"),  # Saturday
        ("2026-01-11", "2026-01-12", "2026-01-12", "2026-01-09"),  # Sunday
        ("2026-01-01", "2026-01-04", "2026-01-04", "2025-12-31"),  # New Year, to a worked Sunday
        ("2026-01-04", "2026-01-04", "2026-01-04", "2026-01-04"),  # a worked Sunday stays
        ("2026-01-31", "2026-02-02", "2026-01-30", "2026-01-30"),  # month end on a Saturday
        ("2026-02-14", "2026-02-14", "2026-02-14", "2026-02-14"),  # a worked Saturday stays
        ("2026-02-15", "2026-02-24", "2026-02-24", "2026-02-14"),  # first day of Spring Festival
        ("2026-02-17", "2026-02-24", "2026-02-24", "2026-02-14"),  # in the middle of it
        ("2026-02-28", "2026-02-28", "2026-02-28", "2026-02-28"),  # worked Saturday, month end
        ("2026-04-04", "2026-04-07", "2026-04-07", "2026-04-03"),  # Qingming over a weekend
        ("2026-05-01", "2026-05-06", "2026-05-06", "2026-04-30"),  # Labour Day
        ("2026-05-09", "2026-05-09", "2026-05-09", "2026-05-09"),  # its make-up Saturday
        ("2026-05-31", "2026-06-01", "2026-05-29", "2026-05-29"),  # month end on a Sunday
        ("2026-06-19", "2026-06-22", "2026-06-22", "2026-06-18"),  # Dragon Boat on a Friday
        ("2026-09-20", "2026-09-20", "2026-09-20", "2026-09-20"),  # make-up Sunday
        ("2026-10-01", "2026-10-08", "2026-10-08", "2026-09-30"),  # golden week
        ("2026-10-04", "2026-10-08", "2026-10-08", "2026-09-30"),  # its Sunday
        ("2026-10-10", "2026-10-10", "2026-10-10", "2026-10-10"),  # its make-up Saturday
        ("2026-10-31", "2026-11-02", "2026-10-30", "2026-10-30"),  # modified turns back
        ("2026-12-31", "2026-12-31", "2026-12-31", "2026-12-31"),  # year end, a Thursday
        ("2027-01-01", "2027-01-04", "2027-01-04", "2026-12-31"),  # over the year
        ("2028-02-29", "2028-02-29", "2028-02-29", "2028-02-29"),  # leap day, a Tuesday
    ],
)
def test_a_due_date_rolls_as_the_policy_says(
    due: str, following: str, modified: str, preceding: str
) -> None:
    """Payable on the business day after, before, or in the month; never moved without a roll."""
    expected = {
        Roll.FOLLOWING: following,
        Roll.MODIFIED_FOLLOWING: modified,
        Roll.PRECEDING: preceding,
        Roll.NONE: due,
    }
    for how, day in expected.items():
        book = china(how.value).book
        assert payable_on(book, parse_date(due)).isoformat() == day


@pytest.mark.parametrize(
    ("creditor", "obligor", "tranche", "basis_date", "due"),
    [
        ("small", "large", "principal", "2026-03-02", "2026-05-01"),
        ("micro", "large", "principal", "2026-01-01", "2026-03-02"),
        ("medium", "large", "principal", "2028-01-01", "2028-03-01"),  # over a leap day
        ("small", "large", "principal", "2026-11-02", "2027-01-01"),  # over the year
        ("small", "public", "principal", "2026-03-02", "2026-04-01"),
        ("small", "public", "principal", "2028-01-30", "2028-02-29"),  # on a leap day
        ("micro", "public", "principal", "2026-12-02", "2027-01-01"),
        ("small", "public", "principal", "2026-01-30", "2026-03-01"),  # to a month that is short
        ("small", "large", "retention", "2026-03-02", None),
        ("small", "public", "retention", "2026-03-02", None),
        ("small", "medium", "principal", "2026-03-02", None),  # both are small
        ("small", "micro", "principal", "2026-03-02", None),
        ("large", "large", "principal", "2026-03-02", None),
        ("large", "public", "principal", "2026-03-02", None),
        ("public", "large", "principal", "2026-03-02", None),
    ],
)
def test_the_statutory_due_date(
    creditor: str, obligor: str, tranche: str, basis_date: str, due: str | None
) -> None:
    """Sixty days for a large enterprise, thirty for a public body, nothing for others."""
    sizes = Sizes(creditor=Size(creditor), obligor=Size(obligor))
    found = statutory_due(STATUTE, sizes, Tranche(tranche), parse_date(basis_date))
    assert (found and found.isoformat()) == due
    assert statutory_due(None, sizes, Tranche(tranche), parse_date(basis_date)) is None
    assert statutory_due(STATUTE, None, Tranche(tranche), parse_date(basis_date)) is None


@pytest.mark.parametrize("basis", Basis)
def test_each_basis_has_the_same_period_from_its_own_day(basis: Basis) -> None:
    """Only the day on which the period begins differs: the receivable keeps the day it ends on."""
    world = china()
    found = world.register(basis=basis, sizes=SMALL_ON_LARGE, clause="clause 7")
    assert found.basis_date == date(2026, 1, 3)
    assert found.statutory_due == found.basis_date + timedelta(days=60) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-02-28", 12, "2027-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-10-31", 1, "2026-11-30"),
    ],
)
def test_months_end_where_the_month_ends(day: str, count: int, expected: str) -> None:
    """A day that the month lacks becomes its last: so the caps on the term are counted."""
    assert add_months(parse_date(day), count).isoformat() == expected


@pytest.mark.parametrize(
    ("instant", "issued"),
    [
        ("2026-03-01T15:59:59.999Z", "2026-03-01"),
        ("2026-03-01T16:00:00.000Z", "2026-03-02"),
        ("2026-12-31T15:59:59.999Z", "2026-12-31"),
        ("2026-12-31T16:00:00.000Z", "2027-01-01"),
        ("2028-02-28T16:00:00.000Z", "2028-02-29"),
        ("2028-02-29T16:00:00.000Z", "2028-03-01"),
    ],
)
def test_days_begin_at_midnight_of_the_legal_time_zone(instant: str, issued: str) -> None:
    """The civil date of an entry is that of Shanghai, also over a year's end and a leap day."""
    world = china()
    world.at_ms = parse_instant(instant)
    today = parse_date(issued)
    assert world.register(due=today).issued == today
    tomorrow = today + timedelta(days=1)
    act = (world.register, line("INV-2"))
    assert refusal(lambda: act[0](act[1], due=tomorrow, basis_date=tomorrow)) == (
        "dates_not_in_order"
    )


def test_a_rolled_day_is_late_only_when_it_is_over() -> None:
    """Due on Labour Day, payable on the sixth: overdue from the first instant of the seventh."""
    world = china()
    item = world.receivable(world.acknowledge(world.register(due=date(2026, 5, 1))).receivable)
    for instant, late in (
        ("2026-05-02T02:00:00.000Z", False),
        ("2026-05-06T15:59:59.999Z", False),
        ("2026-05-06T16:00:00.000Z", True),
    ):
        assert is_overdue(item, world.book, parse_instant(instant)) is late


def test_a_due_date_after_the_statutes_is_taken_and_told() -> None:
    """The contract may agree on more; on the very day it is not more; retention is never more."""
    world = china()
    facts = {"sizes": SMALL_ON_LARGE, "basis": Basis.DELIVERY, "basis_date": date(2026, 1, 3)}
    late = world.register(line("A"), due=date(2026, 3, 5), **facts)
    world.register(line("B"), due=date(2026, 3, 4), **facts)
    retention = {"clause": "12", "tranche": Tranche.RETENTION, **facts}
    world.register(line("C"), due=date(2026, 6, 1), **retention)
    issued = world.issue(line("D"), due=date(2026, 3, 6), **facts)
    alerts = noticed(world, AlertKind.DUE_AFTER_STATUTE)
    assert alerts.keys() == {late.id, issued.id}
    assert alerts[late.id].reasons == ("due:2026-03-05", "statutory_due:2026-03-04")


def test_a_later_start_needs_its_clause_where_the_statute_protects() -> None:
    """Delivery needs none; whatever else does, and money kept back; others agree as they like."""
    world = china()
    assert [needs_clause(basis, Tranche.PRINCIPAL) for basis in Basis] == [False, True, True, True]
    for basis in Basis:
        for tranche in Tranche:
            facts = {"basis": basis, "tranche": tranche, "sizes": SMALL_ON_PUBLIC}
            invoice = line(f"{basis.value}-{tranche.value}")
            if needs_clause(basis, tranche):
                command = replace(register(invoice), **facts)
                assert refusal(world.do, "supplier", command) == "basis_needs_a_clause"
                facts["clause"] = "clause 7"
            world.register(invoice, **facts)
    both_small = Sizes(creditor=Size.SMALL, obligor=Size.SMALL)
    world.register(line("X"), basis=Basis.ACCEPTANCE, sizes=both_small)
    world.register(line("Y"), basis=Basis.ACCEPTANCE)


def test_late_interest_is_agreed_else_the_statutes_else_none() -> None:
    """The floor binds for protected creditors alone, and reaches to the very rate."""
    world = china()
    facts = {"sizes": SMALL_ON_LARGE, "basis": Basis.DELIVERY}
    assert refusal(lambda: world.register(late_ppm=82, **facts)) == "late_interest_below_floor"
    assert refusal(lambda: world.issue(late_ppm=0, **facts)) == "late_interest_below_floor"
    agreed = world.register(line("A"), late_ppm=83, **facts)
    silent = world.register(line("B"), **facts)
    free = world.register(line("C"), late_ppm=0)
    rules = policy_of(world.book)
    assert [late_ppm_of(item, rules) for item in (agreed, silent, free)] == [83, 500, 0]
    assert late_ppm_of(silent, policy_of(World().book)) == 0
    assert [late_floor(STATUTE, sizes) for sizes in (SMALL_ON_LARGE, None)] == [83, 0]
    assert late_floor(None, SMALL_ON_LARGE) == 0


def test_a_long_term_needs_a_reason() -> None:
    """Six months to the day need none, a day more does, and twelve is the end for all."""
    world = china()
    adopted = replace(policy(), calendar=digest("cn"), statute=STATUTE)
    caps = replace(adopted.caps, soft_term_months=6)
    world.book.apply((PolicyAdopted(policy=replace(adopted, caps=caps)),))
    assert world.register(line("A"), due=date(2026, 7, 5)).long_term_reason is None
    act = (line("B"), date(2026, 7, 6))
    assert refusal(lambda: world.register(act[0], due=act[1])) == "term_needs_a_reason"
    long = world.register(act[0], due=act[1], long_term_reason="season")
    alerts = noticed(world, AlertKind.TERM_IS_LONG)
    assert alerts.keys() == {long.id}
    assert alerts[long.id].reasons == ("due:2026-07-06", "soft_term_ends:2026-07-05")
    too_long = date(2027, 1, 6)
    assert (
        refusal(lambda: world.register(line("C"), due=too_long, long_term_reason="season"))
        == "term_is_too_long"
    )


@given(
    st.sampled_from([None, STATUTE]),
    st.builds(Sizes, creditor=st.sampled_from(Size), obligor=st.sampled_from(Size)),
    st.sampled_from(Tranche),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_the_statute_speaks_only_for_the_price_of_the_protected(
    statute: Statute | None, sizes: Sizes, tranche: Tranche, start: date
) -> None:
    """A day is named exactly for a protected creditor's price, and is after the basis date."""
    found = statutory_due(statute, sizes, tranche, start)
    speaks = statute is not None and is_protected(sizes) and tranche is Tranche.PRINCIPAL
    assert (found is not None) is speaks
    assert found is None or (found - start).days in (30, 60)
