"""Sentences about parties, keys, people and approval."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "ledger.open": Sentence(
        "You open the ledger {origin} as its operator {operator_name}, in the time zone"
        " {time_zone}[sandbox?, as a sandbox whose names and times prove nothing]; what it is"
        " opened as can never be changed.",
        "您以运营方{operator_name}的名义开立账本{origin}，时区为{time_zone}"
        "[sandbox?，属沙盒账本，其名称与时间不具证明力]；开立内容永不可更改。",
    ),
    "log_key.rotate": Sentence(
        "You let the log sign with a new key beside its old one, from this entry on; everybody who"
        " verifies the log must learn the new key.",
        "您使日志自本条目起在旧密钥之外同时以新密钥签名；凡验证本日志者须取得新公钥。",
    ),
    "log_key.retire": Sentence(
        "You let the log sign without its old key {kid}, from this entry on, for ever.",
        "您使日志自本条目起永久停用旧密钥{kid}。",
    ),
    "party.enrol": Sentence(
        "You enrol a new party[natural?, a natural person,][name?, {name},][identifiers? with the"
        " identifiers <identifiers:{scheme} {value}>][person_name? by the name of {person_name}]"
        " as {roles} (keys: {keys|count}), and vouch for it on the evidence with the SHA-256"
        " {evidence}.",
        "您登记一个新参与方[natural?（自然人）][name?{name}][identifiers?，证件号码"
        "<identifiers:{scheme} {value}>][person_name?，姓名{person_name}]，角色为{roles}，"
        "共{keys|count}把密钥，并以 SHA-256 为{evidence}的证据为其担保核验。",
    ),
    "party.assign_roles": Sentence(
        "You give the party {party} exactly these roles from now on: {roles}; it loses every other.",
        "您使参与方{party}自即时起只具有下列角色：{roles}；其余角色一律失去。",
    ),
    "key.bind": Sentence(
        "You let the person {new.person} sign for you with a further key.",
        "您允许经办人{new.person}以一把新增密钥代表您签名。",
    ),
    "key.rotate": Sentence(
        "You replace your key {old} by a new one of the person {new.person}; the old key never"
        " signs for you again.",
        "您以经办人{new.person}的新密钥替换旧密钥{old}；旧密钥此后永不能代表您签名。",
    ),
    "key.revoke": Sentence(
        "You end your key {kid} at once and for ever, with the reason {reason}.",
        "您立即并永久注销密钥{kid}，原因：{reason}。",
    ),
    "key.attest": Sentence(
        "You state as a bank that the holder of the key {kid} moved money from the company's own"
        " account {account}; others will rely on it.",
        "您以银行身份证明：密钥{kid}的持有者曾从该企业本单位账户{account}划款；他人将据此信赖该密钥。",
    ),
    "key.certify": Sentence(
        "You show that an authority certified your key {kid}, by its chain of certificates"
        " (of the length {chain|count}).",
        "您以{chain|count}张证书组成的证书链，证明您的密钥{kid}已获机构认证。",
    ),
    "key.delegate": Sentence(
        "You let your key {kid} sign {acts} and nothing else, until {until_ms|instant}[, at most"
        " {per_act} each][, at most {per_day} a day]; what it signs within that binds you.",
        "您授权密钥{kid}仅可签署{acts}，有效至{until_ms|instant}[，每次不超过{per_act}]"
        "[，每日不超过{per_day}]；其在此范围内的签名对您有约束力。",
    ),
    "key.undelegate": Sentence(
        "You withdraw the delegation {delegation} at once; what was signed under it stays.",
        "您立即撤回授权{delegation}；此前依其签署的内容继续有效。",
    ),
    "party.set_contact": Sentence(
        "You name {address} as the one address to which you want to be told of {notices}; the"
        " address before loses them after a while.",
        "您指定{address}为接收下列通知的唯一地址：{notices}；原地址在一段时间后不再收到。",
    ),
    "recovery.open": Sentence(
        "You ask that new keys (in number: {keys|count}; of {keys.person}) take the place of those of"
        " {party}, on the evidence with the SHA-256 {evidence}[, with {certificates|count} chains of"
        " certificates]: nothing that its keys could move moves until this is completed, vetoed or"
        " over.",
        "您依据 SHA-256 为{evidence}的证据，请求以新密钥（共{keys|count}把，经办人{keys.person}）取代"
        "参与方{party}的密钥[，附{certificates|count}条证书链]：在完成、否决或结束之前，"
        "其密钥所能处分的一切均冻结。",
    ),
    "recovery.veto": Sentence(
        "You stop the recovery {recovery} of your keys at once, with the reason {reason}; your keys"
        " stay as they are.",
        "您立即否决密钥恢复{recovery}，原因：{reason}；您的密钥保持不变。",
    ),
    "recovery.complete": Sentence(
        "You complete the recovery {recovery}: the new keys are in force, and the old ones end for"
        " ever.",
        "您完成密钥恢复{recovery}：新密钥生效，旧密钥永久失效。",
    ),
    "approval.set": Sentence(
        "You replace your approval rule: [!tiers?one person suffices for every act][tiers?<tiers:"
        "[persons=1?one person][!persons=1?{persons} people] for [acts?{acts}][!acts?every act][from_minor? from {from_minor} minor"
        " units on][currency? in {currency}]>]; only what this rule asks can change it again.",
        "您更换审批规则：[!tiers?任何行为均由一人签名即可][tiers?<tiers:[acts?{acts}]"
        "[!acts?任何行为][from_minor?，自{from_minor}个最小货币单位起][currency?（{currency}）]"
        "须[persons=1?一][!persons=1?{persons}]人签名>]；此后须满足本规则方可再次更改。",
    ),
    "account.add": Sentence(
        "You name the account {number} at the bank {bank} as one on which you want to be paid in"
        " {currency}: who pays there has paid you.",
        "您登记{bank}的账户{number}为您的{currency}收款账户：付至该账户即视为向您付款。",
    ),
    "manifest.sign": Sentence(
        "You sign {count} commands at once; each counts as if you had signed it alone.",
        "您一次签署{count}条命令；每一条均与您单独签署具有同等效力。",
    ),
}
