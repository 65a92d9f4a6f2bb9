"""Near-duplicates: what looks like an earlier invoice alerts, what is honest passes in silence."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.alerts.events import AlertKind, AlertRaised
from ledger.alerts.state import Alert
from ledger.receivables import commands as c
from ledger.receivables.near import MOST_OTHERS, MOST_SEEN, nearness, within_one_edit
from ledger.receivables.records import Neighbours, Seen
from tests.support.world import DAY, World, cny, issue, line, party, register

DAY_ONE = date(2026, 1, 2)


def near(world: World, *lines: c.InvoiceLine, by: str = "supplier") -> list[AlertRaised]:
    """The near-duplicate alerts that the registration of `lines` raises."""
    events = world.do(by, register(*lines))
    return [event for event in events if isinstance(event, AlertRaised)]


def pair(first: c.InvoiceLine, second: c.InvoiceLine, by: str = "supplier") -> list[AlertRaised]:
    """The alerts of a second invoice, `by` registered after a first of the supplier's."""
    world = World()
    assert near(world, first) == []
    return near(world, second, by=by)


def test_twenty_equal_consecutive_invoices_of_one_day_pass_in_silence() -> None:
    """In one command, in many, padded or not, over the change from 99 to 100."""
    for numbers in (
        [f"INV-2026-{n:04}" for n in range(45, 65)],
        [f"INV{n}" for n in range(90, 110)],
    ):
        assert near(World(), *(line(number) for number in numbers)) == []
        world = World()
        for number in numbers:
            assert near(world, line(number)) == []


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        ("INV20260045", "inv 2026 0045", ("number_is_the_same_when_collapsed",)),
        ("INV20260045", "ＩＮＶ－２０２６－００４５", ("number_is_the_same_when_collapsed",)),
        ("INV-0045", "INV-45", ("number_is_the_same_when_collapsed",)),
        ("INV-2026-0145", "INV-2026-1045", ("number_is_one_edit_away",)),
        ("INV-2026-0045", "INV-2026-0045A", ("number_is_one_edit_away",)),
        ("A-77", "B-4711", ()),
        ("ABC", "ABC50", ()),
        ("INV-0099", "INV-100", ()),
    ],
)
def test_one_amount_and_day_under_another_number(
    first: str, second: str, reasons: tuple[str, ...]
) -> None:
    """Other separators, widths and zeros, exchanged digits, a letter more, or a new number."""
    (alert,) = pair(line(first), line(second))
    assert alert.kind is AlertKind.NEAR_DUPLICATE
    assert alert.reasons == (*reasons, "amount_is_equal", "date_is_equal")


def test_an_alert_names_the_new_invoice_and_the_earlier_one() -> None:
    """Subject, others, score and reasons are on record, each as the rule computed it."""
    world = World()
    near(world, line("INV-100"))
    later = line("INV-10O", used=99_50, issued=DAY_ONE + timedelta(days=3))
    near(world, later)
    (alert,) = world.book.all(Alert)
    assert alert.subject == world.invoice("INV-10O").id
    assert alert.others == (world.invoice("INV-100").id,)
    assert alert.score_ppm == 400_000 + 200_000 + 150_000
    assert alert.reasons == (
        "number_is_one_edit_away",
        "amount_is_within_10000_ppm",
        "date_is_3_days_away",
    )


@pytest.mark.parametrize(
    ("used", "days", "alerts"),
    [
        (100_00, 10, 1),
        (100_00, 11, 0),
        (99_00, 0, 1),
        (98_99, 0, 0),
        (101_01, 0, 1),
        (101_02, 0, 0),
    ],
)
def test_one_edit_counts_within_one_percent_and_ten_days(used: int, days: int, alerts: int) -> None:
    """One percent is of the larger amount; both bounds are inclusive, on both sides of a day."""
    moved = line("A-10", used=used, issued=DAY_ONE - timedelta(days=days))
    assert len(pair(line("B-10"), moved)) == alerts
    assert len(pair(moved, line("B-10"))) == alerts


def test_a_collapsed_number_alerts_whatever_the_amount_and_day() -> None:
    """An inflated copy of last year: amount and date are compared, and need not fit."""
    (alert,) = pair(line("INV-1-001", issued=date(2025, 3, 1)), line("INV-10-01", used=777_00))
    assert (alert.score_ppm, alert.reasons) == (500_000, ("number_is_the_same_when_collapsed",))


def test_a_code_beside_the_number_makes_no_new_invoice() -> None:
    """One number with and without an invoice code has two keys, and alerts."""
    assert len(pair(line("04512345"), line("04512345", code="1100"))) == 1


def test_the_same_invoice_by_another_applicant_alerts() -> None:
    """Another seller, the same buyer, number, amount and week; its number alone is no alert."""
    (alert,) = pair(line("INV-7"), line("inv 7"), by="second")
    assert alert.reasons[-1] == "seller_is_another"
    assert pair(line("1"), line("1", used=50_00), by="second") == []
    late = line("1", issued=DAY_ONE - timedelta(days=11))
    assert pair(line("1"), late, by="second") == []
    assert pair(line("A-1"), line("B-1"), by="second") == []


