"""Sentences about the rules in force."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "policy.adopt": Sentence(
        "You put another policy in force for everybody, from the next entry on: currencies"
        " {currencies.code}; due dates at most {caps.term_months} months after issue; splits into"
        " at most {caps.children} parts; at most {caps.hops} transfers[; payment law of"
        " {statute.large_days} days for large enterprises and {statute.public_days} for public"
        " bodies][; {fees|count} lines of fees]; another policy can replace it, and what was done"
        " under it stays.",
        "您使另一套规则自下一条目起对所有人生效：币种{currencies.code}；到期日不晚于开立后"
        "{caps.term_months}个月；每次最多拆分为{caps.children}份；最多转让{caps.hops}次"
        "[；付款法定期限：大型企业{statute.large_days}日、机关事业单位{statute.public_days}日]"
        "[；收费项目{fees|count}项]；此后可另行采用新规则，但已依本规则办理的事项不变。",
    ),
    "rules.adopt": Sentence(
        "You put the rules with the number {number} in force for everybody, from the next entry on.",
        "您使编号为{number}的规则自下一条目起对所有人生效。",
    ),
}
