"""UBL 2.1 Invoice and CreditNote (OASIS), read as EN 16931-1 maps them (CEN/TS 16931-3-2)."""

from __future__ import annotations

from datetime import date

from ledger.documents import lexical
from ledger.documents.arithmetic import Totals, amounts, broken_rules
from ledger.documents.codes import CREDIT_TYPES
from ledger.documents.currency import Currency, currency_of
from ledger.documents.party import identifier, tax_number
from ledger.documents.tree import Node
from ledger.documents.value import Digits, DocumentParty, Evidence, InvoiceDocument

NAMESPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "CreditNote",
}
"""The root element of each namespace."""


def read_ubl(root: Node, evidence: Evidence, digits: Digits) -> InvoiceDocument:
    """The invoice that a UBL tree states. Raises `Refused` for what cannot be read."""
    place = root.place("cac:LegalMonetaryTotal", "cbc:PayableAmount")
    payable = root.one("cac:LegalMonetaryTotal", "cbc:PayableAmount")
    stated = payable.attribute("currencyID") if payable else ""
    currency = currency_of(root.text("cbc:DocumentCurrencyCode") or stated, digits, place)
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
        amounts=amounts(totals, currency.code, place),
        preceding=_preceding(root),
        notes=tuple(lexical.text(note.text()) for note in root.all("cbc:Note")),
        lines=len(root.all(f"cac:{root.name}Line")),
        findings=broken_rules(totals, currency.digits),
        contract=lexical.number(
            root.text("cac:ContractDocumentReference", "cbc:ID"),
            root.place("cac:ContractDocumentReference", "cbc:ID"),
        ),
        delivered=_delivered(root),
        is_credit=credit or type_code in CREDIT_TYPES,
    )


def read_totals(root: Node, currency: Currency) -> Totals:
    """The amounts of a UBL tree. Raises `Refused` as `Currency.minor` does."""
    sums = root.one("cac:LegalMonetaryTotal") or root
    own = [tax for tax in root.all("cac:TaxTotal") if _in_currency(tax, currency)]
    changes = [(c.text("cbc:ChargeIndicator"), c) for c in root.all("cac:AllowanceCharge")]

    def total(name: str) -> int | None:
        return currency.minor(sums.one(name))

    def changed(indicators: set[str]) -> tuple[int, ...]:
        found = (currency.minor(c.one("cbc:Amount")) for i, c in changes if i in indicators)
        return tuple(minor for minor in found if minor is not None)

    return Totals(
        payable=total("cbc:PayableAmount"),
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


def _in_currency(tax: Node, currency: Currency) -> bool:
    amount = tax.one("cbc:TaxAmount")
    return amount is None or amount.attribute("currencyID") in {"", currency.code}


def _due_date(root: Node) -> date | None:
    """BT-9: on invoices DueDate, on credit notes PaymentDueDate of the means or the terms.

    Instalments (several different days) are no due date: the signer says which.
    """
    own = root.one("cbc:DueDate")
    if own is not None:
        return lexical.day(own.text(), own.path)
    carriers = root.all("cac:PaymentMeans") + root.all("cac:PaymentTerms")
    nodes = [carrier.one("cbc:PaymentDueDate") for carrier in carriers]
    days = {lexical.day(node.text(), node.path) for node in nodes if node is not None}
    return days.pop() if len(days) == 1 else None


def _delivered(root: Node) -> date | None:
    """The day of delivery; None where several parts were delivered on several days."""
    nodes = [part.one("cbc:ActualDeliveryDate") for part in root.all("cac:Delivery")]
    days = {lexical.day(node.text(), node.path) for node in nodes if node is not None}
    return days.pop() if len(days) == 1 else None


def _joined(root: Node, group: str, name: str) -> str:
    texts = [each.text() for part in root.all(group) for each in part.all(name)]
    return lexical.text(" ".join(texts))


def _preceding(root: Node) -> tuple[str, ...]:
    found = [
        reference.one("cac:InvoiceDocumentReference", "cbc:ID")
        for reference in root.all("cac:BillingReference")
    ]
    return tuple(lexical.number(node.text(), node.path) for node in found if node is not None)


def _party(root: Node, role: str) -> DocumentParty:
    party = root.one(role, "cac:Party")
    return DocumentParty("", (), "") if party is None else _read_party(party)


def _payee(root: Node) -> DocumentParty | None:
    party = root.one("cac:PayeeParty")
    return None if party is None else _read_party(party)


def _read_party(party: Node) -> DocumentParty:
    legal = party.one("cac:PartyLegalEntity")
    registered = legal.text("cbc:RegistrationName") if legal else ""
    trading = party.text("cac:PartyName", "cbc:Name")
    country = party.text("cac:PostalAddress", "cac:Country", "cbc:IdentificationCode")
    identifiers = [
        identifier(node, "ID")
        for group in party.all("cac:PartyIdentification")
        for node in group.all("cbc:ID")
        if node.attribute("schemeID") != "SEPA"  # BT-90, a direct debit mandate's creditor
    ]
    number = legal.one("cbc:CompanyID") if legal else None
    if number is not None:
        identifiers.append(identifier(number, "LEGAL"))
    for registration in party.all("cac:PartyTaxScheme"):
        node = registration.one("cbc:CompanyID")
        scheme = registration.text("cac:TaxScheme", "cbc:ID")
        if node is not None:
            identifiers.append(tax_number(node, is_vat=scheme == "VAT"))
    return DocumentParty(
        lexical.name(registered or trading, party.path),
        tuple(pair for pair in identifiers if pair[1]),
        lexical.number(country, party.path),
    )
