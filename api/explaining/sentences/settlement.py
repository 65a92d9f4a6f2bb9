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
    "freeze.execute": Sentence(
        "You state as a bank that {payer} paid {parts.amount|sum} to the court on {value_date} by its"
        " order {order}, out of the freeze {freeze} (<parts: {amount} on {holding}>), under the"
        " reference {reference}: so much is no longer owed to the holder, whose debts it pays.",
        "您以银行身份证明：{payer}已于{value_date}依法院裁定{order}，就冻结{freeze}向法院支付"
        "{parts.amount|sum}（<parts:{holding}上的{amount}>），流水号{reference}：该部分债务随之消灭，"
        "用以清偿持有人所负的债务。",
        "parts.amount",
    ),
    "payment.reverse": Sentence(
        "You state that the money of the payment {payment} went back on {value_date} ({reason}),"
        " under the reference {reference}: what it had paid is owed again.",
        "您声明付款{payment}的款项已于{value_date}退回（{reason}），附言{reference}："
        "其所清偿的债务恢复。",
    ),
    "payment.instruct": Sentence(
        "You say that you have told your bank to pay {amount} on the holding {holding} to the"
        " account {account} on {value_date}, under the reference {reference}[, in place of"
        " {replaces}]: it pays nothing until the money is proven to have arrived.",
        "您声明已指示银行于{value_date}就持有份额{holding}向账户{account}支付{amount}，"
        "附言{reference}[，以代替{replaces}]：款项经证明到账之前，债务并不消灭。",
        "amount",
    ),
    "payment.bounce": Sentence(
        "You state as a bank that the instructed payment {instruction} came back unpaid ({reason}),"
        " under the reference {reference}.",
        "您以银行身份证明：付款指令{instruction}未付退回（{reason}），附言{reference}。",
    ),
    "payment.report_misdirected": Sentence(
        "You state that {amount} for the holding {holding} reached {payee} on {value_date}, under"
        " the reference {reference}: {payee} does not hold it, so nothing is paid by this.",
        "您声明应付于持有份额{holding}的{amount}已于{value_date}错付至{payee}，附言{reference}："
        "{payee}并非持有人，债务并不因此消灭。",
        "amount",
    ),
    "payment.turn_over": Sentence(
        "You confirm that the misdirected money {misdirected} reached you on {value_date}, under the"
        " reference {reference}: so much is no longer owed to you.",
        "您确认错付款项{misdirected}已于{value_date}转付给您，附言{reference}：相应债务随之消灭。",
    ),
    "payment.return_misdirected": Sentence(
        "You confirm that the misdirected money {misdirected} came back to you on {value_date},"
        " under the reference {reference}: you still owe what it was meant for.",
        "您确认错付款项{misdirected}已于{value_date}退还给您，附言{reference}：您仍应清偿原债务。",
    ),
    "costs.admit": Sentence(
        "You admit that you owe {amount} in costs of pursuing the holding {holding}, on the document"
        " {evidence}: payments count towards costs first.",
        "您承认就持有份额{holding}应承担实现债权的费用{amount}，依据文件{evidence}："
        "付款先抵充费用。",
        "amount",
    ),
    "redemption.sign": Sentence(
        "You confirm the redemption list {list} of {receivable}: on the day of payment you pay"
        " {total} to the holders on it.",
        "您确认应收账款{receivable}的兑付清单{list}：您将于付款日向清单所列持有人支付共{total}。",
        "total",
    ),
    "surplus.receive": Sentence(
        "You confirm that you received {amount} on {value_date}, under the reference {reference}:"
        " what the financing {financing} with recourse had left for you.",
        "您确认已于{value_date}收到{amount}，附言{reference}："
        "此为有追索权融资{financing}应返还给您的余额。",
        "amount",
    ),
}
