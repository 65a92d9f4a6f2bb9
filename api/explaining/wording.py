"""Values in words: amounts, days, choices, names, so that none can pass for part of a sentence.

Free texts stand in quotation marks; what is invisible in them, what turns the direction of
writing, and the quotation marks themselves are replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

from api.explaining.facts import Text, Withheld
from api.explaining.words import WORDS
from ledger.dates import instant_text
from ledger.errors import Refused
from ledger.money import Money, format_decimal
from ledger.refusals.language import Language

MOST = 5
"""Members of a list that are said one by one."""
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_BARE = re.compile(r"[a-z]{3}_[a-z2-7]{26}|[A-Za-z0-9_-]{43}|[A-Z]{2,3}")
_QUOTES = dict.fromkeys(map(ord, '"“”„‟〝〞＂「」『』«»'), "'")


@dataclass(frozen=True, slots=True)
class Wording:
    """How values are said in `language`; `digits` are the minor digits of each currency."""

    language: Language
    digits: Mapping[str, int]
    names: Names | None = None

    def pick(self, english: str, chinese: str) -> str:
        """The one of two texts that is in the language."""
        return chinese if self.language is Language.CHINESE else english

    def join(self, said: list[str], between: tuple[str, str] = ("; ", "；")) -> str:
        """A list in words: its first members, and how many more there are."""
        more = len(said) - MOST
        text = self.pick(*between).join(said[:MOST])
        if more <= 0:
            return text or self.pick("none", "无")
        return text + self.pick(f"{between[0]}and {more:,} more", f"{between[1]}另有 {more:,} 项")

    def say(self, value: Any, how: str = "") -> str:
        """A value in words; `how` is one of `FILTERS` or nothing."""
        match value:
            case None:
                return self.pick("none", "无")
            case Withheld():
                return self.pick("(withheld)", "（未披露）")
            case _ if how:
                return _HOW[how](self, value)
            case bool():
                return self.pick(*(("yes", "是") if value else ("no", "否")))
            case Enum():
                return self.pick(*WORDS[value])
            case Money():
                return self.money(value)
            case date():
                chinese = f"{value.year}年{value.month}月{value.day}日"
                return self.pick(value.isoformat(), chinese)
            case int():
                return f"{value:,}"
            case Text():
                return quoted(value)
            case str():
                return self.named(value)
            case list() | tuple():
                return self.join([self.say(item) for item in value], (", ", "、"))
        raise TypeError(type(value).__name__)

    def named(self, code: str) -> str:
        """An id, a digest or a currency as it is, other codes quoted; with the name of an id."""
        if not _BARE.fullmatch(code):
            return quoted(code)
        known = self.names(self, code) if self.names else None
        return self.pick(f"{code} ({known})", f"{code}（{known}）") if known else code

    def name(self, code: str) -> str:
        """What is known of an id, without it; else the id."""
        known = self.names(self, code) if self.names else None
        return known or self.named(code)

    def money(self, money: Money) -> str:
        """An amount with thousands separated, and its currency."""
        whole, point, rest = format_decimal(
            money.minor, self.digits.get(money.currency, 0)
        ).partition(".")
        amount = f"{int(whole):,}{point}{rest}"
        if money.currency == "CNY":
            return self.pick(f"{amount} CNY", f"人民币{amount}元")
        return f"{amount} {money.currency}"

    def count(self, value: Any) -> str:
        """How many members a list has."""
        return f"{len(value):,}"

    def sum(self, value: Any) -> str:
        """The sum of amounts, by currency; what is withheld cannot be counted."""
        amounts = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(item, Withheld) for item in amounts):
            return self.say(Withheld())
        try:
            sums = totals(amounts)
        except Refused:
            return self.pick("more than can be written", "超出可表示的金额")
        return self.pick(" + ", "＋").join(map(self.money, sums)) or self.say(None)

    def percent(self, value: int) -> str:
        """Millionths as per cent: 43500 is 4.35 %."""
        whole, rest = divmod(value, 10_000)
        decimals = f"{rest:04}".rstrip("0")
        return f"{whole}{f'.{decimals}' if decimals else ''}{self.pick(' %', '%')}"

    def instant(self, value: int) -> str:
        """Milliseconds since 1970 as an instant in UTC."""
        text = instant_text(value)
        day = self.say(date.fromisoformat(text[:10]))
        return self.pick(f"{day} {text[11:16]} UTC", f"{day}{text[11:16]}（协调世界时）")


Names: TypeAlias = Callable[[Wording, str], str | None]
"""What is known of an id, in words that are safe to say beside it; None where nothing is."""

_HOW: Mapping[str, Callable[[Wording, Any], str]] = {
    "count": Wording.count,
    "sum": Wording.sum,
    "percent": Wording.percent,
    "instant": Wording.instant,
    "name": Wording.name,
}
FILTERS = frozenset(_HOW)
"""The other ways to say a value."""


def totals(amounts: Any) -> list[Money]:
    """The sum of amounts in each of their currencies, in order of the currencies."""
    found: dict[str, int] = {}
    for money in amounts:
        found[money.currency] = found.get(money.currency, 0) + money.minor
    return [Money(minor, currency) for currency, minor in sorted(found.items())]


def quoted(text: str) -> str:
    """A text between quotation marks that it cannot close, with nothing hidden in it."""
    return f"“{''.join(map(_shown, text.translate(_QUOTES)))}”"


def _shown(char: str) -> str:
    if unicodedata.category(char)[0] in "CZ" and char != " ":
        return "�"
    return f"\\u{ord(char):04x}" if unicodedata.bidirectional(char) in _RIGHT_TO_LEFT else char
