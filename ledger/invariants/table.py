"""The thirty-two invariants, numbered: what each says, where it comes from, and what proves it.

Each module names its own checks (`invariant_7_…` in its `invariants.py`); they are found here by
the number in their names, so that a new module adds one line to `PLACES` and nothing else. What no
view of the records can tell is proven in passing, entry by entry (`ledger.invariants.entries`), or
by the replay itself: then `proof` says how, and `contradicted_by` which findings of an audit say
that it does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

from msgspec import Struct

from ledger.burdens import invariants as burdens
from ledger.changes import invariants as changes
from ledger.fees import invariants as fees
from ledger.financing import invariants as financing
from ledger.invariants.entries import ENTRY_CHECKS, EntryCheck
from ledger.model.records import View
from ledger.notices import invariants as notices
from ledger.parties import invariants as parties
from ledger.receivables import invariants as receivables
from ledger.recourse import invariants as recourse
from ledger.settlement import invariants as settlement

PLACES: tuple[ModuleType, ...] = (
    parties,
    receivables,
    burdens,
    notices,
    financing,
    fees,
    changes,
    settlement,
    recourse,
)
"""Every module with checks of its own, lowest floor first."""

Check = Callable[[View], list[str]]
"""Sentences that contradict it, each beginning with the id of a record; none when all is well."""


OWN = "own rule"
"""The source of what no statute says: a decision of this ledger."""
BY_REPLAY = frozenset({17, 18, 26, 27, 28})
"""Those that every entry proves which is read, verified and decided again."""


class Invariant(Struct, frozen=True, kw_only=True, gc=False):
    """One numbered line of the table.

    `name` and `chinese` are one sentence each, `source` a statute or `OWN`. `proof` is what proves
    it besides the checks; `contradicted_by` are codes of findings at level rules.
    """

    number: int
    name: str
    chinese: str
    source: str
    proof: str = ""
    contradicted_by: frozenset[str] = frozenset()

    @property
    def checks(self) -> tuple[Check, ...]:
        """What one view of all records can tell of it."""
        return _CHECKS.get(self.number, ())

    @property
    def entry_checks(self) -> tuple[EntryCheck, ...]:
        """What one entry can tell of it."""
        return tuple(check for check in ENTRY_CHECKS if check.number == self.number)

    @property
    def is_told(self) -> bool:
        """Whether anything here proves it: where an act does not exist yet, nothing does."""
        return bool(self.proof or self.checks or self.entry_checks)


def number_of(check: Check) -> int:
    """The number of a check: the second word of its name, ``invariant_7_payable``."""
    return int(check.__name__.split("_")[1])


def _by_number() -> dict[int, tuple[Check, ...]]:
    found: dict[int, tuple[Check, ...]] = {}
    for place in PLACES:
        listed: Sequence[Check] = place.INVARIANTS
        for check in listed:
            found[number_of(check)] = (*found.get(number_of(check), ()), check)
    return found


_CHECKS = _by_number()


def _line(
    number: int, name: str, chinese: str, source: str, proof: str = "", codes: str = ""
) -> Invariant:
    return Invariant(
        number=number,
        name=name,
        chinese=chinese,
        source=source,
        proof=proof,
        contradicted_by=frozenset(codes.split()),
    )


INVARIANTS: tuple[Invariant, ...] = (
    _line(
        1,
        "What is acknowledged is, to the minor unit, what is open, paid, reduced or ended.",
        "确权金额等于未清、已付、核减与混同之和。",
        OWN,
    ),
    _line(
        2,
        "The children of a split are above zero and add up to what was split.",
        "拆分后的各份均大于零，且合计等于原份额。",
        "民法典 545",
    ),
    _line(
        3,
        "A holding has one holder, whom an unbroken chain of signed acts leads to.",
        "每份债权只有一个持有人，且由连续的签署行为取得。",
        "民法典 545, 546",
    ),
    _line(
        4,
        "One transfer or financing at most has a holding, and it ends once.",
        "一份债权同时至多被一笔转让或融资占用，且只终结一次。",
        "民法典 768",
    ),
    _line(
        5,
        "An invoice is unique, and never more of it is used than it is worth.",
        "发票唯一，其使用额不超过可用金额。",
        OWN,
    ),
    _line(
        6,
        "Nothing is held, transferred or financed that the obligor has not acknowledged.",
        "未经确权的债权不得持有、转让或融资。",
        "民法典 763",
    ),
    _line(
        7,
        "After acknowledgement what is owed only falls, by what is on record.",
        "确权之后应付金额只减不增，且每次减少均有记录。",
        OWN,
    ),
    _line(
        8,
        "An advance is at most what is owed on its holding and free of others' rights.",
        "融资放款不超过该份债权未清且无他人权利的金额。",
        "民法典 761",
    ),
    _line(
        9,
        "Exposures are the sums of their financings, within the limits.",
        "敞口等于各笔融资之和，且不超过限额。",
        OWN,
    ),
    _line(
        10,
        "The term is within the cap, and no transfer changes obligor, currency or due date.",
        "账期不超过上限，转让不改变债务人、币种与到期日。",
        "77号 11",
    ),
    _line(
        11,
        "Priority is a function of recorded times alone.",
        "清偿顺位仅由已记录的时间决定。",
        "民法典 414, 768",
    ),
    _line(
        12,
        "A payment is allocated whole: its parts are its amount.",
        "每笔付款全额分配，各部分之和等于付款额。",
        "民法典 560, 561",
    ),
    _line(
        13,
        "The platform is in no principal leg, and no payer proves its own payment.",
        "平台不经手本金，付款人不得自证付款。",
        "77号 4, 14",
    ),
    _line(
        14,
        "Title moves exactly where the advance is proven, once.",
        "权属仅在放款被证明时转移，且只转移一次。",
        OWN,
    ),
    _line(
        15,
        "What a bank attested stands on a statement line that is used once.",
        "银行证明的款项各有一条对账单记录，且只使用一次。",
        OWN,
    ),
    _line(
        16,
        "Nobody owes itself.",
        "债权债务不归于同一人。",
        "民法典 576",
    ),
    _line(
        17,
        "Whoever signed could sign then: its key in force, as many people as its rule wants.",
        "签署人在签署时有权签署：密钥有效，人数符合审批规则。",
        "电子签名法 5, 8",
        "Signatures are verified, and the standing of each key is judged again at its entry.",
        "key_unknown key_not_of_party key_not_in_force approvals_missing signature_not_needed",
    ),
    _line(
        18,
        "Time never runs back, and no payment is dated before the debt or after its entry.",
        "时间不倒流；付款日不早于确权日，也不晚于入账日。",
        OWN,
        "Level structure: `at` never decreases from entry to entry.",
    ),
    _line(
        19,
        "A dispute blocks new financing of the disputed amount and of nothing else.",
        "争议仅阻止争议金额的新融资。",
        OWN,
    ),
    _line(
        20,
        "Late interest for small creditors is at least the statutory rate.",
        "对中小企业的逾期利息不低于法定标准。",
        "支付条例 17",
    ),
    _line(
        21,
        "No fee is above the published schedule.",
        "收费不超过已公布的收费标准。",
        OWN,
    ),
    _line(
        22,
        "A price recomputes to the minor unit from what is on record.",
        "价格可由记录重算至最小货币单位。",
        OWN,
    ),
    _line(
        23,
        "Who may not owe more gains no new acknowledged debt.",
        "被暂停或丧失资格的债务人不得新增确权金额。",
        "77号 15",
    ),
    _line(
        24,
        "Nobody recovers twice, and what is over is returned.",
        "不得重复受偿，超额部分应予返还。",
        "民法典 766, 767",
    ),
    _line(
        25,
        "A write-off changes accounts and no claim.",
        "核销只改变账务状态，不消灭债权。",
        OWN,
    ),
    _line(
        26,
        "No natural person's data is in a hashed payload in clear.",
        "哈希载荷中不含自然人信息明文。",
        "个人信息保护法 6, 47",
        "The field classes of the rules in force seal such fields, and every entry is in form.",
    ),
    _line(
        27,
        "The records are what the entries make, byte for byte.",
        "记录由条目逐字节重放得出。",
        OWN,
        "The replay: the digest of each entry's events, and every derived row compared.",
        "effects_differ rules_differ record_missing record_differs record_stray",
    ),
    _line(
        28,
        "A command is taken once, and its id names no other.",
        "同一指令只入账一次，其编号不得他用。",
        OWN,
        "The replay meets every jti again.",
        "command_repeated jti_is_spent",
    ),
    _line(
        29,
        "A holding changes hands as often as its chain is long, and not beyond the cap.",
        "转让次数等于持有链长度，且不超过上限。",
        OWN,
    ),
    _line(
        30,
        "An acknowledgement that is asked for and late is told.",
        "逾期未答复的确权请求会被提示。",
        "支付条例 16",
        "A function of the request's instant and the policy, asked whenever it is shown.",
    ),
    _line(
        31,
        "The shares in a holding are the whole of it.",
        "一份债权的各参与份额合计为百分之百。",
        OWN,
        "There are no shares: a part is a holding of its own, by a split (2).",
    ),
    _line(
        32,
        "Who accepts has dealt with every alert that is open then.",
        "承购时所有未结警示均已处置。",
        "民法典 763",
    ),
)
"""All of them, in the order of their numbers."""

CHECKS: tuple[Check, ...] = tuple(check for item in INVARIANTS for check in item.checks)
"""All that one view of the records can tell."""
