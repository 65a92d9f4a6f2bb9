"""Near-duplicates: an invoice that looks like an earlier one under another key raises an alert.

Only the key decides whether two invoices are one; nearness forbids nothing. An invoice is near

- one of its seller for the same buyer, if the numbers are the same once collapsed, or if amount and
  date are equal, or if the numbers are one edit apart, the amounts within 1 % and the dates within
  10 days of each other;
- one of another seller for the same buyer (the same invoice by another applicant), if the collapsed
  numbers are the same, the amounts within 1 % and the dates within 10 days.

Consecutive numbers of one batch are not near: twenty honest invoices of one day pass in silence.
So does a number with two digits exchanged, if it could be of the same batch: nobody can tell.

What is compared with is kept in two lists, of the newest `MOST_SEEN` invoices each: those of a
seller for a buyer in eleven days, and those of a buyer under one collapsed number. What came before
the newest hundred of a list is not looked at: so bulk stays cheap. Whoever would hide a copy behind
a hundred others of one pair and fortnight shows them all to the buyer, and the list of its number
still tells the copy that has the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ledger.alerts.acts import raised
from ledger.alerts.events import AlertKind, AlertRaised
from ledger.model.records import Reader, Signer
from ledger.receivables.events import InvoiceRecorded
from ledger.receivables.invoices import folded
from ledger.receivables.records import Invoice, Neighbours, Seen
from ledger.receivables.uses import is_in_use

MOST_SEEN = 100
"""Invoices in one list of neighbours: the newest."""
MOST_OTHERS = 10
"""Earlier invoices that one alert names: the nearest."""
NEAR_DAYS = 10
NEAR_PPM = 10_000
BATCH = 100
"""How far apart numbers of one batch are at most."""


class Nearness(NamedTuple):
    """How near an earlier invoice is: in millionths, by these reasons."""

    score_ppm: int
    reasons: tuple[str, ...]
    invoice: str


def near_alerts(
    book: Reader, recorded: Iterable[InvoiceRecorded], by: Signer, at_ms: int
) -> tuple[AlertRaised, ...]:
    """One alert for each of the `recorded` invoices that is near any in use, or one before it."""
    alerts = []
    here: dict[str, Seen] = {}
    for ordinal, event in enumerate(recorded):
        new = _seen(event.invoice, event)
        found = list(islice(_near(book, event, new, here, at_ms), MOST_OTHERS))
        here[new.invoice] = new
        if found:
            nearest = found[0]
            alert = raised(
                by,
                ordinal,
                AlertKind.NEAR_DUPLICATE,
                event.invoice,
                nearest.reasons,
                at_ms,
                others=(item.invoice for item in found),
                score_ppm=nearest.score_ppm,
            )
            alerts.append(alert)
    return tuple(alerts)


def with_seen(book: Reader, event: InvoiceRecorded) -> Iterator[Neighbours]:
    """The two lists of neighbours with the invoice as their newest."""
    new = _seen(event.invoice, event)
    for name in (_of_pair(event, _window(event)), _of_number(event)):
        before = book.get(Neighbours, name)
        others = [item for item in before.seen if item.invoice != new.invoice] if before else []
        yield Neighbours(id=name, seen=(*others[1 - MOST_SEEN :], new))


def _near(
    book: Reader, event: InvoiceRecorded, new: Seen, here: dict[str, Seen], at_ms: int
) -> Iterator[Nearness]:
    """What is near and in use (or in `here`, what this command uses), the nearest first."""
    window = _window(event)
    names = [_of_pair(event, window + step) for step in (-1, 0, 1)] + [_of_number(event)]
    lists = [book.get(Neighbours, name) for name in names]
    known = {item.invoice: item for some in lists if some for item in some.seen}
    known |= here
    known.pop(new.invoice, None)
    found = filter(None, (nearness(new, old) for old in known.values()))
    for near in sorted(found, key=lambda one: (-one.score_ppm, one.invoice)):
        if near.invoice in here or _counts(book, known[near.invoice], at_ms):
            yield near


def _counts(book: Reader, old: Seen, at_ms: int) -> bool:
    """Whether what was seen is in use, and under the facts that were seen."""
    invoice = book.get(Invoice, old.invoice)
    return (
        invoice is not None
        and _seen(invoice.id, invoice) == old
        and is_in_use(book, invoice, at_ms)
    )


def nearness(new: Seen, old: Seen) -> Nearness | None:
    """How near `old` is to `new`, both for one buyer; None when it is not near."""
    days = abs((new.issued - old.issued).days)
    apart = abs(new.minor - old.minor)
    alike = apart * 1_000_000 <= max(new.minor, old.minor) * NEAR_PPM
    alike = alike and new.currency == old.currency
    close = alike and days <= NEAR_DAYS
    one, other = _parts(new.number), _parts(old.number)
    same, ours = one.collapsed == other.collapsed, new.seller == old.seller
    if not (close or (same and ours)) or (ours and days == 0 and _one_batch(one, other)):
        return None
    edit = ours and not same and within_one_edit(one.collapsed, other.collapsed)
    if not (same or edit or (ours and apart == days == 0)):
        return None
    parts = [_SAME_NUMBER] if same else [_ONE_EDIT] if edit else []
    if alike:
        parts.append(_CLOSE_AMOUNT if apart else _EQUAL_AMOUNT)
    if days <= NEAR_DAYS:
        parts.append((150_000, f"date_is_{days}_days_away") if days else _SAME_DAY)
    reasons = [reason for _, reason in parts] + ([] if ours else ["seller_is_another"])
    return Nearness(sum(score for score, _ in parts), tuple(reasons), old.invoice)


_SAME_NUMBER = (500_000, "number_is_the_same_when_collapsed")
_ONE_EDIT = (400_000, "number_is_one_edit_away")
_EQUAL_AMOUNT = (250_000, "amount_is_equal")
_CLOSE_AMOUNT = (200_000, f"amount_is_within_{NEAR_PPM}_ppm")
_SAME_DAY = (250_000, "date_is_equal")


def within_one_edit(one: str, other: str) -> bool:
    """Whether at most one insertion, deletion, substitution or exchange of neighbours parts them.

    That is a Damerau-Levenshtein distance (optimal string alignment) of at most 1.
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) < 2 or (len(one) == 2 and one == other[::-1])


