"""Tables of invoices: one header row, then one invoice a row, each read or refused by itself.

Columns are recognised by their headers (English and Chinese), or declared: a mapping from our
field names (`HEADERS`) to the header in the file, where a value that begins with ``=`` is a
constant for all rows (``{"currency": "=CNY"}``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.documents.row import read_row
from ledger.documents.tree import malformed
from ledger.documents.value import Digits, Evidence, InvoiceDocument, ReadResult
from ledger.errors import RefusalCode, Refused

LARGEST_TABLE = 20 * 1024 * 1024
MOST_ROWS = 100_000
LONGEST_FIELD = 10_000
MOST_COLUMNS = 256

HEADERS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "invoice number", "invoice no", "invoice id", "发票号码", "数电票号码",
               "数电发票号码", "发票号"),
    "code": ("code", "invoice code", "发票代码"),
    "type": ("type", "type code", "invoice type code", "发票类型代码"),
    "issue_date": ("issue date", "invoice date", "date", "开票日期"),
    "due_date": ("due date", "payment due date", "maturity", "到期日", "付款到期日", "到期日期"),
    "currency": ("currency", "currency code", "币种", "货币"),
    "seller_name": ("seller", "seller name", "supplier", "supplier name", "销方名称", "销售方名称",
                    "销方单位名称", "销方单位代号"),
    "seller_id": ("seller id", "supplier id", "seller tax id", "销方识别号", "销售方识别号",
                  "销售方纳税人识别号", "销方纳税人识别号"),
    "buyer_name": ("buyer", "buyer name", "customer", "customer name", "购方名称", "购买方名称",
                   "购方单位名称", "购方单位代号"),
    "buyer_id": ("buyer id", "customer id", "buyer tax id", "购方识别号", "购买方识别号",
                 "购买方纳税人识别号", "购方纳税人识别号"),
    "payee_name": ("payee", "payee name", "收款人名称", "收款方名称"),
    "payee_id": ("payee id", "收款方识别号"),
    "net": ("net", "net amount", "amount net of vat", "金额", "不含税金额"),
    "tax": ("tax", "tax amount", "vat", "vat amount", "税额"),
    "gross": ("gross", "gross amount", "total", "invoice amount", "价税合计", "含税金额"),
    "prepaid": ("prepaid", "paid", "prepaid amount", "已付金额", "预付金额"),
    "payable": ("payable", "amount due", "payable amount", "应付金额"),
    "terms": ("payment terms", "terms", "付款条件"),
    "status": ("status", "invoice status", "发票状态"),
    "preceding": ("preceding invoice", "corrects", "蓝字发票号码", "对应蓝字发票号码"),
    "note": ("note", "notes", "remark", "remarks", "备注"),
    "contract": ("contract", "contract number", "contract no", "合同号", "合同编号"),
    "delivered": ("delivery date", "delivered", "交付日期", "交货日期"),
}  # fmt: skip
"""Our field names, and the headers recognised for each (case, blanks and _ do not count)."""

OWN_SIDE = ("own company", "our company", "firm", "本企业名称", "本单位名称", "企业代号")
"""Headers of whoever keeps the table: the side, seller or buyer, that no other column names."""
REQUIRED = ("number", "issue_date")
AMOUNTS = ("payable", "gross")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands: its place in the row with its header, or a constant."""

    places: Mapping[str, tuple[int, str]]
    constants: Mapping[str, str]

    def fields(self, row: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Each field's text with the header of its column; short rows have empty cells."""
        found = {
            field: (row[place] if place < len(row) else "", header)
            for field, (place, header) in self.places.items()
        }
        return {field: (text, field) for field, text in self.constants.items()} | found


def read_table(
    rows: Sequence[Sequence[str]],
    evidence: Evidence,
    digits: Digits,
    columns: Mapping[str, str] | None,
) -> list[ReadResult]:
    """One result for each row that holds anything; row 1 is the first row of the file.

    Raises `Refused` when no header row can be made out (`column_missing`), or beyond 100,000 rows
    or 256 columns (`document_too_complex`).
    """
    if len(rows) > MOST_ROWS or max(map(len, rows), default=0) > MOST_COLUMNS:
        raise Refused(
            RefusalCode.DOCUMENT_TOO_COMPLEX,
            f"A table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns.",
        )
    first = next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if first is None:
        raise Refused(RefusalCode.NOT_AN_INVOICE, "The table is empty.")
    found = recognise(rows[first], columns)
    return [
        ReadResult(evidence.file, number, _outcome(found, row, number, evidence, digits))
        for number, row in enumerate(rows[first + 1 :], start=first + 2)
        if any(cell.strip() for cell in row)
    ]


def recognise(header: Sequence[str], columns: Mapping[str, str] | None) -> Columns:
    """The columns of a header row, as declared or by the headers we know.

    Raises `Refused`: `field_unknown` for a declared field that we do not have, `column_missing`
    where a declared header, or a field that each invoice needs, is not there.
    """
    plain = [_plain(cell) for cell in header]
    declared = columns or {}
    for field in declared:
        if field not in HEADERS:
            raise Refused(RefusalCode.FIELD_UNKNOWN, f"{field!r} is no field of an invoice.")
    constants = {f: text[1:] for f, text in declared.items() if text.startswith("=")}
    wanted = {field: (text,) for field, text in declared.items() if field not in constants}
    places: dict[str, tuple[int, str]] = {}
    for field, names in (wanted if columns is not None else HEADERS).items():
        place = next((plain.index(_plain(n)) for n in names if _plain(n) in plain), None)
        if place is not None:
            places[field] = (place, header[place].strip())
        elif columns is not None:
            raise _missing(f"No column is headed {names[0][:80]!r}.", field)
    if columns is None:
        _add_own_side(places, header, plain)
    if any("价税合计" in cell for cell in plain) and "currency" not in places | constants:
        constants["currency"] = "CNY"  # a header that only Chinese invoices have
    for field in REQUIRED:
        if field not in places:
            raise _missing(f"No column holds the {field.replace('_', ' ')}.", field)
    if not any(field in places for field in AMOUNTS):
        raise _missing("No column holds the gross or the payable amount.", "gross")
    return Columns(places, constants)


def _add_own_side(
    places: dict[str, tuple[int, str]], header: Sequence[str], plain: Sequence[str]
) -> None:
    """A ledger of sales or purchases names the other side per row, and itself under one header."""
    own = next((plain.index(name) for name in OWN_SIDE if name in plain), None)
    open_sides = [side for side in ("seller", "buyer") if not places.keys() & _columns_of(side)]
    if own is not None and len(open_sides) == 1:
        places[f"{open_sides[0]}_name"] = (own, header[own].strip())


def _columns_of(side: str) -> set[str]:
    return {f"{side}_name", f"{side}_id"}


def csv_rows(data: bytes) -> list[list[str]]:
    """The rows of a CSV file: UTF-8 with or without mark, else GB18030; ``,`` ``;`` or tab.

    Raises `Refused`: `bytes_too_large`, `encoding_not_accepted`, `document_too_complex` beyond
    100,000 rows, `document_malformed` for stray quotes.
    """
    if len(data) > LARGEST_TABLE:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A table has at most {LARGEST_TABLE} bytes.")
    text = _decoded(data)
    head = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",;\t", key=head.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                break  # read_table says so
    except csv.Error as problem:
        raise malformed(f"The table cannot be read: {problem}.", f"row {len(rows) + 1}") from None
    return rows


def _decoded(data: bytes) -> str:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Refused(
        RefusalCode.ENCODING_NOT_ACCEPTED, "The table is text in neither UTF-8 nor GB18030."
    )


def _outcome(
    columns: Columns, row: Sequence[str], number: int, evidence: Evidence, digits: Digits
) -> InvoiceDocument | Refused:
    fields = columns.fields(row)
    try:
        for text, header in fields.values():
            if len(text) > LONGEST_FIELD:
                raise Refused(
                    RefusalCode.DOCUMENT_TEXT_FORBIDDEN,
                    f"A cell has at most {LONGEST_FIELD} characters.",
                    place=f"column {header}",
                )
        return read_row(fields, evidence, digits)
    except Refused as refused:
        place = f"row {number}, {refused.place}" if refused.place else f"row {number}"
        return Refused(refused.code, refused.detail, place=place, file=evidence.file)


def _plain(header: str) -> str:
    return re.sub(r"[\s_.]+", " ", header).strip().casefold()


def _missing(detail: str, field: str) -> Refused:
    return Refused(RefusalCode.COLUMN_MISSING, detail, place=f"row 1, column {field}")
