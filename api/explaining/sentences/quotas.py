"""Sentences about groups and quotas."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences.sentence import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "group.join": Sentence(
        "You name {parent} as your parent: from now on it sets in your place how much you may owe,"
        " and only it can let you go.",
        "您指定{parent}为您的母公司：自即时起由其代您设定负债额度，且只有其可将您移出集团。",
    ),
    "group.release": Sentence(
        "You let the subsidiary {member} go from your group; its quotas stay until it changes them.",
        "您将子公司{member}移出集团；其额度在其自行更改之前不变。",
    ),
    "quota.set": Sentence(
        "You set that [obligor?{obligor}][!obligor?you] may owe[creditor? {creditor}][!creditor? all"
        " creditors together] in {currency} [amount?at most {amount} at a time][!amount?without any"
        " quota]; debts that are there already stay.",
        "您设定[obligor?{obligor}][!obligor?您自身][creditor?对{creditor}][!creditor?对全部债权人]的"
        "{currency}负债[amount?同时不得超过{amount}][!amount?不设额度]；已有债务不受影响。",
        "amount",
    ),
}
