"""Dates and instants: published vectors, and properties over all days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from holidays import country_holidays
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.dates import (
    LAST_INSTANT_MS,
    Calendar,
    DayCount,
    Roll,
    add_days,
    add_months,
    civil_date,
    days_between,
    instant_text,
    parse_date,
    parse_instant,
    roll,
    year_denominator,
)
from ledger.errors import RefusalCode, Refused


def d(text: str) -> date:
    """A day of 2026 as ``MM-DD``, or any day as ``YYYY-MM-DD``."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def span(first: str, last: str) -> set[date]:
    """All days from `first` to `last` of 2026, both included."""
    return {d(first) + timedelta(days=n) for n in range((d(last) - d(first)).days + 1)}


# The public holidays of 2026 as the State Council announced them: days off, and days made up.
CHINA_DAYS_OFF = (
    span("01-01", "01-03")
    | span("02-15", "02-23")
    | span("04-04", "04-06")
    | span("05-01", "05-05")
    | span("06-19", "06-21")
    | span("09-25", "09-27")
    | span("10-01", "10-07")
)
CHINA_MADE_UP = {d(day) for day in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")}
CHINA = Calendar(
    id="CN 2026",
    first=d("01-01"),
    last=d("12-31"),
    holidays=frozenset(CHINA_DAYS_OFF),
    working_weekends=frozenset(CHINA_MADE_UP),
)
WEEKENDS_ONLY = Calendar(id="any", first=d("2000-01-01"), last=d("2099-12-31"))

days = st.dates(min_value=date(2001, 1, 1), max_value=date(2098, 12, 31))
instants = st.integers(min_value=0, max_value=LAST_INSTANT_MS)


def test_calendar_of_china_agrees_with_a_package() -> None:
    """The literal days of 2026 agree with the `holidays` package, day by day."""
    china = country_holidays("CN", years=2026)
    year = span("01-01", "12-31")
    assert {day for day in year if CHINA.is_business_day(day)} == {
        day for day in year if china.is_working_day(day)
    }
    assert {day for day in china.weekend_workdays if day in year} == CHINA_MADE_UP


@pytest.mark.parametrize("text", ["2026-01-02", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_date_reads_back_as_written(text: str) -> None:
    """A date text means the day that writes itself so."""
    assert parse_date(text).isoformat() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-1-2",
        "20260102",
        "2026-W01-1",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "2026-01-00",
        "2026-01-02\n",
        " 2026-01-02",
        "2026-01-02T00:00:00",
        "２０２６-01-02",
        "2026/01/02",
    ],
)
def test_date_of_another_form_is_refused(text: str) -> None:
    """Other ISO 8601 forms, blanks, full-width digits and days that do not exist are refused."""
    with pytest.raises(Refused) as refused:
        parse_date(text)
    assert refused.value.code is RefusalCode.DATE_INVALID


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    """No text raises anything but a refusal, and what is read writes itself back."""
    try:
        day = parse_date(text)
    except Refused:
        return
    assert day.isoformat() == text


def test_instant_vector() -> None:
    """An instant is RFC 3339 in UTC with exactly three decimals."""
    at_ms = int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()) * 1000 + 678
    assert instant_text(at_ms) == "2026-01-02T03:04:05.678Z"
    assert instant_text(0) == "1970-01-01T00:00:00.000Z"
    assert instant_text(LAST_INSTANT_MS) == "9998-12-31T23:59:59.999Z"


@given(instants)
def test_instant_reads_back_as_written(at_ms: int) -> None:
    """`parse_instant` undoes `instant_text`, and texts sort as the instants do."""
    assert parse_instant(instant_text(at_ms)) == at_ms
    if at_ms:
        assert instant_text(at_ms - 1) < instant_text(at_ms)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.67Z",
        "2026-01-02T03:04:05.678901Z",
        "2026-01-02T03:04:05.678+00:00",
        "2026-01-02t03:04:05.678z",
        "2026-01-02 03:04:05.678Z",
        "2016-12-31T23:59:60.000Z",
        "2026-01-02T24:00:00.000Z",
        "2026-02-30T00:00:00.000Z",
        "1969-12-31T23:59:59.999Z",
        "9999-01-01T00:00:00.000Z",
        "2026-01-02T03:04:05.678Z\n",
        "",
    ],
)
def test_instant_of_another_form_is_refused(text: str) -> None:
    """Other RFC 3339 forms, leap seconds, hour 24 and instants out of bounds are refused."""
    with pytest.raises(Refused) as refused:
        parse_instant(text)
    assert refused.value.code is RefusalCode.INSTANT_INVALID


