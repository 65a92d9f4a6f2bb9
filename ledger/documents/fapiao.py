"""数电票: the fully digital Chinese invoice as XML (root `EInvoice`).

Order and optional parts differ between issuers, so facts are found by name inside their section,
never by position. The document knows no currency and no due date: amounts are CNY, and a due date
is read from the remark where it says 到期日 or 付款期限 with one day.
"""

from __future__ import annotations

import re
from datetime import date

from ledger.documents import lexical
from ledger.documents.arithmetic import Totals, amounts, broken_rules
from ledger.documents.codes import CREDIT_NOTE, INVOICE
from ledger.documents.currency import Currency, currency_of
from ledger.documents.tree import Node, malformed
from ledger.documents.value import Digits, DocumentParty, Evidence, InvoiceDocument
from ledger.errors import RefusalCode, Refused

ROOT = "EInvoice"

_NUMBER = re.compile(r"[0-9]{20}")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})(?![0-9])日?")
_DUE = re.compile(r"(?:到期日|付款期限)\s*[:：]?\s*" + _DAY.pattern)
_REVERSED = re.compile(r"被红冲蓝字[^0-9]{0,30}([0-9]{20})(?![0-9])")
_YES = frozenset({"true", "1", "y", "yes", "是"})


def read_fapiao(root: Node, evidence: Evidence, digits: Digits) -> InvoiceDocument:
    """The invoice that a 数电票 tree states. Raises `Refused` for what cannot be read."""
    basic = _section(root, "BasicInformation")
    tax_bureau = _section(root, "TaxSupervisionInfo")
    gross = basic.place("TotalTax-includedAmount")
    currency = currency_of("CNY", digits, gross)
    totals = read_totals(root, currency)
    remark = lexical.text(_fact(root, "Remark"))
    red = _is_red(root, totals)
    reversed_ = tuple(_REVERSED.findall(remark))
    return InvoiceDocument(
        evidence=evidence,
        number=_number(tax_bureau),
        code=None,
        type_code=CREDIT_NOTE if red else INVOICE,
        issue_date=_issue_date(tax_bureau, basic),
        due_date=_due_date(remark),
        payment_terms=" ".join(match[0] for match in _DUE.finditer(remark)),
        currency=currency.code,
        seller=_party(root, "Seller"),
        buyer=_party(root, "Buyer"),
        payee=None,
        amounts=amounts(totals, currency.code, gross),
        preceding=reversed_,
        notes=(remark,) if remark else (),
        lines=len(root.below("IssuItemInformation")),
        findings=broken_rules(totals, currency.digits),
        is_credit=red,
        is_red_letter=red,
        already_factored=_yes(root, "WhetherEinvoiceHasBeenFactoredSoldOrSecuritized"),
    )


def read_totals(root: Node, currency: Currency) -> Totals:
    """The amounts under the names EN 16931-1 has for them.

    价税合计 is both total and amount due; Σ Amount and Σ ComTaxAm of the items are held to the
    totals as BR-CO-10 and BR-CO-14, net + tax = total as BR-CO-15.
    """
    basic = _section(root, "BasicInformation")
    items = root.below("IssuItemInformation")
    net = currency.minor(_find(basic, "TotalAmWithoutTax"))
    gross = currency.minor(_find(basic, "TotalTax-includedAmount"))
    return Totals(
        payable=gross,
        gross=gross,
        net=net,
        taxes=currency.each([_find(basic, "TotalTaxAm")]),
        line_total=net,
        lines=currency.each(_find(item, "Amount") for item in items),
        tax_parts=_item_taxes(items, currency),
    )


def _item_taxes(items: list[Node], currency: Currency) -> tuple[int, ...]:
    """Σ ComTaxAm; exempt items say 免税 or *** instead of an amount, which counts as zero."""
    nodes = [_find(item, "ComTaxAm") for item in items]
    stated = [node for node in nodes if node is not None and node.text() not in {"", "***", "免税"}]
    return currency.each(stated)


def _find(node: Node, name: str) -> Node | None:
    found = node.below(name)
    if len(found) > 1:
        raise malformed(f"{name} stands there {len(found)} times.", found[1].path)
    return found[0] if found else None


def _section(root: Node, name: str) -> Node:
    found = _find(root, name)
    if found is None:
        raise Refused(
            RefusalCode.DOCUMENT_INCOMPLETE, f"{name} is missing.", place=root.place(name)
        )
    return found


def _fact(root: Node, name: str) -> str:
    found = _find(root, name)
    return found.text() if found is not None else ""


def _yes(root: Node, name: str) -> bool:
    return _fact(root, name).lower() in _YES


def _is_red(root: Node, totals: Totals) -> bool:
    return (totals.payable or 0) < 0 or _yes(root, "WhetherEinvoiceIsRedEinvoice")


def _number(tax_bureau: Node) -> str:
    place = tax_bureau.place("InvoiceNumber")
    number = lexical.required_number(_fact(tax_bureau, "InvoiceNumber"), place)
    if not _NUMBER.fullmatch(number):
        raise malformed(f"{number!r} is no 数电票 number: it has 20 digits.", place)
    return number


def _issue_date(tax_bureau: Node, basic: Node) -> date:
    """The tax bureau's IssueTime, else the issuer's RequestTime; of both only the day."""
    issued = _fact(tax_bureau, "IssueTime") or _fact(basic, "RequestTime")
    place = tax_bureau.place("IssueTime")
    match = _DAY.match(issued)
    if match is None:
        raise Refused(RefusalCode.DATE_INVALID, f"{issued[:40]!r} is not a date.", place=place)
    return lexical.civil(match[1], match[2], match[3], place)


def _due_date(remark: str) -> date | None:
    days = {lexical.civil(m[1], m[2], m[3], "Remark") for m in _DUE.finditer(remark)}
    return days.pop() if len(days) == 1 else None


def _party(root: Node, role: str) -> DocumentParty:
    section = _find(root, f"{role}Information")
    if section is None:
        return DocumentParty("", (), "")
    place = section.place(f"{role}IdNum")
    value = lexical.number(_fact(section, f"{role}IdNum"), place)
    identifiers = ((lexical.chinese_scheme(value, "CN-TAX"), value),) if value else ()
    name = lexical.name(_fact(section, f"{role}Name"), section.place(f"{role}Name"))
    return DocumentParty(name, identifiers, "CN")
