"""The sheet: harmless whatever a name says, the same each time, and complete in what it tells."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sheet.html import Markup, el, fill, joined
from api.sheet.page import pack_in, sheet
from api.sheet.qr import qr_svg
from api.sheet.words import TERMS
from ledger.chain.trust import parse_trust
from ledger.errors import Refused
from ledger.financing.records import FinancingState
from ledger.packs.certificate import NONE_RECORDED, NOT_CHECKED
from ledger.packs.facts import LIMITATION_BASIS
from ledger.packs.verify import verify_pack
from ledger.parties.commands import Assurance
from ledger.receivables.commands import Basis, PayTo, Recourse
from ledger.receivables.records import HoldingState, Mode, ReceivableState
from tests.support import founding
from tests.support import having as h
from tests.support.actors import open_stage
from tests.support.packs import evidence, trusted
from tests.vectors.make_packs import FOLDER

HOSTILE = (
    '</script><script>alert("1")</script>',
    "<img src=x onerror=alert(1)>",
    "x\u202eevil\u2066\u200f",
    '" onmouseover="alert(1)',
    "{obligor} {0.__class__}",
    "很长的名字" * 36,
    "العربية عبرية",
    "&lt;b&gt; ' `",
)


class Seen(HTMLParser):
    """The elements and attributes of a page, and the text outside of scripts and styles."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.data = ""
        self._in = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        self._in = ""

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._in == "script":
            self.data += data
        elif self._in != "style":
            self.text += data


HARMLESS = {
    *("html", "head", "meta", "title", "style", "body", "header", "div", "h1", "h2", "p", "span"),
    *("table", "thead", "tbody", "tr", "th", "td", "strong", "bdi", "br", "code", "pre", "small"),
    *("ol", "ul", "li", "svg", "path", "script"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "viewbox", "role", "aria-label"),
    *("shape-rendering", "d", "scope", "type", "id"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_text(name: str, tmp_path: Path) -> None:
    """It adds no element and no attribute, turns nothing around, and the sheet still verifies."""
    with open_stage(tmp_path, 1) as stage:
        founding.found(stage)
        item = h.held(stage)
        pack = evidence(stage, item.id, stage.name_of(item.holder))
        found = verify_pack(pack.data(), trusted(stage))
        obligor = found.statement.facts["claim"]["obligor"]
        found.statement.facts["parties"][obligor]["name"] = name
        page = sheet(found)
    seen = Seen(page)
    assert set(seen.tags) <= HARMLESS
    assert seen.tags.count("script") == 1
    assert seen.attributes <= ATTRIBUTES
    assert not set(seen.text) & set("\u202e\u2066\u200f\u2068")
    shown = "".join("�" if char in "\u202e\u2066\u200f" else char for char in name)
    assert shown in seen.text
    assert pack_in(page) == pack.data()


def test_the_published_sheet_says_what_a_court_asks() -> None:
    """Who owes and who does not, days, times, source, custody, interest, limitation, secrets."""
    text = " ".join(Seen((FOLDER / "sheet.html").read_bytes()).text.split())
    for sentence in (
        "Core Ltd owes CNY 30000.01 to Third Ltd, due",
        "If Core Ltd does not pay, Third Ltd",
        "The operator of the ledger, Operator, owes nothing here",
        "SANDBOX",
        "Custody before entry",
        "the operator is no side of this claim",
        "Limitation: 20",
        "Civil Code, article 188",
        "sealed fields of the entries below are not disclosed",
        "the operator vouched",
        "债务人",
        "诉讼时效",
    ):
        assert sentence in text, sentence


def test_a_sheet_needs_nothing_from_anywhere() -> None:
    """No address, no script that runs, nothing to fetch: one file, for ever."""
    page = (FOLDER / "sheet.html").read_bytes()
    assert b"http://" not in page
    assert b"https://" not in page
    assert b"default-src &#x27;none&#x27;" in page
    assert b"url(" not in page


def test_facts_of_another_form_are_refused() -> None:
    """A log may state what it likes; a page that cannot say it is not made."""
    trust = parse_trust((FOLDER / "policy").read_text("utf-8"))
    found = verify_pack((FOLDER / "evidence.json").read_bytes(), trust)
    for name in ("claim", "holding", "parties", "ledger", "limitation"):
        facts = {field: said for field, said in found.statement.facts.items() if field != name}
        with pytest.raises(Refused) as caught:
            sheet(replace(found, statement=replace(found.statement, facts=facts)))
        assert caught.value.code.value == "pack_malformed"


@given(text=st.text(), other=st.text())
def test_text_never_becomes_markup(text: str, other: str) -> None:
    """Whatever stands in an element, an attribute or a sentence."""
    made = joined(el("p", text, class_=other), fill("a {x} b", x=text))
    seen = Seen(made.encode("utf-8", "replace"))
    assert seen.tags == ["p", "bdi"]
    assert seen.attributes == {"class"}
    assert isinstance(made, Markup)


def test_every_word_of_the_facts_has_both_languages() -> None:
    """All states, bases, roles of assurance and the like."""
    kinds = (HoldingState, ReceivableState, Mode, Basis, PayTo, Recourse, Assurance)
    words = {item.value for kind in kinds for item in kind}
    live = {FinancingState.ACCEPTED.value, FinancingState.INSTRUCTED.value}
    words |= live | {NOT_CHECKED, NONE_RECORDED, LIMITATION_BASIS}
    words |= {"fully_digital", "coded", "numbered", "acknowledgement", "transfer", "financing"}
    assert words <= set(TERMS)
    assert all(english and chinese for english, chinese in TERMS.values())


def test_a_code_is_drawn_from_its_matrix() -> None:
    """The three corners of a QR code are where they belong, with white around."""
    svg = qr_svg("duebill", "a code")
    assert 'viewBox="0 0 29 29"' in svg
    for corner in ("M4 4h7", "M18 4h7", "M4 18h7", "M4 10h7", "M18 10h7", "M4 24h7"):
        assert f"{corner}v1h-7z" in svg
