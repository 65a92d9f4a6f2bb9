"""`explain`: a sentence for every kind in both languages, and none that a value could forge."""

from __future__ import annotations

import json
import re
import typing
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.commandfile import unsigned
from api.explaining import pattern
from api.explaining.explain import explain, sentence_of
from api.explaining.facts import read_facts
from api.explaining.labels import LABELS, OUTSTANDING, Label, names_from
from api.explaining.sentences import SENTENCES, Sentence
from api.explaining.wording import FILTERS, Wording, quoted
from api.explaining.words import WORDS
from api.kinds.known import KINDS, Kind
from api.kinds.values import Value, all_fields
from api.routes.reads import KINDS as KINDS_READ
from ledger import canonical
from ledger.envelope import Sealer, read_disclosure
from ledger.errors import RefusalCode, Refused
from ledger.financing import commands as f
from ledger.model import codec
from ledger.model.kinds import Instant
from ledger.money import Money
from ledger.parties import commands as p
from ledger.parties.records import Party
from ledger.receivables import commands as r
from ledger.refusals.language import Language
from ledger.settlement import commands as s
from tests.support.sandbox import Sandbox, open_sandbox
from tests.support.story import Story
from tests.support.strategies import DIGITS, from_hints

EN, ZH = Language.ENGLISH, Language.CHINESE
HOLDING, OFFER, ACCOUNT = (f"{prefix}_{'a' * 26}" for prefix in ("hld", "off", "acc"))
DIGEST = "A" * 43
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A ledger whose desks draft; nothing is sent."""
    with open_sandbox(tmp_path_factory.mktemp("box")) as found:
        yield found


def told(box: Sandbox, command: Any, language: Language = EN, by: str = "supplier") -> str:
    """What the draft of a command says."""
    (found,) = explain(unsigned(box.desk(by).draft(command)), language)
    return found.sentence


def values(kind: Kind) -> dict[str, Value]:
    """What each field of a kind holds, by its dotted path."""
    return {path.replace("/", "."): field.value for path, field in all_fields(kind.command)}


def named(text: str) -> set[tuple[str, str]]:
    """The paths of a pattern, with the choices that they are compared with."""
    return set(pattern.paths(pattern.parse(text)))


def places(pieces: pattern.Pieces, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each value that a pattern says, with its filter."""
    for piece in pieces:
        match piece:
            case pattern.Place(path, how):
                yield prefix + path, how
            case pattern.Maybe(inner):
                yield from places(inner, prefix)
            case pattern.Each(path, inner):
                yield from places(inner, f"{prefix}{path}.")


def test_every_kind_has_its_sentence() -> None:
    """No kind without, and none too many."""
    missing = sorted(KINDS.keys() - SENTENCES.keys())
    assert not missing, f"no sentence for {', '.join(missing)}"
    assert SENTENCES.keys() == KINDS.keys()


@every_kind
def test_a_sentence_names_what_there_is(kind: Kind) -> None:
    """Each place is a field, each choice a choice of it, and both languages name the same.

    Every amount of the command itself is said, and instants are said as such.
    """
    sentence, known = SENTENCES[kind.name], values(kind)
    assert named(sentence.english) == named(sentence.chinese)
    for path, word in named(sentence.english):
        assert path in known, path
        assert not word or word in known[path].choices or (known[path].base is int)
    for text in (sentence.english, sentence.chinese):
        said = dict(places(pattern.parse(text)))
        assert set(said.values()) - {""} <= FILTERS
        for path, value in known.items():
            is_instant = value.marks == typing.get_args(Instant)[1:]
            assert path not in said or (said[path] == "instant") is is_instant, path
            if value.base is Money and "." not in path:
                assert path in said, f"{path} is not said"
    if sentence.amount:
        assert known[sentence.amount].base is Money


@every_kind
def test_a_sentence_is_in_its_language(kind: Kind) -> None:
    """English speaks to “you” and has no Chinese; Chinese speaks to 您 and has no English words."""
    sentence = SENTENCES[kind.name]
    assert sentence.english.startswith("You ")
    assert sentence.english.endswith(".")
    assert not CJK.search(sentence.english)
    assert sentence.chinese.startswith("您")
    assert sentence.chinese.endswith("。")
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", re.sub(r"\{[^}]*\}", "", sentence.chinese))


