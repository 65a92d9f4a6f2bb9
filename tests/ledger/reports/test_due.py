"""What falls due: payable days, sums, filings to discharge; and each reminder once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reporting import due_report, instants
from ledger.book import Book
from ledger.burdens import commands as b
from ledger.burdens.records import Encumbrance
from ledger.errors import Refused
from ledger.notices import commands as n
from ledger.notices.records import Filing
from ledger.receivables.records import Holding
from ledger.reports.due import Due, Line, is_to_be_told, reminders, sums
from tests.support.sandbox import DAY, Sandbox, cny, digest, open_sandbox

MARKS = (30, 7, 1)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox on Monday, 2026-01-05."""
    with open_sandbox(tmp_path) as opened:
        yield opened


def report(box: Sandbox, name: str, day: date | None = None) -> Due:
    """The report of a party."""
    book = Book(box.store.records)
    return due_report(box.store, book, box.clock.ms, box.party(name), day)


def reminded(box: Sandbox, name: str, since: date) -> Due:
    """What is to be told today."""
    book = Book(box.store.records)
    return reminders(book, box.party(name), since, box.today, box.clock.ms, instants(box.store))


def rows(lines: tuple[Line, ...]) -> list[tuple[str, str, int, int]]:
    """Id, payable day, days and minor units."""
    return [
        (line.id, line.payable_on.isoformat(), line.days, line.outstanding.minor) for line in lines
    ]


# -- debts -----------------------------------------------------------------------------------------
def test_it_counts_to_the_payable_day_and_not_to_the_contracts(box: Sandbox) -> None:
    """A Saturday is payable on Monday: by hand, for who owes and for who is owed."""
    saturday, later = box.held(100_00, days=5), box.held(50_25, days=30)
    box.held(7_00, days=31)
    box.register(9_00, days=3)
    owed = report(box, "core")
    assert rows(owed.payable) == [
        (saturday.receivable, "2026-01-12", 7, 100_00),
        (later.receivable, "2026-02-04", 30, 50_25),
    ]
    assert (owed.claims, owed.payable[0].due) == ((), date(2026, 1, 10))
    assert rows(report(box, "supplier").claims) == [
        (saturday.id, "2026-01-12", 7, 100_00),
        (later.id, "2026-02-04", 30, 50_25),
    ]
    assert report(box, "second").is_empty


def test_each_holder_sees_its_own_part(box: Sandbox) -> None:
    """After a split and a transfer the obligor owes one debt, and two parties are owed parts."""
    whole = box.held(100_00, days=10)
    kept, given = box.split("supplier", whole, 60_00, 40_00)
    box.transfer("supplier", given, "second")
    assert rows(report(box, "core").payable) == [(whole.receivable, "2026-01-15", 10, 100_00)]
    assert [line.id for line in report(box, "supplier").claims] == [kept.id]
    (second,) = report(box, "second").claims
    assert (second.outstanding, second.other) == (cny(40_00), box.party("core"))
    box.pay(kept, by="supplier")
    assert report(box, "supplier").is_empty
    assert rows(report(box, "core").payable) == [(whole.receivable, "2026-01-15", 10, 40_00)]


def test_what_is_overdue_stays_in_it_and_is_summed_apart(box: Sandbox) -> None:
    """Counts and sums by currency and overdue, amounts as texts."""
    old = box.held(100_00, days=7)
    for amount in (1_00, 2_50):
        box.held(amount, days=20)
    box.clock.advance(days=10)
    owed = report(box, "core")
    assert [line.days for line in owed.payable] == [-3, 11, 11]
    assert sums(owed.payable) == {("CNY", False): (2, 3_50), ("CNY", True): (1, 100_00)}
    tree = owed.tree({"CNY": 2}.get, most=1)
    assert tree["payable"]["totals"] == [
        {"currency": "CNY", "overdue": False, "count": 2, "sum": "3.50"},
        {"currency": "CNY", "overdue": True, "count": 1, "sum": "100.00"},
    ]
    (line,) = tree["payable"]["lines"]
    assert (line["id"], line["days"], line["outstanding"]) == (old.receivable, -3, "100.00")
    assert report(box, "core", box.today - timedelta(days=10)).payable[0].days == 7


