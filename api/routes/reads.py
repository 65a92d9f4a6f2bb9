"""Reading records: lists with keyset cursors, one record, and what happened to a receivable."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.auth import Caller
from api.disclosing import entries_about, step_of
from api.site import Here, Sight, SignedIn
from api.visibility import RULES, hidden_fields
from api.visibility_rule import Rule
from ledger.alerts.state import Alert, Disposition
from ledger.base64url import b64url_decode, b64url_encode
from ledger.burdens.records import Encumbrance, Freeze
from ledger.changes.records import Ask, Change, Claim, Correction, Dispute
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.errors import RefusalCode, Refused
from ledger.fees.state import Fee
from ledger.financing.state import Financing, Offer, Programme
from ledger.financing.state import Request as FinancingRequest
from ledger.notices.records import Assertion, Designation, Filing, Notice, Search
from ledger.parties.commands import Role
from ledger.parties.state import Account, Contact, Delegation, Party, Recovery
from ledger.quotas.state import Membership, Quota
from ledger.receivables.state import Holding, Invoice, Receivable, Transfer, TransferState
from ledger.recourse.records import (
    DebtRecovery,
    Default,
    RecourseClaim,
    RecoursePayment,
    WriteOff,
)
from ledger.settlement.records import Instruction, Misdirected, Payment, Redemption
from ledger.store.pages import page

KINDS: dict[str, type[Any]] = {
    "parties": Party,
    "accounts": Account,
    "contacts": Contact,
    "delegations": Delegation,
    "recoveries": Recovery,
    "memberships": Membership,
    "quotas": Quota,
    "suspensions": Suspension,
    "licences": Licence,
    "screenings": Screening,
    "insolvencies": Insolvency,
    "invoices": Invoice,
    "receivables": Receivable,
    "holdings": Holding,
    "transfers": Transfer,
    "designations": Designation,
    "notices": Notice,
    "searches": Search,
    "filings": Filing,
    "interests": Assertion,
    "encumbrances": Encumbrance,
    "freezes": Freeze,
    "programmes": Programme,
    "requests": FinancingRequest,
    "offers": Offer,
    "financings": Financing,
    "fees": Fee,
    "disputes": Dispute,
    "changes": Change,
    "asks": Ask,
    "claims": Claim,
    "corrections": Correction,
    "payments": Payment,
    "alerts": Alert,
    "dispositions": Disposition,
    "instructions": Instruction,
    "misdirected": Misdirected,
    "redemptions": Redemption,
    "recourses": RecourseClaim,
    "recourse_payments": RecoursePayment,
    "write_offs": WriteOff,
    "defaults": Default,
    "debt_recoveries": DebtRecovery,
}
"""What is read under which path."""

MOST, USUAL = 200, 50
SCANNED = 2_000
"""Records looked at for one page; a page may be short and still have a next one."""

_SENT_OTHERWISE = frozenset({"limit", "cursor"})
_ID = re.compile(r"[a-z]{3}_[a-z2-7]{26}")

router = APIRouter(tags=["records"])


def record_tree(sight: Sight, record: Any, hidden: frozenset[str]) -> dict[str, Any]:
    """A record as JSON, amounts as decimal strings, without the hidden fields."""
    tree = sight.written(record)
    return {name: value for name, value in tree.items() if name not in hidden}


def visible(sight: Sight, kind: type[Any], record_id: str, caller: Caller) -> dict[str, Any]:
    """The record as the caller may see it. Raises `Refused` (`record_not_found`)."""
    record = sight.book.get(kind, record_id)
    hidden = None if record is None else hidden_fields(RULES[kind], record, sight.book, caller)
    if hidden is None:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no such {kind.__name__.lower()}.")
    return record_tree(sight, record, hidden)


def only(caller: Caller, *sides: str) -> None:
    """Raises `Refused` (`record_not_found`) unless one of the sides, or who sees all, asks."""
    if not caller.sees_all and caller.party not in sides:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, "There is no such record.")


def _list(kind: type[Any]) -> Callable[..., dict[str, Any]]:
    def read(
        request: Request,
        caller: SignedIn,
        site: Here,
        limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
        cursor: str = "",
    ) -> dict[str, Any]:
        """Those that concern the caller, ordered by id. Filter by any indexed field."""
        rule = RULES[kind]
        where = _filters(rule, caller, dict(request.query_params.multi_items()))
        with site.reading() as sight:
            data, last = _page(sight, rule, caller, where, after_cursor(cursor, _ID), limit)
            return {"data": data, **going_on(last), "ledger": sight.ledger()}

    return read


def _one(kind: type[Any]) -> Callable[..., dict[str, Any]]:
    def read(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
        """One of them; 404 when it is not there or does not concern the caller."""
        with site.reading() as sight:
            return {
                "data": visible(sight, kind, record_id, caller),
                "ledger": sight.ledger(),
            }

    return read


for _name, _kind in KINDS.items():
    router.get(f"/v1/{_name}", summary=f"List {_name}", name=f"list_{_name}")(_list(_kind))
    router.get(f"/v1/{_name}/{{record_id}}", summary=f"Read one of {_name}", name=f"read_{_name}")(
        _one(_kind)
    )


@router.get("/v1/receivables/{record_id}/history", summary="What happened to a receivable")
def history(record_id: str, caller: SignedIn, site: Here) -> dict[str, Any]:
    """The entries about the receivable and those of its parts that concern the caller."""
    with site.reading() as sight:
        visible(sight, Receivable, record_id, caller)
        ids = _related(sight, record_id, caller)
        data = [step_of(sight, seq) for seq in entries_about(sight, ids)]
        return {"data": data, "ledger": sight.ledger()}


def _related(sight: Sight, receivable: str, caller: Caller) -> set[str]:
    """The receivable and what became of it, as far as it concerns the caller.

    The debtor also hears of accepted transfers, though not of their terms: whom it owes changed.
    """
    ids = {receivable}
    for holding in sight.book.find(Holding, receivable=receivable):
        transfers = sight.book.find(Transfer, holding=holding.id)
        related: list[Any] = [holding, *transfers]
        for kind in (Encumbrance, FinancingRequest, Financing, Payment):
            related += sight.book.find(kind, holding=holding.id)
        ids |= {
            item.id
            for item in related
            if hidden_fields(RULES[type(item)], item, sight.book, caller) is not None
        }
        if holding.obligor == caller.party:
            ids |= {item.id for item in transfers if item.state is TransferState.ACCEPTED}
    return ids


def _page(
    sight: Sight, rule: Rule, caller: Caller, where: dict[str, str], after: str, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The next visible records, and the id to go on after (None: that is all)."""
    own = not caller.sees_all and Role.OPERATOR not in caller.roles
    narrow = own and bool(rule.sides or rule.via)
    found: list[dict[str, Any]] = []
    for _ in range(SCANNED // MOST):
        rows = page(
            sight.view.records,
            rule.kind,
            where=where,
            after=after,
            limit=MOST + 1,
            party=caller.party if narrow else None,
            named_in=rule.sides,
            via=rule.via,
        )
        for record in rows[:MOST]:
            hidden = hidden_fields(rule, record, sight.book, caller)
            if hidden is not None and len(found) == limit:
                return found, after
            after = record.id
            if hidden is not None:
                found.append(record_tree(sight, record, hidden))
        if len(rows) <= MOST:
            return found, None
    return found, after


def _filters(rule: Rule, caller: Caller, sent: dict[str, str]) -> dict[str, str]:
    known = rule.filters(caller)
    for name in sent:
        if name not in known and name not in _SENT_OTHERWISE:
            allowed = ", ".join(sorted(known)) or "no field"
            raise Refused(
                RefusalCode.FILTER_UNKNOWN,
                f"This list is filtered by {allowed}.",
                place=f"/query/{name[:60]}",
            )
    return {name: value for name, value in sent.items() if name in known}


def going_on(last: str | None) -> dict[str, Any]:
    """How a list says whether and where it goes on; `last` is None at its end."""
    return {
        "has_more": last is not None,
        "next_cursor": None if last is None else b64url_encode(last.encode()),
    }


def after_cursor(cursor: str, form: re.Pattern[str]) -> str:
    """What a cursor says; "" without one. Raises `Refused` (`cursor_invalid`) for another form."""
    try:
        after = b64url_decode(cursor).decode()
    except (Refused, UnicodeDecodeError):
        after = "?"
    if after and not form.fullmatch(after):
        detail = "The cursor is none of ours."
        raise Refused(RefusalCode.CURSOR_INVALID, detail, place="/query/cursor")
    return after
