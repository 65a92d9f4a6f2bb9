"""Sentences about programmes, requests, offers and the advance."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "programme.open": Sentence(
        "You open the programme {name}: you may fund debts in {currency} of"
        " [obligors?{obligors}][!obligors?any obligor] whose keys {minimum_assurance}, at most"
        " {limit_obligor} on one obligor and {limit_total} in all, for at most {max_tenor_days}"
        " days; it binds you to nothing before an offer.",
        "您开立融资方案{name}：可受让[obligors?{obligors}][!obligors?任何债务人]的{currency}债务，"
        "其密钥认证等级至少为{minimum_assurance}，单一债务人限额{limit_obligor}，总限额{limit_total}，"
        "期限不超过{max_tenor_days}日；作出报价之前不构成任何承诺。",
        "limit_total",
    ),
    "programme.close": Sentence(
        "You close the programme {programme}: no more offers or acceptances; what was accepted goes"
        " on.",
        "您关闭融资方案{programme}：不再报价或接受；已接受的继续履行。",
    ),
    "financing.request": Sentence(
        "You ask financiers for offers on the holding {holding}, to be paid on {latest} at the"
        " latest[, with {min_net} or more to you]; it binds you to nothing.",
        "您就持有份额{holding}征求融资报价，最迟于{latest}放款[，您至少收取{min_net}]；"
        "此举不构成任何承诺。",
        "min_net",
    ),
    "financing.withdraw_request": Sentence(
        "You take back the request {request}: you want no more offers on it.",
        "您撤回融资申请{request}：不再征求报价。",
    ),
    "offer.make": Sentence(
        "You stand by to buy holdings under the programme {programme} at a yearly discount of"
        " {rate_ppm|percent}, {recourse}[, at most {max_amount} each][, of {obligors} alone], until"
        " {valid_until_ms|instant}; any holder that it fits can bind you by accepting.",
        "您在融资方案{programme}下长期报价，以年贴现率{rate_ppm|percent}买入持有份额，{recourse}"
        "[，每笔不超过{max_amount}][，仅限{obligors}的债务]，有效至{valid_until_ms|instant}；"
        "符合条件的持有人一经接受，您即受约束。",
        "max_amount",
    ),
    "offer.withdraw": Sentence(
        "You take back the offer {offer}: nobody can accept it any more; what was accepted goes on.",
        "您撤回报价{offer}：他人不能再接受；已接受的继续履行。",
    ),
    "offer.accept": Sentence(
        "You sell the whole holding {holding} under the offer {offer} for exactly {price}, to be paid"
        " on {value_date} to your account {account}; it is locked from now on, and you cannot take"
        " this back unless the payment fails.",
        "您按报价{offer}出售持有份额{holding}的全部，价格恰为{price}，于{value_date}付至您的账户"
        "{account}；自即时起锁定，除非付款失败，不可撤销。",
        "price",
    ),
    "financing.instruct": Sentence(
        "You state that you have told your bank to pay for the financing {financing} on {value_date},"
        " under the reference {reference}; the lock no longer ends by itself.",
        "您声明已指令银行于{value_date}为融资{financing}付款，附言{reference}；锁定不再自行失效。",
    ),
    "financing.receive": Sentence(
        "You confirm that you received {amount} for the financing {financing} on {paid_on}: the claim"
        " is the financier's from now on, and you cannot take this back.",
        "您确认已于{paid_on}收到融资{financing}的款项{amount}：自即时起债权归资金方所有，不可撤销。",
        "amount",
    ),
    "financing.attest": Sentence(
        "You state as a bank that {amount} for the financing {financing} was credited to the account"
        " {account} on {paid_on}, under the reference {reference}: the claim passes to the financier,"
        " and you cannot take this back.",
        "您以银行身份证明：融资{financing}的款项{amount}已于{paid_on}记入账户{account}，流水号"
        "{reference}：债权随之归资金方所有，不可撤销。",
        "amount",
    ),
    "financing.fail": Sentence(
        "You state as a bank that the payment for the financing {financing} was not made and will not"
        " be, under the reference {reference}: the holding is the seller's again, without a lock.",
        "您以银行身份证明：融资{financing}的付款未成功且不会再付，流水号{reference}：锁定解除，"
        "持有份额仍归出让人。",
    ),
    "financing.release": Sentence(
        "You let go of the holding of the financing {financing}: you will not have the claim, even if"
        " you have paid.",
        "您放弃融资{financing}所锁定的持有份额：即使已付款，您也不再取得该债权。",
    ),
    "clock.advance": Sentence(
        "You state what time alone has ended: {lapsed}.",
        "您载明因期限届满而终止的事项：{lapsed}。",
    ),
}