@pytest.mark.parametrize("at_ms", [-1, LAST_INSTANT_MS + 1])
def test_instant_out_of_bounds_is_a_fault_of_the_caller(at_ms: int) -> None:
    """Milliseconds before 1970 or after 9998 never come from a parsed instant."""
    with pytest.raises(ValueError, match="an instant from 1970"):
        instant_text(at_ms)
    with pytest.raises(ValueError, match="an instant from 1970"):
        civil_date(at_ms, "UTC")


def test_civil_date_turns_at_local_midnight() -> None:
    """In Shanghai the day turns at 16:00 UTC, and a millisecond earlier it has not."""
    midnight = parse_instant("2026-01-02T16:00:00.000Z")
    assert civil_date(midnight - 1, "Asia/Shanghai") == d("01-02")
    assert civil_date(midnight, "Asia/Shanghai") == d("01-03")
    assert civil_date(midnight, "UTC") == d("01-02")
    assert civil_date(0, "America/New_York") == d("1969-12-31")
    assert civil_date(LAST_INSTANT_MS, "Pacific/Kiritimati") == d("9999-01-01")


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Mars/Olympus",
        "localtime",
        "right/Asia/Shanghai",
        "posixrules",
        "Asia",
        "../etc/passwd",
        "/etc/localtime",
        "Asia/../Asia/Shanghai",
        "Asia/Shanghai\n",
        "zone.tab",
        "Asia/Shanghai\x00",
    ],
)
def test_unknown_zone_is_refused(zone: str) -> None:
    """Only an IANA area and place is a zone: no path, no folder, no name of this machine's own."""
    with pytest.raises(Refused) as refused:
        civil_date(0, zone)
    assert refused.value.code is RefusalCode.ZONE_UNKNOWN


# V7: the ISDA worked cases that QuantLib carries.
@pytest.mark.parametrize(
    ("start", "end", "bond", "euro"),
    [
        ("2006-08-31", "2007-02-28", 178, 178),
        ("2007-02-28", "2007-08-31", 183, 182),
        ("2008-02-29", "2009-02-28", 359, 359),
        ("2008-02-28", "2008-03-31", 33, 32),
    ],
)
def test_vector_v7_thirty_360(start: str, end: str, bond: int, euro: int) -> None:
    """The published cases of 30/360 (Bond Basis) and 30E/360."""
    assert days_between(d(start), d(end), DayCount.THIRTY_360) == bond
    assert days_between(d(start), d(end), DayCount.THIRTY_E_360) == euro


def test_vector_c1_days() -> None:
    """From 2026-01-15 to 2026-07-14 there are 180 actual days and 179 of 30/360."""
    counted = {count: days_between(d("01-15"), d("07-14"), count) for count in DayCount}
    assert counted == {
        DayCount.ACT_360: 180,
        DayCount.ACT_365F: 180,
        DayCount.THIRTY_360: 179,
        DayCount.THIRTY_E_360: 179,
    }
    assert [year_denominator(count) for count in DayCount] == [360, 365, 360, 360]


@pytest.mark.parametrize("count", list(DayCount))
def test_days_backwards_are_refused(count: DayCount) -> None:
    """A start after its end is refused, the same day is no day."""
    assert days_between(d("03-01"), d("03-01"), count) == 0
    with pytest.raises(Refused) as refused:
        days_between(d("03-02"), d("03-01"), count)
    assert refused.value.code is RefusalCode.DATES_NOT_IN_ORDER


@given(days, days, days)
def test_actual_days_add_up(first: date, second: date, third: date) -> None:
    """Actual days over two adjoining spans are those over both together."""
    a, b, c = sorted([first, second, third])
    count = DayCount.ACT_365F
    assert days_between(a, b, count) + days_between(b, c, count) == days_between(a, c, count)


@given(days, st.integers(min_value=1, max_value=12))
@example(date(2027, 1, 31), 1)
def test_thirty_e_360_counts_months_as_thirty(day: date, count: int) -> None:
    """Any number of whole months is thirty days each, but for the days February lacks."""
    later = add_months(day, count)
    short = min(day.day, 30) - min(later.day, 30)
    assert days_between(day, later, DayCount.THIRTY_E_360) == 30 * count - short
    assert short <= (2 if later.month == 2 else 0)


# C12 to C15: rolls in China in 2026.
@pytest.mark.parametrize(
    ("day", "following", "preceding", "modified"),
    [
        ("02-14", "02-14", "02-14", "02-14"),
        ("02-17", "02-24", "02-14", "02-24"),
        ("02-15", "02-24", "02-14", "02-24"),
        ("01-31", "02-02", "01-30", "01-30"),
        ("05-31", "06-01", "05-29", "05-29"),
        ("10-01", "10-08", "09-30", "10-08"),
        ("10-10", "10-10", "10-10", "10-10"),
    ],
)
def test_vectors_c12_to_c15_rolls(day: str, following: str, preceding: str, modified: str) -> None:
    """Rolls around the Chinese holidays, make-up Saturdays included; no roll stays."""
    assert roll(d(day), CHINA, Roll.FOLLOWING) == d(following)
    assert roll(d(day), CHINA, Roll.PRECEDING) == d(preceding)
    assert roll(d(day), CHINA, Roll.MODIFIED_FOLLOWING) == d(modified)
    assert roll(d(day), CHINA, Roll.NONE) == d(day)


