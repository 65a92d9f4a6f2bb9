"""UBL 2.1 Invoice and CreditNote (OASIS), read as EN 16931-1 maps them (CEN/TS 16931-3-2)."""

from __future__ import annotations

from datetime import date

from ledger.documents import lexical
from ledger.documents.arithmetic import Totals, amounts, broken_rules, one_payable
from ledger.documents.money import Currency, currency_of
from ledger.documents.types import CREDIT_TYPES
from ledger.documents.value import Digits, DocumentParty, Evidence, InvoiceDocument
from ledger.documents.xml import Node
from ledger.errors import RefusalCode, Refused

NAMESPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "CreditNote",
}
"""The root element of each namespace."""


def read_ubl(root: Node, evidence: Evidence, digits: Digits) -> InvoiceDocument:
    """The invoice that a UBL tree states. Raises `Refused` for what cannot be read."""
    sums = root.place("cac:LegalMonetaryTotal")
    payable = root.one("cac:LegalMonetaryTotal", "cbc:PayableAmount")
    stated = payable.attribute("currencyID") if payable else ""
    currency = currency_of(root.text("cbc:DocumentCurrencyCode") or stated, digits, sums)
    totals = read_totals(root, currency)
    type_code = root.text(f"cbc:{root.name}TypeCode")
    credit = root.name == "CreditNote"
    return InvoiceDocument(
        evidence=evidence,
        number=lexical.required_number(root.text("cbc:ID"), root.place("cbc:ID")),
        code=None,
        type_code=lexical.number(type_code, root.place(f"cbc:{root.name}TypeCode")),
        issue_date=lexical.day(root.text("cbc:IssueDate"), root.place("cbc:IssueDate")),
        due_date=_due_date(root),
        payment_terms=_joined(root, "cac:PaymentTerms", "cbc:Note"),
        currency=currency.code,
        seller=_party(root, "cac:AccountingSupplierParty"),
        buyer=_party(root, "cac:AccountingCustomerParty"),
        payee=_payee(root),
        amounts=amounts(totals, currency.code),
        preceding=_preceding(root),
        notes=tuple(lexical.text(note.text()) for note in root.all("cbc:Note")),
        lines=len(root.all(f"cac:{root.name}Line")),
        findings=broken_rules(totals, currency.digits),
        is_credit=credit or type_code in CREDIT_TYPES,
    )


def read_totals(root: Node, currency: Currency) -> Totals:
    """The amounts of a UBL tree. Raises `Refused` for amounts that are none, or another currency's."""
    sums = root.one("cac:LegalMonetaryTotal") or root
    own = [tax for tax in root.all("cac:TaxTotal") if _in_currency(tax, currency)]
    changes = [(c.text("cbc:ChargeIndicator"), c) for c in root.all("cac:AllowanceCharge")]

    def total(name: str) -> int | None:
        return currency.minor(sums.one(name))

    def changed(indicators: set[str]) -> tuple[int, ...]:
        found = (currency.minor(c.one("cbc:Amount")) for i, c in changes if i in indicators)
        return tuple(minor for minor in found if minor is not None)

    return Totals(
        payable=one_payable(total("cbc:PayableAmount"), sums.place("cbc:PayableAmount")),
        gross=total("cbc:TaxInclusiveAmount"),
        net=total("cbc:TaxExclusiveAmount"),
        taxes=currency.each(tax.one("cbc:TaxAmount") for tax in own),
        foreign_tax=len(own) < len(root.all("cac:TaxTotal")),
        prepaid=total("cbc:PrepaidAmount"),
        rounding=total("cbc:PayableRoundingAmount"),
        line_total=total("cbc:LineExtensionAmount"),
        lines=currency.each(
            line.one("cbc:LineExtensionAmount") for line in root.all(f"cac:{root.name}Line")
        ),
        allowance_total=total("cbc:AllowanceTotalAmount"),
        allowances=changed({"false", "0"}),
        charge_total=total("cbc:ChargeTotalAmount"),
        charges=changed({"true", "1"}),
        tax_parts=currency.each(
            part.one("cbc:TaxAmount") for tax in own for part in tax.all("cac:TaxSubtotal")
        ),
    )
