"""What a reminder says in plain words, English and Chinese: sums, then the first debts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.money import format_decimal
from ledger.notices.clocks import Reminder
from ledger.refusals.language import Language
from ledger.reports.due import Digits, Due, Line, sums

MOST_SAID = 20
"""Lines of a list that are said one by one."""


def due_subject(report: Due) -> str:
    """The subject of a mail, in both languages."""
    return f"What falls due / 到期提醒: {report.party}, {report.day.isoformat()}"


def due_texts(report: Due, digits: Digits) -> Mapping[Language, str]:
    """The message in each language."""
    return {
        language: "\n".join(_said(report, digits, place)) for place, language in enumerate(Language)
    }


def _said(report: Due, digits: Digits, pick: int) -> Iterator[str]:
    if report.payable:
        yield ("You have to pay:", "贵方应付：")[pick]
        yield from _lines(report.payable, digits, pick)
    if report.claims:
        yield ("You are to be paid:", "贵方应收：")[pick]
        yield from _lines(report.claims, digits, pick)
    if report.filings:
        yield (
            "What these filings secured has ended: take them out of the registry.",
            "下列登记所担保或转让的债权已了结，请办理注销登记：",
        )[pick]
        yield from _capped([_filing(item, pick) for item in report.filings], pick)


def _lines(lines: Sequence[Line], digits: Digits, pick: int) -> Iterator[str]:
    for (currency, late), (count, minor) in sums(lines).items():
        total = f"{format_decimal(minor, digits(currency) or 0)} {currency}"
        how = ("overdue", "已逾期") if late else ("falling due", "将到期")
        yield (f"  {total} {how[0]}, in {count}", f"  {how[1]} {count} 笔，合计 {total}")[pick]
    yield from _capped([_line(line, digits, pick) for line in lines], pick)


def _line(line: Line, digits: Digits, pick: int) -> str:
    money = line.outstanding
    amount = f"{format_decimal(money.minor, digits(money.currency) or 0)} {money.currency}"
    if line.days < 0:
        how = (f"overdue by {_days(-line.days)}", f"逾期 {-line.days} 天")[pick]
    else:
        how = (f"in {_days(line.days)}", f"还有 {line.days} 天")[pick]
    return f"  - {line.payable_on.isoformat()} ({how}): {amount}, {line.id}"


def _filing(item: Reminder, pick: int) -> str:
    late = (", late", "，已超期")[pick] if item.is_late else ""
    return (
        f"  - {item.filing}: ended on {item.closed_on}, due by {item.due}{late}",
        f"  - {item.filing}：{item.closed_on} 了结，应于 {item.due} 前注销{late}",
    )[pick]


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _capped(said: Sequence[str], pick: int) -> Iterator[str]:
    yield from said[:MOST_SAID]
    more = len(said) - MOST_SAID
    if more > 0:
        yield (f"  and {more} more", f"  另有 {more} 项")[pick]