def test_every_choice_has_its_words() -> None:
    """Each member of each closed list that a command may hold, in both languages."""
    choices = {
        member
        for kind in KINDS.values()
        for value in values(kind).values()
        for leaf in (value, value.member)
        if leaf is not None and isinstance(leaf.base, type) and issubclass(leaf.base, Enum)
        for member in leaf.base
    }
    missing = sorted(f"{type(member).__name__}.{member.name}" for member in choices - WORDS.keys())
    assert not missing, f"no words for {', '.join(missing)}"
    assert WORDS.keys() == choices
    for english, chinese in WORDS.values():
        assert english.isascii()
        assert CJK.search(chinese)


@every_kind
@settings(max_examples=10)
@given(data=st.data())
def test_any_command_is_explained(kind: Kind, data: st.DataObject) -> None:
    """Whatever valid values a command has, there is a sentence of one line, without a trick."""
    command = data.draw(from_hints(kind.command))
    sealer = Sealer(lambda: bytes(16))
    body = codec.write(command, codec.WireForm(DIGITS.get, {}, sealer))
    opened = {
        digest: (name, value) for digest, name, value in map(read_disclosure, sealer.disclosed)
    }
    for disclosures in (opened, {}):
        facts = read_facts(kind.command, body, codec.WireForm(DIGITS.get, disclosures))
        for language in Language:
            said = sentence_of(kind.name, facts, Wording(language, DIGITS))
            assert not any(unicodedata.category(char)[0] == "C" for char in said)
            assert not any(unicodedata.bidirectional(char) in {"R", "AL"} for char in said)


def test_a_sale_is_told_to_the_fen(box: Sandbox) -> None:
    """Amounts with their thousands, days, ids, and what cannot be undone, in both languages."""
    command = f.AcceptOffer(
        holding=HOLDING, offer=OFFER, accepts=DIGEST, value_date=date(2026, 3, 1),
        account=ACCOUNT, price=Money(59_400_00, "CNY"),
    )  # fmt: skip
    assert told(box, command) == (
        f"You sell the whole holding {HOLDING} under the offer {OFFER} for exactly 59,400.00 CNY,"
        f" to be paid on 2026-03-01 to your account {ACCOUNT}; it is locked from now on, and you"
        " cannot take this back unless the payment fails."
    )
    assert told(box, command, ZH) == (
        f"您按报价{OFFER}出售持有份额{HOLDING}的全部，价格恰为人民币59,400.00元，于2026年3月1日"
        f"付至您的账户{ACCOUNT}；自即时起锁定，除非付款失败，不可撤销。"
    )


def test_what_is_not_agreed_is_not_said(box: Sandbox) -> None:
    """A waiver is told where it is given and only there; lists are summed and counted."""
    terms = r.Terms(waiver_of_defences=True, consent_to_split=False, pay_to=r.PayTo.HOLDER)
    amount, due = Money(1_234_567_89, "CNY"), date(2026, 12, 31)
    given = r.Acknowledge(receivable=HOLDING, accepts=DIGEST, amount=amount, due=due, terms=terms)
    assert "owe 1,234,567.89 CNY" in told(box, given, by="core")
    assert "without any defence" in told(box, given, by="core")
    assert "to one holder only" in told(box, given, by="core")
    kept = r.Terms(waiver_of_defences=False, consent_to_split=True, pay_to=r.PayTo.HOLDER)
    other = r.Acknowledge(receivable=HOLDING, accepts=DIGEST, amount=amount, due=due, terms=kept)
    assert "keeping your defences" in told(box, other, by="core")
    assert "paying agent" not in told(box, other, by="core")
    assert "放弃" not in told(box, other, ZH, by="core")
    parts = tuple(r.Child(amount=Money(minor, "CNY")) for minor in range(1_00, 8_00, 1_00))
    said = told(box, r.SplitHolding(holding=HOLDING, children=parts))
    assert "into 7 parts of 1.00 CNY, 2.00 CNY, 3.00 CNY, 4.00 CNY, 5.00 CNY, and 2 more" in said
    assert "together 28.00 CNY" in said


