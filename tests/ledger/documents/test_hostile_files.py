"""Archives, PDFs and tables that mean harm; and whatever bytes come, only refusals come back."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

import pytest
from facturx.facturx import PdfWriter
from hypothesis import given
from hypothesis import strategies as st

from ledger.documents import sheet
from ledger.documents.pdf import MOST_ATTACHMENTS
from ledger.documents.read import read, read_document, read_rows
from ledger.documents.value import ReadResult
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import FILES, digits, sample

WORKBOOK = sample("table-mixed.xlsx")
PDF = sample("factur-x-nordlicht.pdf")
SHEET = "xl/worksheets/sheet1.xml"


def repack(change: Callable[[dict[str, bytes]], None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The sample workbook with its members changed."""
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return out.getvalue()


def code_of(data: bytes) -> RefusalCode:
    """Why a table as a whole is refused."""
    with pytest.raises(Refused) as caught:
        read_rows(data, name="x", digits=digits)
    assert caught.value.file == "x"
    return caught.value.code


@pytest.mark.parametrize(
    "name", ["/etc/x.xml", "../x.xml", "a/../../x.xml", "C:\\x.xml", "e\u0301"]
)
def test_unsafe_names_are_refused(name: str) -> None:
    """Absolute names, parents, drives, backslashes and names not in NFC."""
    assert code_of(repack(lambda m: m.update({name: b"x"}))) is RefusalCode.ARCHIVE_UNSAFE


def test_entries_are_bounded() -> None:
    """200 entries are read, 201 refused."""

    def fill(total: int) -> bytes:
        return repack(lambda m: m.update({f"x{n}": b"x" for n in range(total - len(m))}))

    assert len(read_rows(fill(200), name="x", digits=digits)) == 3
    assert code_of(fill(201)) is RefusalCode.ARCHIVE_UNSAFE


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """A ratio above 100, and more than 20 MB in all, whatever the ratio."""
    assert code_of(repack(lambda m: m.update(x=bytes(2_000_000)))) is RefusalCode.ARCHIVE_UNSAFE
    noise = random.Random(1).randbytes(500_000) * 2  # noqa: S311 - noise, no secret
    many = repack(lambda m: m.update({f"x{n}": noise + bytes(200_000) for n in range(18)}))
    assert len(many) < 19_000_000
    assert code_of(many) is RefusalCode.ARCHIVE_UNSAFE


def test_a_member_larger_than_declared_is_refused() -> None:
    """An entry that declares 10 bytes and unpacks to more is never unpacked beyond them."""
    data = bytearray(repack(lambda m: m.update(zz=bytes(50_000))))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        offset = archive.getinfo("zz").header_offset
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    struct.pack_into("<I", data, offset + 22, 10)
    assert code_of(bytes(data)) is RefusalCode.ARCHIVE_UNSAFE


def test_nested_archives_links_and_encryption_are_refused() -> None:
    """None of them has a place in a workbook."""
    assert code_of(repack(lambda m: m.update(x=WORKBOOK))) is RefusalCode.ARCHIVE_UNSAFE
    link = bytearray(repack(lambda m: m.update(zz=b"target")))
    central = link.rindex(b"PK\x01\x02")
    struct.pack_into("<I", link, central + 38, 0o120777 << 16)
    assert code_of(bytes(link)) is RefusalCode.ARCHIVE_UNSAFE
    locked = bytearray(repack(lambda m: m.update(zz=b"secret")))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(locked)) is RefusalCode.ARCHIVE_UNSAFE


