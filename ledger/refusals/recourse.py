"""What to do about refusals of recourse, defaults, recoveries and write-offs."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "recourse_is_excluded": "Turn to the obligor: who sold the debt does not answer for it.",
    "recourse_is_open": "Go on with the notice that is open, or take it back first.",
    "recourse_ground_missing": "Wait until the ground is on record; for a breach name its evidence.",
    "recourse_amount_differs": "Sign exactly the amount that counts on that day, or that is due.",
    "recourse_exceeded": "Name at most what is still due: what the obligor has paid counts.",
    "recourse_is_part_paid": "Wait until all is paid, by the seller or the obligor.",
    "recourse_is_closed": "Give notice anew if a ground remains and you hold the debt.",
    "default_is_declared": "Go on with the default that is declared, or lift it first.",
    "default_ground_missing": "Wait until the debt is late enough, or the insolvency is on record.",
    "default_is_lifted": "Read the default again; declare another one if it is late still.",
    "recovery_payer_does_not_fit": "Record what obligor or seller paid as payment or recourse.",
    "recovery_exceeded": "Give back what came twice; record at most what is owed and not recovered.",
    "write_off_exceeded": "Write off at most what is owed and was not written off before.",
    "write_off_is_reversed": "It was taken back already: write off anew if you must.",
}

REMEDIES_ZH: Mapping[str, str] = {
    "recourse_is_excluded": "请向债务人主张：转让人对该债权不承担追索责任。",
    "recourse_is_open": "请继续办理已有的追索通知，或先将其撤回。",
    "recourse_ground_missing": "请待追索事由登记在册后再办理；以权利瑕疵为由的，请附证据摘要。",
    "recourse_amount_differs": "请按该日计算的金额或尚欠金额原样签署。",
    "recourse_exceeded": "金额不得超过尚欠部分：债务人已付的款项应予扣除。",
    "recourse_is_part_paid": "请等待卖方或债务人付清全部款项。",
    "recourse_is_closed": "如事由仍在且您仍持有该债权，请重新发出追索通知。",
    "default_is_declared": "请继续办理已宣告的违约，或先将其解除。",
    "default_ground_missing": "请待逾期天数达到规定，或破产程序登记在册后再办理。",
    "default_is_lifted": "请重新读取该违约记录；如仍逾期，可另行宣告。",
    "recovery_payer_does_not_fit": "债务人或转让人所付款项，请按付款或追索登记。",
    "recovery_exceeded": "重复受偿部分请予返还；登记金额不得超过所欠且未受偿的部分。",
    "write_off_exceeded": "核销金额不得超过尚欠且未核销的部分。",
    "write_off_is_reversed": "该核销已撤销；如有需要，请重新核销。",
}