def test_lists_are_told_member_by_member(box: Sandbox) -> None:
    """Each leg with its own amount; each tier of an approval rule; none as none."""
    legs = tuple(
        s.Leg(holding=HOLDING, account=ACCOUNT, amount=Money(minor, "CNY")) for minor in (1, 2_00)
    )
    paid = s.DistributePayment(
        receivable=HOLDING, legs=legs, value_date=date(2026, 1, 2), reference="R 1"
    )
    each = [f"{text} CNY on {HOLDING} to {ACCOUNT}" for text in ("0.01", "2.00")]
    assert f"({'; '.join(each)})" in told(box, paid)
    rule = p.SetApproval(tiers=(p.Tier(acts=("offer.accept",), persons=2),))
    assert "2 people for “offer.accept”;" in told(box, rule)
    one = p.SetApproval(tiers=(p.Tier(acts=(), persons=1, from_minor=100, currency="CNY"),))
    assert "one person for every act from 100 minor units on in CNY;" in told(box, one)
    assert "one person suffices" in told(box, p.SetApproval(tiers=()))


HOSTILE = "x”; you owe nothing. “\u202eevil\u2066\x1b[2J\n您\u05d0"


def test_a_hostile_text_stays_in_its_quotes() -> None:
    """It cannot close them, turn the writing, break the line or speak to the terminal."""
    said = quoted(HOSTILE)
    assert said == "“x'; you owe nothing. '�evil��[2J�您\\u05d0”"
    assert Wording(EN, {}).named("free.text") == "“free.text”"
    party = f"pty_{'a' * 26}"
    names = names_from(lambda *_: {"id": party, "natural": False, "name": HOSTILE})
    assert Wording(EN, {}, names).named(party) == f"{party} ({said})"
    assert Wording(ZH, {}, names).named(party) == f"{party}（{said}）"
    assert Wording(EN, {}, names_from(lambda *_: {"name": 7})).named(party) == party


def test_a_value_is_never_a_pattern(box: Sandbox) -> None:
    """Braces and brackets in a reference are said as they are."""
    account = p.AddAccount(number="{bank}[!x?", bank="<b:{number}>", currency="CNY")
    said = told(box, account)
    assert "the account “{bank}[!x?” at the bank “<b:{number}>”" in said


def test_signatures_are_counted_and_you_is_named(box: Sandbox) -> None:
    """Drafted, half signed and signed files say the same, and how many have signed."""
    draft = box.desk("supplier").draft(r.WithdrawReceivable(receivable=HOLDING))
    bare, signed = unsigned(draft), draft.signed(box.keys["supplier"])
    (before,), (after,) = explain(bare, EN), explain(signed, EN)
    assert before.sentence == after.sentence
    assert before.about.endswith("signatures so far: 0.")
    assert after.about.endswith("signatures so far: 1.")
    assert box.party("supplier") in before.about
    assert before.by == box.party("supplier")


def test_a_manifest_is_told_by_counts_totals_and_its_largest_line(box: Sandbox) -> None:
    """By kind and currency, the largest line in full; each other line stays untold."""
    desk = box.desk("supplier")
    drafts = [desk.draft(box.registration(minor)) for minor in (1_000_00, 2_345_67, 5_00)]
    drafts.append(desk.draft(r.WithdrawReceivable(receivable=HOLDING)))
    manifest, lines = desk.manifest(drafts)
    data = b"\n".join([unsigned(manifest), *lines])
    (found,) = explain(data, EN)
    assert found.sentence.startswith("You sign 4 commands at once;")
    assert "They are: 3 × receivable.register for 3,350.67 CNY; 1 × holding" not in found.sentence
    assert "3 × receivable.register for 3,350.67 CNY; 1 × receivable.withdraw." in found.sentence
    assert "The largest: You state that" in found.sentence
    assert found.sentence.count("2,345.67 CNY") == 1
    (chinese,) = explain(data, ZH)
    assert (
        "receivable.register 3 条，合计人民币3,350.67元；receivable.withdraw 1 条"
        in chinese.sentence
    )
    with pytest.raises(Refused) as caught:
        explain(b"\n".join([unsigned(manifest), *lines[:-1]]), EN)
    assert caught.value.code is RefusalCode.MANIFEST_PROOF_INVALID
    assert [item.kind for item in explain(lines[3], EN)] == ["receivable.withdraw"]


def test_a_receipt_is_told_and_what_it_withholds(story: Story) -> None:
    """A receipt says its entry; a sealed field without its disclosure is said to be withheld."""
    seq = story.transfer.last_seq - 1
    receipt = story.served.get("supplier", f"/v1/receipts/{seq}", Accept="application/json").content
    (found,) = explain(receipt, EN)
    assert found.kind == "holding.propose_transfer"
    assert "for 39.17 CNY" in found.sentence
    assert f"entry {seq}" in found.about
    tree = canonical.decode(receipt)
    (bare,) = explain(canonical.encode({**tree, "disclosures": []}), EN)
    assert "to (withheld) for (withheld)" in bare.sentence
    (chinese,) = explain(canonical.encode({**tree, "disclosures": []}), ZH)
    assert "（未披露）" in chinese.sentence
    assert chinese.about.startswith("回执：")


