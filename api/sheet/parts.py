"""Small pieces of the sheet: words in two languages, parties, amounts, tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from api.sheet.html import Child, Markup, el, fill, joined
from api.sheet.words import UNKNOWN, WITHHELD, Said, term

CHINESE = "zh-Hans"
Facts: TypeAlias = Mapping[str, Any]
"""What the log states of a holding, or a part of it."""


def both(said: Said, tag: str = "p") -> Markup:
    """A sentence in English, then in Chinese."""
    english, chinese = said
    return joined(el(tag, english), el(tag, chinese, lang=CHINESE, class_="zh") if chinese else "")


def filled(english: str, chinese: str, **names: str) -> Said:
    """A sentence with names in its places, each apart from what stands beside it."""
    return fill(english, **names), fill(chinese, **names)


def inline(said: Said) -> Markup:
    """A word in both languages, side by side."""
    english, chinese = said
    return joined(english, " ", el("span", chinese, lang=CHINESE, class_="zh") if chinese else "")


def heading(english: str, chinese: str) -> Markup:
    """The title of a section."""
    return el("h2", inline((english, chinese)))


def value(word: Any) -> Markup:
    """A fact's word as people say it; what is missing was withheld."""
    return inline(WITHHELD if word is None else term(str(word)))


def yes_or_no(said: Any) -> Markup:
    """A fact that is true, false, or not there."""
    words = {True: ("yes", "是"), False: ("no", "否")}
    return inline(words.get(said, UNKNOWN))


def money(tree: Any) -> Child:
    """An amount with its currency."""
    if not isinstance(tree, Mapping):
        return inline(WITHHELD)
    return f"{tree.get('currency')} {tree.get('amount')}"


def instant(text: Any) -> Child:
    """An instant to the second, in UTC."""
    return f"{text[:10]} {text[11:19]} UTC" if isinstance(text, str) else inline(WITHHELD)


def party(parties: Facts, named: Any) -> Markup:
    """A party by its name, identifiers and id, each apart from what stands beside it."""
    if not isinstance(named, str):
        return inline(WITHHELD)
    known = parties.get(named, {})
    name = known.get("name")
    listed = known.get("identifiers") or ()
    parts: list[Child] = [el("strong", el("bdi", name)) if name else inline(WITHHELD)]
    parts += [
        joined(", ", el("bdi", f"{item.get('scheme')} {item.get('value')}")) for item in listed
    ]
    return joined(parts, el("br"), el("code", named))


def name_of(parties: Facts, named: Any) -> str:
    """What a party is called in a sentence: its name, else its id."""
    known = parties.get(named, {}) if isinstance(named, str) else {}
    return str(known.get("name") or named or "?")


def facts(rows: Iterable[tuple[Said, Child]]) -> Markup:
    """A table of labels and values."""
    body = (el("tr", el("th", inline(label), scope="row"), el("td", said)) for label, said in rows)
    return el("table", list(body), class_="facts")


def table(headers: Sequence[Said], rows: Iterable[Sequence[Child]], *classes: str) -> Markup:
    """A table with a head that is repeated on every page; `classes` are those of the columns."""
    named = [*classes, *[""] * (len(headers) - len(classes))]
    head = [
        el("th", inline(said), scope="col", **_class(name))
        for said, name in zip(headers, named, strict=True)
    ]
    body = [
        el("tr", [el("td", cell, **_class(name)) for cell, name in zip(row, named, strict=True)])
        for row in rows
    ]
    return el("table", el("thead", el("tr", head)), el("tbody", body))


def _class(name: str) -> dict[str, str]:
    return {"class_": name} if name else {}
