"""Sentences about alerts."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "alert.close": Sentence(
        "You close the alert {alert} for everybody, on the finding with the SHA-256 {evidence}: it"
        " stops nothing any more.",
        "您依据 SHA-256 为{evidence}的核查结论，为所有人关闭预警{alert}：其不再阻止任何事项。",
    ),
    "alert.disposition": Sentence(
        "You state for your house what you make of the alert {alert}, on the review with the SHA-256"
        " {evidence}: {verdict}; it replaces what you said before, and others do not see it.",
        "您依据 SHA-256 为{evidence}的审查，代表本机构处置预警{alert}：{verdict}；"
        "此前的处置随之被取代，他人不可见。",
    ),
}
