"""Writes a bill as UBL 2.1 (EN 16931)."""

from __future__ import annotations

from decimal import Decimal

from facts import Bill, Line, Party

_URN = "urn:oasis:names:specification:ubl:schema:xsd"


def tag(name: str, value: object, attributes: str = "") -> str:
    """One element with text, or nothing for an empty value."""
    space = " " if attributes else ""
    return f"<{name}{space}{attributes}>{value}</{name}>" if value != "" else ""


def ubl(bill: Bill) -> str:
    """The whole document."""
    root = "CreditNote" if bill.type_code == "381" else "Invoice"
    currency = f'currencyID="{bill.currency}"'
    means = tag("cbc:PaymentMeansCode", 30)
    account = tag("cac:PayeeFinancialAccount", tag("cbc:ID", "SAMPLE-ACCOUNT-1"))
    preceding = tag("cac:InvoiceDocumentReference", tag("cbc:ID", bill.preceding))
    parts = [
        tag("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
        tag("cbc:ID", bill.number),
        tag("cbc:IssueDate", bill.issued),
        tag("cbc:DueDate", bill.due),
        tag(f"cbc:{root}TypeCode", bill.type_code),
        tag("cbc:Note", bill.note),
        tag("cbc:DocumentCurrencyCode", bill.currency),
        tag("cac:BillingReference", preceding) if bill.preceding else "",
        tag("cac:AccountingSupplierParty", _party(bill.seller, bill)),
        tag("cac:AccountingCustomerParty", _party(bill.buyer, bill)),
        _payee(bill),
        tag("cac:PaymentMeans", means + account),
        tag("cac:PaymentTerms", tag("cbc:Note", f"Due {bill.due}")) if bill.due else "",
        _change("true", "FC", "Freight", bill.charge, bill),
        _change("false", "95", "Discount", bill.allowance, bill),
        tag("cac:TaxTotal", tag("cbc:TaxAmount", bill.tax, currency) + _subtotal(bill)),
        tag("cac:LegalMonetaryTotal", _sums(bill, currency)),
        *(_line(bill, n, each, root) for n, each in enumerate(bill.lines, start=1)),
    ]
    space = f'xmlns="{_URN}:{root}-2" xmlns:cac="{_URN}:CommonAggregateComponents-2"'
    space += f' xmlns:cbc="{_URN}:CommonBasicComponents-2"'
    body = "\n".join(part for part in parts if part)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {space}>\n{body}\n</{root}>\n'


def _party(party: Party, bill: Bill) -> str:
    scheme = f'schemeID="{party.scheme}"' if party.scheme else ""
    vat = tag("cbc:CompanyID", party.vat) + tag("cac:TaxScheme", tag("cbc:ID", "VAT"))
    address = tag("cbc:StreetName", party.street) + tag("cbc:CityName", party.city)
    address += tag("cac:Country", tag("cbc:IdentificationCode", party.country))
    legal = tag("cbc:RegistrationName", party.name) + tag("cbc:CompanyID", party.legal, scheme)
    return tag(
        "cac:Party",
        tag("cac:PostalAddress", address)
        + (tag("cac:PartyTaxScheme", vat) if party.vat and bill.category != "O" else "")
        + tag("cac:PartyLegalEntity", legal),
    )


def _payee(bill: Bill) -> str:
    if bill.payee is None:
        return ""
    name = tag("cac:PartyName", tag("cbc:Name", bill.payee.name))
    legal = tag("cac:PartyLegalEntity", tag("cbc:CompanyID", bill.payee.legal))
    return tag("cac:PayeeParty", name + legal)


def _category(bill: Bill, name: str, *, reason: bool) -> str:
    rate = "" if bill.category == "O" else bill.lines[0].rate
    exemption = tag("cbc:TaxExemptionReason", bill.exemption) if reason else ""
    scheme = tag("cac:TaxScheme", tag("cbc:ID", "VAT"))
    return tag(name, tag("cbc:ID", bill.category) + tag("cbc:Percent", rate) + exemption + scheme)


def _change(indicator: str, code: str, reason: str, amount: Decimal, bill: Bill) -> str:
    if not amount:
        return ""
    body = tag("cbc:ChargeIndicator", indicator) + tag("cbc:AllowanceChargeReasonCode", code)
    body += tag("cbc:AllowanceChargeReason", reason)
    body += tag("cbc:Amount", amount, f'currencyID="{bill.currency}"')
    return tag("cac:AllowanceCharge", body + _category(bill, "cac:TaxCategory", reason=False))


def _subtotal(bill: Bill) -> str:
    currency = f'currencyID="{bill.currency}"'
    amounts = tag("cbc:TaxableAmount", bill.net, currency) + tag(
        "cbc:TaxAmount", bill.tax, currency
    )
    category = _category(bill, "cac:TaxCategory", reason=True)
    return tag("cac:TaxSubtotal", amounts + category)


def _sums(bill: Bill, currency: str) -> str:
    sums = [
        ("LineExtensionAmount", bill.sum),
        ("TaxExclusiveAmount", bill.net),
        ("TaxInclusiveAmount", bill.gross),
        ("AllowanceTotalAmount", bill.allowance or ""),
        ("ChargeTotalAmount", bill.charge or ""),
        ("PrepaidAmount", bill.prepaid or ""),
        ("PayableRoundingAmount", bill.rounding or ""),
        ("PayableAmount", bill.payable),
    ]
    return "".join(tag(f"cbc:{name}", value, currency) for name, value in sums)


def _line(bill: Bill, number: int, line: Line, root: str) -> str:
    currency = f'currencyID="{bill.currency}"'
    quantity = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    item = tag("cbc:Name", line.item)
    item += _category(bill, "cac:ClassifiedTaxCategory", reason=False)
    return tag(
        f"cac:{root}Line",
        tag("cbc:ID", number)
        + tag(f"cbc:{quantity}", line.quantity, f'unitCode="{line.unit}"')
        + tag("cbc:LineExtensionAmount", line.net, currency)
        + tag("cac:Item", item)
        + tag("cac:Price", tag("cbc:PriceAmount", line.price, currency)),
    )