def test_lines_of_one_command_are_held_against_each_other() -> None:
    """Who registers both in one breath is told, too, and once."""
    world = World()
    (alert,) = near(world, line("INV-45"), line("INV45"), line("X-1", used=1_00))
    assert alert.subject == world.invoice("INV45").id
    assert alert.others == (world.invoice("INV-45").id,)


def test_an_issue_alerts_as_a_registration_does() -> None:
    """The obligor that proposes what its creditor registered is told so in the same entry."""
    world = World()
    near(world, line("INV-45"))
    events = world.do("core", issue(line("INV45")))
    assert [event.kind for event in events if isinstance(event, AlertRaised)] == [
        AlertKind.NEAR_DUPLICATE
    ]


def test_what_is_in_use_no_more_is_near_nothing() -> None:
    """After a withdrawal the right number is registered in silence, also with an issue lapsed."""
    world = World()
    mistaken = world.register(line("INV-54O"))
    world.do("supplier", c.WithdrawReceivable(receivable=mistaken.id))
    assert near(world, line("INV-540")) == []
    world = World()
    world.issue(line("INV-54O"))
    world.at_ms += 10 * DAY
    assert near(world, line("INV-540")) == []


def test_an_invoice_stated_anew_is_not_near_its_former_self() -> None:
    """Facts that bound nobody are forgotten, also for those that come later."""
    world = World()
    first = world.register(line("INV-540"))
    world.do("supplier", c.WithdrawReceivable(receivable=first.id))
    assert near(world, line("INV-540", used=200_00)) == []
    assert near(world, line("INV-54O", used=100_00)) == []


def test_a_second_use_of_one_invoice_is_no_duplicate() -> None:
    """The key is the same: uses are bounded, and nothing is near."""
    whole = line("INV-1", used=60_00, gross=cny(100_00))
    assert pair(whole, replace(whole, used=cny(40_00))) == []


def test_lists_of_neighbours_are_bounded_and_so_are_alerts() -> None:
    """The newest stay, and an alert names the nearest ten."""
    world = World()
    for block in range(MOST_SEEN // 20 + 1):
        near(world, *(line(f"N-{block * 20 + n:05}") for n in range(20)))
    lists = list(world.book.all(Neighbours))
    assert max(len(item.seen) for item in lists) == MOST_SEEN
    (alert,) = near(world, line("other"))
    assert len(alert.others) == MOST_OTHERS


SOME = st.builds(
    Seen,
    invoice=st.sampled_from(["inv_a", "inv_b"]),
    seller=st.sampled_from([party("supplier"), party("second")]),
    number=st.text("01-A", min_size=1, max_size=5),
    minor=st.integers(9_900, 10_100),
    currency=st.sampled_from(["CNY", "USD"]),
    issued=st.dates(DAY_ONE, DAY_ONE + timedelta(days=12)),
)


@given(SOME, SOME)
def test_nearness_goes_both_ways(one: Seen, other: Seen) -> None:
    """What is near is so in either order, for the same reasons; a score is above 0, at most 1."""
    there, back = nearness(one, other), nearness(other, one)
    assert (there and there[:2]) == (back and back[:2])
    assert there is None or (0 < there.score_ppm <= 1_000_000 and there.reasons)


@given(SOME)
def test_what_is_equal_in_all_is_nearest(one: Seen) -> None:
    """Number, amount and day the same: the highest score there is."""
    found = nearness(one, one)
    assert found is not None
    assert found.score_ppm == 1_000_000


@cache
def _distance(one: str, other: str) -> int:
    """Optimal string alignment, as it is defined."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _distance(one[:-1], other) + 1,
        _distance(one, other[:-1]) + 1,
        _distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if one[-2:] == other[-2:][::-1] and len(one) > 1 and len(other) > 1:
        ways.append(_distance(one[:-2], other[:-2]) + 1)
    return min(ways)


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_one_edit_is_a_damerau_distance_of_at_most_one(one: str, other: str) -> None:
    """The short way gives what the recursive definition gives."""
    assert within_one_edit(one, other) == (_distance(one, other) <= 1)


def _apart(text: str, at: int, how: str) -> str:
    at %= len(text)
    edits: dict[str, Any] = {
        "drop": text[:at] + text[at + 1 :],
        "add": text[:at] + "7" + text[at:],
        "change": text[:at] + "7" + text[at + 1 :],
        "exchange": text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    }
    return str(edits[how])


@given(
    st.text("0123456789ABC", min_size=1, max_size=20),
    st.integers(0, 19),
    st.sampled_from(["drop", "add", "change", "exchange"]),
)
def test_any_one_edit_is_found(text: str, at: int, how: str) -> None:
    """A digit dropped, added, changed or exchanged with its neighbour, wherever it stands."""
    assert within_one_edit(text, _apart(text, at, how))
