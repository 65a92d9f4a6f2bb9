"""Sentences about notices of assignment, the registry and rights from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "notice.designate": Sentence(
        "You designate this ledger as the system that receives notices of assignment for you, by"
        " the declaration {declaration}: from now on a notice reaches you with its entry.",
        "您依据声明{declaration}指定本账本为您接收债权转让通知的系统：自即时起，通知一经登记即视为"
        "到达您。",
    ),
    "notice.revoke_designation": Sentence(
        "You end the designation {designation}: later notices no longer reach you with their entry;"
        " what has reached you has.",
        "您终止指定{designation}：今后的通知不再因登记而到达您；已到达的仍然有效。",
    ),
    "notice.give": Sentence(
        "You tell the obligor that the holding {holding} was assigned to {assignee} by {basis}, and"
        " to pay to the account {account}[, with the vouchers {vouchers}]; once it has arrived only"
        " the assignee can take it back.",
        "您通知债务人：持有份额{holding}已因{basis}转让给{assignee}，应付至账户{account}"
        "[，附凭证{vouchers}]；到达后仅受让人可以撤销。",
    ),
    "notice.receive": Sentence(
        "You confirm that the notice {notice} has reached you: from now on you are free of the debt"
        " only by paying as it says.",
        "您确认已收到通知{notice}：自即时起，您只有按通知付款才能清偿债务。",
    ),
    "notice.attest": Sentence(
        "You attest that the notice {notice} reached the obligor at {arrived_ms|instant}, by the"
        " evidence {evidence}: the order of claims may follow from this time.",
        "您证明通知{notice}已于{arrived_ms|instant}到达债务人，证据为{evidence}：权利顺位可能以此"
        "时间为准。",
    ),
    "notice.withdraw": Sentence(
        "You take back the notice {notice}: the obligor need not heed it, and you lose the rank that"
        " it gave you.",
        "您撤销通知{notice}：债务人无须再按其付款，您随之失去该通知带来的顺位。",
    ),
    "registry.search": Sentence(
        "You state that you searched the registry {registry_code} for the claims of {creditor}"
        "[ on {obligor}] at {searched_ms|instant}, with the result {result}"
        "[found? and these prior filings: {found}][!found? and no prior filing].",
        "您声明已于{searched_ms|instant}在登记系统{registry_code}查询{creditor}[对{obligor}]的应收"
        "账款，查询结果为{result}[found?，在先登记有：{found}][!found?，无在先登记]。",
    ),
    "registry.file": Sentence(
        "You state that you filed {kind} given by {grantor} in the registry {registry_code} under the"
        " number {number}, at {filed_ms|instant} and until {expires_ms|instant}, over"
        " [over?{over}][!over?all its claims][ on {obligor}][, for {amount}]"
        "[, for {share_ppm|percent} of it], as described by {description} and certified by"
        " {certificate}; for what is false in it you answer.",
        "您声明已在登记系统{registry_code}就{grantor}设立的{kind}办理登记，编号{number}，登记时间"
        "{filed_ms|instant}，有效至{expires_ms|instant}，标的为[over?{over}][!over?其全部应收账款]"
        "[（债务人{obligor}）][，金额{amount}][，比例{share_ppm|percent}]，描述{description}，证明"
        "{certificate}；内容不实由您承担责任。",
        "amount",
    ),
    "registry.renew": Sentence(
        "You state that the filing {filing} was renewed until {expires_ms|instant}, certified by"
        " {certificate}: it keeps its rank.",
        "您声明登记{filing}已展期至{expires_ms|instant}，证明为{certificate}：其顺位不变。",
    ),
    "registry.discharge": Sentence(
        "You state that the filing {filing} was discharged at {discharged_ms|instant}, certified by"
        " {certificate}: you lose its rank, and filing again gives a new one.",
        "您声明登记{filing}已于{discharged_ms|instant}注销，证明为{certificate}：您失去其顺位，重新"
        "登记按新时间排序。",
    ),
    "interest.assert": Sentence(
        "You claim {kind} in the holding {holding}, given by {grantor} at {since_ms|instant} for"
        " {due} due to you[, for {amount} of it][, for {share_ppm|percent} of it], by the evidence"
        " {evidence}; it is named in the order of claims and blocks nothing.",
        "您主张对持有份额{holding}享有{kind}，由{grantor}于{since_ms|instant}设立，您应得款项{due}"
        "[，限额{amount}][，比例{share_ppm|percent}]，证据为{evidence}；该主张列入权利顺位，不阻止任何"
        "行为。",
        "due",
    ),
    "interest.withdraw": Sentence(
        "You no longer assert the interest {interest}: it leaves the order of claims.",
        "您撤回权利主张{interest}：不再列入权利顺位。",
    ),
}
