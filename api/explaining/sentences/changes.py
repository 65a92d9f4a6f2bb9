"""Sentences about disputes, changes, claims and corrections."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "dispute.raise": Sentence(
        "You dispute {amount} of {receivable}, because {reason}; what you do not dispute you still"
        " owe and pay when it is due.",
        "您就应收账款{receivable}中的{amount}提出争议，理由：{reason}；无争议部分仍须按期支付。",
        "amount",
    ),
    "dispute.add_evidence": Sentence(
        "You add a document to the dispute {dispute}.",
        "您为争议{dispute}补充一份证据。",
    ),
    "dispute.withdraw": Sentence(
        "You withdraw the dispute {dispute}: you owe all that it was about.",
        "您撤回争议{dispute}：争议所涉债务您全部承担。",
    ),
    "dispute.award": Sentence(
        "You record that in the case {file} {amount} of the dispute {dispute} was found for the"
        " obligor: the creditor's own holdings fall, what they cannot bear the creditor owes the"
        " obligor, other holders lose nothing, and you cannot take this back.",
        "您登记案号{file}的裁决：争议{dispute}中的{amount}支持债务人；债权人自持份额相应减少，"
        "不足部分由债权人对债务人负债，其他持有人不受影响，此举不可撤销。",
        "amount",
    ),
    "change.propose_credit_note": Sentence(
        "You propose that the credit note {number} over {total} on the invoice {invoice} lowers"
        " {receivable} by {amount}: first what the creditor holds itself[asked?, then with their"
        " consent <asked:at most {most} of the holding {holding}>], the rest is a claim on the"
        " creditor; open until {lapses_ms|instant}.",
        "您提议以发票{invoice}的贷项通知{number}（{total}）使应收账款{receivable}减少{amount}："
        "先减债权人自持份额[asked?，再经持有人同意减少<asked:持有份额{holding}至多{most}>]，"
        "余额为对债权人的请求权；答复截止{lapses_ms|instant}。",
        "amount",
    ),
    "change.propose_settlement": Sentence(
        "You propose to settle the dispute {dispute} for {amount}: the debt falls by so much, first"
        " what the creditor holds itself[asked?, then with their consent <asked:at most {most} of"
        " the holding {holding}>], the rest is a claim on the creditor; open until"
        " {lapses_ms|instant}.",
        "您提议就争议{dispute}以{amount}和解：债务相应减少，先减债权人自持份额[asked?，再经持有人"
        "同意减少<asked:持有份额{holding}至多{most}>]，余额为对债权人的请求权；"
        "答复截止{lapses_ms|instant}。",
        "amount",
    ),
    "change.propose_set_off": Sentence(
        "You set off {amount} that {against} owes you under {reference} since {arose}, due on"
        " {matures}[same_contract?, from the contract of the receivable], against the holding"
        " {holding}; its holder accepts or denies it until {lapses_ms|instant}.",
        "您以{against}依{reference}自{arose}起所负、于{matures}到期的{amount}[same_contract?"
        "（与应收账款同一合同）]抵销持有份额{holding}；持有人须于{lapses_ms|instant}前接受或拒绝。",
        "amount",
    ),
    "change.propose_due_date": Sentence(
        "You propose that {receivable} is due on {due} instead; it holds when creditor, obligor and"
        " every holder have signed, until {lapses_ms|instant}.",
        "您提议将应收账款{receivable}的到期日改为{due}；须债权人、债务人及全体持有人于"
        "{lapses_ms|instant}前签名方生效。",
    ),
    "change.propose_cancellation": Sentence(
        "You propose that all that is left of {receivable} ends without payment; it does when"
        " creditor, obligor and every holder have signed, until {lapses_ms|instant}.",
        "您提议应收账款{receivable}的未付余额不经付款即告终止；须债权人、债务人及全体持有人于"
        "{lapses_ms|instant}前签名方生效。",
    ),
    "change.consent": Sentence(
        "You consent to the change {change} exactly as it was proposed, with all that you lose by it;"
        " you cannot take this back.",
        "您同意变更{change}的原提议及其对您的全部不利后果；此举不可撤销。",
    ),
    "change.refuse": Sentence(
        "You refuse the change {change}: what you hold stays as it is.",
        "您拒绝变更{change}：您所持份额不变。",
    ),
    "change.rescind": Sentence(
        "You take back the change {change}, which is not applied yet; nothing changes.",
        "您撤回尚未生效的变更{change}；一切不变。",
    ),
    "claim.raise": Sentence(
        "You claim from the creditor of {receivable} what you must pay to others on the invoice"
        " {invoice}, which the tax office has reversed.",
        "您就已被红冲或作废的发票{invoice}，向应收账款{receivable}的债权人主张您须付给他人的款项。",
    ),
    "claim.settle": Sentence(
        "You confirm that you received {amount} on your claim {claim}, under the reference"
        " {reference}: so much is no longer owed to you, and you cannot take this back.",
        "您确认已就请求权{claim}收到{amount}，附言{reference}：该部分随之消灭，不可撤销。",
        "amount",
    ),
    "correction.record": Sentence(
        "You state that your command {jti} was wrong ({code}), and that {compensated_by|count} later"
        " commands of yours make it good: {compensated_by}; nothing that was said is erased.",
        "您声明您的命令{jti}有误（{code}），并已由您之后的{compensated_by|count}条命令补正："
        "{compensated_by}；原记录不作任何删改。",
    ),
}
