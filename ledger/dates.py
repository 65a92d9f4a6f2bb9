"""Civil dates and instants: strict texts, legal time zones, business days, rolls, day counts.

An instant is a whole number of milliseconds since 1970-01-01T00:00:00Z (`at_ms`); a civil date is
a day in a legal time zone. Nothing here knows what time it is. Which days are holidays is a value
(`Calendar`), never looked up in a package: the policy in force says so.
"""

from __future__ import annotations

import calendar as months
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.errors import RefusalCode, Refused

LAST_INSTANT_MS = 253_370_764_799_999
"""9998-12-31T23:59:59.999Z: one year before `datetime` ends, so each zone has a civil date."""

SATURDAY_AND_SUNDAY = frozenset({6, 7})
"""The usual weekend, as ISO 8601 weekdays (Monday is 1)."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC; read and written without saying so each time
_MILLISECOND = timedelta(milliseconds=1)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# Hour 24 is refused here: whether `datetime` reads it depends on the release of Python.
_INSTANT = re.compile(_DATE.pattern + r"T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
# Area and place only: "localtime" and "right/..." would mean something else on each machine.
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z0-9_+-]*){1,2}")


def parse_date(text: str) -> date:
    """The day written ``YYYY-MM-DD`` (ISO 8601 calendar date, extended form, no other form).

    Raises `Refused` (`date_invalid`) for another form or a day that does not exist.
    """
    match = _DATE.fullmatch(text)
    if match is not None:
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            pass
    raise Refused(RefusalCode.DATE_INVALID, f"{text[:40]!r} is not a date.")


@lru_cache(maxsize=64)
def instant_text(at_ms: int) -> str:
    """The one text of an instant: RFC 3339 in UTC with three decimals and ``Z``.

    `at_ms` is within 0 .. `LAST_INSTANT_MS`, else `ValueError`. Remembered, since all entries of
    a group are of one instant.
    """
    return _naive(at_ms).isoformat(timespec="milliseconds") + "Z"


def parse_instant(text: str) -> int:
    """The milliseconds since 1970 of ``YYYY-MM-DDThh:mm:ss.mmmZ``: inverse of `instant_text`.

    Raises `Refused` (`instant_invalid`) for another form, an instant that does not exist (leap
    seconds and hour 24 included), or one before 1970 or after `LAST_INSTANT_MS`.
    """
    if _INSTANT.fullmatch(text):
        try:
            at_ms = (datetime.fromisoformat(text[:-1]) - _EPOCH) // _MILLISECOND
        except ValueError:
            pass
        else:
            if 0 <= at_ms <= LAST_INSTANT_MS:
                return at_ms
    raise Refused(RefusalCode.INSTANT_INVALID, f"{text[:40]!r} is not an instant.")


@lru_cache(maxsize=64)
def civil_date(at_ms: int, zone: str) -> date:
    """The day it is in `zone` (an IANA name such as ``Asia/Shanghai``) at the instant `at_ms`.

    The one table that is read from outside the ledger is the history of legal time. That is
    acceptable: the ledger's legal time zone is named once, at genesis; entries are not older than
    the ledger; and a later change of that zone is law, announced before it applies.
    Raises `Refused` (`zone_unknown`), and `ValueError` when `at_ms` is out of bounds.
    """
    return _naive(at_ms).replace(tzinfo=UTC).astimezone(_zone(zone)).date()


def add_days(day: date, count: int) -> date:
    """`day` moved by `count` days. Raises `Refused` (`date_invalid`) beyond years 1 to 9999."""
    try:
        return day + timedelta(days=count)
    except OverflowError as error:
        raise Refused(RefusalCode.DATE_INVALID, "The date is beyond year 9999.") from error


def add_months(day: date, count: int) -> date:
    """`day` moved by `count` months; a day the month lacks becomes its last day.

    Raises `Refused` (`date_invalid`) beyond years 1 to 9999.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not date.min.year <= year <= date.max.year:
        raise Refused(RefusalCode.DATE_INVALID, "The date is beyond year 9999.")
    last = months.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The business days of one place, known from `first` to `last` (both included).

    `holidays` are days off, `working_weekends` weekend days that are worked (China's make-up
    days), `weekend` the ISO weekdays off (Monday is 1). `id` names place and version. Raises
    `Refused` (`field_invalid`) when the parts contradict each other.
    """

    id: str
    first: date
    last: date
    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise self._contradiction("ends before it begins")
        if not self.weekend < frozenset(range(1, 8)):
            raise self._contradiction("needs a weekend of at most six ISO weekdays")
        if not all(self.first <= day <= self.last for day in self.holidays | self.working_weekends):
            raise self._contradiction("names a day outside its own range")
        if any(day.isoweekday() not in self.weekend for day in self.working_weekends):
            raise self._contradiction("names a working weekend day that is on no weekend")
        if self.holidays & self.working_weekends:
            raise self._contradiction("names a day both off and worked")

    def is_business_day(self, day: date) -> bool:
        """Whether `day` is worked.

        Raises `Refused` (`calendar_does_not_cover`) outside the calendar's range.
        """
        if not self.first <= day <= self.last:
            raise Refused(
                RefusalCode.CALENDAR_DOES_NOT_COVER,
                f"Calendar {self.id} covers {self.first} to {self.last}, not {day}.",
            )
        if day.isoweekday() in self.weekend:
            return day in self.working_weekends
        return day not in self.holidays

    def _contradiction(self, what: str) -> Refused:
        return Refused(RefusalCode.FIELD_INVALID, f"Calendar {self.id} {what}.")


class Roll(Enum):
    """Where a date goes that is no business day (ISDA 2006 definitions, section 4.12)."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"


