"""What to do about refusals of alerts and of the tax status of invoices."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "alert_is_closed": "Nothing is to be done: an auditor or regulator has closed it.",
    "alert_is_not_cleared": "Ask the financier to clear the open alerts on this holding, or choose another offer.",
    "invoice_is_red": "Finance what rests on other invoices: this one was reversed at the tax office.",
    "invoice_status_is_missing": "Have a data provider attest the tax status of each invoice first.",
    "invoice_status_is_old": "Have a data provider ask the tax office again, and attest the new answer.",
}

REMEDIES_ZH: Mapping[str, str] = {
    "alert_is_closed": "无需处理：审计方或监管方已关闭该预警。",
    "alert_is_not_cleared": "请资金方先处置该持有份额上的未结预警，或选择其他报价。",
    "invoice_is_red": "请以其他发票项下的份额融资：该发票已被红冲或作废。",
    "invoice_status_is_missing": "请先由数据提供方证明每张发票的税务状态。",
    "invoice_status_is_old": "请数据提供方重新查询税务机关，并证明新的结果。",
}
