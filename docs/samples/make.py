"""Makes all sample files beside this script, the same bytes each time.

    python docs/samples/make.py [FOLDER]

The PDF needs the extra `einvoice`, the workbook the extra `xlsx`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from dataclasses import replace
from pathlib import Path

import facts
import xlsxwriter
from cii import cii
from facturx import facturx
from fapiao import fapiao
from ubl import ubl

HEADERS = ["发票号码", "开票日期", "到期日", "销方名称", "销方识别号", "购方名称", "购方识别号",
           "金额", "税额", "价税合计", "备注"]  # fmt: skip
ENGLISH = ["Invoice Number", "Issue Date", "Due Date", "Currency", "Seller", "Seller ID", "Buyer",
           "Buyer ID", "Net", "Tax", "Gross"]  # fmt: skip
MADE = dt.datetime(2026, 11, 16, 8, 0, tzinfo=dt.UTC)


def main(folder: Path) -> None:
    """Write every file."""
    for name, data in texts().items():
        (folder / name).write_bytes(data)
    (folder / "factur-x-nordlicht.pdf").write_bytes(factur_x())
    (folder / "table-mixed.xlsx").write_bytes(workbook())


def texts() -> dict[str, bytes]:
    """The XML and CSV files, by name."""
    made = {name: fapiao(bill) for name, bill in facts.FAPIAO.items()}
    made["ubl-nordlicht-eur.xml"] = ubl(facts.UBL_NORDLICHT)
    made["ubl-granhult-sek.xml"] = ubl(facts.UBL_GRANHULT)
    made["ubl-prairie-usd.xml"] = ubl(facts.UBL_PRAIRIE)
    made["ubl-granhult-credit-note.xml"] = ubl(facts.UBL_CREDIT)
    made["cii-nordlicht-eur.xml"] = cii(facts.CII_NORDLICHT)
    made["cii-granhult-eur.xml"] = cii(facts.CII_GRANHULT)
    made["broken-assigned.xml"] = ubl(facts.ASSIGNED)
    made["broken-totals.xml"] = _with_wrong_total()
    made["broken-doctype.xml"] = _with_doctype()
    return {name: text.encode() for name, text in made.items()} | {
        "table-gb18030.csv": table().encode("gb18030")
    }


def _with_wrong_total() -> str:
    """One digit of the total with VAT is wrong, and the amount due follows it."""
    bill = replace(facts.CII_NORDLICHT, number="NA-2026-0999")
    return ubl(bill).replace(str(bill.gross), str(bill.gross + 9000))


def _with_doctype() -> str:
    """A "billion laughs": entities that would unfold to gigabytes."""
    entities = ['<!ENTITY a0 "ha">']
    entities += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)]
    doctype = "<!DOCTYPE Invoice [\n" + "\n".join(entities) + "\n]>\n<Invoice "
    text = ubl(replace(facts.UBL_NORDLICHT, number="NA-2026-1000", note="&a10;"))
    return text.replace("<Invoice ", doctype)


def table() -> str:
    """The CSV; its last row holds a number that a spreadsheet has rounded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for bill in facts.TABLE:
        writer.writerow(_row(bill, bill.number))
    writer.writerow(_row(facts.TABLE[0], "2.6322E+19"))
    return out.getvalue()


def _row(bill: facts.Bill, number: str) -> list[str]:
    seller, buyer = bill.seller, bill.buyer
    parties = [seller.name, seller.legal, buyer.name, buyer.legal]
    return [number, bill.issued.replace("-", "/"), bill.due, *parties, f"{bill.net:,}",
            str(bill.tax), f"{bill.gross:,}", "按合同验收后开具"]  # fmt: skip


def workbook() -> bytes:
    """The workbook: two currencies, real dates, numbers as text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": MADE.replace(tzinfo=None)})
    sheet = book.add_worksheet("Invoices")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ENGLISH)
    base = facts.UBL_NORDLICHT
    bills = [
        replace(facts.TABLE[0], number="26322000000121190045", due="2027-06-18"),
        replace(facts.TABLE[2], number="26332000000106662341", due="2027-01-12"),
        replace(base, number="NA-2026-0983", issued="2026-11-16", due="2027-04-16"),
    ]
    for row, bill in enumerate(bills, start=1):
        names = [bill.seller.name, bill.seller.legal, bill.buyer.name, bill.buyer.legal]
        sheet.write_string(row, 0, bill.number)
        sheet.write_datetime(row, 1, dt.datetime.fromisoformat(bill.issued), day)
        sheet.write_datetime(row, 2, dt.datetime.fromisoformat(bill.due), day)
        sheet.write_string(row, 3, bill.currency)
        for column, text in enumerate(names, start=4):
            sheet.write_string(row, column, text)
        for column, amount in enumerate([bill.net, bill.tax, bill.gross], start=8):
            sheet.write_number(row, column, float(amount))
    book.close()
    return out.getvalue()


def factur_x() -> bytes:
    """A one-page PDF with the invoice inside."""
    facturx._get_pdf_timestamp = lambda date=None: "D:20261116080000Z"  # noqa: ARG005, SLF001 - the same bytes each time
    facturx._get_metadata_timestamp = lambda: "2026-11-16T08:00:00+00:00"  # noqa: SLF001 - the same
    return facturx.generate_from_binary(page(), cii(facts.PDF_NORDLICHT).encode(), lang="en")


def page() -> bytes:
    """A minimal PDF of one page that names the invoice."""
    bill = facts.PDF_NORDLICHT
    text = f"Sample invoice {bill.number}: {bill.payable} {bill.currency} due {bill.due}"
    content = f"BT /F1 14 Tf 72 720 Td ({text}) Tj ET".encode()
    font = b"/Resources << /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % font,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
