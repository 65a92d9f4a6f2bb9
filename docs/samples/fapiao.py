"""Writes a bill as 数电票 XML. The tax bureau's signature is left out: nobody could give it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP

from facts import CENT, Bill, Line, Party
from ubl import tag


def fapiao(bill: Bill) -> str:
    """The whole document; taxes are rounded line by line and the totals are their sums."""
    taxes = [(each.net * each.rate / 100).quantize(CENT, ROUND_HALF_UP) for each in bill.lines]
    tax = sum(taxes)
    kind = tag("LabelCode", "01") + tag("LabelName", "增值税专用发票")
    label = tag("InherentLabel", tag("GeneralOrSpecialVAT", kind))
    header = tag("EIid", bill.number) + tag("EInvoiceTag", "SWEI3200") + tag("Version", "0.2")
    basic = tag("TotalAmWithoutTax", bill.sum) + tag("TotalTaxAm", tax)
    basic += tag("TotalTax-includedAmount", bill.sum + tax) + tag("Drawer", "样例")
    basic += tag("RequestTime", f"{bill.issued} 09:30:00")
    remark = f"付款到期日：{bill.due}" if bill.due else f"被红冲蓝字数电票号码：{bill.preceding}"
    items = [_item(each, taxes[n]) for n, each in enumerate(bill.lines)]
    data = [
        _party("Seller", bill.seller),
        _party("Buyer", bill.buyer),
        tag("BasicInformation", basic),
        *items,
        tag("AdditionalInformation", tag("Remark", remark)),
    ]
    bureau = tag("InvoiceNumber", bill.number) + tag("IssueTime", f"{bill.issued} 09:30:02")
    body = tag("Header", header + label) + "\n" + tag("EInvoiceData", "\n".join(data))
    body += "\n" + tag("TaxSupervisionInfo", bureau + tag("TaxBureauName", "样例税务局"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice>\n{body}\n</EInvoice>\n'


def _party(role: str, party: Party) -> str:
    facts = tag(f"{role}IdNum", party.legal) + tag(f"{role}Name", party.name)
    return tag(f"{role}Information", facts + tag(f"{role}Addr", party.city + party.street))


def _item(line: Line, tax: object) -> str:
    body = tag("ItemName", line.item) + tag("MeaUnits", line.unit)
    body += tag("Quantity", line.quantity) + tag("UnPrice", line.price)
    body += tag("Amount", line.net) + tag("TaxRate", f"0.{line.rate}") + tag("ComTaxAm", tax)
    return tag("IssuItemInformation", body)
