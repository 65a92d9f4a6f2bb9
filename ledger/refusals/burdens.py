"""What to do about refusals of security and freezes."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "burden_exceeds_holding": "Burden at most what is outstanding on the holding.",
    "holding_has_another_holder": "Name holdings that this party has now; look at the transfers since.",
    "secured_party_does_not_fit": "Name a party that neither holds nor owes the debt.",
    "encumbrance_has_lapsed": "Ask the holder to propose the security anew.",
    "encumbrance_is_closed": "Name an encumbrance that is still open for this act: it was answered, taken back or released.",
    "release_does_not_fit": "Name holdings that it burdens, each once, with at most what it takes of them; a share is given back whole.",
    "freeze_exceeds_order": "Freeze at most what the court's order says, over all holdings together.",
    "freeze_is_recorded": "Nothing: the order of this court in this case lies on the holding already.",
    "freeze_has_lapsed": "Record the court's new order as a new freeze: it ranks behind those that came before it.",
    "freeze_is_lifted": "Record the court's new order as a new freeze.",
}

REMEDIES_ZH: Mapping[str, str] = {
    "burden_exceeds_holding": "负担金额不得超过该持有份额的未付余额。",
    "holding_has_another_holder": "请填写该方现持有的份额；请查看其后的转让。",
    "secured_party_does_not_fit": "请填写既非该债权持有人也非其债务人的参与方。",
    "encumbrance_has_lapsed": "请持有人重新提出担保。",
    "encumbrance_is_closed": "请填写仍可办理此事的担保：该担保已答复、撤销或解除。",
    "release_does_not_fit": "请填写其负担所及的份额，每份一次，不超过其所占金额；按比例的担保须整份解除。",
    "freeze_exceeds_order": "各份额冻结金额合计不得超过法院裁定的金额。",
    "freeze_is_recorded": "无需处理：该法院在该案中的冻结已登记于此份额。",
    "freeze_has_lapsed": "请将法院的新裁定登记为新的冻结：其顺位在先前登记者之后。",
    "freeze_is_lifted": "请将法院的新裁定登记为新的冻结。",
}
