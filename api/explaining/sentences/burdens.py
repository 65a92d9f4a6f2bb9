"""Sentences about security on holdings and freezes by courts."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

_PARTS = "[parts?<parts: {amount} on {holding}>]"
_PARTS_ZH = "[parts?<parts:{holding}上的{amount}>]"

SENTENCES: Mapping[str, Sentence] = {
    "encumbrance.propose": Sentence(
        "You offer {secured_party} {kind} on the holding {holding}[ for {amount}][ for"
        " {share_ppm|percent} of whatever is outstanding], under the agreement {agreement}[, behind"
        " {behind}]; open until {lapses_ms|instant}, and once it is accepted you cannot pass that"
        " part on before it is released.",
        "您提议以持有份额{holding}[中的{amount}][未付余额的{share_ppm|percent}]向{secured_party}设立"
        "{kind}，依据协议{agreement}[，顺位在{behind}之后]；答复截止{lapses_ms|instant}，"
        "对方接受后，该部分在解除担保前不可转让。",
        "amount",
    ),
    "encumbrance.accept": Sentence(
        "You accept the security {encumbrance} exactly as it was proposed, behind all that lies on"
        " the holding as you saw it.",
        "您按原提议接受担保{encumbrance}，顺位在您所见该份额上既有负担之后。",
    ),
    "encumbrance.reject": Sentence(
        "You reject the security {encumbrance}; the holding stays as it is.",
        "您拒绝担保{encumbrance}；持有份额不变。",
    ),
    "encumbrance.rescind": Sentence(
        "You take back the security {encumbrance}, which nobody has accepted.",
        "您撤销尚未被接受的担保{encumbrance}。",
    ),
    "encumbrance.release": Sentence(
        "You give back security of {encumbrance}:[!parts? all of it]"
        + _PARTS
        + "; you cannot take this back.",
        "您解除担保{encumbrance}：[!parts?全部]" + _PARTS_ZH + "；此举不可撤销。",
    ),
    "freeze.record": Sentence(
        "You state that the court {court}, in the case {case}, has frozen {amount} of what {debtor}"
        " holds, by the order {order} served on {served_ms|instant}, until {until_ms|instant}:"
        " <parts: {amount} on {holding}>; so much is neither passed on nor paid to the holder.",
        "您登记：{court}在案件{case}中以{served_ms|instant}送达的裁定{order}冻结{debtor}所持的{amount}，"
        "期限至{until_ms|instant}：<parts:{holding}上的{amount}>；冻结部分不得转让，亦不得向持有人支付。",
        "amount",
    ),
    "freeze.renew": Sentence(
        "You state that the court has prolonged the freeze {freeze} until {until_ms|instant}, by the"
        " order {order}.",
        "您登记：法院以裁定{order}将冻结{freeze}续期至{until_ms|instant}。",
    ),
    "freeze.lift": Sentence(
        "You state that the court has lifted the freeze {freeze}, by the order {order}:[!parts? all"
        " of it]" + _PARTS + ".",
        "您登记：法院以裁定{order}解除冻结{freeze}：[!parts?全部]" + _PARTS_ZH + "。",
    ),
}
