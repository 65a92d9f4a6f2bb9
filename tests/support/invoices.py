"""The same invoice as a row of a table, as UBL and as CII: with the least that each needs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an invoice says. Sides are named, and found by name; amounts are in CNY."""

    number: str
    issued: date
    due: date
    seller: str
    buyer: str
    gross: str = "1000.00"


HEADER = ("发票号码", "开票日期", "到期日", "币种", "销方名称", "购方名称", "价税合计")
_UBL_URN = "urn:oasis:names:specification:ubl:schema:xsd"
_CII_URN = "urn:un:unece:uncefact:data:standard"
_UBL_SIDE = """<cac:{side}><cac:Party><cac:PartyLegalEntity>
<cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:{side}>
"""
_UBL = """<Invoice xmlns="{urn}:Invoice-2" xmlns:cac="{urn}:CommonAggregateComponents-2"
 xmlns:cbc="{urn}:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>{sides}<cac:LegalMonetaryTotal>
<cbc:TaxExclusiveAmount currencyID="CNY">{gross}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="CNY">{gross}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="CNY">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal></Invoice>
"""
_CII = """<rsm:CrossIndustryInvoice xmlns:rsm="{urn}:CrossIndustryInvoice:100"
 xmlns:ram="{urn}:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="{urn}:UnqualifiedDataType:100">
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{issued:%Y%m%d}</udt:DateTimeString>
</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>{seller}</ram:Name></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>{buyer}</ram:Name></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>CNY</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
<udt:DateTimeString format="102">{due:%Y%m%d}</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:TaxBasisTotalAmount>{gross}</ram:TaxBasisTotalAmount>
<ram:GrandTotalAmount>{gross}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{gross}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


def table(invoices: Sequence[Invoice]) -> bytes:
    """A CSV file of them under Chinese headers, in UTF-8."""
    text = io.StringIO()
    rows = (
        [item.number, item.issued, item.due, "CNY", item.seller, item.buyer, item.gross]
        for item in invoices
    )
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def ubl(item: Invoice) -> bytes:
    """A UBL 2.1 invoice."""
    sides = {"AccountingSupplierParty": item.seller, "AccountingCustomerParty": item.buyer}
    told = "".join(_UBL_SIDE.format(side=side, name=name) for side, name in sides.items())
    return _UBL.format(
        urn=_UBL_URN,
        number=item.number,
        issued=item.issued,
        due=item.due,
        gross=item.gross,
        sides=told,
    ).encode()


def cii(item: Invoice) -> bytes:
    """A Cross Industry Invoice."""
    return _CII.format(
        urn=_CII_URN,
        number=item.number,
        issued=item.issued,
        due=item.due,
        seller=item.seller,
        buyer=item.buyer,
        gross=item.gross,
    ).encode()


def files(form: str, invoices: Sequence[Invoice]) -> dict[str, bytes]:
    """The invoices by the names of their files: one table, or one document each."""
    if form == "csv":
        return {"sales.csv": table(invoices)}
    return {f"{place:03}.xml": XML[form](item) for place, item in enumerate(invoices)}


XML: Mapping[str, Callable[[Invoice], bytes]] = {"ubl": ubl, "cii": cii}
FORMS = ("csv", *XML)
"""How an invoice may be written."""
