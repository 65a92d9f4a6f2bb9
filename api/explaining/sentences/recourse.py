"""Sentences about debts that are not paid: recourse, default, recovery, write-off."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "recourse.notice": Sentence(
        "You claim {amount}, counted to {day}, from who sold you the holding {holding}, because"
        " {ground}[, by the evidence {evidence}]; what the obligor still pays you makes it less.",
        "您因{ground}就持有份额{holding}向转让人主张追索，金额{amount}（计算至{day}）"
        "[，证据为{evidence}]；债务人此后的付款予以扣减。",
        "amount",
    ),
    "recourse.receive": Sentence(
        "You confirm that you received {amount} by the recourse {recourse} on {value_date}, under"
        " the reference {reference}; once nothing is due, the holding goes back to who paid.",
        "您确认已于{value_date}就追索{recourse}收到{amount}，附言{reference}；全部付清后，"
        "持有份额归还付款人。",
        "amount",
    ),
    "recourse.attest": Sentence(
        "You state as a bank that {amount} was paid by the recourse {recourse} to the account"
        " {account} on {value_date}, under the reference {reference}; once nothing is due, the"
        " holding goes back to who paid.",
        "您以银行身份证明：已于{value_date}就追索{recourse}向账户{account}支付{amount}，流水号"
        "{reference}；全部付清后，持有份额归还付款人。",
        "amount",
    ),
    "recourse.return": Sentence(
        "You confirm that on {value_date} you had {amount} back, under the reference {reference}, of"
        " what you had paid by the recourse {recourse}.",
        "您确认已于{value_date}收回此前就追索{recourse}所付款项中的{amount}，附言{reference}。",
        "amount",
    ),
    "recourse.end": Sentence(
        "You end the recourse {recourse}: once all is paid, the holding goes back to who paid; while"
        " nothing was paid, its notice is taken back.",
        "您结束追索{recourse}：款项付清的，持有份额归还付款人；尚无付款的，视为撤回追索通知。",
    ),
    "default.declare": Sentence(
        "You declare that the obligor is in default on the holding {holding}, because {ground}: a"
        " flag, by which no right to payment, transfer or recourse changes.",
        "您宣告持有份额{holding}的债务人违约，事由：{ground}；此仅为标记，不影响付款、转让或追索。",
    ),
    "default.lift": Sentence(
        "You lift the default {default} that you had declared.",
        "您解除此前宣告的违约{default}。",
    ),
    "debt.recover": Sentence(
        "You confirm that you received {amount} on the holding {holding} from {payer} ({source}) on"
        " {value_date}, under the reference {reference}; the obligor owes it as before, and what"
        " comes twice goes back.",
        "您确认已于{value_date}就持有份额{holding}收到{payer}（{source}）支付的{amount}，附言"
        "{reference}；债务人的债务不因此减少，重复受偿部分应予返还。",
        "amount",
    ),
    "debt.attest_recovery": Sentence(
        "You state as a bank that {payer} ({source}) paid {amount} for the holding {holding} to the"
        " account {account} on {value_date}, under the reference {reference}; the obligor owes it as"
        " before.",
        "您以银行身份证明：{payer}（{source}）已于{value_date}就持有份额{holding}向账户{account}支付"
        "{amount}，流水号{reference}；债务人的债务不因此减少。",
        "amount",
    ),
    "debt.return_recovery": Sentence(
        "You confirm that on {value_date} you had {amount} back, under the reference {reference}, of"
        " what you had paid as the recovery {recovery}.",
        "您确认已于{value_date}收回此前所付代偿款{recovery}中的{amount}，附言{reference}。",
        "amount",
    ),
    "debt.write_off": Sentence(
        "You write off {amount} of the holding {holding} in your books ({reason}): it is owed to you"
        " as before, and payments are still taken.",
        "您在账务上核销持有份额{holding}中的{amount}（{reason}）：债权不因此消灭，付款仍予登记。",
        "amount",
    ),
    "debt.reverse_write_off": Sentence(
        "You take back the write-off {write_off}: your books expect the money again.",
        "您撤销核销{write_off}：账务上恢复该笔应收。",
    ),
}
