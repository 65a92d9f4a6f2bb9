"""What to do about refusals of disputes, changes, claims and corrections."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "dispute_exceeds_debt": "Dispute at most what is outstanding and not disputed yet.",
    "dispute_is_closed": "Raise a new dispute: this one was withdrawn or resolved.",
    "more_than_disputed": "Settle or award at most what the dispute is about.",
    "change_has_lapsed": "Propose the change anew, with more time to answer.",
    "change_is_closed": "It was applied, refused or taken back: propose what is still to change.",
    "answer_is_given": "Wait for the others, or take the change back and propose it anew.",
    "credit_note_is_recorded": "Name another credit note: each takes its amount off once.",
    "note_exceeds_invoice": "Credit at most what the receivable uses of the invoice, and beyond it only what nobody uses.",
    "part_does_not_fit": "Ask once for each open holding in other hands, and for at most what is neither frozen nor a security.",
    "nothing_would_change": "Name another day than the one on which it is due.",
    "counterclaim_is_on_a_stranger": "Set off what the present holder or an earlier one owes.",
    "counterclaim_is_not_due": "Wait until the counterclaim falls due.",
    "counterclaim_came_too_late": "Claim it from whoever owes it: it does not follow the debt into these hands (Civil Code 549).",
    "defences_are_waived": "Claim it from whoever owes it: the acknowledgement waives defences against later holders.",
    "nothing_to_claim": "Have the tax status attested; what the creditor holds itself falls by a credit note.",
    "claim_is_exceeded": "Confirm at most what is still owed on the claim.",
    "corrected_command_differs": "Name command id and payload digest of one of your own commands.",
    "command_is_corrected": "Correct the compensating command, if that was wrong, too.",
    "compensation_is_missing": "Name your own later commands that make it good; send them first.",
}

REMEDIES_ZH: Mapping[str, str] = {
    "dispute_exceeds_debt": "争议金额不得超过未付且尚无争议的部分。",
    "dispute_is_closed": "该争议已撤回或已解决，请另行提出。",
    "more_than_disputed": "和解或裁决的金额不得超过争议金额。",
    "change_has_lapsed": "请重新提出变更，并留出更长的答复时间。",
    "change_is_closed": "该变更已生效、被拒绝或被撤回：请就仍需变更之处重新提出。",
    "answer_is_given": "请等待其他方答复，或撤回后重新提出。",
    "credit_note_is_recorded": "请填写另一张贷项通知：每张只冲减一次。",
    "note_exceeds_invoice": "冲减不得超过该应收账款对发票的用量，超出部分只能是无人使用的余额。",
    "part_does_not_fit": "他人持有的每笔未结清份额只列一次，且不得超过未冻结、未设担保的金额。",
    "nothing_would_change": "请填写与现到期日不同的日期。",
    "counterclaim_is_on_a_stranger": "只能以现持有人或前手所负的债务抵销。",
    "counterclaim_is_not_due": "请等反对债权到期。",
    "counterclaim_came_too_late": "请向其债务人主张：该反对债权不随债权转让对抗现持有人（民法典第五百四十九条）。",
    "defences_are_waived": "请向其债务人主张：确权时已放弃对后手持有人的抗辩。",
    "nothing_to_claim": "请先由数据方证明税务状态；债权人自持部分以贷项通知冲减。",
    "claim_is_exceeded": "确认金额不得超过该请求权的未付余额。",
    "corrected_command_differs": "请填写本方一条命令的编号和载荷摘要。",
    "command_is_corrected": "如补正命令也有误，请更正该命令。",
    "compensation_is_missing": "请先提交补正命令，再填写本方这些在后的命令。",
}