def test_a_stranger_has_no_report(box: Sandbox) -> None:
    """A party that there is not is not found."""
    with pytest.raises(Refused) as caught:
        due_report(box.store, Book(box.store.records), box.clock.ms, "pty_nobody", None)
    assert caught.value.code.value == "record_not_found"


# -- reminders -------------------------------------------------------------------------------------
def test_it_is_told_at_its_days_and_once_when_overdue(box: Sandbox) -> None:
    """30, 7 and 1 days before the payable day and on the day after it, by hand."""
    held = box.held(100_00, days=40)
    told = []
    for _ in range(50):
        box.clock.advance(days=1)
        found = reminded(box, "core", box.today - timedelta(days=1))
        told += [(line.id, line.days) for line in found.payable]
        claims = reminded(box, "supplier", box.today - timedelta(days=1)).claims
        assert [line.days for line in claims] == [line.days for line in found.payable]
    assert told == [(held.receivable, days) for days in (30, 7, 1, -1)]


def test_what_was_passed_is_told_once(box: Sandbox) -> None:
    """After a standstill over several of its days, with the days that are left now."""
    box.held(100_00, days=40)
    start = box.today
    box.clock.advance(days=38)
    assert [line.days for line in reminded(box, "core", start).payable] == [2]
    box.clock.advance(days=30)
    assert [line.days for line in reminded(box, "core", start).payable] == [-28]
    assert reminded(box, "core", box.today - timedelta(days=1)).is_empty


PAYABLE = date(2026, 6, 1)


@given(
    st.lists(st.integers(-60, 60), min_size=2, unique=True).map(sorted),
    st.sets(st.integers(1, 40), max_size=5),
)
def test_whenever_it_is_looked_no_day_is_lost_and_none_told_twice(
    looks: list[int], marks: set[int]
) -> None:
    """A look tells exactly when one of the days came since the look before it."""
    days = [PAYABLE + timedelta(days=offset) for offset in looks]
    mark_days = {PAYABLE - timedelta(days=mark) for mark in marks} | {PAYABLE + timedelta(days=1)}
    left = {day for day in mark_days if days[0] < day <= days[-1]}
    for since, day in pairwise(days):
        line = Line(
            id="hld_x",
            other="pty_x",
            outstanding=cny(1),
            due=PAYABLE,
            payable_on=PAYABLE,
            days=(PAYABLE - day).days,
        )
        passed = {item for item in left if since < item <= day}
        assert is_to_be_told(line, since, sorted(marks, reverse=True)) == bool(passed)
        left -= passed
    assert left == set()


# -- filings ---------------------------------------------------------------------------------------
def file(box: Sandbox, by: str, over: str | None, **changes: Any) -> Filing:
    """A filing of a right that the supplier gave, made just now."""
    number = len(box.all(Filing))
    usual: dict[str, Any] = {
        "registry_code": "zhongdeng",
        "number": f"ZD-{number}",
        "kind": n.InterestKind.FACTORING,
        "grantor": box.party("supplier"),
        "filed_ms": box.clock.ms,
        "expires_ms": box.clock.ms + 365 * DAY,
        "description": digest("description"),
        "certificate": digest("certificate"),
        "over": over,
    }
    before = {item.id for item in box.all(Filing)}
    box.do(by, n.RecordFiling(**(usual | changes)))
    (made,) = (item for item in box.all(Filing) if item.id not in before)
    return made


def discharges(box: Sandbox, name: str = "financier") -> list[tuple[str, str, str, bool]]:
    """What a party is told to discharge: filing, end, due day, late."""
    return [
        (item.filing, item.closed_on.isoformat(), item.due.isoformat(), item.is_late)
        for item in report(box, name).filings
    ]


def sold(box: Sandbox, holding: Holding) -> Any:
    """The financing of a holding, its advance proven."""
    offer = box.offer(box.programme())
    return box.advance(box.sell("supplier", holding, offer))


