"""Bytes in, invoices out: what a file is, is told from its content, never from its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ledger.documents import cii, fapiao, pdf, sheet, ubl
from ledger.documents.table import csv_rows, read_table
from ledger.documents.tree import Node, parse_xml
from ledger.documents.value import Digits, Evidence, Format, InvoiceDocument, ReadResult
from ledger.errors import RefusalCode, Refused

_BLANKS = b"\xef\xbb\xbf \t\r\n"
_UTF_16_MARKS = (b"\xfe\xff", b"\xff\xfe")


def read(
    data: bytes, *, name: str, digits: Digits, columns: Mapping[str, str] | None = None
) -> list[ReadResult]:
    """All invoices of a file, or why each cannot be read; never raises `Refused`.

    `name` is the file's name for messages. A single document gives one result with row None, a
    table one for each row, a file that cannot be read at all one refusal with row None.
    `columns` declares the columns of a table (`table.HEADERS` names the fields).
    """
    try:
        if _is_table(data):
            return read_rows(data, name=name, digits=digits, columns=columns)
        return [ReadResult(name, None, read_document(data, name=name, digits=digits))]
    except Refused as refused:
        return [ReadResult(name, None, refused)]


def read_document(data: bytes, *, name: str, digits: Digits) -> InvoiceDocument:
    """The one invoice that an XML or PDF file holds.

    Raises `Refused` with the file and the element's path, whatever the bytes are.
    """
    with _named(name):
        if data.startswith(pdf.MAGIC):
            evidence = Evidence.of(data, name, Format.FACTUR_X)
            root = parse_xml(pdf.embedded_invoice(data))
            if (root.namespace, root.name) != (cii.NAMESPACE, cii.ROOT):
                raise _no_invoice(root)
            return cii.read_cii(root, evidence, digits)
        if _is_table(data):
            raise Refused(RefusalCode.NOT_AN_INVOICE, "The file is a table: read it by rows.")
        return _read_tree(parse_xml(data), data, name, digits)


def read_rows(
    data: bytes, *, name: str, digits: Digits, columns: Mapping[str, str] | None = None
) -> list[ReadResult]:
    """One result for each row of a CSV or XLSX table.

    Raises `Refused` when the table as a whole cannot be read.
    """
    with _named(name):
        if data.startswith(sheet.MAGIC):
            evidence = Evidence.of(data, name, Format.XLSX)
            return read_table(sheet.workbook_rows(data), evidence, digits, columns)
        evidence = Evidence.of(data, name, Format.CSV)
        return read_table(csv_rows(data), evidence, digits, columns)


def _is_table(data: bytes) -> bool:
    """A zip, or text that is neither PDF nor XML; UTF-16 and UTF-32 go to the XML guard."""
    if data.startswith((sheet.MAGIC, pdf.MAGIC)):
        return data.startswith(sheet.MAGIC)
    is_wide = data.startswith(_UTF_16_MARKS) or b"\x00" in data[:4]
    return not is_wide and not data[:1024].lstrip(_BLANKS).startswith(b"<")


def _read_tree(root: Node, data: bytes, name: str, digits: Digits) -> InvoiceDocument:
    if root.name == ubl.NAMESPACES.get(root.namespace):
        return ubl.read_ubl(root, Evidence.of(data, name, Format.UBL), digits)
    if (root.namespace, root.name) == (cii.NAMESPACE, cii.ROOT):
        return cii.read_cii(root, Evidence.of(data, name, Format.CII), digits)
    if root.name == fapiao.ROOT:
        return fapiao.read_fapiao(root, Evidence.of(data, name, Format.FAPIAO), digits)
    raise _no_invoice(root)


def _no_invoice(root: Node) -> Refused:
    detail = f"The root element is {root.name[:80]}, not that of an invoice we read."
    return Refused(RefusalCode.NOT_AN_INVOICE, detail, place=root.path[:80])


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Refusals from within name the file."""
    try:
        yield
    except Refused as refused:
        file = refused.file or name
        raise Refused(refused.code, refused.detail, place=refused.place, file=file) from None
