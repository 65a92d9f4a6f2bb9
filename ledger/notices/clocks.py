"""When a filing should be out of the registry: a reminder, never a refusal.

Who filed discharges within ten working days of the end of what was secured
(动产和权利担保统一登记办法). Which day that end was, the caller says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from ledger.dates import Calendar, add_days
from ledger.model.records import Reader
from ledger.notices.records import Filing
from ledger.policy.state import calendar_of, policy_of, today_of


class Reminder(Struct, frozen=True, kw_only=True, gc=False):
    """A filing that still stands though what it secured ended on `closed_on`; due by `due`."""

    filing: str
    secured: str
    closed_on: date
    due: date
    is_late: bool


def discharge_due(closed_on: date, days: int, calendar: Calendar) -> date:
    """The `days`-th business day after `closed_on`.

    Raises `Refused` (`calendar_does_not_cover`) when the calendar ends before.
    """
    day = closed_on
    for _ in range(days):
        day = add_days(day, 1)
        while not calendar.is_business_day(day):
            day = add_days(day, 1)
    return day


def to_discharge(
    book: Reader, filings: Iterable[Filing], closed: Mapping[str, date], at_ms: int
) -> list[Reminder]:
    """The filings that stand in the registry at `at_ms` though all that they secured has ended.

    `closed` says on which day what a filing is over ended, by the id in `Filing.over`; what is
    not in it has not ended. Ordered by due date. Raises `Refused` as `discharge_due` does.
    """
    days, calendar = policy_of(book).clocks.discharge_days, calendar_of(book)
    today = today_of(book, at_ms)
    found = []
    for item in filings:
        if item.over in closed and item.is_live(at_ms):
            due = discharge_due(closed[item.over], days, calendar)
            reminder = Reminder(
                filing=item.id,
                secured=item.secured,
                closed_on=closed[item.over],
                due=due,
                is_late=today > due,
            )
            found.append(reminder)
    return sorted(found, key=lambda item: (item.due, item.filing))
