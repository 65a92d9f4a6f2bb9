"""What to do about refusals of order, time, standing, policy and parties."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # order, time and standing
    "audience_is_another_ledger": "Sign the command for this ledger: aud is its origin.",
    "kind_unknown": "Use a kind and version that the command reference lists.",
    "jti_is_spent": "Draft the command anew, with a new jti.",
    "not_yet_valid": "Set your clock; iat may be 5 minutes ahead at most.",
    "expired": "Draft and sign the command anew.",
    "party_unknown": "Ask the operator to enrol the party first.",
    "key_not_of_party": "Sign with a key that is bound to the party in by.",
    "key_not_in_force": "Sign with a key that is in force now.",
    "approvals_missing": "Let as many different people sign as the party's approval rule asks.",
    "signature_not_needed": "Remove the signatures that the approval rule does not ask for.",
    "manifest_unknown": "Send the signed manifest before its lines.",
    "manifest_proof_invalid": "The line differs from what was signed: correct it and sign it anew.",
    "not_on_manifests": "Sign this command by itself.",
    "record_has_changed": "Read the record again and sign what you then see.",
    "expect_missing": "Name in expect the sequence number of the record as you saw it.",
    "accepted_digest_differs": "Name the digest of the proposal that you accept.",
    "ledger_not_open": "Open the ledger first: duebill init.",
    "ledger_is_open": "A log has one genesis entry, its first.",
    # policy and parties
    "role_missing": "A party with the role must sign; the operator assigns roles.",
    "policy_missing": "The operator adopts a policy first.",
    "rules_unknown": "Use a build that knows these rules.",
    "possession_not_proven": "Let the new key sign the statement of possession for this very command.",
    "key_is_bound": "Make a new key: each key is bound once, to one person.",
    "log_key_is_changing": "Retire the log's old key first; then change it again.",
    "log_key_is_not_leaving": "Name the older of the two keys with which the log signs now.",
    "identifier_invalid": "Check the identifier and its check digits.",
    "identifier_is_taken": "The party is enrolled already: use its id.",
    "party_not_complete": "Give what a party of this kind needs.",
    "certificate_invalid": "Send the chain of a certificate authority that the policy names, key first.",
    "certificate_names_another": "Have the key certified with the registration number as enrolled.",
    "assurance_not_raised": "Only evidence of a higher class changes a key's assurance.",
    "approval_rule_unreachable": "Bind keys for as many people as the rule asks, then set the rule.",
    # delegated keys
    "delegation_does_not_cover": "Sign with a key that may do this, or have the delegation widened.",
    "delegation_cap_exceeded": "Let a key sign that is not limited to less, or wait for the next day.",
    "delegation_is_over": "Let the party delegate to the key again, or sign with another key.",
    # recovery of keys
    "recovery_is_open": "Wait until the recovery is completed or over; a key in force can veto it.",
    "recovery_is_waiting": "Complete it when the hours in which the old keys may veto are over.",
    "recovery_is_over": "Open another recovery.",
}

REMEDIES_ZH: Mapping[str, str] = {
    # order, time and standing
    "audience_is_another_ledger": "请为本账本签名：aud 须为其来源名。",
    "kind_unknown": "请使用命令参考所列的种类和版本。",
    "jti_is_spent": "请以新的 jti 重新起草命令。",
    "not_yet_valid": "请校准时钟：iat 最多可提前 5 分钟。",
    "expired": "请重新起草并签名。",
    "party_unknown": "请先由运营方登记该参与方。",
    "key_not_of_party": "请用绑定在 by 所列参与方名下的密钥签名。",
    "key_not_in_force": "请用现时有效的密钥签名。",
    "approvals_missing": "请按该参与方的审批规则，由足够多的不同经办人签名。",
    "signature_not_needed": "请去除审批规则未要求的签名。",
    "manifest_unknown": "请先提交已签名的清单，再提交其各行。",
    "manifest_proof_invalid": "该行与所签内容不符：请更正后重新签名。",
    "not_on_manifests": "请单独签署此命令。",
    "record_has_changed": "请重新读取该记录，并按所见内容签名。",
    "expect_missing": "请在 expect 中写明您所见该记录的序号。",
    "accepted_digest_differs": "请填写您所接受的提议的摘要。",
    "ledger_not_open": "请先开立账本：duebill init。",
    "ledger_is_open": "无需再开：一个日志只有一个创世条目，即其首条。",
    # policy and parties
    "role_missing": "须由具有该角色的参与方签名；角色由运营方分配。",
    "policy_missing": "请运营方先采用规则。",
    "rules_unknown": "请使用支持该规则编号的版本。",
    "possession_not_proven": "请用新密钥为本命令签署持有声明。",
    "key_is_bound": "请新建密钥：每个密钥只绑定一次、只属一名经办人。",
    "log_key_is_changing": "请先停用日志的旧密钥，再更换。",
    "log_key_is_not_leaving": "请填写日志现用两把密钥中较旧的一把。",
    "identifier_invalid": "请核对证件号码及其校验位。",
    "identifier_is_taken": "该参与方已登记：请使用其编号。",
    "party_not_complete": "请补齐此类参与方所需的资料。",
    "certificate_invalid": "请提交规则所列 CA 机构的证书链，密钥自身的证书在前。",
    "certificate_names_another": "请用登记时的注册号为该密钥办理证书。",
    "assurance_not_raised": "只有更高等级的证据才会改变密钥的认证等级。",
    "approval_rule_unreachable": "请先绑定规则所需人数的密钥，再设置规则。",
    "delegation_does_not_cover": "请用有权办理此事的密钥签名，或扩大授权范围。",
    "delegation_cap_exceeded": "请由限额更高的密钥签名，或等到次日。",
    "delegation_is_over": "请由该参与方重新授权此密钥，或换用其他密钥签名。",
    # recovery of keys
    "recovery_is_open": "请等待密钥恢复完成或结束；任一有效密钥均可否决。",
    "recovery_is_waiting": "请在旧密钥的否决时限届满后再完成恢复。",
    "recovery_is_over": "请另行发起一次密钥恢复。",
}