def test_vector_c19_clocks() -> None:
    """Sixty days after a delivery on 2026-03-02 is a holiday; thirty days are 2026-04-01."""
    assert add_days(d("03-02"), 60) == d("05-01")
    assert not CHINA.is_business_day(d("05-01"))
    assert roll(d("05-01"), CHINA, Roll.FOLLOWING) == d("05-06")
    assert add_days(d("03-02"), 30) == d("04-01")


@given(days, st.sampled_from([Roll.FOLLOWING, Roll.PRECEDING, Roll.MODIFIED_FOLLOWING]))
def test_roll_ends_on_the_nearest_business_day(day: date, how: Roll) -> None:
    """A roll ends on a business day, passes none on its way, and a second roll moves nothing."""
    rolled = roll(day, WEEKENDS_ONLY, how)
    assert WEEKENDS_ONLY.is_business_day(rolled)
    assert roll(rolled, WEEKENDS_ONLY, how) == rolled
    step = 1 if rolled > day else -1
    passed = [add_days(day, step * n) for n in range(abs((rolled - day).days))]
    assert not any(WEEKENDS_ONLY.is_business_day(each) for each in passed)
    if how is Roll.MODIFIED_FOLLOWING:
        assert rolled.month == day.month


@pytest.mark.parametrize("day", ["2025-12-31", "2027-01-01"])
def test_day_outside_the_calendar_is_refused(day: str) -> None:
    """A calendar says nothing about days it does not cover."""
    with pytest.raises(Refused) as refused:
        CHINA.is_business_day(d(day))
    assert refused.value.code is RefusalCode.CALENDAR_DOES_NOT_COVER


def test_roll_out_of_the_calendar_is_refused() -> None:
    """A search that would leave the calendar is refused, not guessed."""
    narrow = Calendar(id="one weekend", first=d("01-10"), last=d("01-11"))
    for how in (Roll.FOLLOWING, Roll.PRECEDING, Roll.MODIFIED_FOLLOWING):
        with pytest.raises(Refused) as refused:
            roll(d("01-10"), narrow, how)
        assert refused.value.code is RefusalCode.CALENDAR_DOES_NOT_COVER
    assert roll(d("2030-01-01"), narrow, Roll.NONE) == d("2030-01-01")


@pytest.mark.parametrize(
    ("first", "last", "off", "worked", "weekend"),
    [
        ("12-31", "01-01", [], [], {6, 7}),
        ("01-01", "12-31", ["2027-01-01"], [], {6, 7}),
        ("01-01", "12-31", [], ["01-05"], {6, 7}),
        ("01-01", "12-31", ["01-10"], ["01-10"], {6, 7}),
        ("01-01", "12-31", [], [], {0, 6}),
        ("01-01", "12-31", [], [], {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_calendar_that_contradicts_itself_is_refused(
    first: str, last: str, off: list[str], worked: list[str], weekend: set[int]
) -> None:
    """Reversed ranges, days outside, working weekdays, a day both off and on, and odd weekends."""
    with pytest.raises(Refused) as refused:
        Calendar(
            id="bad",
            first=d(first),
            last=d(last),
            holidays=frozenset(map(d, off)),
            working_weekends=frozenset(map(d, worked)),
            weekend=frozenset(weekend),
        )
    assert refused.value.code is RefusalCode.FIELD_INVALID


@pytest.mark.parametrize(
    ("day", "count", "result"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-01-15", 12, "2027-01-15"),
        ("2026-01-15", -13, "2024-12-15"),
    ],
)
def test_months_end_on_the_last_day_at_most(day: str, count: int, result: str) -> None:
    """A month that lacks the day ends the count on its last day."""
    assert add_months(d(day), count) == d(result)


@given(days, st.integers(min_value=-240, max_value=240))
def test_months_move_by_whole_months(day: date, count: int) -> None:
    """The month moves by exactly `count`; the day stays or becomes the month's last."""
    moved = add_months(day, count)
    assert (moved.year - day.year) * 12 + moved.month - day.month == count
    assert moved.day == day.day or (moved.day < day.day and add_days(moved, 1).day == 1)


@pytest.mark.parametrize("count", [-(10**9), 10**9, 10**20])
def test_dates_beyond_the_years_are_refused(count: int) -> None:
    """Counts from outside may be absurd: they are refused, nothing overflows."""
    for move in (add_days, add_months):
        with pytest.raises(Refused) as refused:
            move(d("01-01"), count)
        assert refused.value.code is RefusalCode.DATE_INVALID
