"""Late interest as the toy counts it: day by day, on what is unpaid that day.

Like the toy it shares no code with the ledger. A claim of the toy has `due`, its rate `ppm` and
`overdue`, the pairs (due, until) of the times before it was deferred.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.support.toy_ids import shared

ONE = timedelta(days=1)
ZONE_MS = 8 * 3_600_000
"""Shanghai is so far ahead, the whole year."""


def day_of(at_ms: int) -> date:
    """The civil day of an instant."""
    return date(1970, 1, 1) + timedelta(days=(at_ms + ZONE_MS) // 86_400_000)


def payable(due: date, roll: str) -> date:
    """The working day on which it is paid: weekends and the 28th of January are none."""

    def free(day: date) -> bool:
        return day.isoweekday() > 5 or (day.month, day.day) == (1, 28)

    def go(day: date, step: timedelta) -> date:
        while free(day):
            day += step
        return day

    later = go(due, ONE)
    return go(due, -ONE) if roll == "modified_following" and later.month != due.month else later


def rounded(exact: Fraction, how: str) -> int:
    """A whole number, halves and all as the policy says."""
    low = math.floor(exact)
    rest = exact - low
    up = {
        "down": False,
        "up": rest > 0,
        "half_up": rest >= Fraction(1, 2),
        "half_even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1),
    }
    return low + up[how]


def owed(toy: Any, name: str, today: date) -> int:
    """The interest that is unpaid on a holding at the end of a day."""
    line = [name]
    while toy.holdings[line[0]]["parent"] is not None:
        line.insert(0, toy.holdings[line[0]]["parent"])
    days = list(_late_days(toy, toy.claims[toy.holdings[name]["claim"]], today))
    left = 0
    for one in line:
        left += _left_on(toy, one, days, last=one == name)
        at = line.index(one) + 1
        if at < len(line) and left:
            sizes = toy.holdings[one]["sizes"]
            part = shared(abs(left), sizes)[toy.holdings[line[at]]["ordinal"]]
            left = part if left > 0 else -part
    return max(left, 0)


def _late_days(toy: Any, claim: dict[str, Any], today: date) -> Iterator[date]:
    """Each day of lateness, once."""
    opened = toy.insolvent.get(claim["obligor"])
    for due, until in (*claim["overdue"], (claim["due"], today)):
        first, last = payable(due, toy.rules["roll"]), min(until, today)
        if opened is not None:
            first, last = min(first, opened), min(last, opened)
        day = first + ONE
        while day <= last:
            yield day
            day += ONE


def _left_on(toy: Any, name: str, days: list[date], *, last: bool) -> int:
    """The interest of these days on a holding, less what was paid of it.

    What was split earns only on what had been paid by then: its parts earn on the rest.
    """
    item = toy.holdings[name]
    ppm = toy.claims[item["claim"]]["ppm"]
    paid = [one for one in toy.payments.values() if one["holding"] == name and one["counts"]]
    whole = item["amount"] - item["reduced"] if last else item["paid"]
    base = 0
    for day in days:
        base += whole - sum(one["principal"] for one in paid if one["value"] < day)
    exact = Fraction(base * (toy.rules["ppm"] if ppm is None else ppm), 10**6)
    return rounded(exact, toy.rules["rounding"]) - sum(one["interest"] for one in paid)
