"""What to do about refusals of notices, registry acts and asserted interests."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "receiver_is_designated": "Nothing is to be done: notices to you arrive with their entry already.",
    "designation_is_revoked": "It has ended: designate this ledger anew if notices are to arrive by entry.",
    "basis_does_not_fit": "Name the accepted transfer, the live financing or the asserted interest by which exactly this assignee has this holding.",
    "voucher_missing": "Attach the digest of the factoring contract or invoice: a factor's notice needs vouchers.",
    "notice_is_given": "Wait for its arrival, have it attested, or withdraw it first: one notice of an assignment stands at a time.",
    "notice_has_arrived": "Its arrival is on record and does not change.",
    "notice_is_withdrawn": "Give a new notice: this one was taken back.",
    "stated_time_is_in_the_future": "State the time at which it happened: what has not happened cannot be recorded.",
    "extent_does_not_fit": "Bound the right by an amount or by a share, not both; name an obligor only over all claims of a party.",
    "grantor_has_no_claim": "Name as grantor another party that holds or held the claim.",
    "filing_is_recorded": "Use the filing that is on record: this number stands over this claim already.",
    "filing_facts_differ": "Check the number against the registry: here it stands for another filer, time or kind.",
    "filing_has_ended": "File anew and record that: what has expired or was discharged is not changed.",
    "interest_is_withdrawn": "Assert it anew if it stands after all.",
    "registration_required": "Search the registry, file, and have the notice arrive, in this order; then instruct.",
    "search_is_old": "Search the registry again, file, and then instruct.",
    "notice_has_not_arrived": "Give notice of the financing and let the obligor receive it, or have its delivery attested.",
}

REMEDIES_ZH: Mapping[str, str] = {
    "receiver_is_designated": "无需办理：发给贵方的通知已按条目时间视为到达。",
    "designation_is_revoked": "该指定已终止：如希望通知按条目时间到达，请重新指定本账本。",
    "basis_does_not_fit": "请填写使该受让人取得该持有份额的已接受转让、有效融资或已主张的权利。",
    "voucher_missing": "请附上保理合同或发票的摘要：保理人发出通知应当附有必要凭证。",
    "notice_is_given": "请等待其到达、由他人证明送达，或先撤销：同一转让同时只能有一份有效通知。",
    "notice_has_arrived": "其到达已登记，不再变更。",
    "notice_is_withdrawn": "该通知已撤销，请重新发出通知。",
    "stated_time_is_in_the_future": "请填写事情发生的时间：尚未发生的不能登记。",
    "extent_does_not_fit": "权利范围请用金额或比例之一限定，不得同时使用；仅在以某方全部债权为标的时填写债务人。",
    "grantor_has_no_claim": "出让人或出质人请填写现在或曾经持有该债权的另一方。",
    "filing_is_recorded": "请使用已有的登记记录：该编号已对该债权登记。",
    "filing_facts_differ": "请与登记系统核对编号：该编号在此属于其他登记人、时间或类型。",
    "filing_has_ended": "请重新办理登记并记录：已到期或已注销的登记不能变更。",
    "interest_is_withdrawn": "如权利仍然存在，请重新主张。",
    "registration_required": "请依次查询登记、办理登记、使通知到达，然后再发出放款指令。",
    "search_is_old": "请重新查询登记并办理登记，然后再发出放款指令。",
    "notice_has_not_arrived": "请发出融资的转让通知，并由债务人签收或由他人证明送达。",
}
