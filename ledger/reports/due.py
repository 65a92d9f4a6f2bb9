"""What falls due for a party: what it has to pay, what it is to be paid, what it has to discharge.

As of the newest entry, counted from a civil day of the ledger's legal time zone. A maturity is
told of on certain days before its payable day (the policy's `remind_days`), and on the first day
on which it is overdue; a filing when what it secured has ended, and when it should be out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.dates import civil_date
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader
from ledger.money import Money, format_decimal
from ledger.notices.clocks import Reminder, to_discharge
from ledger.notices.commands import InterestKind
from ledger.notices.records import Filing
from ledger.policy.state import ledger_of, policy_of
from ledger.receivables.clocks import payable_from
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, Receivable

HORIZON_DAYS = 30
"""How far a report looks ahead."""
Digits = Callable[[str], int | None]
When = Callable[[int], int]
"""The instant of an entry by its number, in milliseconds since 1970."""


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """One debt: the receivable that the party owes, or the holding on which it is owed.

    `other` is the first creditor, or the obligor; `payable_on` is `due` on the calendar, or the
    day of an insolvency before it; `days` are left until then, negative when it is overdue.
    """

    id: str
    other: str
    outstanding: Money
    due: date
    payable_on: date
    days: int

    def tree(self, digits: Digits) -> dict[str, Any]:
        """As JSON, the amount as a decimal string with the digits of its currency."""
        money = self.outstanding
        return {
            "id": self.id,
            "other": self.other,
            "outstanding": format_decimal(money.minor, digits(money.currency) or 0),
            "currency": money.currency,
            "due": self.due.isoformat(),
            "payable_on": self.payable_on.isoformat(),
            "days": self.days,
        }


class Due(Struct, frozen=True, kw_only=True, gc=False):
    """What a party has to pay and to receive, by payable day, and which filings to discharge."""

    party: str
    day: date
    payable: tuple[Line, ...]
    claims: tuple[Line, ...]
    filings: tuple[Reminder, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.payable or self.claims or self.filings)

    def tree(self, digits: Digits, most: int | None = None) -> dict[str, Any]:
        """As JSON; sums are per currency, of what is overdue and of what is not.

        With `most` so many debts are listed one by one, while counts and sums are over all.
        """
        return {
            "party": self.party,
            "day": self.day.isoformat(),
            "payable": _lines(self.payable, digits, most),
            "claims": _lines(self.claims, digits, most),
            "filings": [
                {
                    "filing": item.filing,
                    "ended_on": item.closed_on.isoformat(),
                    "due": item.due.isoformat(),
                    "is_late": item.is_late,
                }
                for item in self.filings
            ],
        }


def sums(lines: Iterable[Line]) -> Mapping[tuple[str, bool], tuple[int, int]]:
    """How many lines there are and what they come to (minor units), by currency and overdue."""
    found: defaultdict[tuple[str, bool], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in lines:
        key = (line.outstanding.currency, line.days < 0)
        count, minor = found[key]
        found[key] = (count + 1, minor + line.outstanding.minor)
    return dict(sorted(found.items()))


def due(
    book: Reader, party: str, day: date, at_ms: int, when: When, ahead: int = HORIZON_DAYS
) -> Due:
    """What is overdue for `party` on `day`, what falls due in the `ahead` days after it, filings.

    Filings are judged at `at_ms`, the ledger's clock. Raises `Refused`
    (`calendar_does_not_cover`).
    """
    return Due(
        party=party,
        day=day,
        payable=_within(_owes(book, party, day), ahead),
        claims=_within(_is_owed(book, party, day), ahead),
        filings=_filings(book, party, at_ms, when),
    )


def reminders(book: Reader, party: str, since: date, day: date, at_ms: int, when: When) -> Due:
    """Of that, what is to be told on `day` to a party that was told last on `since`, a day before.

    Each thing once, however many of its days have passed. Raises `Refused` as `due`.
    """
    marks = policy_of(book).clocks.remind_days
    whole = due(book, party, day, at_ms, when, max(marks, default=0))
    return replace(
        whole,
        payable=tuple(item for item in whole.payable if is_to_be_told(item, since, marks)),
        claims=tuple(item for item in whole.claims if is_to_be_told(item, since, marks)),
        filings=tuple(
            item
            for item in whole.filings
            if since <= item.closed_on < day or since <= item.due < day
        ),
    )


def is_to_be_told(line: Line, since: date, marks: Iterable[int]) -> bool:
    """Whether a day on which to tell of it came after `since`, up to the day of the line.

    -1 is such a day, too: the first one on which it is overdue.
    """
    gone = (line.payable_on - since).days
    return any(line.days <= mark < gone for mark in (*marks, -1))


def _within(lines: Iterable[Line], ahead: int) -> tuple[Line, ...]:
    near = (item for item in lines if item.days <= ahead)
    return tuple(sorted(near, key=lambda item: (item.payable_on, item.id)))


def _owes(book: Reader, party: str, day: date) -> Iterator[Line]:
    for item in book.find(Receivable, obligor=party):
        if item.acknowledged_ms is not None and item.outstanding.minor > 0:
            payable = payable_from(book, party, item.due)
            yield Line(
                id=item.id,
                other=item.creditor,
                outstanding=item.outstanding,
                due=item.due,
                payable_on=payable,
                days=(payable - day).days,
            )


def _is_owed(book: Reader, party: str, day: date) -> Iterator[Line]:
    for item in book.find(Holding, holder=party):
        if item.outstanding.minor > 0:
            payable = payable_from(book, item.obligor, item.due)
            yield Line(
                id=item.id,
                other=item.obligor,
                outstanding=item.outstanding,
                due=item.due,
                payable_on=payable,
                days=(payable - day).days,
            )


def _filings(book: Reader, party: str, at_ms: int, when: When) -> tuple[Reminder, ...]:
    """What the party should take out of the registry, by due date."""
    found: list[Reminder] = []
    for item in book.find(Filing, secured=party):
        day = closed_on(book, item, when) if item.is_live(at_ms) else None
        if day is not None:
            found += to_discharge(book, [item], {item.over: day}, at_ms)
    return tuple(sorted(found, key=lambda item: (item.due, item.filing)))


def _lines(lines: tuple[Line, ...], digits: Digits, most: int | None) -> dict[str, Any]:
    totals = [
        {
            "currency": currency,
            "overdue": late,
            "count": count,
            "sum": format_decimal(minor, digits(currency) or 0),
        }
        for (currency, late), (count, minor) in sums(lines).items()
    ]
    return {"totals": totals, "lines": [item.tree(digits) for item in lines[:most]]}


# -- filings whose security has ended --------------------------------------------------------------
_FINAL = frozenset(FinancingState) - {
    FinancingState.ACCEPTED,
    FinancingState.INSTRUCTED,
    FinancingState.ACTIVE,
}

_SECURITY = (InterestKind.PLEDGE, InterestKind.FIDUCIARY)


def closed_on(book: Reader, filing: Filing, when: When) -> date | None:
    """The day on which what a filing is over ended; None while it has not.

    It is the day of the newest entry about what ended: a later one makes the reminder later, never
    earlier. A filing over all claims of a grantor ends with no one of them.
    """
    seq = _ended(book, filing, when)
    return None if seq is None else civil_date(when(seq), ledger_of(book).time_zone)


def _ended(book: Reader, filing: Filing, when: When) -> int | None:
    """The entry with which all that a filing secures ended; None while something is open.

    Nothing is owed any more; or what the filer was given on the ledger is over since it filed:
    every security was released; or every financing has ended, and it holds nothing itself.
    """
    parts = _parts(book, filing.over)
    parts = _own(book, filing, parts) or parts
    if not any(item.is_open for item in parts):
        return max((item.last_seq for item in parts), default=None)
    ids = {item.id for item in parts}
    if filing.kind in _SECURITY:
        over = _securities_over(book, filing.secured, ids)
    elif any(item.is_open and item.holder == filing.secured for item in parts):
        return None
    else:
        over = _financings_over(book, filing.secured, ids)
    return over if over is not None and when(over) >= filing.recorded_ms else None


def _own(book: Reader, filing: Filing, parts: list[Holding]) -> list[Holding]:
    """Those that the filer ever held, or had security on: of all others it is told nothing."""
    if filing.kind not in _SECURITY:
        return [item for item in parts if filing.secured in item.chain]
    secures = book.find(Encumbrance, secured_party=filing.secured)
    given = {item.holding for item in secures if item.placed_ms is not None}
    return [item for item in parts if any(up.id in given for up in ancestry(book, item))]


def _securities_over(book: Reader, secured: str, holdings: Collection[str]) -> int | None:
    given = [
        item
        for item in book.find(Encumbrance, secured_party=secured)
        if item.holding in holdings and item.placed_ms is not None
    ]
    if any(item.state is not EncumbranceState.RELEASED for item in given):
        return None
    return max((item.last_seq for item in given), default=None)


def _financings_over(book: Reader, financier: str, holdings: Collection[str]) -> int | None:
    bought = [
        item for item in book.find(Financing, financier=financier) if item.holding in holdings
    ]
    if any(item.state not in _FINAL for item in bought):
        return None
    return max((item.last_seq for item in bought), default=None)


def _parts(book: Reader, over: str) -> list[Holding]:
    """The holdings that a filing over a receivable or a holding reaches; none for a grantor's."""
    top = book.get(Holding, over)
    if top is None:
        return list(book.find(Holding, receivable=over))
    every = book.find(Holding, receivable=top.receivable)
    return [item for item in every if any(up.id == over for up in ancestry(book, item))]
