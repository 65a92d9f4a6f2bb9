"""What the sheet says, in English and in Chinese."""

from __future__ import annotations

from typing import TypeAlias

Said: TypeAlias = tuple[str, str]
"""English and Chinese."""

UNKNOWN: Said = ("not known here", "此处不明")
WITHHELD: Said = ("withheld from the asker", "对申请人不披露")

TERMS: dict[str, Said] = {
    # states of a holding
    "held": ("held", "持有"),
    "transfer_pending": ("offered for transfer", "转让待接受"),
    "locked": ("locked for one financing", "已为一笔融资锁定"),
    "financed": ("financed", "已融资"),
    "split": ("split into parts", "已拆分"),
    "redeemed": ("redeemed", "已兑付"),
    "cancelled": ("cancelled", "已核销"),
    # how a hand came
    "acknowledgement": ("acknowledgement by the obligor", "债务人确权"),
    "transfer": ("transfer", "转让"),
    "financing": ("sale to a financier", "融资转让"),
    "repurchase": ("repurchase by who had sold it", "原转让人回购"),
    # recourse
    "none": ("no recourse to the seller", "对转让人无追索权"),
    "assignor": ("recourse to the seller", "对转让人有追索权"),
    # basis of the due date
    "delivery": ("delivery", "交付"),
    "acceptance": ("acceptance of the goods", "验收"),
    "inspection_lapsed": ("inspection period lapsed", "验收期满"),
    "settlement_confirmed": ("settlement confirmed", "结算确认"),
    # assurance
    "operator_vouched": ("the operator vouched", "运营方担保核验"),
    "bank_attested": ("a bank attested", "银行打款核验"),
    "ca_certified": ("a certificate authority certified", "CA 证书认证"),
    # invoices
    "fully_digital": ("fully digital, 20 digits", "数电票（20 位）"),
    "coded": ("invoice code and number", "发票代码加号码"),
    "numbered": ("seller's own number", "销方自编号码"),
    # certificate
    "accepted": ("accepted, not yet instructed", "已接受，未指令放款"),
    "instructed": ("payment instructed", "已指令放款"),
    "not_checked": ("not checked", "未核查"),
    "none_recorded": ("none recorded", "无记录"),
    "this_ledger": ("within this ledger alone", "仅限本账本"),
    "holder": ("each holder", "各持有人"),
    "paying_agent": ("a paying agent", "付款代理行"),
    "supplier_led": ("registered by the creditor", "债权人登记"),
    "buyer_led": ("issued by the obligor", "债务人开立"),
    "proposed": ("proposed", "已提议"),
    "registered": ("registered", "已登记"),
    "acknowledged": ("acknowledged", "已确权"),
    "rejected": ("rejected", "已拒绝"),
    "withdrawn": ("withdrawn", "已撤回"),
    "lapsed": ("lapsed", "已失效"),
    "settled": ("settled", "已结清"),
    "civil_code_188": (
        (
            "three years from the due date (Civil Code, article 188); acts that interrupt or "
            "suspend the period are not considered"
        ),
        "自到期日起三年（《民法典》第一百八十八条）；未考虑时效中断、中止事由",
    ),
}

TITLES: dict[str, Said] = {
    "evidence": ("Evidence of a holding", "持有份额证据"),
    "certificate": ("Funding certificate", "融资确权证明"),
}

NO_PROOF: Said = (
    "This page is made from the pack that it contains. It proves nothing by itself: verify it.",
    "本页由其所含证据包生成，本身不构成证明，请按下述步骤验证。",
)
SANDBOX: Said = (
    "SANDBOX: names and identifiers are not verified, and time may be driven. No real claim.",
    "沙盒账本：名称与证件未核验，时间可被驱动，不代表真实债权。",
)

SOURCE: Said = (
    (
        "Source: entries of an append-only transparency log (RFC 6962 tree, C2SP formats), each a "
        "command that the parties themselves signed."
    ),
    "来源：只增不改的透明日志（RFC 6962 默克尔树、C2SP 格式）条目，均为各方自行签名的指令。",
)
GENERATION: Said = (
    (
        "Generation: made by the ledger's software out of one consistent read at the size below; "
        "the statement of facts is signed with the log's key."
    ),
    "生成：由账本软件在下述条目数的一致快照上生成，事实陈述以日志密钥签名。",
)
CUSTODY: Said = (
    (
        "Custody before entry: a command is made and signed by its party with a key that the "
        "ledger never holds, and is in the log as it was signed. That goods were delivered, or "
        "that an invoice is genuine, is the parties' own statement."
    ),
    "入账前保管：指令由当事方以账本不持有的密钥生成并签名，原样入账。货物交付与发票真实性系当事方自行陈述。",
)
NO_INTEREST: Said = (
    "The operator's interest: the operator is no side of this claim and in no hand of it.",
    "运营方利害关系：运营方不是本债权的任何一方，亦未曾持有。",
)
INTEREST: Said = (
    "The operator's interest: THE OPERATOR IS A SIDE of this claim or had it in its hands.",
    "运营方利害关系：运营方是本债权的一方或曾为其持有人。",
)
STEPS: tuple[Said, ...] = (
    (
        "Get the log's key (a policy file) from somewhere else than from whoever shows this page.",
        "从出示本页者以外的途径取得日志公钥（策略文件）。",
    ),
    (
        (
            "Run duebill receipt FILE --policy POLICY on this page or its pack, or the "
            "single-file verifier duebill_verify.py. It needs no server."
        ),
        "对本页或其证据包运行 duebill receipt 文件 --policy 策略，或单文件验证器；无需联网。",
    ),
    (
        (
            "It checks, in this order: the signed head and its witnesses; each entry's place in "
            "the tree; the statement; each disclosure; each signature."
        ),
        "依次核对：签名检查点及其见证人、各条目在树中的位置、陈述、各项披露、各个签名。",
    ),
    (
        "With a newer export of the log (--export DIR) it says whether the state has moved.",
        "提供较新的日志导出（--export 目录）时，可查明此后状态是否变动。",
    ),
)


def term(word: str) -> Said:
    """The two words for a value of a fact; a value that is not known stands for itself."""
    return TERMS.get(word, (word, ""))
