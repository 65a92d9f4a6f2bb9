"""Sentences about a party's standing in business."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "party.suspend": Sentence(
        "You suspend the party {party}, with the reason {reason}, on the evidence with the SHA-256"
        " {evidence}: it begins nothing new and gives nothing up; what it owes and is owed goes on.",
        "您依据 SHA-256 为{evidence}的证据暂停参与方{party}新增业务，原因：{reason}，且不得放弃权利；"
        "其已有的债权债务照常履行。",
    ),
    "party.reinstate": Sentence(
        "You end the suspension of the party {party}, with the reason {reason}, on the evidence with"
        " the SHA-256 {evidence}: it may begin something new again.",
        "您依据 SHA-256 为{evidence}的证据恢复参与方{party}，原因：{reason}；其可再次新增业务。",
    ),
    "party.screen": Sentence(
        "You state that the list of {list_date} of the provider {provider} says of the party {party}:"
        " {result}, by the report with the SHA-256 {report}.",
        "您证明：{provider}于{list_date}的名单对参与方{party}的筛查结果为：{result}，"
        "报告的 SHA-256 为{report}。",
    ),
    "licence.record": Sentence(
        "You state that {authority} licenses the party {party} as {role}, under the number {number},"
        " from {valid_from} to {valid_until}, on the evidence with the SHA-256 {evidence}.",
        "您依据 SHA-256 为{evidence}的证据登记：{authority}许可参与方{party}作为{role}展业，许可证号"
        "{number}，自{valid_from}至{valid_until}。",
    ),
    "licence.end": Sentence(
        "You state that the licence {licence} holds no longer, from today on, with the reason"
        " {reason}.",
        "您登记许可{licence}自今日起失效，原因：{reason}。",
    ),
    "insolvency.declare": Sentence(
        "You state that {court} opened insolvency proceedings over the party {party} on {day}, case"
        " {case}, on the evidence with the SHA-256 {evidence}: what it owes is payable on that day"
        " and bears no interest after it.",
        "您依据 SHA-256 为{evidence}的证据登记：{court}于{day}受理参与方{party}的破产案件，案号{case}；"
        "其债务于该日到期，此后停止计息。",
    ),
    "insolvency.end": Sentence(
        "You state that the insolvency proceedings over the party {party} are over and it goes on, on"
        " the evidence with the SHA-256 {evidence}.",
        "您依据 SHA-256 为{evidence}的证据登记：参与方{party}的破产程序已终结，其继续经营。",
    ),
}
