"""One row of a table as one invoice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ledger.documents import lexical
from ledger.documents.arithmetic import Totals, amounts, broken_rules
from ledger.documents.codes import CREDIT_NOTE, CREDIT_TYPES, INVOICE
from ledger.documents.currency import Currency, currency_of
from ledger.documents.value import Digits, DocumentParty, Evidence, InvoiceDocument
from ledger.errors import RefusalCode, Refused

Fields = Mapping[str, tuple[str, str]]
"""Field name -> (text of the cell, header of its column)."""

_DAY = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日"
    r"|([0-9]{2})([0-9]{2}))(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_SCHEMED = re.compile(r"([A-Z][A-Z-]{1,7}):(.+)")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z]{8,12}")
_VOID = frozenset({"void", "cancelled", "canceled", "作废", "作废发票", "已作废"})


def read_row(fields: Fields, evidence: Evidence, digits: Digits) -> InvoiceDocument:
    """The invoice that a row states; a negative amount without a type is a credit note.

    Raises `Refused` for what cannot be read, its place ``column HEADER``.
    """
    payable_place = _place(fields, "payable" if "payable" in fields else "gross")
    currency = currency_of(_text(fields, "currency"), digits, _place(fields, "currency"))
    totals = _totals(fields, currency)
    type_code = lexical.number(_text(fields, "type"), _place(fields, "type"))
    if not type_code:
        type_code = CREDIT_NOTE if (totals.payable or 0) < 0 else INVOICE
    preceding = lexical.number(_text(fields, "preceding"), _place(fields, "preceding"))
    note = lexical.text(_text(fields, "note"))
    payee = _party(fields, "payee")
    return InvoiceDocument(
        evidence=evidence,
        number=lexical.required_number(_text(fields, "number"), _place(fields, "number")),
        code=lexical.number(_text(fields, "code"), _place(fields, "code")) or None,
        type_code=type_code,
        issue_date=_required_day(fields, "issue_date"),
        due_date=_day(fields, "due_date"),
        payment_terms=lexical.text(_text(fields, "terms")),
        currency=currency.code,
        seller=_party(fields, "seller"),
        buyer=_party(fields, "buyer"),
        payee=payee if payee.name or payee.identifiers else None,
        amounts=amounts(totals, currency.code, payable_place),
        preceding=(preceding,) if preceding else (),
        notes=(note,) if note else (),
        lines=0,
        findings=broken_rules(totals, currency.digits),
        contract=lexical.number(_text(fields, "contract"), _place(fields, "contract")),
        delivered=_day(fields, "delivered"),
        is_credit=type_code in CREDIT_TYPES,
        is_void=_text(fields, "status").casefold() in _VOID,
    )


def _totals(fields: Fields, currency: Currency) -> Totals:
    """Gross, net, tax, prepaid and payable; without a payable column it is gross - prepaid."""
    gross, prepaid = _minor(fields, "gross", currency), _minor(fields, "prepaid", currency)
    payable, tax = _minor(fields, "payable", currency), _minor(fields, "tax", currency)
    if payable is None and gross is not None:
        payable = gross - (prepaid or 0)
    return Totals(
        payable=payable,
        gross=gross,
        net=_minor(fields, "net", currency),
        taxes=() if tax is None else (tax,),
        prepaid=prepaid,
    )


def _text(fields: Fields, name: str) -> str:
    return fields[name][0].strip() if name in fields else ""


def _place(fields: Fields, name: str) -> str:
    return f"column {fields[name][1] if name in fields else name}"


def _minor(fields: Fields, name: str, currency: Currency) -> int | None:
    """The amount of a cell. ``1,234.50`` is read, ``1.234,50`` refused: its meaning is a guess."""
    text = _text(fields, name).removeprefix("¥").removeprefix("￥")
    if not text:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return lexical.minor_units(text, currency.digits, _place(fields, name))


def _day(fields: Fields, name: str) -> date | None:
    """The day of a cell, year first; the time of day of a timestamp is left out."""
    text = _text(fields, name)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    if match is None:
        raise Refused(
            RefusalCode.DATE_INVALID,
            f"{text[:40]!r} is not a date with the year first.",
            place=_place(fields, name),
        )
    parts = [part for part in match.groups() if part is not None and part.isdigit()]
    return lexical.civil(parts[0], parts[1], parts[2], _place(fields, name))


def _required_day(fields: Fields, name: str) -> date:
    found = _day(fields, name)
    if found is None:
        raise Refused(
            RefusalCode.DOCUMENT_INCOMPLETE, "The date is missing.", place=_place(fields, name)
        )
    return found


def _party(fields: Fields, role: str) -> DocumentParty:
    value = lexical.number(_text(fields, f"{role}_id"), _place(fields, f"{role}_id"))
    name = lexical.name(_text(fields, f"{role}_name"), _place(fields, f"{role}_name"))
    return DocumentParty(name, (_scheme(value),) if value else (), "")


def _scheme(value: str) -> tuple[str, str]:
    """An identifier's scheme: stated in front (``LEI:...``), else by its form."""
    if stated := _SCHEMED.fullmatch(value):
        return stated[1], stated[2].strip()
    if _LEI.fullmatch(value):
        return "LEI", value
    if lexical.chinese_scheme(value, "") == "USCC":
        return "USCC", value
    return ("VAT" if _VAT.fullmatch(value) else "ID"), value
