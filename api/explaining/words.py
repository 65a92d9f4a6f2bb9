"""The words for every choice that a command may hold, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from ledger.alerts.commands import Verdict
from ledger.burdens.commands import EncumbranceKind
from ledger.changes.commands import CorrectionCode, DisputeReason
from ledger.conduct.commands import ScreeningResult
from ledger.notices.commands import InterestKind
from ledger.parties.commands import Assurance, Notice, Role
from ledger.receivables.commands import (
    Basis,
    DischargesUnderlying,
    DocumentKind,
    InvoiceStatus,
    PayTo,
    Recourse,
    RejectReason,
    Size,
    Tranche,
)
from ledger.recourse.commands import RecourseGround, WriteOffReason
from ledger.settlement.commands import ReturnReason

Said: TypeAlias = tuple[str, str]
"""English and Chinese."""

WORDS: Mapping[Enum, Said] = {
    Role.OPERATOR: ("operator", "运营方"),
    Role.OBLIGOR: ("obligor", "债务人（核心企业）"),
    Role.SUPPLIER: ("supplier", "供应商"),
    Role.FINANCIER: ("financier", "资金方"),
    Role.BANK: ("bank", "银行"),
    Role.AUDITOR: ("auditor", "审计方"),
    Role.REGULATOR: ("regulator", "监管方"),
    Role.DATA_PROVIDER: ("data provider", "数据提供方"),
    Assurance.OPERATOR_VOUCHED: ("the operator vouched for", "运营方担保核验"),
    Assurance.BANK_ATTESTED: ("a bank attested", "银行核验"),
    Assurance.CA_CERTIFIED: ("a certificate authority certified", "CA 证书认证"),
    Notice.DAILY_STATEMENT: ("the daily statement", "确权日报"),
    Notice.KEY_CHANGES: ("changes of keys", "密钥变更"),
    Notice.RECOVERY: ("the recovery of keys", "密钥恢复"),
    Notice.REMINDERS: ("reminders", "到期提醒"),
    InterestKind.FACTORING: ("factoring", "保理"),
    InterestKind.ASSIGNMENT: ("an assignment", "债权转让"),
    InterestKind.PLEDGE: ("a pledge", "应收账款质押"),
    InterestKind.FIDUCIARY: ("an assignment as security", "让与担保"),
    Size.MICRO: ("a micro enterprise", "微型企业"),
    Size.SMALL: ("a small enterprise", "小型企业"),
    Size.MEDIUM: ("a medium enterprise", "中型企业"),
    Size.LARGE: ("a large enterprise", "大型企业"),
    Size.PUBLIC: ("a public body", "机关、事业单位"),
    InvoiceStatus.NORMAL: ("it is normal", "正常"),
    InvoiceStatus.PART_RED: ("it is red-lettered in part", "部分红冲"),
    InvoiceStatus.RED: ("it is red-lettered in whole", "全额红冲"),
    InvoiceStatus.VOID: ("it is void", "已作废"),
    ScreeningResult.CLEAR: ("nothing was found", "未命中"),
    ScreeningResult.HIT: ("it is on the list", "命中名单"),
    Verdict.CLEARED: ("cleared", "已排除疑点"),
    Verdict.DECLINED: ("declined to fund", "拒绝融资"),
    Tranche.PRINCIPAL: ("the price", "价款"),
    Tranche.RETENTION: ("retention money", "质量保证金"),
    DocumentKind.CONTRACT: ("contract", "合同"),
    DocumentKind.ORDER: ("order", "订单"),
    DocumentKind.GOODS_RECEIPT: ("goods receipt", "收货单"),
    DocumentKind.ACCEPTANCE: ("acceptance record", "验收单"),
    DocumentKind.SETTLEMENT: ("settlement statement", "结算单"),
    EncumbranceKind.PLEDGE: ("a pledge", "质押"),
    EncumbranceKind.FIDUCIARY: ("title in trust for a debt", "让与担保"),
    Basis.DELIVERY: ("delivery", "交付"),
    Basis.ACCEPTANCE: ("acceptance of the goods", "验收"),
    Basis.INSPECTION_LAPSED: ("the end of the inspection period", "检验期满"),
    Basis.SETTLEMENT_CONFIRMED: ("the confirmed settlement", "结算确认"),
    PayTo.HOLDER: ("each holder", "各持有人"),
    PayTo.PAYING_AGENT: ("a paying agent", "付款代理行"),
    RejectReason.REFERENCES: ("its references are incorrect", "引用信息有误"),
    RejectReason.LEGAL: ("its legal information is incorrect", "法定信息有误"),
    RejectReason.PARTY: ("the party is unknown", "交易方不明"),
    RejectReason.QUALITY: ("the quality is insufficient", "质量不合格"),
    RejectReason.DELIVERY: ("the delivery is incomplete", "交付不完整"),
    RejectReason.PRICE: ("the price is incorrect", "价格有误"),
    RejectReason.QUANTITY: ("the quantity is incorrect", "数量有误"),
    RejectReason.TERMS: ("the payment terms are incorrect", "付款条件有误"),
    RejectReason.UNRECOGNISED: ("it is not recognised", "不予认可"),
    RejectReason.PAID: ("it is paid already", "已付款"),
    RejectReason.OTHER: ("another reason", "其他原因"),
    Recourse.NONE: ("without recourse to the seller", "对转让人无追索权"),
    Recourse.ASSIGNOR: ("with recourse to the seller", "对转让人有追索权"),
    RecourseGround.OVERDUE: ("the debt is overdue", "债务逾期未付"),
    RecourseGround.INSOLVENCY: ("the obligor is insolvent", "债务人破产"),
    RecourseGround.DILUTION: ("the debt was reduced or is disputed", "债权被核减或存在争议"),
    RecourseGround.BREACH: ("the title was bad", "权利存在瑕疵"),
    WriteOffReason.INSOLVENCY: ("the obligor is insolvent", "债务人破产"),
    WriteOffReason.UNCOLLECTABLE: ("it cannot be collected", "无法收回"),
    WriteOffReason.LIMITATION: ("the claim is barred by time", "诉讼时效届满"),
    WriteOffReason.FRAUD: ("fraud", "欺诈"),
    WriteOffReason.OTHER: ("another reason", "其他原因"),
    DischargesUnderlying.ON_TRANSFER: ("at once, on transfer", "转让时即清偿"),
    DischargesUnderlying.ON_PAYMENT: ("once this claim is paid", "兑付时清偿"),
    DischargesUnderlying.NO: ("not by this", "不因此清偿"),
    ReturnReason.ACCOUNT_WRONG: ("the account is wrong", "账号有误"),
    ReturnReason.ACCOUNT_CLOSED: ("the account is closed", "账户已销户"),
    ReturnReason.ACCOUNT_BLOCKED: ("the account is blocked", "账户被冻结"),
    ReturnReason.NAME_DIFFERS: ("the name does not fit the account", "户名不符"),
    ReturnReason.RECALLED: ("the payer recalled it", "付款人撤回"),
    ReturnReason.DUPLICATE: ("it was paid twice", "重复支付"),
    ReturnReason.FRAUD: ("fraud", "涉嫌欺诈"),
    ReturnReason.BY_ORDER: ("by order of an authority", "依有权机关要求"),
    ReturnReason.OTHER: ("another reason", "其他原因"),
    DisputeReason.DELIVERY: ("the delivery is incomplete", "交付不完整"),
    DisputeReason.QUALITY: ("the quality is insufficient", "质量不合格"),
    DisputeReason.QUANTITY: ("the quantity is incorrect", "数量有误"),
    DisputeReason.PRICE: ("the price is incorrect", "价格有误"),
    DisputeReason.TERMS: ("the payment terms are incorrect", "付款条件有误"),
    DisputeReason.SET_OFF: ("there is a counterclaim", "另有反对债权"),
    DisputeReason.PAID: ("it is paid already", "已付款"),
    DisputeReason.OTHER: ("of another reason", "其他原因"),
    CorrectionCode.AMOUNT: ("a wrong amount", "金额有误"),
    CorrectionCode.DATE: ("a wrong date", "日期有误"),
    CorrectionCode.PARTY: ("a wrong party", "参与方有误"),
    CorrectionCode.RECORD: ("a wrong record", "对象有误"),
    CorrectionCode.TWICE: ("said twice", "重复提交"),
    CorrectionCode.OTHER: ("another reason", "其他原因"),
}
"""By choice its words; a test finds a choice without."""
