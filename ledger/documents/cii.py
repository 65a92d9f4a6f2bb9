"""UN/CEFACT Cross Industry Invoice D16B, read as EN 16931-1 maps it (CEN/TS 16931-3-3).

The syntax of Factur-X and ZUGFeRD 2 from MINIMUM, which has no lines, to EXTENDED, which groups
lines below others: only lines of the subtype DETAIL, or of none, enter the sum of lines.
"""

from __future__ import annotations

import re
from datetime import date

from ledger.documents import lexical
from ledger.documents.arithmetic import Totals, amounts, broken_rules
from ledger.documents.codes import CREDIT_TYPES
from ledger.documents.currency import Currency, currency_of
from ledger.documents.party import identifier, tax_number
from ledger.documents.tree import Node
from ledger.documents.value import Digits, DocumentParty, Evidence, InvoiceDocument
from ledger.errors import RefusalCode, Refused

NAMESPACE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
ROOT = "rsm:CrossIndustryInvoice"

_TRADE = "rsm:SupplyChainTradeTransaction"
_SETTLEMENT = "ram:ApplicableHeaderTradeSettlement"
_SUMMATION = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_LINE = "ram:IncludedSupplyChainTradeLineItem"
# UNTDID 2379: 102 is CCYYMMDD, 203 CCYYMMDDHHMM, 204 with seconds.
_FORMATS = {"": 8, "102": 8, "203": 12, "204": 14}


def read_cii(root: Node, evidence: Evidence, digits: Digits) -> InvoiceDocument:
    """The invoice that a CII tree states. Raises `Refused` for what cannot be read."""
    head = _required(root, "rsm:ExchangedDocument")
    trade = _required(root, _TRADE)
    settlement = _required(trade, _SETTLEMENT)
    place = settlement.place(_SUMMATION, "ram:DuePayableAmount")
    currency = currency_of(settlement.text("ram:InvoiceCurrencyCode"), digits, place)
    totals = read_totals(trade, currency)
    type_code = lexical.number(head.text("ram:TypeCode"), head.place("ram:TypeCode"))
    agreement = "ram:ApplicableHeaderTradeAgreement"
    payee = settlement.one("ram:PayeeTradeParty")
    return InvoiceDocument(
        evidence=evidence,
        number=lexical.required_number(head.text("ram:ID"), head.place("ram:ID")),
        code=None,
        type_code=type_code,
        issue_date=_day(_required(head, "ram:IssueDateTime")),
        due_date=_due_date(settlement),
        payment_terms=_terms(settlement),
        currency=currency.code,
        seller=_party(trade.one(agreement, "ram:SellerTradeParty")),
        buyer=_party(trade.one(agreement, "ram:BuyerTradeParty")),
        payee=None if payee is None else _party(payee),
        amounts=amounts(totals, currency.code, place),
        preceding=_preceding(settlement),
        notes=tuple(_note(note) for note in head.all("ram:IncludedNote")),
        lines=len(trade.all(_LINE)),
        findings=broken_rules(totals, currency.digits),
        contract=lexical.number(
            trade.text(agreement, "ram:ContractReferencedDocument", "ram:IssuerAssignedID"),
            trade.place(agreement, "ram:ContractReferencedDocument"),
        ),
        delivered=_delivered(trade),
        is_credit=type_code in CREDIT_TYPES,
    )


def read_totals(trade: Node, currency: Currency) -> Totals:
    """The amounts of a SupplyChainTradeTransaction. Raises `Refused` for amounts that are none."""
    settlement = _required(trade, _SETTLEMENT)
    sums = settlement.one(_SUMMATION) or settlement
    taxes = sums.all("ram:TaxTotalAmount")
    own = [tax for tax in taxes if tax.attribute("currencyID") in {"", currency.code}]
    parts = settlement.all("ram:ApplicableTradeTax")
    freight = settlement.all("ram:SpecifiedLogisticsServiceCharge")  # EXTENDED only
    added = currency.each(part.one("ram:AppliedAmount") for part in freight)

    def total(name: str) -> int | None:
        return currency.minor(sums.one(name))

    return Totals(
        payable=total("ram:DuePayableAmount"),
        gross=total("ram:GrandTotalAmount"),
        net=total("ram:TaxBasisTotalAmount"),
        taxes=currency.each(own),
        foreign_tax=len(own) < len(taxes),
        prepaid=total("ram:TotalPrepaidAmount"),
        rounding=total("ram:RoundingAmount"),
        line_total=total("ram:LineTotalAmount"),
        lines=_line_amounts(trade, currency),
        allowance_total=total("ram:AllowanceTotalAmount"),
        allowances=_changes(settlement, currency, {"false", "0"}),
        charge_total=total("ram:ChargeTotalAmount"),
        charges=_changes(settlement, currency, {"true", "1"}) + added,
        tax_parts=currency.each(part.one("ram:CalculatedAmount") for part in parts),
    )


