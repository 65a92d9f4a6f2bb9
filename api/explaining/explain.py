"""From the bytes of a file to sentences: what whoever signs it does, line by line or in sum.

A file of commands, signed or not, is read as the ledger reads it, so that nothing is explained
that could not be meant. A receipt is explained as it is, withheld fields said to be withheld; that
it is true is for `duebill receipt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.commandfile import (
    Item,
    check_manifests,
    drafted_envelope,
    lines_of,
    read_items,
    reveal,
    signers_of,
)
from api.explaining import pattern
from api.explaining.facts import digits_in, read_facts
from api.explaining.sentences import SENTENCES
from api.explaining.wording import Names, Wording, no_names, totals
from ledger import canonical, vocabulary
from ledger.chain.entry import Entry, read_entry
from ledger.chain.note import base64_decode
from ledger.dates import LAST_INSTANT_MS, instant_text
from ledger.envelope import Envelope, read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.model.codec import WireForm
from ledger.money import Money
from ledger.packs.form import read_texts
from ledger.refusals.language import Language

_RECEIPT = frozenset({"disclosures", "entry", "proof"})
_MANIFEST = "manifest.sign"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one signature does: `sentence` for whoever signs, `about` who, where and how far."""

    kind: str
    by: str
    sentence: str
    about: str

    def tree(self) -> dict[str, str]:
        """The explanation as JSON."""
        return {
            "kind": self.kind,
            "by": self.by,
            "sentence": self.sentence,
            "about": self.about,
        }


def explain(
    data: bytes, language: Language, *, name: str = "", names: Names = no_names
) -> list[Explanation]:
    """What the file in `data` does, one explanation for each signature that it asks for.

    `name` is the file's own, `names` what is known of ids. Raises `Refused`, whatever the bytes.
    """
    receipt = _receipt_tree(data)
    if receipt is not None:
        return [_receipt(receipt, language, names)]
    items = read_items(data, name)
    envelopes = {id(item): _checked(item) for item in items}
    check_manifests(items)
    explained = []
    for item in items:
        lines = lines_of(items, item) if item.payload["kind"] == _MANIFEST else []
        if not item.is_line or not _has_manifest(items, item):
            told = [envelopes[id(line)] for line in lines]
            explained.append(_command(item, envelopes[id(item)], told, language, names))
    return explained


def _has_manifest(items: Sequence[Item], line: Item) -> bool:
    """Whether the manifest of a line is in the same file and so speaks for it."""
    place = (line.payload["by"], line.tree["command"]["manifest"]["jti"])
    return any(
        item.payload["kind"] == _MANIFEST and (item.payload["by"], item.payload["jti"]) == place
        for item in items
    )


def _command(
    item: Item, envelope: Envelope, lines: Sequence[Envelope], language: Language, names: Names
) -> Explanation:
    said = _sentence(envelope, language, names)
    if lines:
        said = f"{said} {_manifest(lines, language, names)}"
    return Explanation(envelope.kind, envelope.by, said, _about(item, envelope, language))


def _checked(item: Item) -> Envelope:
    """The envelope of what the ledger's own reader takes for a command. Raises `Refused`."""
    envelope = drafted_envelope(item)
    digits = digits_in(reveal(envelope.payload["body"], envelope.disclosures))
    vocabulary.parse(envelope, digits.get)
    return envelope


def sentence_of(kind: str, facts: pattern.Facts, wording: Wording) -> str:
    """What a command of a kind that says these facts does."""
    sentence = SENTENCES[kind]
    text = wording.pick(sentence.english, sentence.chinese)
    return pattern.render(pattern.parse(text), facts, wording.say, wording.join)


def _sentence(envelope: Envelope, language: Language, names: Names) -> str:
    return sentence_of(envelope.kind, *_read(envelope, language, names))


def _read(envelope: Envelope, language: Language, names: Names) -> tuple[dict[str, Any], Wording]:
    """The fields of a command, and how they are said."""
    name = (envelope.kind, envelope.payload["ver"])
    if name not in vocabulary.COMMANDS:
        detail = f"There is no command {name[0][:60]!r} of version {name[1]}."
        raise Refused(RefusalCode.KIND_UNKNOWN, detail, place="/kind")
    body = envelope.payload["body"]
    digits = digits_in(reveal(body, envelope.disclosures))
    form = WireForm(digits.get, envelope.disclosures)
    return read_facts(vocabulary.COMMANDS[name], body, form), Wording(language, digits, names)


