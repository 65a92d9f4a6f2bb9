"""Sentences about invoices, acknowledgement, holdings and transfers."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

_CLAIM = (
    "{invoices.used|sum} from the invoices {invoices.facts.number}, due on {due}, counted from"
    " {basis} on {basis_date}[tranche=retention?, as retention money][, under the contract"
    " {contract}][, by its clause {clause}][, for so long a term because {long_term_reason}][, with"
    " late interest of {late_ppm|percent} a day][sizes?, owed by {sizes.obligor} to {sizes.creditor}]"
    "[, with the documents {documents.kind}]"
)
_CLAIM_ZH = (
    "{invoices.used|sum}，依据发票{invoices.facts.number}，到期日{due}，自{basis_date}{basis}起算"
    "[tranche=retention?，属质量保证金][，合同{contract}][，条款{clause}][，账期较长的理由："
    "{long_term_reason}][，逾期利息每日{late_ppm|percent}][sizes?，债务人为{sizes.obligor}、债权人为"
    "{sizes.creditor}][，附{documents.kind}]"
)
_TERMS = (
    "[terms.waiver_of_defences?, without any defence against later holders]"
    "[!terms.waiver_of_defences?, keeping your defences][terms.consent_to_split?, to several"
    " holders if it is split][!terms.consent_to_split?, to one holder only][terms.paying_agent?,"
    " through the paying agent {terms.paying_agent}]"
)
_TERMS_ZH = (
    "[terms.waiver_of_defences?，放弃对后手持有人的一切抗辩][!terms.waiver_of_defences?，保留抗辩权]"
    "[terms.consent_to_split?，拆分后同意向多个持有人付款][!terms.consent_to_split?，只向一个持有人付款]"
    "[terms.paying_agent?，经付款代理行{terms.paying_agent}付款]"
)

SENTENCES: Mapping[str, Sentence] = {
    "receivable.register": Sentence(
        "You state that {obligor} owes you " + _CLAIM + "; it binds nobody else until it is"
        " acknowledged.",
        "您登记：{obligor}欠您" + _CLAIM_ZH + "；确权之前对他人无约束力。",
        "invoices.used",
    ),
    "receivable.issue": Sentence(
        "You propose to owe {creditor} " + _CLAIM + _TERMS + "; once it is signed for, you cannot"
        " take this back.",
        "您提议向{creditor}开立应付" + _CLAIM_ZH + _TERMS_ZH + "；对方签收后不可撤销。",
        "invoices.used",
    ),
    "receivable.sign_for": Sentence(
        "You sign for the issue {receivable} exactly as it was proposed: from now on you are its"
        " creditor, and you cannot take this back.",
        "您按原提议签收应收账款{receivable}：自即时起您为其债权人，此举不可撤销。",
    ),
    "receivable.decline": Sentence(
        "You decline the issue {receivable}, because {reason}; its invoices are free again.",
        "您拒收应收账款{receivable}，原因：{reason}；其发票额度随之释放。",
    ),
    "receivable.request": Sentence(
        "You ask the obligor to acknowledge {receivable}: its period to answer begins.",
        "您请求债务人对应收账款{receivable}确权：其答复期限开始计算。",
    ),
    "receivable.acknowledge": Sentence(
        "You acknowledge that you owe {amount} on {receivable}, due on {due}"
        + _TERMS
        + "; you owe it to whoever"
        " holds it, and you cannot take this back.",
        "您确认对应收账款{receivable}负有{amount}的债务，到期日{due}"
        + _TERMS_ZH
        + "；无论由谁持有您均须付款，此举不可撤销。",
        "amount",
    ),
    "invoice.attest_status": Sentence(
        "You state that the tax office, asked by way of {provider}, said at {provided_ms|instant} of"
        " the invoice {invoice}: {status}[, red-lettered by {reduced} in all], by the answer with the"
        " SHA-256 {response}; financiers will rely on it.",
        "您证明：经由{provider}查询，税务机关于{provided_ms|instant}对发票{invoice}的答复为：{status}"
        "[，红字冲减合计{reduced}]，答复的 SHA-256 为{response}；资金方将据此信赖。",
        "reduced",
    ),
    "receivable.reject": Sentence(
        "You reject {receivable}, because {reason}: you owe nothing on it here.",
        "您拒绝对应收账款{receivable}确权，原因：{reason}；您在此不因其负债。",
    ),
    "receivable.withdraw": Sentence(
        "You take back {receivable}, which you proposed; its invoices are free again.",
        "您撤回所提出的应收账款{receivable}；其发票额度随之释放。",
    ),
    "holding.split": Sentence(
        "You split the holding {holding} into {children|count} parts of {children.amount}, together"
        " {children.amount|sum}; the parts cannot be put together again.",
        "您将持有份额{holding}拆分为{children|count}份：{children.amount}，合计"
        "{children.amount|sum}；拆分后不可复原。",
        "children.amount",
    ),
    "holding.propose_transfer": Sentence(
        "You offer to pass the whole holding {holding} to {to}[ for {consideration}], {recourse}; the"
        " debt that you pay with it ends {discharges_underlying}; open until {lapses_ms|instant},"
        " and once it is accepted you cannot take it back.",
        "您提议将持有份额{holding}整笔转让给{to}[，对价{consideration}]，{recourse}；"
        "以此抵付的基础债务：{discharges_underlying}；答复截止{lapses_ms|instant}，对方接受后不可撤销。",
        "consideration",
    ),
    "holding.accept_transfer": Sentence(
        "You accept the transfer {transfer} exactly as it was proposed: from now on the claim is"
        " yours, and you cannot take this back.",
        "您按原提议接受转让{transfer}：自即时起该债权归您所有，此举不可撤销。",
    ),
    "holding.reject_transfer": Sentence(
        "You reject the transfer {transfer}; the holding stays where it is.",
        "您拒绝转让{transfer}；持有份额不变。",
    ),
    "holding.rescind_transfer": Sentence(
        "You take back the transfer {transfer}, which nobody has accepted; the holding stays yours.",
        "您撤销尚未被接受的转让{transfer}；持有份额仍归您所有。",
    ),
}