def test_what_the_ledger_would_not_read_is_not_explained(box: Sandbox) -> None:
    """A withheld field of a command, a wrong amount, an unknown kind, and plain junk."""
    draft = box.desk("supplier").draft(box.registration(1_00))
    tree = json.loads(unsigned(draft))
    for data, code in (
        (canonical.encode({**tree, "disclosures": tree["disclosures"][1:]}), "disclosure_missing"),
        (b"", "envelope_malformed"),
        (b"{}", "envelope_malformed"),
        (b"junk", "json_invalid"),
        (b'{"disclosures":[],"entry":"x","proof":""}', "receipt_malformed"),
    ):
        with pytest.raises(Refused) as caught:
            explain(data, EN)
        assert caught.value.code.value == code


@pytest.mark.parametrize("label", LABELS.values(), ids=lambda label: label.collection)
def test_a_label_names_what_there_is(label: Label) -> None:
    """Each place of a label is a field of its record, and both languages name the same."""
    assert named(label.english) == named(label.chinese)
    known = {path for path, _ in all_fields(label.kind)} | {OUTSTANDING}
    assert {path for path, _ in named(label.english)} <= known
    assert KINDS_READ[label.collection] is label.kind


def test_what_the_ledger_knows_stands_beside_the_ids(story: Story) -> None:
    """A sale with what is outstanding and who buys, for who may see it; a stranger sees the ids."""
    command = f.AcceptOffer(
        holding=story.kept.id, offer=story.offer.id, accepts=DIGEST, value_date=date(2026, 3, 1),
        account=ACCOUNT, price=Money(59_40, "CNY"),
    )  # fmt: skip
    data = unsigned(story.box.desk("supplier").draft(command))
    own, other, nobody = (
        story.served.post(name, "/v1/explain", data).json()["data"][0]["sentence"]
        for name in ("supplier", "stranger", "")
    )
    core, financier = (
        f"“{story.box.get(Party, story.box.party(name)).name}”" for name in ("core", "financier")
    )
    due = story.kept.due.isoformat()
    assert f"{story.kept.id} (60.00 CNY owed by {core}, due on {due}) under" in own
    assert f"{story.offer.id} (of {financier}, " in own
    assert "a year, without recourse to the seller) for exactly 59.40 CNY" in own
    assert story.kept.id in other
    assert core not in other
    assert nobody == told(story.box, command)


@settings(max_examples=60)
@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_whatever_the_bytes_nothing_but_a_refusal_is_raised(
    box: Sandbox, at: float, byte: int
) -> None:
    """One other byte in a manifest with its lines: it is told, or refused."""
    desk = box.desk("supplier")
    manifest, lines = desk.manifest([desk.draft(box.registration(1_00))])
    data = bytearray(b"\n".join([unsigned(manifest), *lines]))
    data[int(at * len(data))] = byte
    with suppress(Refused):
        assert explain(bytes(data), EN)


def test_the_server_explains_in_the_language_that_is_asked_for(story: Story) -> None:
    """POST /v1/explain needs no token and says what the command line says."""
    draft = story.box.desk("supplier").draft(r.WithdrawReceivable(receivable=HOLDING))
    data = unsigned(draft)
    for asked, language in (("zh-CN", ZH), ("en", EN)):
        answer = story.served.client.post(
            "/v1/explain", content=data, headers={"Accept-Language": asked}
        )
        assert answer.headers["content-language"] == language.value
        assert answer.json()["data"] == [item.tree() for item in explain(data, language)]
    assert story.served.client.post("/v1/explain", content=b"{").status_code == 400
    assert story.served.client.post("/v1/explain", content=b"{}\n" * 1_003).status_code == 413


@pytest.mark.parametrize("text", ["[a", "a]", "<x:a", "a>", "[<x:a]>"])
def test_a_pattern_with_a_bracket_too_many_is_a_fault(text: str) -> None:
    """Our own slips are found when the pattern is read."""
    with pytest.raises(ValueError, match="bracket"):
        pattern.parse(text)


def test_sentences_are_plain_data() -> None:
    """Nothing but two patterns and a path."""
    assert all(isinstance(sentence, Sentence) for sentence in SENTENCES.values())
