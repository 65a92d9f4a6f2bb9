"""Sentences about fees."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "fee.charge": Sentence(
        "You charge a fee of {amount} on {base} under the line {line} of the fee schedule, which"
        " says who bears it.",
        "您依据收费标准项目{line}就{base}收取费用{amount}，由该项目规定的一方承担。",
        "amount",
    ),
    "fee.waive": Sentence(
        "You do without the fee {fee}: it is not owed any more.",
        "您减免费用{fee}：对方不再承担。",
    ),
}