class _Parts(NamedTuple):
    """A number, collapsed, and as its last run of digits and what stands around that.

    `value` is what the run says, or far below zero without digits; `padded` whether it begins
    with a zero.
    """

    collapsed: str
    around: tuple[str, str]
    length: int
    padded: bool
    value: int


_RUN = re.compile("[0-9]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@lru_cache(maxsize=4096)
def _parts(number: str) -> _Parts:
    """The parts of a folded number. Leading zeros of each run of digits collapse, too."""
    collapsed = _LEADING_ZEROS.sub("", number.replace("-", ""))
    runs = list(_RUN.finditer(number))
    if not runs:
        return _Parts(collapsed, (number, ""), 0, padded=False, value=-BATCH - 1)
    last, run = runs[-1], runs[-1].group()
    around = number[: last.start()], number[last.end() :]
    return _Parts(collapsed, around, len(run), padded=run[0] == "0", value=int(run))


def _one_batch(one: _Parts, other: _Parts) -> bool:
    """Whether two numbers of one day are so close in order that one batch explains both.

    Runs of digits have one length, or grow as numbers do that are not padded (99, 100).
    """
    return (
        -BATCH <= one.value - other.value <= BATCH
        and one.value != other.value
        and one.around == other.around
        and (one.length == other.length or not (one.padded or other.padded))
    )


def _seen(invoice: str, facts: Invoice | InvoiceRecorded) -> Seen:
    return Seen(
        invoice=invoice,
        seller=facts.seller,
        number=folded(facts.number),
        minor=facts.gross.minor,
        currency=facts.gross.currency,
        issued=facts.issued,
    )


def _window(event: InvoiceRecorded) -> int:
    """Which eleven days: what is at most ten days away is in this, the one before or after."""
    return event.issued.toordinal() // (NEAR_DAYS + 1)


def _of_pair(event: InvoiceRecorded, window: int) -> str:
    return f"{event.seller}|{event.buyer}|{window}"


def _of_number(event: InvoiceRecorded) -> str:
    return f"{event.buyer}|{_parts(folded(event.number)).collapsed}"
