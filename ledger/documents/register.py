"""What speaks against registering a document as a receivable, judged on the document alone.

Whether the invoice was registered before, or its parties are enrolled, only the book can say.
"""

from __future__ import annotations

import re
from datetime import date

from ledger.documents.codes import (
    ACCEPTED_TYPES,
    CREDIT_TYPES,
    FACTORED_TYPES,
    PREPAYMENT_TYPES,
)
from ledger.documents.party import same_party
from ledger.documents.value import Format, InvoiceDocument
from ledger.errors import RefusalCode, Refused

_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_ROUNDED_20 = re.compile(r"[0-9]{15}0{5}")
_TABLES = frozenset({Format.CSV, Format.XLSX})


def registrability(
    document: InvoiceDocument, *, due: date | None = None, today: date | None = None
) -> tuple[Refused, ...]:
    """Every reason why `document` may not be registered, most fundamental first; () if it may.

    `due` is the day the signer states (it stands in for, and goes before, the document's own);
    `today` is a civil date in the ledger's legal time zone, without which nothing is judged
    against it. The values are made, not raised.
    """
    return (
        *_kind(document),
        *_assignment(document),
        *_number(document),
        *_parties(document),
        *_sums(document),
        *_dates(document, due or document.due_date, today),
    )


def _no(document: InvoiceDocument, code: RefusalCode, detail: str, place: str) -> Refused:
    return Refused(code, detail, place=place, file=document.evidence.file)


def _kind(document: InvoiceDocument) -> list[Refused]:
    """Void, credit note, prepayment, or a type that evidences no claim; at most one of them."""
    code = document.type_code
    if document.is_void:
        return [_no(document, RefusalCode.INVOICE_IS_VOID, "The invoice is void.", "status")]
    if document.is_credit or document.is_red_letter or code in CREDIT_TYPES:
        what = "red-letter invoice" if document.is_red_letter else "credit note"
        detail = f"The document is a {what}."
        return [_no(document, RefusalCode.INVOICE_IS_A_CREDIT_NOTE, detail, "type")]
    if code in PREPAYMENT_TYPES:
        detail = f"Type {code} asks for payment before delivery."
        return [_no(document, RefusalCode.INVOICE_IS_A_PREPAYMENT, detail, "type")]
    if code not in ACCEPTED_TYPES | FACTORED_TYPES:
        detail = f"Type {code!r} is not one that evidences a claim."
        return [_no(document, RefusalCode.INVOICE_TYPE_NOT_ACCEPTED, detail, "type")]
    return []


def _assignment(document: InvoiceDocument) -> list[Refused]:
    assigned = RefusalCode.INVOICE_IS_ALREADY_ASSIGNED
    if document.type_code in FACTORED_TYPES:
        detail = f"Type {document.type_code} is a factored invoice."
        return [_no(document, assigned, detail, "type")]
    if document.already_factored:
        return [_no(document, assigned, "The invoice says that it was factored.", "flag")]
    payee = document.payee
    if payee is not None and not same_party(payee, document.seller):
        detail = "The document has a payee other than its seller."
        return [_no(document, assigned, detail, "payee")]
    return []


def _number(document: InvoiceDocument) -> list[Refused]:
    """A spreadsheet keeps 15 digits: 20 become an exponent, or five zeros at the end."""
    number = document.number
    from_table = document.evidence.format in _TABLES
    if from_table and (_EXPONENT.fullmatch(number) or _ROUNDED_20.fullmatch(number)):
        detail = f"A spreadsheet stored the number as {number} and lost digits."
        return [_no(document, RefusalCode.NUMBER_WAS_ROUNDED, detail, "number")]
    return []


def _parties(document: InvoiceDocument) -> list[Refused]:
    found = [
        _no(
            document,
            RefusalCode.PARTY_IDENTIFIER_MISSING,
            f"The {role} has neither a name nor a registration or tax number.",
            role,
        )
        for role, party in (("seller", document.seller), ("buyer", document.buyer))
        if not party.identifiers and not party.name
    ]
    if same_party(document.seller, document.buyer):
        detail = "Seller and buyer are one party."
        found.append(_no(document, RefusalCode.SELLER_IS_BUYER, detail, "buyer"))
    return found


def _sums(document: InvoiceDocument) -> list[Refused]:
    found = [
        _no(
            document,
            RefusalCode.DOCUMENT_TOTALS_DISAGREE,
            f"{finding.rule}: {finding.text}",
            finding.rule,
        )
        for finding in document.findings
    ]
    if document.amounts.payable.minor <= 0:
        detail = "The amount due is not positive."
        found.append(_no(document, RefusalCode.NOTHING_IS_PAYABLE, detail, "payable"))
    return found


def _dates(document: InvoiceDocument, due: date | None, today: date | None) -> list[Refused]:
    issued = document.issue_date
    found = []
    if today is not None and issued > today:
        detail = f"The invoice is dated {issued}."
        found.append(_no(document, RefusalCode.ISSUED_IN_THE_FUTURE, detail, "issue date"))
    if due is None:
        detail = "The document states no single due date."
        return [*found, _no(document, RefusalCode.DUE_DATE_MISSING, detail, "due date")]
    if due < issued:
        detail = f"It is due {due}, before its issue on {issued}."
        found.append(_no(document, RefusalCode.DUE_BEFORE_ISSUE, detail, "due date"))
    if today is not None and due < today:
        detail = f"It was due {due}."
        found.append(_no(document, RefusalCode.DUE_DATE_HAS_PASSED, detail, "due date"))
    return found
