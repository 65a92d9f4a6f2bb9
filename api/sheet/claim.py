"""The first half of the sheet: who owes what to whom, on what day, and whom nobody can ask."""

from __future__ import annotations

from collections.abc import Iterator

from api.sheet.html import Child, Markup, el, joined
from api.sheet.parts import (
    Facts,
    both,
    facts,
    filled,
    heading,
    inline,
    instant,
    money,
    name_of,
    party,
    table,
    value,
    yes_or_no,
)
from api.sheet.words import Said, term


def in_words(said: Facts) -> Markup:
    """Who owes, who does not, and what happens when the obligor does not pay."""
    sentences = [_owed(said), _recourse(said), _operator(said)]
    if "certificate" in said:
        sentences.insert(1, _funding(said))
    return el("div", [both(item) for item in sentences], class_="sum")


def terms(said: Facts) -> Markup:
    """The claim and the holding, row by row."""
    claim, holding = said["claim"], said["holding"]
    rows: list[tuple[Said, Child]] = [
        (("Obligor: who owes", "债务人"), party(said["parties"], claim.get("obligor"))),
        (("First creditor", "原始债权人"), party(said["parties"], claim.get("creditor"))),
        (("Holder now", "现持有人"), party(said["parties"], holding.get("holder"))),
        (("Amount of the holding", "持有金额"), money(holding.get("amount"))),
        (("Paid", "已付"), money(holding.get("paid"))),
        (("Outstanding", "未付余额"), money(holding.get("outstanding"))),
        (("Due date", "到期日"), holding.get("due")),
        (("Payable on (business day)", "应付日（营业日）"), holding.get("payable_on")),
        (("State of the holding", "份额状态"), value(holding.get("state"))),
        (("State of the claim", "债权状态"), value(claim.get("state"))),
        (("How it arose", "产生方式"), value(claim.get("mode"))),
        (
            ("Period runs from", "账期起算"),
            [value(claim.get("basis")), ", ", claim.get("basis_date")],
        ),
        (("Acknowledged at", "确权时间"), instant(claim.get("acknowledged_at"))),
        (
            ("Defences waived to holders", "放弃对受让人抗辩"),
            yes_or_no(claim["waiver_of_defences"]),
        ),
        (("Payment goes to", "付款对象"), value(claim.get("pay_to"))),
    ]
    if "contract" in claim:
        rows.append((("Contract", "合同号"), el("bdi", claim["contract"])))
    return joined(heading("The claim", "债权"), facts(rows))


def hands(said: Facts) -> Markup:
    """The chain of hands as far as the asker may see it: contract time and title time apart."""
    headers = [
        ("", ""),
        ("Party", "参与方"),
        ("How", "方式"),
        ("Contract", "合同时间"),
        ("Title", "权属时间"),
    ]
    rows = [
        (
            number,
            party(said["parties"], hand.get("party")),
            joined(value(hand.get("by")), _of_recourse(hand)),
            instant(hand.get("contract_at")),
            instant(hand.get("title_at")),
        )
        for number, hand in enumerate(said["hands"])
    ]
    return joined(
        heading("Chain of hands", "流转链"), table(headers, rows, "seq", "", "", "at", "at")
    )


def invoices(said: Facts) -> Markup:
    """The invoices, where the asker may see them."""
    if "invoices" not in said:
        return joined(heading("Invoices", "发票"), el("p", value(None)))
    headers = [
        ("Number", "号码"),
        ("Class", "类别"),
        ("Issued", "开票日期"),
        ("Gross", "价税合计"),
        ("Credited", "已冲减"),
        ("Used", "占用金额"),
    ]
    rows = [
        (
            el("bdi", " ".join(filter(None, (item.get("code"), item.get("number"))))),
            value(item.get("number_class")),
            item.get("issued"),
            money(item.get("gross")),
            money(item.get("credited")),
            money(item.get("used")),
        )
        for item in said["invoices"]
    ]
    return joined(
        heading("Invoices", "发票"), table(headers, rows, "", "", "", "num", "num", "num")
    )