def test_other_archives_are_no_workbook() -> None:
    """OFD and other zips are told apart by what is in them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", "<OFD/>")
    assert code_of(out.getvalue()) is RefusalCode.NOT_AN_INVOICE


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'r="A1"', b'r="XFD1"', RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b'r="A1"', b'r="IV20000"', RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b'r="A1"', b"r='A1048576'", RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b'<row r="1"', b'<row r="900000"', RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b'r="A1"', b'r="&#88;FD1"', RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b"<worksheet", b"<!DOCTYPE x><worksheet", RefusalCode.DOCTYPE_FORBIDDEN),
        (b"<worksheet", b"\x00<worksheet", RefusalCode.ENCODING_NOT_ACCEPTED),
        (b'r="A1"', b'r="one"', RefusalCode.DOCUMENT_MALFORMED),
        (b"</row>", b"<c><v>1</v></c>" * 246 + b"</row>", RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b"</sheetData>", b"<row/>" * 99_997 + b"</sheetData>", RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b"</worksheet>", b"", RefusalCode.DOCUMENT_MALFORMED),
    ],
)
def test_hostile_sheets_are_refused(old: bytes, new: bytes, code: RefusalCode) -> None:
    """A cell far out (memory up to it would be taken), document types, other encodings."""

    def change(members: dict[str, bytes]) -> None:
        assert old in members[SHEET]
        members[SHEET] = members[SHEET].replace(old, new, 1)

    assert code_of(repack(change, zipfile.ZIP_STORED)) is code


def with_attachments(*names: str) -> bytes:
    """A PDF with attachments of these names, all of them the sample's CII."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name in names:
        writer.add_attachment(name, sample("cii-nordlicht-eur.xml"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pdf_attachments_are_bounded_and_unambiguous() -> None:
    """One invoice among at most five attachments; none, two, or six attachments are refused."""
    others = [f"{n}.txt" for n in range(MOST_ATTACHMENTS)]
    good = with_attachments("factur-x.xml", *others[1:])
    assert read_document(good, name="x", digits=digits).number == "NA-2026-0944"
    expected = {
        with_attachments(): RefusalCode.NOT_AN_INVOICE,
        with_attachments("other.xml"): RefusalCode.NOT_AN_INVOICE,
        with_attachments("factur-x.xml", "xrechnung.xml"): RefusalCode.NOT_AN_INVOICE,
        with_attachments("factur-x.xml", *others): RefusalCode.DOCUMENT_TOO_COMPLEX,
        b"%PDF-1.7 nothing": RefusalCode.DOCUMENT_MALFORMED,
    }
    for data, code in expected.items():
        (result,) = read(data, name="x", digits=digits)
        assert isinstance(result.outcome, Refused)
        assert result.outcome.code is code


def test_the_carrier_is_told_from_the_content() -> None:
    """A wrong file name changes nothing, and one format is not taken for another."""
    for name in FILES:
        (first, *_) = read(sample(name), name="wrong.bin", digits=digits)
        assert isinstance(first, ReadResult)
    for name in ("table-gb18030.csv", "table-mixed.xlsx"):
        with pytest.raises(Refused) as caught:
            read_document(sample(name), name=name, digits=digits)
        assert caught.value.code is RefusalCode.NOT_AN_INVOICE


@given(st.binary(max_size=300), st.sampled_from([b"", b"<", b"%PDF-", b"PK\x03\x04", b"\xff\xfe"]))
def test_random_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    """Whatever the bytes, `read` answers with results."""
    assert all(isinstance(r, ReadResult) for r in read(start + data, name="x", digits=digits))


@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)),
        min_size=1,
        max_size=5,
    ),
)
def test_damaged_samples_are_read_or_refused(
    name: str, damages: list[tuple[float, int, bytes]]
) -> None:
    """Bytes cut out, put in or exchanged anywhere: results, never another exception."""
    data = sample(name)
    for where, cut, put in damages:
        at = int(where * len(data))
        data = data[:at] + put + data[at + cut :]
    assert all(isinstance(r, ReadResult) for r in read(data, name="x", digits=digits))


@given(
    st.sampled_from([n for n in FILES if n.endswith(".xml")]),
    st.integers(0, 10**6),
    st.sampled_from(["", "0", "-1", "1E5", "<a/>", "9" * 30, "\u202e", "20270101", "&#x0;", "]]>"]),
)
def test_exchanged_texts_are_read_or_refused(name: str, which: int, text: str) -> None:
    """Any one text of an XML sample exchanged: results, never another exception."""
    pieces = sample(name).decode().split(">")
    at = which % len(pieces)
    head, tail = pieces[at].split("<", 1) if "<" in pieces[at] else ("", pieces[at])
    pieces[at] = (text if head.strip() else head) + "<" + tail if "<" in pieces[at] else tail
    data = ">".join(pieces).encode("utf-8", "surrogatepass")
    assert all(isinstance(r, ReadResult) for r in read(data, name="x", digits=digits))


def test_the_limits_are_those_of_the_page() -> None:
    """The page beside the samples states the limits that the code has."""
    page = sample("README.md").decode()
    assert f"{sheet.MOST_ENTRIES} entries" in page
    assert "2 MiB" in page
    assert "50,000 elements" in page
    assert "100,000 rows" in page