def _manifest(lines: Sequence[Envelope], language: Language, names: Names) -> str:
    """How many lines of which kind for how much, and the largest of them in full."""
    by_kind: dict[str, list[list[Money]]] = {}
    largest: tuple[int, Envelope] | None = None
    digits: dict[str, int] = {}
    for line in lines:
        facts, wording = _read(line, language, names)
        amounts = list(_amounts(pattern.find(facts, SENTENCES[line.kind].amount)))
        by_kind.setdefault(line.kind, []).append(amounts)
        digits |= wording.digits
        size = max((money.minor for money in totals(amounts)), default=0)
        if largest is None or size > largest[0]:
            largest = (size, line)
    wording = Wording(language, digits, names)
    counts = []
    for kind, found in by_kind.items():
        total = wording.sum([money for amounts in found for money in amounts])
        has_amount = any(found)
        english = f"{len(found):,} × {kind}{f' for {total}' if has_amount else ''}"
        chinese = f"{kind} {len(found):,} 条{f'，合计{total}' if has_amount else ''}"
        counts.append(wording.pick(english, chinese))
    said = wording.pick("; ", "；").join(counts)
    if largest is None:
        return said
    sentence = _sentence(largest[1], language, names)
    return wording.pick(
        f"They are: {said}. The largest: {sentence}", f"其中：{said}。金额最大的一条：{sentence}"
    )


def _amounts(value: Any) -> Iterable[Money]:
    members = value if isinstance(value, list | tuple) else [value]
    return (member for member in members if isinstance(member, Money))


def _about(item: Item, envelope: Envelope, language: Language) -> str:
    wording = Wording(language, {})
    until = _until(envelope.payload["exp"], wording)
    count = 1 if item.is_line else len(signers_of(item))
    where = wording.named(envelope.payload["aud"])
    by = wording.named(envelope.by)
    return wording.pick(
        f"“You” is {by}, on the ledger {where}; to be sent until {until};"
        f" signatures so far: {count}.",
        f"“您”指{by}，账本{where}；须于{until}前提交；现有签名：{count}个。",
    )


def _until(seconds: int, wording: Wording) -> str:
    return wording.say(min(seconds * 1000, LAST_INSTANT_MS), "instant")


def _receipt_tree(data: bytes) -> dict[str, Any] | None:
    """The object of a receipt file; None for any other file."""
    if not data.startswith(b'{"disclosures":'):
        return None
    try:
        tree = canonical.decode(data)
    except Refused:
        return None
    return tree if isinstance(tree, dict) and tree.keys() == _RECEIPT else None


def _receipt(tree: dict[str, Any], language: Language, names: Names) -> Explanation:
    """What the command of a receipt did. Nothing of the receipt is verified."""
    texts = read_texts(tree["disclosures"], "/disclosures", RefusalCode.RECEIPT_MALFORMED)
    if not isinstance(tree["entry"], str):
        raise Refused(RefusalCode.RECEIPT_MALFORMED, "The entry is not a text.", place="/entry")
    entry = read_entry(base64_decode(tree["entry"], RefusalCode.RECEIPT_MALFORMED))
    envelope = read_envelope(entry.command, texts)
    said = _sentence(envelope, language, names)
    return Explanation(envelope.kind, envelope.by, said, _about_entry(entry, envelope, language))


def _about_entry(entry: Entry, envelope: Envelope, language: Language) -> str:
    wording = Wording(language, {})
    by, where = wording.named(envelope.by), wording.named(envelope.payload["aud"])
    at = instant_text(entry.at_ms)
    return wording.pick(
        f"A receipt: entry {entry.seq:,} of the ledger {where}, at {at}, where “you” is {by};"
        " duebill receipt verifies it.",
        f"回执：账本{where}第 {entry.seq:,} 号条目，时间{at}，其中“您”指{by}；"
        "请用 duebill receipt 验证。",
    )
