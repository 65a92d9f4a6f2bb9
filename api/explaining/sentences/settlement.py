"""Sentences about payments."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "payment.receive": Sentence(
        "You confirm that you received {amount} on your holding {holding} on {value_date}, under the"
        " reference {reference}: so much is no longer owed to you, and you cannot take this back.",
        "您确认已于{value_date}就持有份额{holding}收到{amount}，附言{reference}：该部分债务随之"
        "消灭，不可撤销。",
        "amount",
    ),
    "payment.attest": Sentence(
        "You state as a bank that {payer} paid {amount} on the holding {holding} to the account"
        " {account} on {value_date}, under the reference {reference}: so much is no longer owed, and"
        " you cannot take this back.",
        "您以银行身份证明：{payer}已于{value_date}就持有份额{holding}向账户{account}支付{amount}，"
        "流水号{reference}：该部分债务随之消灭，不可撤销。",
        "amount",
    ),
    "payment.distribute": Sentence(
        "You state as the paying agent that on {value_date} you passed on {legs.amount|sum} of"
        " {receivable} (<legs:{amount} on {holding} to {account}>), under"
        " the reference {reference}: so much is no longer owed, and you cannot take this back.",
        "您以付款代理行身份声明：已于{value_date}就应收账款{receivable}转付"
        "{legs.amount|sum}（<legs:就{holding}向{account}支付{amount}>），流水号{reference}："
        "该部分债务随之消灭，不可撤销。",
        "legs.amount",
    ),
}
