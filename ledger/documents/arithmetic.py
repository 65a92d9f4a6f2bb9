"""The sums an invoice must keep: EN 16931-1 rules BR-CO-10 to BR-CO-16, in whole minor units.

Only what the document states is judged: a profile without lines (Factur-X MINIMUM) or a document
without totals breaks no sum. 数电票 and tables are held to the same rules under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.documents.value import Amounts, Finding
from ledger.errors import RefusalCode, Refused
from ledger.money import Money, format_decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What the document states, in minor units of its currency; None is left out.

    In parentheses the business terms of EN 16931-1. `taxes` is each stated total of VAT in the
    invoice currency, of which there must be one; `foreign_tax` says that a total of VAT in
    another currency (BT-111) stands there.
    """

    payable: int | None = None  # BT-115
    gross: int | None = None  # BT-112
    net: int | None = None  # BT-109
    taxes: tuple[int, ...] = ()  # BT-110
    foreign_tax: bool = False
    prepaid: int | None = None  # BT-113
    rounding: int | None = None  # BT-114
    line_total: int | None = None  # BT-106
    lines: tuple[int, ...] = ()  # BT-131
    allowance_total: int | None = None  # BT-107
    allowances: tuple[int, ...] = ()  # BT-92
    charge_total: int | None = None  # BT-108
    charges: tuple[int, ...] = ()  # BT-99
    tax_parts: tuple[int, ...] = ()  # BT-117


def broken_rules(totals: Totals, digits: int) -> tuple[Finding, ...]:
    """The rules that `totals` break, in the order of their names."""
    found = [_sum_of_lines(totals, digits)]
    found.append(
        _equal("BR-CO-11", "allowances", sum(totals.allowances), totals.allowance_total, digits)
        if totals.allowances or totals.allowance_total is not None
        else None
    )
    found.append(
        _equal("BR-CO-12", "charges", sum(totals.charges), totals.charge_total, digits)
        if totals.charges or totals.charge_total is not None
        else None
    )
    found += [_net(totals, digits), _tax(totals, digits), _gross(totals, digits)]
    found.append(_payable(totals, digits))
    return tuple(finding for finding in found if finding is not None)


def amounts(totals: Totals, currency: str, place: str) -> Amounts:
    """The six amounts, those left out derived as `Amounts` says.

    Raises `Refused` at `place`: `document_incomplete` without an amount due, `amount_invalid`
    when a derived amount leaves the range of `Money`.
    """
    if totals.payable is None:
        raise Refused(
            RefusalCode.DOCUMENT_INCOMPLETE, "The document states no amount due.", place=place
        )
    prepaid, rounding = totals.prepaid or 0, totals.rounding or 0
    derived = totals.payable + prepaid - rounding
    gross = totals.gross if totals.gross is not None else derived
    implied = 0 if totals.net is None else gross - totals.net
    tax = totals.taxes[0] if totals.taxes else implied
    net = gross - tax if totals.net is None else totals.net
    six = (gross, net, tax, prepaid, rounding, totals.payable)
    try:
        return Amounts(*(Money(minor, currency) for minor in six))
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=place) from None


def _equal(rule: str, what: str, due: int, stated: int | None, digits: int) -> Finding | None:
    if due == (stated or 0):
        return None
    figures = f"{format_decimal(due, digits)}, stated is {format_decimal(stated or 0, digits)}"
    return Finding(rule, f"The {what} come to {figures}.")


def _sum_of_lines(totals: Totals, digits: int) -> Finding | None:
    if totals.line_total is None or not totals.lines:
        return None
    return _equal("BR-CO-10", "line amounts", sum(totals.lines), totals.line_total, digits)


def _net(totals: Totals, digits: int) -> Finding | None:
    if totals.net is None or totals.line_total is None:
        return None
    due = totals.line_total - (totals.allowance_total or 0) + (totals.charge_total or 0)
    return _equal("BR-CO-13", "lines less allowances plus charges", due, totals.net, digits)


def _tax(totals: Totals, digits: int) -> Finding | None:
    if not totals.tax_parts or len(totals.taxes) != 1:
        return None
    return _equal("BR-CO-14", "tax amounts", sum(totals.tax_parts), totals.taxes[0], digits)


def _gross(totals: Totals, digits: int) -> Finding | None:
    if totals.gross is None or totals.net is None:
        return None
    if len(totals.taxes) > 1:
        return Finding("BR-CO-15", "The tax total in the invoice currency is stated twice.")
    if not totals.taxes and totals.foreign_tax:
        return Finding("BR-CO-15", "The tax total is stated in another currency only.")
    tax = totals.taxes[0] if totals.taxes else 0
    return _equal("BR-CO-15", "net amount and tax", totals.net + tax, totals.gross, digits)


def _payable(totals: Totals, digits: int) -> Finding | None:
    if totals.gross is None or totals.payable is None:
        return None
    due = totals.gross - (totals.prepaid or 0) + (totals.rounding or 0)
    return _equal("BR-CO-16", "total less prepaid plus rounding", due, totals.payable, digits)
