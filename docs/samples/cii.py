"""Writes a bill as UN/CEFACT CII (Factur-X, profile EN 16931)."""

from __future__ import annotations

from decimal import Decimal

from facts import Bill, Line, Party
from ubl import tag

_URN = "urn:un:unece:uncefact:data:standard"


def cii(bill: Bill) -> str:
    """The whole document."""
    guideline = tag("ram:ID", "urn:cen.eu:en16931:2017")
    context = tag("ram:GuidelineSpecifiedDocumentContextParameter", guideline)
    head = tag("ram:ID", bill.number) + tag("ram:TypeCode", bill.type_code)
    head += tag("ram:IssueDateTime", _day(bill.issued))
    if bill.note:
        head += tag("ram:IncludedNote", tag("ram:Content", bill.note))
    lines = (_line(bill, n, each) for n, each in enumerate(bill.lines, start=1))
    seller = tag("ram:SellerTradeParty", _party(bill.seller))
    agreement = seller + tag("ram:BuyerTradeParty", _party(bill.buyer))
    trade = [
        *lines,
        tag("ram:ApplicableHeaderTradeAgreement", agreement),
        "<ram:ApplicableHeaderTradeDelivery/>",
        tag("ram:ApplicableHeaderTradeSettlement", _settlement(bill)),
    ]
    body = "\n".join(
        [
            tag("rsm:ExchangedDocumentContext", context),
            tag("rsm:ExchangedDocument", head),
            tag("rsm:SupplyChainTradeTransaction", "\n".join(trade)),
        ]
    )
    ram = f"{_URN}:ReusableAggregateBusinessInformationEntity:100"
    space = f'xmlns:rsm="{_URN}:CrossIndustryInvoice:100" xmlns:ram="{ram}"'
    space += f' xmlns:udt="{_URN}:UnqualifiedDataType:100"'
    root = "rsm:CrossIndustryInvoice"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {space}>\n{body}\n</{root}>\n'


def _day(day: str) -> str:
    return tag("udt:DateTimeString", day.replace("-", ""), 'format="102"')


def _party(party: Party) -> str:
    scheme = f'schemeID="{party.scheme}"' if party.scheme else ""
    address = tag("ram:LineOne", party.street) + tag("ram:CityName", party.city)
    vat = tag("ram:ID", party.vat, 'schemeID="VA"')
    return (
        tag("ram:Name", party.name)
        + tag("ram:SpecifiedLegalOrganization", tag("ram:ID", party.legal, scheme))
        + tag("ram:PostalTradeAddress", address + tag("ram:CountryID", party.country))
        + (tag("ram:SpecifiedTaxRegistration", vat) if vat else "")
    )


def _tax(bill: Bill) -> str:
    return (
        tag("ram:CalculatedAmount", bill.tax)
        + tag("ram:TypeCode", "VAT")
        + tag("ram:ExemptionReason", bill.exemption)
        + tag("ram:BasisAmount", bill.net)
        + tag("ram:CategoryCode", bill.category)
        + tag("ram:RateApplicablePercent", bill.lines[0].rate)
    )


def _rate(bill: Bill) -> str:
    code = tag("ram:TypeCode", "VAT") + tag("ram:CategoryCode", bill.category)
    return code + tag("ram:RateApplicablePercent", bill.lines[0].rate)


def _change(indicator: str, reason: str, amount: Decimal, bill: Bill) -> str:
    if not amount:
        return ""
    body = tag("ram:ChargeIndicator", tag("udt:Indicator", indicator))
    body += tag("ram:ActualAmount", amount) + tag("ram:Reason", reason)
    return tag("ram:SpecifiedTradeAllowanceCharge", body + tag("ram:CategoryTradeTax", _rate(bill)))


def _settlement(bill: Bill) -> str:
    account = tag("ram:PayeePartyCreditorFinancialAccount", tag("ram:ProprietaryID", "SAMPLE-1"))
    sums = [
        ("LineTotalAmount", bill.sum),
        ("ChargeTotalAmount", bill.charge),
        ("AllowanceTotalAmount", bill.allowance),
        ("TaxBasisTotalAmount", bill.net),
    ]
    total = "".join(tag(f"ram:{name}", value) for name, value in sums)
    total += tag("ram:TaxTotalAmount", bill.tax, f'currencyID="{bill.currency}"')
    total += tag("ram:GrandTotalAmount", bill.gross) + tag("ram:TotalPrepaidAmount", bill.prepaid)
    total += tag("ram:DuePayableAmount", bill.payable)
    return (
        tag("ram:InvoiceCurrencyCode", bill.currency)
        + tag("ram:SpecifiedTradeSettlementPaymentMeans", tag("ram:TypeCode", 30) + account)
        + tag("ram:ApplicableTradeTax", _tax(bill))
        + _change("false", "Discount", bill.allowance, bill)
        + _change("true", "Freight", bill.charge, bill)
        + tag("ram:SpecifiedTradePaymentTerms", tag("ram:DueDateDateTime", _day(bill.due)))
        + tag("ram:SpecifiedTradeSettlementHeaderMonetarySummation", total)
    )


def _line(bill: Bill, number: int, line: Line) -> str:
    price = tag("ram:NetPriceProductTradePrice", tag("ram:ChargeAmount", line.price))
    quantity = tag("ram:BilledQuantity", line.quantity, f'unitCode="{line.unit}"')
    total = tag("ram:LineTotalAmount", line.net)
    settlement = tag("ram:ApplicableTradeTax", _rate(bill))
    settlement += tag("ram:SpecifiedTradeSettlementLineMonetarySummation", total)
    return tag(
        "ram:IncludedSupplyChainTradeLineItem",
        tag("ram:AssociatedDocumentLineDocument", tag("ram:LineID", number))
        + tag("ram:SpecifiedTradeProduct", tag("ram:Name", line.item))
        + tag("ram:SpecifiedLineTradeAgreement", price)
        + tag("ram:SpecifiedLineTradeDelivery", quantity)
        + tag("ram:SpecifiedLineTradeSettlement", settlement),
    )
