"""From the bytes of a file to sentences: what whoever signs it does, line by line or in sum.

A file of commands, signed or not, is read as the ledger reads it, so that nothing is explained
that could not be meant. A receipt is explained as it is, withheld fields said to be withheld; that
it is true is for `duebill receipt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from api.explaining.wording import Names, Wording, totals
from ledger import canonical, vocabulary
from ledger.chain.entry import read_entry
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
    data: bytes, language: Language, *, name: str = "", names: Names | None = None
) -> list[Explanation]:
    """What the file in `data` does, one explanation for each signature that it asks for.

    `name` is the file's own, `names` what is known of ids beside the file. Raises `Refused`,
    whatever the bytes.
    """
    teller = _Teller(language, names)
    receipt = _receipt_tree(data)
    if receipt is not None:
        return [teller.receipt(receipt)]
    items = read_items(data, name)
    envelopes = {id(item): _checked(item) for item in items}
    check_manifests(items)
    manifests = [item for item in items if item.payload["kind"] == _MANIFEST]
    lines = {id(item): lines_of(items, item) for item in manifests}
    spoken_for = {id(line) for found in lines.values() for line in found}
    return [
        teller.command(
            item, envelopes[id(item)], [envelopes[id(line)] for line in lines.get(id(item), ())]
        )
        for item in items
        if id(item) not in spoken_for
    ]


def sentence_of(kind: str, facts: pattern.Facts, wording: Wording) -> str:
    """What a command of a kind that says these facts does."""
    sentence = SENTENCES[kind]
    text = wording.pick(sentence.english, sentence.chinese)
    return pattern.render(pattern.parse(text), facts, wording.say, wording.join)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Who tells, in which language, knowing what of ids."""

    language: Language
    names: Names | None

    def command(self, item: Item, envelope: Envelope, lines: Sequence[Envelope]) -> Explanation:
        """A command; of a manifest its `lines` in sum."""
        said = self._sentence(envelope)
        if lines:
            said = f"{said} {self._manifest(lines)}"
        return Explanation(envelope.kind, envelope.by, said, self._about(item, envelope))

    def receipt(self, tree: Mapping[str, Any]) -> Explanation:
        """What the command of a receipt did. Nothing of the receipt is verified."""
        texts = read_texts(tree["disclosures"], "/disclosures", RefusalCode.RECEIPT_MALFORMED)
        if not isinstance(tree["entry"], str):
            detail = "The entry is not a text."
            raise Refused(RefusalCode.RECEIPT_MALFORMED, detail, place="/entry")
        entry = read_entry(base64_decode(tree["entry"], RefusalCode.RECEIPT_MALFORMED))
        envelope = read_envelope(entry.command, texts)
        wording = self._wording({})
        by, where = wording.named(envelope.by), wording.named(envelope.payload["aud"])
        at = instant_text(entry.at_ms)
        about = wording.pick(
            f"A receipt: entry {entry.seq:,} of the ledger {where}, at {at}, where “you” is {by};"
            " duebill receipt verifies it.",
            f"回执：账本{where}第 {entry.seq:,} 号条目，时间{at}，其中“您”指{by}；"
            "请用 duebill receipt 验证。",
        )
        return Explanation(envelope.kind, envelope.by, self._sentence(envelope), about)

    def _sentence(self, envelope: Envelope) -> str:
        return sentence_of(envelope.kind, *self._read(envelope))

    def _read(self, envelope: Envelope) -> tuple[dict[str, Any], Wording]:
        """The fields of a command, and how they are said."""
        name = (envelope.kind, envelope.payload["ver"])
        if name not in vocabulary.COMMANDS:
            detail = f"There is no command {name[0][:60]!r} of version {name[1]}."
            raise Refused(RefusalCode.KIND_UNKNOWN, detail, place="/kind")
        body = envelope.payload["body"]
        digits = digits_in(reveal(body, envelope.disclosures))
        form = WireForm(digits.get, envelope.disclosures)
        return read_facts(vocabulary.COMMANDS[name], body, form), self._wording(digits)

    def _wording(self, digits: Mapping[str, int]) -> Wording:
        return Wording(self.language, digits, self.names)

    def _manifest(self, lines: Sequence[Envelope]) -> str:
        """How many lines of which kind for how much, and the largest of them in full."""
        by_kind: dict[str, list[list[Money]]] = {}
        digits: dict[str, int] = {}
        sizes = []
        for line in lines:
            facts, wording = self._read(line)
            amounts = list(_amounts(pattern.find(facts, SENTENCES[line.kind].amount)))
            by_kind.setdefault(line.kind, []).append(amounts)
            digits |= wording.digits
            sizes.append(max((money.minor for money in totals(amounts)), default=0))
        wording = self._wording(digits)
        counts = [_counted(kind, found, wording) for kind, found in by_kind.items()]
        said = wording.pick("; ", "；").join(counts)
        largest = self._sentence(lines[sizes.index(max(sizes))])
        return wording.pick(
            f"They are: {said}. The largest: {largest}", f"其中：{said}。金额最大的一条：{largest}"
        )

    def _about(self, item: Item, envelope: Envelope) -> str:
        wording = self._wording({})
        until = wording.instant(min(envelope.payload["exp"] * 1000, LAST_INSTANT_MS))
        count = 1 if item.is_line else len(signers_of(item))
        by, where = wording.named(envelope.by), wording.named(envelope.payload["aud"])
        return wording.pick(
            f"“You” is {by}, on the ledger {where}; to be sent until {until};"
            f" signatures so far: {count}.",
            f"“您”指{by}，账本{where}；须于{until}前提交；现有签名：{count}个。",
        )


def _counted(kind: str, found: Sequence[Sequence[Money]], wording: Wording) -> str:
    """How many lines of a kind there are, and for how much where they are about amounts."""
    amounts = [money for line in found for money in line]
    count, total = f"{len(found):,}", wording.sum(amounts)
    if not amounts:
        return wording.pick(f"{count} × {kind}", f"{kind} {count} 条")
    return wording.pick(f"{count} × {kind} for {total}", f"{kind} {count} 条，合计{total}")


def _amounts(value: Any) -> Iterable[Money]:
    members = value if isinstance(value, list | tuple) else [value]
    return (member for member in members if isinstance(member, Money))


def _checked(item: Item) -> Envelope:
    """The envelope of what the ledger's own reader takes for a command. Raises `Refused`."""
    envelope = drafted_envelope(item)
    digits = digits_in(reveal(envelope.payload["body"], envelope.disclosures))
    vocabulary.parse(envelope, digits.get)
    return envelope


def _receipt_tree(data: bytes) -> dict[str, Any] | None:
    """The object of a receipt file; None for any other file."""
    if not data.startswith(b'{"disclosures":'):
        return None
    try:
        tree = canonical.decode(data)
    except Refused:
        return None
    return tree if isinstance(tree, dict) and tree.keys() == _RECEIPT else None
