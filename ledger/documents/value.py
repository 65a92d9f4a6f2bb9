"""What every reader returns: one invoice as a value, whatever file it came in.

Readers *read*. A document that breaks an arithmetic rule, is a credit note or was assigned to
somebody is still read; what speaks against it stands in it as data (`findings`, `type_code`,
`payee`, ...), and `register.registrability` draws the conclusions. Refused is only what cannot be
read: no invoice, no payable amount, no currency.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ledger.errors import Refused
from ledger.money import Money

Digits = Callable[[str], int | None]
"""How many minor digits a currency has by the policy in force; None for an unknown currency."""


class Format(Enum):
    """The carrier an invoice came in."""

    FAPIAO = "fapiao"  # 数电票 XML
    UBL = "ubl"  # OASIS UBL 2.1 Invoice or CreditNote
    CII = "cii"  # UN/CEFACT Cross Industry Invoice D16B
    FACTUR_X = "factur-x"  # PDF with an embedded CII: Factur-X, ZUGFeRD 2
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a document breaks: its name in EN 16931-1, and one sentence with both figures."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the value was read from: file name, carrier, SHA-256 (hex) and size of its bytes."""

    file: str
    format: Format
    sha256: str
    size: int

    @classmethod
    def of(cls, data: bytes, file: str, carrier: Format) -> Evidence:
        """The evidence that `data` is."""
        return cls(file, carrier, hashlib.sha256(data).hexdigest(), len(data))


@dataclass(frozen=True, slots=True)
class DocumentParty:
    """A party as the document names it.

    `identifiers` are (scheme, value) pairs in document order. Schemes: ``USCC`` (统一社会信用代码),
    ``CN-TAX`` (older Chinese taxpayer number), ``LEI``, ``GLN``, ``DUNS``, another ISO 6523 code
    such as ``0002``, ``VAT`` (BT-31, BT-48), ``TAX`` (BT-32), ``LEGAL`` (a register number without
    a scheme, BT-30), ``ID`` (any other, BT-29). `country` is ISO 3166-1 alpha-2, or "".
    """

    name: str
    identifiers: tuple[tuple[str, str], ...]
    country: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """The six totals in the invoice currency (EN 16931: BT-112, 109, 110, 113, 114, 115).

    A total that the document leaves out is derived: gross = payable + prepaid - rounding,
    tax = gross - net (0 without a net), net = gross - tax; prepaid and rounding are 0.
    """

    gross: Money
    net: Money
    tax: Money
    prepaid: Money
    rounding: Money
    payable: Money


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """One invoice as its document states it. Amounts keep the document's sign.

    `code` is the 发票代码 of older Chinese invoices. `type_code` is UNTDID 1001 as stated ("" where
    the document states none); 数电票 is mapped to 380, a red-letter one to 381. `preceding` are the
    numbers of invoices it refers to. `contract` is the number of the contract ("" where none is
    stated), `delivered` the day of delivery (EN 16931: BT-12 and BT-72). `lines` counts
    the lines (0 where a profile has none).
    `is_credit` is true for UBL credit notes, credit types and red-letter invoices.
    """

    evidence: Evidence
    number: str
    code: str | None
    type_code: str
    issue_date: date
    due_date: date | None
    payment_terms: str
    currency: str
    seller: DocumentParty
    buyer: DocumentParty
    payee: DocumentParty | None
    amounts: Amounts
    preceding: tuple[str, ...]
    notes: tuple[str, ...]
    lines: int
    findings: tuple[Finding, ...]
    contract: str = ""
    delivered: date | None = None
    is_credit: bool = False
    is_red_letter: bool = False
    is_void: bool = False
    already_factored: bool = False


@dataclass(frozen=True, slots=True)
class ReadResult:
    """One invoice of a file, or why it cannot be read. `row` counts from 1 in tables, else None."""

    file: str
    row: int | None
    outcome: InvoiceDocument | Refused