def test_a_filing_is_to_be_discharged_when_all_that_it_is_over_is_paid(box: Sandbox) -> None:
    """Ten working days from the day of the last payment, until it is discharged."""
    whole = box.held(100_00)
    over = file(box, "financier", whole.id)
    other = file(box, "financier", whole.receivable)
    file(box, "financier", None)
    parts = box.split("supplier", whole, 60_00, 40_00)
    box.pay(parts[0], by="supplier")
    assert discharges(box) == []
    box.clock.advance(days=1)
    box.pay(parts[1], by="supplier")
    ended = ("2026-01-06", "2026-01-20")
    assert sorted(discharges(box)) == sorted((it.id, *ended, False) for it in (over, other))
    assert discharges(box, "supplier") == []
    box.clock.advance(days=15)
    assert {late for *_, late in discharges(box)} == {True}
    for item in (over, other):
        box.do(
            "financier",
            n.DischargeFiling(
                filing=item.id, discharged_ms=box.clock.ms, certificate=digest("out")
            ),
        )
    assert discharges(box) == []


def pledged(box: Sandbox, held: Holding) -> Encumbrance:
    """The financier's security of 50.00 on a holding of the supplier."""
    propose = b.ProposeEncumbrance(
        holding=held.id,
        secured_party=box.party("financier"),
        kind=b.EncumbranceKind.PLEDGE,
        amount=cny(50_00),
        agreement=digest("agreement"),
        lapses_ms=box.clock.ms + DAY,
    )
    box.do("supplier", propose, box.now(held))
    (proposed,) = box.all(Encumbrance)
    accept = b.AcceptEncumbrance(encumbrance=proposed.id, accepts=proposed.proposal)
    box.do("financier", accept, proposed, box.now(held))
    return proposed


def test_a_security_on_a_part_ends_with_that_part(box: Sandbox) -> None:
    """What becomes of the other part the pledgee does not hear, and its ten days go on."""
    whole = box.held(100_00)
    pledge = file(box, "financier", whole.receivable, kind=n.InterestKind.PLEDGE)
    secured, other = box.split("supplier", whole, 60_00, 40_00)
    pledged(box, secured)
    box.clock.advance(days=2)
    box.pay(secured, by="supplier")
    told = [(pledge.id, "2026-01-07", "2026-01-21", False)]
    assert discharges(box) == told
    box.clock.advance(days=2)
    box.pay(other, by="supplier")
    assert discharges(box) == told


def test_a_security_that_was_released_is_to_be_discharged(box: Sandbox) -> None:
    """Though the holding is open still; not while it is placed, and not by who never had one."""
    held = box.held(100_00)
    pledge = file(box, "financier", held.id, kind=n.InterestKind.PLEDGE)
    file(box, "rival", held.id, kind=n.InterestKind.PLEDGE)
    proposed = pledged(box, held)
    assert discharges(box) == []
    box.clock.advance(days=2)
    box.do("financier", b.ReleaseEncumbrance(encumbrance=proposed.id))
    assert discharges(box) == [(pledge.id, "2026-01-07", "2026-01-21", False)]
    assert discharges(box, "rival") == []


def test_the_day_is_told_once_and_again_when_it_is_late(box: Sandbox) -> None:
    """The day after the end, and the day after the tenth working day."""
    held = box.held(100_00)
    over = file(box, "financier", held.id)
    box.pay(held, by="supplier")
    told = []
    for _ in range(20):
        box.clock.advance(days=1)
        found = reminded(box, "financier", box.today - timedelta(days=1))
        told += [(box.today.isoformat(), item.filing, item.is_late) for item in found.filings]
    assert told == [("2026-01-06", over.id, False), ("2026-01-20", over.id, True)]


def test_what_was_bought_and_is_not_yet_paid_stays_in_the_registry(box: Sandbox) -> None:
    """A financier that holds a part keeps its filing; after its part is paid it discharges it."""
    held = box.held(100_00)
    over = file(box, "financier", held.id)
    kept, given = box.split("supplier", held, 60_00, 40_00)
    financing = sold(box, given)
    assert discharges(box) == []
    box.clock.advance(days=1)
    box.pay(box.get(Holding, financing.holding), by="financier")
    assert discharges(box) == [(over.id, "2026-01-06", "2026-01-20", False)]
    assert box.now(kept).is_open
    box.clock.advance(days=20)
    box.pay(kept, by="supplier")
    assert discharges(box) == [(over.id, "2026-01-06", "2026-01-20", True)]
