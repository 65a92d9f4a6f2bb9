"""What a ledger knows of the ids in a command: whose holding it is, at what rate an offer stands.

A command names records by id alone. Where a ledger can be asked, each id that is said gets a few
words beside it; they are what that ledger says, and the signature does not cover them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.explaining import pattern
from api.explaining.facts import digits_in, read_facts
from api.explaining.wording import Names, Wording
from ledger.burdens.records import Encumbrance, Freeze
from ledger.errors import Refused
from ledger.financing.records import Financing, Offer, Programme, Request
from ledger.model.codec import WireForm
from ledger.notices.records import Assertion, Filing, Notice
from ledger.parties.records import Account, Party
from ledger.receivables.records import Holding, Receivable, Transfer

OUTSTANDING = "outstanding"
"""What a holding's fields add up to; beside them it is a field of its label."""


@dataclass(frozen=True, slots=True)
class Label:
    """How a record of a kind is told in few words; `collection` is where it is read over HTTP."""

    collection: str
    kind: type[Any]
    english: str
    chinese: str


LABELS: Mapping[str, Label] = {
    label.kind.PREFIX: label
    for label in (
        Label("parties", Party, "[{name}]", "[{name}]"),
        Label("accounts", Account, "{number} at {bank}", "{bank}{number}"),
        Label(
            "receivables",
            Receivable,
            "[{face} ]owed[ by {obligor|name}][ to {creditor|name}], due on {due}",
            "[{obligor|name}][对{creditor|name}]的应付账款[{face}]，到期日{due}",
        ),
        Label(
            "holdings",
            Holding,
            "[{outstanding} ]owed by {obligor|name}, due on {due}",
            "[未付余额{outstanding}，]债务人{obligor|name}，到期日{due}",
        ),
        Label(
            "transfers",
            Transfer,
            "{holding} from {assignor|name}[ for {consideration}], {recourse}",
            "{assignor|name}转让{holding}[，对价{consideration}]，{recourse}",
        ),
        Label(
            "notices",
            Notice,
            "of {holding}[ assigned to {assignee|name}]",
            "{holding}[转让给{assignee|name}]",
        ),
        Label("filings", Filing, "{kind}[ under {number}]", "{kind}[，编号{number}]"),
        Label(
            "interests",
            Assertion,
            "{kind} in {holding}[ of {claimant|name}]",
            "[{claimant|name}]对{holding}的{kind}",
        ),
        Label(
            "encumbrances",
            Encumbrance,
            "{kind} of {holder|name} for {secured_party|name}[, {amount}][, {share_ppm|percent}]",
            "{holder|name}为{secured_party|name}设立的{kind}[，{amount}][，{share_ppm|percent}]",
        ),
        Label(
            "freezes",
            Freeze,
            "[{amount} ]by {court} in {case}, until {until_ms|instant}",
            "{court}{case}[，{amount}]，期限至{until_ms|instant}",
        ),
        Label("programmes", Programme, "[{name}]", "[{name}]"),
        Label("requests", Request, "for {holding}", "就{holding}"),
        Label(
            "offers",
            Offer,
            "of {financier|name}, {rate_ppm|percent} a year, {recourse}",
            "{financier|name}，年贴现率{rate_ppm|percent}，{recourse}",
        ),
        Label(
            "financings",
            Financing,
            "{holding} sold by {holder|name} to {financier|name} for {price}",
            "{holder|name}将{holding}以{price}售予{financier|name}",
        ),
    )
}
"""By prefix of the id."""

Look = Callable[[str, type[Any], str], Mapping[str, Any] | None]
"""A record by collection, class and id, as JSON; None where it is not there or not shown."""


def names_from(look: Look) -> Names:
    """What is said beside ids, by the records that `look` finds; each is looked up once."""
    found: dict[str, Mapping[str, Any] | None] = {}

    def names(wording: Wording, code: str) -> str | None:
        label = LABELS.get(code[:3]) if code[3:4] == "_" else None
        if label is None:
            return None
        if code not in found:
            found[code] = look(label.collection, label.kind, code)
        tree = found[code]
        return None if tree is None else _label(label, tree, wording)

    return names


def _label(label: Label, tree: Mapping[str, Any], wording: Wording) -> str | None:
    """The words for a record; None for one that is not of the form that we know."""
    digits = digits_in(tree)
    try:
        facts = read_facts(label.kind, tree, WireForm(digits.get, {}), "")
    except Refused:
        return None
    if {"amount", "paid", "reduced"} <= facts.keys():
        facts[OUTSTANDING] = facts["amount"] - facts["paid"] - facts["reduced"]
    known = replace(wording, digits=digits)
    text = wording.pick(label.english, label.chinese)
    return pattern.render(pattern.parse(text), facts, known.say, known.join) or None