def keys(said: Facts) -> Markup:
    """How well each key that signed is known to be its party's."""
    headers = [
        ("Party", "参与方"),
        ("Key and person", "密钥与经办人"),
        ("Assurance", "认证等级"),
        ("In force", "有效"),
        ("Named in entry", "绑定条目"),
    ]
    rows = list(_key_rows(said["parties"]))
    return joined(heading("Keys that signed", "签名密钥"), table(headers, rows))


def _key_rows(parties: Facts) -> Iterator[tuple[Child, ...]]:
    for named, known in parties.items():
        for key in known.get("keys", ()):
            yield (
                el("bdi", name_of(parties, named)),
                joined(el("code", key.get("kid")), " ", el("bdi", key.get("person"))),
                value(key.get("assurance")),
                yes_or_no(key.get("in_force")),
                key.get("named_in"),
            )


def _owed(said: Facts) -> Said:
    claim, holding = said["claim"], said["holding"]
    obligor = name_of(said["parties"], claim.get("obligor"))
    if holding.get("state") in ("redeemed", "split"):
        english, chinese = term(holding["state"])
        return (
            f"Nothing is owed on this holding itself any more: it is {english}.",
            f"本份额{chinese}，其本身不再有应付款项。",
        )
    if "acknowledged_at" not in claim:
        return filled(
            "{obligor} has acknowledged nothing yet.", "{obligor} 尚未确权。", obligor=obligor
        )
    owed = holding.get("outstanding") or holding.get("amount")
    amount = _sum(owed) if owed else "…"
    holder = name_of(said["parties"], holding["holder"]) if "holder" in holding else "…"
    return filled(
        "{obligor} owes {amount} to {holder}, due {due}, payable on {day}.",
        "{obligor} 对 {holder} 负有 {amount} 的付款义务，到期日 {due}，应付日 {day}。",
        obligor=obligor,
        amount=amount,
        holder=holder,
        due=holding["due"],
        day=holding["payable_on"],
    )


def _recourse(said: Facts) -> Said:
    """Whether the last buyer that is shown may turn to who sold to it."""
    shown = said["hands"]
    obligor = name_of(said["parties"], said["claim"].get("obligor"))
    if len(shown) < 2:
        return filled(
            "It is still in the hands of its first creditor, who can ask {obligor} alone.",
            "份额仍由原始债权人持有，仅可向 {obligor} 主张。",
            obligor=obligor,
        )
    names = {
        "obligor": obligor,
        "seller": name_of(said["parties"], shown[-2].get("party")),
        "buyer": name_of(said["parties"], shown[-1].get("party")),
    }
    if shown[-1].get("recourse") == "assignor":
        return filled(
            "If {obligor} does not pay, {buyer} may turn to {seller} as well (with recourse).",
            "若 {obligor} 不付款，{buyer} 可同时向 {seller} 追索（有追索权）。",
            **names,
        )
    return filled(
        "If {obligor} does not pay, {buyer} has NO recourse to {seller}, who does not owe it.",
        "若 {obligor} 不付款，{buyer} 对 {seller} 无追索权：后者不承担本债务。",
        **names,
    )


def _funding(said: Facts) -> Said:
    """What was agreed between the two sides of a financing, and what is still to come."""
    lock = said["certificate"]["lock"]
    with_recourse = lock.get("recourse") == "assignor"
    return filled(
        "{seller} has sold it to {financier} for {price}, {how} recourse to the seller. It is "
        "locked for that; title passes when the payment is proven.",
        "{seller} 已以 {price} 将其转让予 {financier}，对转让人{zh}追索权；"
        "已为此锁定，付款获证明时权属转移。",
        seller=name_of(said["parties"], lock.get("seller")),
        financier=name_of(said["parties"], lock.get("financier")),
        price=_sum(said["certificate"]["price"]["price"]),
        how="WITH" if with_recourse else "WITHOUT",
        zh="有" if with_recourse else "无",
    )


def _operator(said: Facts) -> Said:
    return filled(
        "The operator of the ledger, {operator}, owes nothing here and guarantees nothing.",
        "账本运营方 {operator} 不承担任何债务，亦不提供担保。",
        operator=name_of(said["parties"], said["ledger"].get("operator")),
    )


def _sum(tree: Facts) -> str:
    return f"{tree['currency']} {tree['amount']}"


def _of_recourse(hand: Facts) -> Child:
    return [el("br"), inline(term(hand["recourse"]))] if "recourse" in hand else None
