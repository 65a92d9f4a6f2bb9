"""Why a claim ranks where it does: one code, one statute, one sentence in English and Chinese.

`{at}` in a sentence is the time that decided, as UTC text; `docs/spec/priority.md` lists them all.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from ledger.dates import instant_text


class Reason(Enum):
    """What decided, or why a claim counts for less than its holder may think."""

    FILED = "filed"
    NOTIFIED = "notified"
    NEITHER = "neither_filed_nor_notified"
    FIRST_NOTIFIED = "assignment_notified"
    NOT_NOTIFIED = "assignment_not_notified"
    REMAINDER = "holder_takes_the_rest"
    UNCONTESTED = "no_other_claim"
    PLEDGE_UNFILED = "pledge_is_not_filed"
    GIVES_WAY = "gives_way_by_agreement"
    SHARED_RANK = "rank_is_shared"
    NOTHING_LEFT = "nothing_is_left"
    FILING_EXPIRED = "filing_has_expired"
    FILING_DISCHARGED = "filing_was_discharged"
    NOTICE_WITHDRAWN = "notice_was_withdrawn"


class Words(NamedTuple):
    """A reason in both languages, and the rule of law behind it."""

    english: str
    chinese: str
    statute: str


WORDS: dict[Reason, Words] = {
    Reason.FILED: Words(
        "Filed at {at}: before what is not, and among what is by the registry's time.",
        "已于{at}登记:先于未登记者,登记者之间按登记时间先后。",
        "Civil Code 768; 担保制度解释 66",
    ),
    Reason.NOTIFIED: Words(
        "Not filed; the notice reached the obligor at {at}: the first to arrive is first.",
        "未登记;转让通知于{at}到达债务人,最先到达者优先。",
        "Civil Code 768; 担保制度解释 66",
    ),
    Reason.NEITHER: Words(
        "Neither filed nor notified: after all that are, in proportion to financing or fee.",
        "既未登记也未通知:位于已登记、已通知者之后,按保理融资款或者服务报酬的比例取得。",
        "Civil Code 768; 担保制度解释 66",
    ),
    Reason.FIRST_NOTIFIED: Words(
        "Assignments alone compete; its notice arrived at {at}: the first to arrive is first.",
        "仅有普通债权转让竞存;通知于{at}到达债务人,最先通知的受让人优先。",
        "合同编通则解释 50; Civil Code 546",
    ),
    Reason.NOT_NOTIFIED: Words(
        "An assignment without notice has no effect on the obligor: it comes after those notified.",
        "未通知债务人的转让对债务人不发生效力:位于已通知的受让人之后。",
        "Civil Code 546; 合同编通则解释 50",
    ),
    Reason.REMAINDER: Words(
        "The holder has what those leave to whom it gave rights.",
        "持有人取得其所设定权利实现后的余额。",
        "Civil Code 545",
    ),
    Reason.UNCONTESTED: Words(
        "No other claim to the holding is on record.",
        "账本上没有对该份额的其他权利主张。",
        "Civil Code 545",
    ),
    Reason.PLEDGE_UNFILED: Words(
        "A pledge of receivables comes into being with its filing: there is none.",
        "应收账款质权自办理出质登记时设立:未登记,质权不存在。",
        "Civil Code 445",
    ),
    Reason.GIVES_WAY: Words(
        "It gives way by agreement, and comes right behind the claim it names.",
        "依约定让位:列于其所指权利之后。",
        "Civil Code 119, 509",
    ),
    Reason.SHARED_RANK: Words(
        "Others have the same rank: they share in proportion to what is due to them.",
        "与他人同一顺位:按各自应得款项的比例分配。",
        "Civil Code 768",
    ),
    Reason.NOTHING_LEFT: Words(
        "Those before it take all that is outstanding.",
        "在先权利已取得全部未付余额。",
        "Civil Code 768",
    ),
    Reason.FILING_EXPIRED: Words(
        "Its filing expired at {at} and counts no more.",
        "其登记已于{at}到期失效。",
        "动产和权利担保统一登记办法",
    ),
    Reason.FILING_DISCHARGED: Words(
        "Its filing was discharged at {at} and counts no more.",
        "其登记已于{at}注销。",
        "动产和权利担保统一登记办法",
    ),
    Reason.NOTICE_WITHDRAWN: Words(
        "Its notice was taken back with the assignee's consent at {at}.",
        "其转让通知已于{at}经受让人同意撤销。",
        "Civil Code 546",
    ),
}
"""Every reason in words."""


def said(reason: Reason, at_ms: int | None) -> tuple[str, str]:
    """The sentence of a reason in English and in Chinese, with the time that decided."""
    words = WORDS[reason]
    at = "" if at_ms is None else instant_text(at_ms)
    return words.english.format(at=at), words.chinese.format(at=at)
