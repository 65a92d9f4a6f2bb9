"""What concerns a party: one rule per kind of record, and the fields that stay hidden even then.

A party sees what it is a side of. Auditors and regulators see everything. The operator sees the
parties, and of all else only what is open in the log. Who holds a part of a receivable learns its
own part, its debtor and its day, and nothing of the whole, of the other parts or of any price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.auth import Caller
from api.visibility_burdens import BURDENS, is_offered, secures
from api.visibility_changes import CHANGES
from api.visibility_recourse import RECOURSE
from api.visibility_rule import NOTHING, Hidden, Rule, sides
from ledger.alerts.state import Alert, Disposition
from ledger.audience.base import may_take
from ledger.burdens.records import Encumbrance
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.fees.state import Fee
from ledger.financing.state import (
    Financing,
    Offer,
    Programme,
    ProgrammeState,
    Request,
    RequestState,
)
from ledger.model.records import Reader
from ledger.notices.records import Assertion, Designation, Filing, Notice, Search
from ledger.parties.commands import Role
from ledger.parties.state import Account, Contact, Delegation, Party, Recovery
from ledger.quotas.state import Membership, Quota
from ledger.receivables.state import (
    Holding,
    Invoice,
    Receivable,
    Transfer,
)
from ledger.settlement.records import Instruction, Misdirected, Payment, Redemption
from ledger.store.pages import Via

INSTITUTIONS = frozenset(Role) - {Role.SUPPLIER}
"""Roles that offer something to everybody here; their names are known to all members."""

_NAMES = frozenset({"name", "identifiers", "person_name", "person_identifier", "token", "evidence"})
_WHOLE = frozenset(
    {"acknowledged", "clause", "contract", "face", "long_term_reason"}
    | {"merged", "open_holdings", "paid", "paying_agent", "reduced", "uses"}
)
_ORIGIN = frozenset({"parent", "ordinal"})


def hidden_fields(rule: Rule, record: Any, book: Reader, caller: Caller) -> Hidden:
    """The fields of `record` that `caller` does not see, or None when it sees nothing of it."""
    if caller.sees_all:
        return NOTHING
    own = rule.hidden(record, book, caller.party)
    if Role.OPERATOR in caller.roles:
        return rule.sealed if own is None else rule.sealed & own
    return own


def concerns(record: Any, book: Reader, party: str) -> bool:
    """Whether a record concerns a party, its roles aside."""
    return RULES[type(record)].hidden(record, book, party) is not None


def _party(record: Party, book: Reader, party: str) -> Hidden:
    if record.id == party:
        return NOTHING
    if INSTITUTIONS & set(record.roles):
        return frozenset({"token", "person_identifier", "evidence"})
    return frozenset({"token", "evidence"}) if deals(book, record.id, party) else None


def deals(book: Reader, one: str, other: str) -> bool:
    """Whether two parties are the two sides of a receivable, holding, transfer or financing."""
    for a, b in ((one, other), (other, one)):
        if (
            any(item.obligor == b for item in book.find(Receivable, creditor=a))
            or any(item.obligor == b for item in book.find(Holding, holder=a))
            or any(item.assignee == b for item in book.find(Transfer, assignor=a))
            or any(item.holder == b for item in book.find(Financing, financier=a))
            or any(b in (item.holder, item.obligor) for item in secures(book, a))
        ):
            return True
    return False


def _account(record: Account, book: Reader, party: str) -> Hidden:
    """For its owner, for banks, and for those who have something to pay there."""
    own = record.party == party or _is(book, party, Role.BANK)
    return NOTHING if own or _pays(book, party, record.party) else None


def _pays(book: Reader, payer: str, payee: str) -> bool:
    return (
        any(item.is_open and item.obligor == payer for item in book.find(Holding, holder=payee))
        or any(item.assignee == payer for item in book.find(Transfer, assignor=payee))
        or any(item.financier == payer for item in book.find(Financing, holder=payee))
    )


def _receivable(record: Receivable, book: Reader, party: str) -> Hidden:
    if party in (record.creditor, record.obligor, record.paying_agent):
        return NOTHING
    parts = book.find(Holding, receivable=record.id)
    return _WHOLE if any(concerns(part, book, party) for part in parts) else None


def _holding(record: Holding, book: Reader, party: str) -> Hidden:
    if party == record.obligor:
        return NOTHING
    if party == record.holder:
        return NOTHING if _holds_parent(record, book, party) else _ORIGIN
    if record.pending and is_offered(book, record.pending, party):
        return _ORIGIN
    lies = {burden.id for burden in record.burdens}
    if any(item.holding == record.id or item.id in lies for item in secures(book, party)):
        return _ORIGIN
    requests = [item for item in book.find(Request, holding=record.id) if item.holder != party]
    return _ORIGIN if any(_request(item, book, party) is not None for item in requests) else None


def _holds_parent(record: Holding, book: Reader, party: str) -> bool:
    parent = book.get(Holding, record.parent) if record.parent else None
    return parent is not None and parent.holder == party


def _request(record: Request, book: Reader, party: str) -> Hidden:
    """A financier sees open requests over debts that it funds, without the least net."""
    if record.holder == party:
        return NOTHING
    holding = book.get(Holding, record.holding)
    if record.state is not RequestState.OPEN or holding is None or holding.holder != record.holder:
        return None
    programmes = book.find(Programme, financier=party)
    funds = any(_funds(item, holding.obligor) for item in programmes)
    return frozenset({"min_net"}) if funds else None


def _funds(programme: Programme, obligor: str) -> bool:
    named = programme.obligors
    return programme.state is ProgrammeState.OPEN and (not named or obligor in named)


def _offer(record: Offer, book: Reader, party: str) -> Hidden:
    """A holder sees the open offers that one of its holdings could be sold under."""
    if record.financier == party:
        return NOTHING
    return frozenset({"obligors", "persons"}) if may_take(book, record, party) else None


def _suspension(record: Suspension, book: Reader, party: str) -> Hidden:
    """For the party itself, and without the grounds for those who deal with it."""
    if record.id == party:
        return NOTHING
    return frozenset({"reason", "evidence"}) if deals(book, record.id, party) else None


def _licence(record: Licence, book: Reader, party: str) -> Hidden:
    """For the party itself, and without number and evidence for whoever may know the party."""
    if record.party == party:
        return NOTHING
    licensed = book.get(Party, record.party)
    known = licensed is not None and _party(licensed, book, party) is not None
    return frozenset({"number", "evidence"}) if known else None


def _screening(record: Screening, book: Reader, party: str) -> Hidden:
    """For no party, also not for the one that was screened: it might be warned."""
    return None


def _insolvency(record: Insolvency, book: Reader, party: str) -> Hidden:
    """For the party and for those who deal with it, and may have to file a claim."""
    return NOTHING if record.id == party or deals(book, record.id, party) else None


def _misdirected(record: Misdirected, book: Reader, party: str) -> Hidden:
    """For whoever paid, got, reported or should have got it."""
    holding = book.get(Holding, record.holding)
    sides = (record.payer, record.payee, record.reported_by, holding.holder if holding else None)
    return NOTHING if party in sides else None


def _redemption(record: Redemption, book: Reader, party: str) -> Hidden:
    """For the obligor that signed the list, and the agent that pays by it."""
    receivable = book.get(Receivable, record.receivable)
    both = (receivable.obligor, receivable.paying_agent) if receivable else ()
    return NOTHING if party in both else None


def _interest(record: Assertion, book: Reader, party: str) -> Hidden:
    """Both sides see all; holder and obligor that the right is claimed, and not over how much."""
    if party in (record.claimant, record.grantor):
        return NOTHING
    holding = book.get(Holding, record.holding)
    concerned = holding is not None and party in (holding.holder, holding.obligor)
    return _EXTENT if concerned else None


_EXTENT = frozenset({"amount", "share_ppm", "due"})


def _is(book: Reader, party: str, role: Role) -> bool:
    record = book.get(Party, party)
    return record is not None and record.has(role)


def _alert(record: Alert, book: Reader, party: str) -> Hidden:
    """For whom it is about, and both sides of the invoice, debt or holding that it is about.

    Who is asked to fund a holding reads its alerts where it reads the holding.
    """
    for kind, side in _ABOUT:
        its = record.subject.startswith(kind.PREFIX)
        subject = book.get(kind, record.subject) if its else None
        if subject is not None and getattr(subject, side) == party:
            return NOTHING
    return NOTHING if record.subject == party else None


_ABOUT: tuple[tuple[type[Any], str], ...] = (
    (Invoice, "seller"),
    (Invoice, "buyer"),
    (Receivable, "creditor"),
    (Receivable, "obligor"),
    (Holding, "holder"),
    (Holding, "obligor"),
)
_TO_BE = (
    Via("pending", Transfer, "id", "assignee"),
    Via("pending", Financing, "id", "financier"),
)
"""From a holding to whom it is offered."""

_MONEY_OF_FINANCING = frozenset(
    {"face", "price", "discount", "rate_ppm", "account", "reference", "collected"}
    | {"reduced", "financier", "holder", "obligor"}
)

RULES: Mapping[type[Any], Rule] = {
    rule.kind: rule
    for rule in (
        Rule(Party, _party, private=frozenset({"token"})),
        Rule(Account, _account, sealed=frozenset({"number", "bank"})),
        Rule(Contact, sides("id"), ("id",), sealed=frozenset({"address", "earlier"})),
        Rule(
            Delegation,
            sides("party"),
            ("party",),
            sealed=frozenset({"per_act", "per_day", "used"}),
        ),
        Rule(Recovery, sides("party", "opened_by"), ("party", "opened_by")),
        Rule(
            Alert,
            _alert,
            ("subject",),
            tuple(Via("subject", kind, "id", side) for kind, side in _ABOUT),
        ),
        Rule(
            Disposition,
            sides("financier"),
            ("financier",),
            sealed=frozenset({"alert", "verdict", "persons"}),
        ),
        Rule(
            Membership,
            sides("member", "parent"),
            ("member", "parent"),
            sealed=frozenset({"id", "member", "parent"}),
        ),
        Rule(
            Quota,
            sides("obligor", "set_by"),
            ("obligor", "set_by"),
            sealed=frozenset({"id", "obligor", "creditor", "amount", "set_by"}),
        ),
        Rule(Suspension, _suspension),
        Rule(Licence, _licence, sealed=frozenset({"number"})),
        Rule(Screening, _screening),
        Rule(Insolvency, _insolvency, sealed=frozenset({"case"})),
        Rule(
            Invoice,
            sides("seller", "buyer"),
            ("seller", "buyer"),
            sealed=frozenset(
                {"key", "seller", "buyer", "number", "code", "gross", "prepaid", "credited"}
                | {"unabsorbed", "used", "reduced", "issued", "type"}
            ),
        ),
        Rule(
            Receivable,
            _receivable,
            ("creditor", "obligor", "paying_agent"),
            (
                Via("id", Holding, "receivable", "holder"),
                *(Via("id", Holding, "receivable", way) for way in _TO_BE),
                Via("id", Encumbrance, "receivable", "secured_party"),
            ),
            _WHOLE | {"creditor", "obligor", "late_ppm"},
        ),
        Rule(
            Holding,
            _holding,
            ("holder", "obligor"),
            (*_TO_BE, Via("receivable", Encumbrance, "receivable", "secured_party")),
            frozenset({"amount", "paid", "reduced", "burdens", "obligor", "holder", "chain"}),
        ),
        Rule(
            Transfer,
            sides("assignor", "assignee"),
            ("assignor", "assignee"),
            sealed=frozenset({"assignor", "assignee", "consideration"}),
        ),
        Rule(Designation, lambda _record, _book, _party: NOTHING),  # declared to everybody
        Rule(
            Notice,
            sides("obligor", "assignor", "assignee"),
            ("obligor", "assignor", "assignee"),
            sealed=frozenset({"obligor", "assignor", "assignee", "account"}),
        ),
        Rule(Search, sides("searcher"), ("searcher",), sealed=frozenset({"creditor", "obligor"})),
        Rule(
            Filing,
            sides("secured", "grantor"),
            ("secured", "grantor"),
            sealed=frozenset({"number", "grantor", "over", "obligor"}) | _EXTENT,
        ),
        Rule(
            Assertion,
            _interest,
            ("claimant", "grantor"),
            (Via("holding", Holding, "id", "holder"), Via("holding", Holding, "id", "obligor")),
            _EXTENT | {"claimant", "grantor"},
        ),
        *BURDENS,
        *RECOURSE,
        Rule(
            Programme,
            sides("financier"),
            ("financier",),
            sealed=frozenset({"name", "obligors", "limit_obligor", "limit_total"}),
        ),
        Rule(Request, _request, sealed=frozenset({"min_net", "holder"})),
        Rule(Offer, _offer, sealed=frozenset({"rate_ppm", "max_amount", "obligors"})),
        Rule(
            Financing,
            sides("financier", "holder"),
            ("financier", "holder"),
            sealed=_MONEY_OF_FINANCING,
        ),
        Rule(
            Fee,
            sides("charged_by", "bearer"),
            ("charged_by", "bearer"),
            sealed=frozenset({"bearer", "amount", "allowed"}),
        ),
        *CHANGES,
        Rule(
            Payment,
            sides("payer", "payee", "attested_by"),
            ("payer", "payee", "attested_by"),
            sealed=frozenset(
                {"payer", "payee", "account", "amount", "reference", "costs", "interest"}
                | {"principal"}
            ),
        ),
        Rule(
            Instruction,
            sides("payer", "payee"),
            ("payer", "payee"),
            sealed=frozenset({"payer", "payee", "account", "amount", "reference"}),
        ),
        Rule(
            Misdirected,
            _misdirected,
            ("payer", "payee", "reported_by"),
            (Via("holding", Holding, "id", "holder"),),
            frozenset({"payer", "payee", "amount", "reference"}),
        ),
        Rule(
            Redemption,
            _redemption,
            (),
            (
                Via("receivable", Receivable, "id", "obligor"),
                Via("receivable", Receivable, "id", "paying_agent"),
            ),
            frozenset({"list", "total"}),
        ),
    )
}
"""The rule of every kind of record that is read over HTTP."""