def roll(day: date, calendar: Calendar, how: Roll) -> date:
    """`day`, or the business day it moves to; `Roll.NONE` does not ask the calendar.

    Modified following turns back rather than leave the month. Raises `Refused`
    (`calendar_does_not_cover`) when the search leaves the calendar.
    """
    if how is Roll.NONE:
        return day
    if how is Roll.PRECEDING:
        return _search(day, calendar, -1)
    after = _search(day, calendar, 1)
    if how is Roll.MODIFIED_FOLLOWING and after.month != day.month:
        return _search(day, calendar, -1)
    return after


class DayCount(Enum):
    """How days between two dates are counted, and over what year (ISDA 2006, section 4.16)."""

    ACT_360 = "ACT/360"
    ACT_365F = "ACT/365F"
    THIRTY_360 = "30/360"
    """Bond Basis: section 4.16(f)."""
    THIRTY_E_360 = "30E/360"
    """Eurobond Basis: section 4.16(g)."""


def days_between(start: date, end: date, day_count: DayCount) -> int:
    """The days of [start, end): the first is counted, the last is not (算头不算尾).

    Raises `Refused` (`dates_not_in_order`) when `start` is after `end`.
    """
    if start > end:
        raise Refused(RefusalCode.DATES_NOT_IN_ORDER, f"{start} is after {end}.")
    if day_count in (DayCount.ACT_360, DayCount.ACT_365F):
        return (end - start).days
    first = min(start.day, 30)
    thirty_first_counts = day_count is DayCount.THIRTY_360 and first < 30
    last = end.day if thirty_first_counts else min(end.day, 30)
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def year_denominator(day_count: DayCount) -> int:
    """The days of a year under `day_count`: days over this is the year fraction."""
    return 365 if day_count is DayCount.ACT_365F else 360


def _zone(name: str) -> ZoneInfo:
    if _ZONE.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # no such key, a bad file, a folder
            pass
    raise Refused(RefusalCode.ZONE_UNKNOWN, f"{name[:40]!r} is not a known time zone.")


def _naive(at_ms: int) -> datetime:
    """The UTC date and time of an instant."""
    if not 0 <= at_ms <= LAST_INSTANT_MS:
        raise ValueError("an instant from 1970 to 9998, in milliseconds")
    return _EPOCH + at_ms * _MILLISECOND


def _search(day: date, calendar: Calendar, step: int) -> date:
    while not calendar.is_business_day(day):
        day = add_days(day, step)
    return day
