"""XLSX: the first visible sheet of a workbook as rows of texts.

A workbook is a zip of XML, and both can be bombs. So the archive is checked and unpacked by us,
member by member with a bound, every XML part and every cell reference is looked at, and only what
passed is packed again (stored) and given to the spreadsheet reader (optional extra `xlsx`).
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from datetime import date, datetime
from typing import Any

from lxml import etree

from ledger.documents.table import LARGEST_TABLE, MOST_COLUMNS, MOST_ROWS
from ledger.documents.tree import malformed
from ledger.errors import RefusalCode, Refused

MAGIC = b"PK\x03\x04"
MOST_ENTRIES = 200
LARGEST_UNPACKED = 20 * 1024 * 1024
HIGHEST_RATIO = 100
MOST_CELLS = 4_000_000

_WORKBOOK = "xl/workbook.xml"
_REFERENCE = re.compile("([A-Z]{0,3})([0-9]{0,7})")
_LARGEST_EXACT = 10**15
"""From here on a spreadsheet's numbers (15 significant digits) have lost digits."""


def workbook_rows(data: bytes) -> list[list[str]]:
    """The rows of the first visible sheet, from row 1 and column A.

    Raises `Refused`: `bytes_too_large`, `archive_unsafe`, `doctype_forbidden`,
    `document_too_complex`, `not_an_invoice` for another archive, `document_malformed`, and
    `reader_not_installed`.
    """
    if len(data) > LARGEST_TABLE:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A workbook has at most {LARGEST_TABLE} bytes.")
    # Pictures and printer settings are left out: the reader sees XML only.
    members = {n: part for n, part in unpack(data).items() if n.endswith((".xml", ".rels"))}
    if _WORKBOOK not in members:
        raise Refused(RefusalCode.NOT_AN_INVOICE, "The archive is no XLSX workbook.")
    for name, part in members.items():
        _check_part(name, part)
    try:
        return [[_text(cell) for cell in row] for row in _cells(_repacked(members))]
    except Refused:
        raise
    except ModuleNotFoundError:
        raise Refused(
            RefusalCode.READER_NOT_INSTALLED, "Reading XLSX needs: pip install 'duebill[xlsx]'."
        ) from None
    except BaseException as problem:  # a panic of the reader is no `Exception`
        if isinstance(problem, (KeyboardInterrupt, SystemExit)):
            raise
        raise malformed(f"The workbook cannot be opened ({type(problem).__name__}).", "") from None


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a zip by name, unpacked within the limits of this module.

    Raises `Refused` (`archive_unsafe`) for too many or too large members, ratios above 100,
    absolute names or ``..``, links, nested archives, encryption and wrong sizes or sums.
    """
    try:
        infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception as problem:  # noqa: BLE001 - struct, Unicode, Overflow and more errors
        raise _unsafe(f"The archive cannot be opened ({type(problem).__name__}).") from None
    if len(infos) > MOST_ENTRIES:
        raise _unsafe(f"An archive has at most {MOST_ENTRIES} entries.")
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise _unsafe(f"An archive unpacks to at most {LARGEST_UNPACKED} bytes.")
    members: dict[str, bytes] = {}
    for info in infos:
        _check_name(info)
        if info.filename in members:
            raise _unsafe(f"The entry {info.filename!r} is there twice.")
        if not info.is_dir():
            members[info.filename] = _member(data, info)
            if members[info.filename].startswith(MAGIC):
                raise _unsafe(f"The entry {info.filename[:80]!r} is an archive itself.")
    return members


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if (
        name.startswith("/")
        or ".." in name.split("/")
        or "\\" in name
        or ":" in name
        or not unicodedata.is_normalized("NFC", name)
    ):
        raise _unsafe(f"The entry name {name[:80]!r} is not safe.")
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise _unsafe(f"The entry {name[:80]!r} is a link.")
    if info.flag_bits & 1:
        raise _unsafe("The archive is encrypted.")
    if info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        raise _unsafe(f"The entry {name[:80]!r} unpacks to over {HIGHEST_RATIO} times its size.")


def _member(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """One member, never unpacked beyond the size that its entry declares."""
    wrong = _unsafe(f"The entry {info.filename[:80]!r} is not what it declares.")
    head = data[info.header_offset : info.header_offset + 30]
    if len(head) < 30 or not head.startswith(MAGIC):
        raise wrong
    start = info.header_offset + 30 + sum(struct.unpack("<HH", head[26:30]))
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        body = packed
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            body = inflater.decompress(packed, info.file_size + 1)
        except zlib.error:
            raise wrong from None
    else:
        raise wrong
    if len(body) != info.file_size or zlib.crc32(body) != info.CRC:
        raise wrong
    return body


def _check_part(name: str, part: bytes) -> None:
    """Well-formed, no document type, no other encoding, no cell far out."""
    if b"\x00" in part:
        raise Refused(RefusalCode.ENCODING_NOT_ACCEPTED, "A part is not UTF-8.", place=name)
    if b"<!DOCTYPE" in part.upper() or b"<!ENTITY" in part.upper():
        raise Refused(RefusalCode.DOCTYPE_FORBIDDEN, "A part has a document type.", place=name)
    parser = etree.XMLParser(
        target=_References(name), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise malformed("A part is not well-formed XML.", name) from None


class _References:
    """A parser target that builds no tree and follows the places of rows and cells.

    The spreadsheet reader takes memory for all cells up to the farthest one. A row or cell
    without a reference stands after the one before it.
    """

    def __init__(self, place: str) -> None:
        self.place, self.row, self.column = place, 0, 0
        self.last_row = self.last_column = 0

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        """Refuses a reference that is none, or a place beyond the limits."""
        kind = str(tag).rpartition("}")[2]
        if kind not in {"row", "c"}:
            return
        reference = _REFERENCE.fullmatch(str(attrib.get("r", "")))
        if reference is None:
            raise malformed("A cell has no right reference.", self.place)
        letters, row = reference.groups()
        if kind == "row":
            self.row, self.column = int(row or self.row + 1), 0
        else:
            self.row = int(row or self.row)
            self.column = _column(letters) if letters else self.column + 1
        rows = self.last_row = max(self.last_row, self.row)
        columns = self.last_column = max(self.last_column, self.column)
        if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
            raise Refused(
                RefusalCode.DOCUMENT_TOO_COMPLEX,
                f"A sheet has at most {MOST_ROWS} rows, {MOST_COLUMNS} columns and {MOST_CELLS}"
                " cells.",
                place=self.place,
            )

    def end(self, tag: str | bytes) -> None:
        """Nothing to do at the end of an element."""

    def data(self, data: str | bytes) -> None:
        """Nothing to do with text."""

    def comment(self, text: str | bytes) -> None:
        """Nothing to do with comments."""

    def close(self) -> None:
        """Nothing to hand back."""


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _repacked(members: dict[str, bytes]) -> io.BytesIO:
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as archive:
        for name, part in members.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    clean.seek(0)
    return clean


def _cells(clean: io.BytesIO) -> list[list[Any]]:
    from python_calamine import (  # noqa: PLC0415 - an optional extra
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    workbook = CalamineWorkbook.from_filelike(clean)
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    raise Refused(RefusalCode.NOT_AN_INVOICE, "The workbook has no visible sheet.")


def _text(cell: object) -> str:
    """A cell as a person sees it. Numbers that lost digits keep their exponent, as a mark."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        if abs(cell) >= _LARGEST_EXACT:
            return f"{cell:.14E}"
        return f"{cell:.0f}" if cell.is_integer() else format(cell, ".15g")
    return str(cell)


def _unsafe(detail: str) -> Refused:
    return Refused(RefusalCode.ARCHIVE_UNSAFE, detail)
