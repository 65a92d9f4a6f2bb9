"""The second half of the sheet: what a bank and a court ask, the entries, and the signed head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from api.sheet.html import Child, Markup, el, joined
from api.sheet.parts import Facts, both, facts, heading, inline, instant, money, party, table, value
from api.sheet.words import (
    CUSTODY,
    GENERATION,
    INTEREST,
    NO_INTEREST,
    SOURCE,
    STEPS,
    Said,
    term,
)
from ledger.base64url import b64url_encode
from ledger.dates import instant_text
from ledger.envelope import Envelope
from ledger.packs.verify import VerifiedPack


def certificate(recipient: str, said: Facts) -> Markup:
    """What a bank that is no party here needs to know of the one financing."""
    told = said["certificate"]
    lock, price, tax = told["lock"], told["price"], told["tax"]
    rows: list[tuple[Said, Child]] = [
        (("Made for", "出具对象"), el("strong", el("bdi", recipient))),
        (("Financier", "资金方"), party(said["parties"], lock.get("financier"))),
        (("Seller", "转让人"), party(said["parties"], lock.get("seller"))),
        (("Acknowledged by the obligor", "债务人确权"), instant(told["acknowledgement"].get("at"))),
        (("Locked for this financing alone", "为本笔融资独占锁定"), _sole(lock)),
        (("Locked since", "锁定时间"), instant(lock.get("since"))),
        (("State of the financing", "融资状态"), value(lock.get("state"))),
        (("Recourse", "追索"), value(lock.get("recourse"))),
        (("Lock lapses at", "锁定失效时间"), _lapse(lock)),
        (("Face", "票面金额"), money(price.get("face"))),
        (("Discount", "贴现"), joined(money(price.get("discount")), " ", _how(price))),
        (("Price", "价款"), money(price.get("price"))),
        (("Red-letter invoices", "红字发票"), value(tax.get("red_letter"))),
        (("Tax bureau's own record", "税务局查验"), value(tax.get("tax_bureau"))),
        (("Registry search", "登记系统查询"), value(told["registry"].get("search_digest"))),
        (("Registry filing", "登记系统登记"), value(told["registry"].get("filing"))),
        (("Competing claims", "竞合权利"), _competing(told["priority"])),
        (("Public registry", "公示登记系统"), value(told["priority"].get("public_registry"))),
        (("Dispositions of alerts", "预警处置"), value(told.get("dispositions"))),
    ]
    return joined(heading("Funding certificate", "融资确权"), facts(rows))


def court(said: Facts) -> Markup:
    """Source, generation, custody, interest, limitation, what is withheld, and how to verify."""
    interest = INTEREST if said["ledger"].get("operator_is_a_side") else NO_INTEREST
    limitation = said["limitation"]
    basis = term(str(limitation.get("basis")))
    until = str(limitation.get("until"))
    held_back = said["withheld"]
    sentences = [
        SOURCE,
        GENERATION,
        CUSTODY,
        interest,
        (f"Limitation: {until}. Basis: {basis[0]}.", f"诉讼时效：{until}。依据：{basis[1]}。"),
        (
            (
                f"Withheld: {held_back} sealed fields of the entries below are not disclosed to "
                "the asker; their digests stand in place."
            ),
            f"未披露：下列条目中有 {held_back} 个密封字段未向申请人披露，其摘要保留于原处。",
        ),
    ]
    steps = [el("li", both(step)) for step in STEPS]
    return joined(
        heading("For a court", "供法庭使用"), [both(item) for item in sentences], el("ol", steps)
    )


def entries(verified: VerifiedPack) -> Markup:
    """Every entry with what is disclosed of it."""
    parties = verified.statement.facts["parties"]
    rows = [
        (
            entry.seq,
            instant(instant_text(entry.at_ms)),
            el("code", envelope.kind),
            joined(party(parties, envelope.by), el("ul", list(_shown(envelope)))),
        )
        for entry, envelope in zip(verified.entries, verified.envelopes, strict=True)
    ]
    headers = [
        ("No.", "号"),
        ("Time", "时间"),
        ("Act", "行为"),
        ("By, and disclosed", "签署方与披露"),
    ]
    return joined(heading("Entries", "条目"), table(headers, rows, "seq", "at"))


def head(verified: VerifiedPack) -> Markup:
    """The signed head, the statement's digest, and when it was made."""
    statement = verified.statement
    rows: list[tuple[Said, Child]] = [
        (("Log", "日志"), el("code", statement.origin)),
        (("Entries", "条目数"), statement.size),
        (("Root", "根哈希"), el("code", b64url_encode(statement.root))),
        (("Made at", "生成时间"), instant(instant_text(statement.made_ms))),
        (("Asked by", "申请方"), party(statement.facts["parties"], statement.asker)),
        (("SHA-256 of the statement", "陈述摘要"), el("code", statement_digest(verified))),
    ]
    note = el("pre", verified.pack.checkpoint)
    return joined(heading("The signed head", "签名检查点"), facts(rows), note)


def statement_digest(verified: VerifiedPack) -> str:
    """The base64url SHA-256 of the signed statement, as the pack has it."""
    return b64url_encode(hashlib.sha256(verified.pack.statement.encode()).digest())


def _shown(envelope: Envelope) -> Iterator[Markup]:
    for name, tree in envelope.disclosures.values():
        if name != "salt":
            yield el("li", f"{name}: ", el("bdi", _text(tree)))


def _text(tree: Any) -> str:
    if isinstance(tree, Mapping):
        return ", ".join(f"{name} {_text(item)}" for name, item in tree.items())
    if isinstance(tree, list):
        return "; ".join(map(_text, tree))
    return str(tree)


def _sole(lock: Facts) -> Markup:
    words = ("yes, nobody else's", "是，唯一") if lock.get("sole") else ("NO", "否")
    return joined(inline(words), el("br"), el("code", lock.get("financing")))


def _lapse(lock: Facts) -> Child:
    if "lapses_at" in lock:
        return instant(lock["lapses_at"])
    return inline(("not by time alone: a payment is instructed", "不因时间失效：已指令放款"))


def _how(price: Facts) -> Markup:
    rate, days = price.get("rate_ppm"), price.get("days")
    return el(
        "small",
        f"{rate} ppm × {days} days, {price.get('day_count')}, "
        f"{price.get('value_date')} → {price.get('due')}",
    )


def _competing(priority: Facts) -> Markup:
    return joined(f"{priority.get('competing_here')}, ", value(priority.get("scope")))