def _required(node: Node, name: str) -> Node:
    found = node.one(name)
    if found is None:
        raise Refused(
            RefusalCode.DOCUMENT_INCOMPLETE, f"{name} is missing.", place=node.place(name)
        )
    return found


def _line_amounts(trade: Node, currency: Currency) -> tuple[int, ...]:
    lines = [
        line
        for line in trade.all(_LINE)
        if line.text("ram:AssociatedDocumentLineDocument", "ram:LineStatusReasonCode")
        in {"", "DETAIL"}
    ]
    way = ("ram:SpecifiedLineTradeSettlement",
           "ram:SpecifiedTradeSettlementLineMonetarySummation", "ram:LineTotalAmount")  # fmt: skip
    return currency.each(line.one(*way) for line in lines)


def _changes(settlement: Node, currency: Currency, indicators: set[str]) -> tuple[int, ...]:
    """The document-level allowances or charges: those whose indicator is one of `indicators`."""
    return currency.each(
        change.one("ram:ActualAmount")
        for change in settlement.all("ram:SpecifiedTradeAllowanceCharge")
        if change.text("ram:ChargeIndicator", "udt:Indicator") in indicators
    )


def _day(node: Node) -> date:
    """A date element: the digits of its DateTimeString, whose format UNTDID 2379 names."""
    text = node.one("udt:DateTimeString") or node.one("udt:DateString")
    if text is None:
        raise Refused(RefusalCode.DATE_INVALID, "The date has no DateTimeString.", place=node.path)
    digits, form = text.text(), text.attribute("format")
    if _FORMATS.get(form) != len(digits) or not re.fullmatch("[0-9]+", digits):
        raise Refused(
            RefusalCode.DATE_INVALID,
            f"{digits[:40]!r} is not a date in the format {form[:40]!r}.",
            place=text.path,
        )
    return lexical.civil(digits[:4], digits[4:6], digits[6:8], text.path)


def _due_date(settlement: Node) -> date | None:
    """BT-9. Instalments (several different days) are no due date: the signer says which."""
    terms = settlement.all("ram:SpecifiedTradePaymentTerms")
    days = {_day(node) for term in terms for node in term.all("ram:DueDateDateTime")}
    return days.pop() if len(days) == 1 else None


def _terms(settlement: Node) -> str:
    terms = settlement.all("ram:SpecifiedTradePaymentTerms")
    return lexical.text(" ".join(d.text() for term in terms for d in term.all("ram:Description")))


def _delivered(trade: Node) -> date | None:
    """The day of delivery, where it is stated."""
    event = trade.one(
        "ram:ApplicableHeaderTradeDelivery",
        "ram:ActualDeliverySupplyChainEvent",
        "ram:OccurrenceDateTime",
    )
    return None if event is None else _day(event)


def _note(note: Node) -> str:
    """A note; its subject code in front as UBL writes it (``#AAI#text``)."""
    subject = note.text("ram:SubjectCode")
    content = " ".join(part.text() for part in note.all("ram:Content"))
    return lexical.text(f"#{subject}#{content}" if subject else content)


def _preceding(settlement: Node) -> tuple[str, ...]:
    found = [
        reference.one("ram:IssuerAssignedID")
        for reference in settlement.all("ram:InvoiceReferencedDocument")
    ]
    return tuple(lexical.number(node.text(), node.path) for node in found if node is not None)


def _party(party: Node | None) -> DocumentParty:
    if party is None:
        return DocumentParty("", (), "")
    identifiers = [identifier(node, "ID") for node in party.all("ram:ID")]
    identifiers += [identifier(node, "ID") for node in party.all("ram:GlobalID")]
    legal = party.one("ram:SpecifiedLegalOrganization", "ram:ID")
    if legal is not None:
        identifiers.append(identifier(legal, "LEGAL"))
    for registration in party.all("ram:SpecifiedTaxRegistration"):
        identifiers += [
            tax_number(node, is_vat=node.attribute("schemeID") == "VA")
            for node in registration.all("ram:ID")
        ]
    return DocumentParty(
        lexical.name(party.text("ram:Name"), party.path),
        tuple(pair for pair in identifiers if pair[1]),
        lexical.number(party.text("ram:PostalTradeAddress", "ram:CountryID"), party.path),
    )
