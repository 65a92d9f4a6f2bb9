"""Tables: which headers, encodings, dates, amounts and identifiers are read, and how."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.documents.read import read
from ledger.documents.table import HEADERS, LONGEST_FIELD, MOST_ROWS
from ledger.documents.value import InvoiceDocument
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import one_row, refusal, rows

HEAD = "number,issue date,currency,gross\n"


def test_each_row_is_read_or_refused_by_itself() -> None:
    """A bad row leaves its neighbours alone, and names the row and column of the file."""
    results = rows(
        "发票号码,开票日期,价税合计\nA,2026-01-02,1.00\n\nB,2026-01-02,abc\nC,2026-1-2,3\n"
    )
    assert [result.row for result in results] == [2, 4, 5]
    good, bad, also_good = (result.outcome for result in results)
    assert isinstance(good, InvoiceDocument)
    assert (good.currency, good.amounts.payable.minor) == ("CNY", 100)
    assert isinstance(bad, Refused)
    assert (bad.code, bad.place, bad.file) == (
        RefusalCode.AMOUNT_INVALID,
        "row 4, column 价税合计",
        "test.csv",
    )
    assert isinstance(also_good, InvoiceDocument)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_delimiters(codec: str, delimiter: str, end: str) -> None:
    """UTF-8 with and without mark, GB18030; comma, semicolon, tab; either line end."""
    lines = [["发票号码", "开票日期", "销方名称", "价税合计"], ["X1", "2026/3/4", "甲公司", "12"]]
    text = end.join(delimiter.join(line) for line in lines) + end
    (result,) = rows(text.encode(codec))
    assert isinstance(result.outcome, InvoiceDocument)
    assert result.outcome.seller.name == "甲公司"
    assert result.outcome.issue_date == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1234.5", 123_450), ('"1,234.50"', 123_450), ("¥7", 700), ("-3", -300), ("0.30000", 30)],
)
def test_amounts_that_are_read(text: str, minor: int) -> None:
    """Plain decimals, thousands in groups of three, the yuan sign, zeros at the end."""
    assert one_row(f"{HEAD}A,2026-01-02,CNY,{text}\n").amounts.payable.minor == minor


@pytest.mark.parametrize("text", ['"1.234,50"', '"12,34"', "0.305", "1e3", "٣", "--1", "9" * 40])
def test_amounts_that_are_refused(text: str) -> None:
    """A comma as decimal point, odd groups, lost decimals, exponents, other digits, too much."""
    found = refusal(f"{HEAD}A,2026-01-02,CNY,{text}\n")
    assert (found.code, found.place) == (RefusalCode.AMOUNT_INVALID, "row 2, column gross")


@pytest.mark.parametrize(
    "text",
    ["2026-03-04", "2026/3/4", "2026.03.04", "2026年3月4日", "20260304", "2026-03-04 00:00:00"],
)
def test_dates_that_are_read(text: str) -> None:
    """The year first, in the usual Chinese and international forms; a time is left out."""
    assert one_row(f"{HEAD}A,{text},CNY,1\n").issue_date == date(2026, 3, 4)


@pytest.mark.parametrize("text", ["03/04/2026", "2026-02-30", "2026-3/4", "soon", "26-03-04"])
def test_dates_that_are_refused(text: str) -> None:
    """Day and month could be exchanged, or the day does not exist."""
    found = refusal(f"{HEAD}A,{text},CNY,1\n")
    assert (found.code, found.place) == (RefusalCode.DATE_INVALID, "row 2, column issue date")


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        ("91340100MA9BLBT52X", "USCC"),
        ("529900NORDLICHTAT026", "LEI"),
        ("SE556161803301", "VAT"),
        ("K-1007", "ID"),
        ("DUNS:123456789", "DUNS"),
    ],
)
def test_identifiers_are_told_apart_by_form(value: str, scheme: str) -> None:
    """The scheme is stated in front, or seen in the form."""
    found = one_row(f"number,date,currency,gross,seller id\nA,2026-01-02,CNY,1,{value}\n")
    assert found.seller.identifiers == ((scheme, value.removeprefix("DUNS:")),)


def test_all_fields_are_read() -> None:
    """Every field of the table reaches the document."""
    head = ",".join(names[0] for names in HEADERS.values())
    values = (
        "0012,3300,380,2026-01-02,2026-03-04,EUR,S,LEI:1,B,VAT:2,P,ID:3,100,19,119,19,100,net 60,"
        "void,0011,hello,C-7,2026-01-03"
    )
    found = one_row(f"{head}\n{values}\n")
    assert (found.number, found.code, found.type_code) == ("0012", "3300", "380")
    assert found.due_date == date(2026, 3, 4)
    assert found.seller.identifiers == (("LEI", "1"),)
    assert found.buyer.identifiers == (("VAT", "2"),)
    assert found.payee is not None
    assert (found.payee.name, found.preceding, found.notes) == ("P", ("0011",), ("hello",))
    sums = found.amounts
    assert [m.minor for m in (sums.net, sums.tax, sums.gross, sums.prepaid, sums.payable)] == [
        10_000, 1_900, 11_900, 1_900, 10_000,
    ]  # fmt: skip
    assert (found.is_void, found.payment_terms, found.findings) == (True, "net 60", ())
    assert (found.contract, found.delivered) == ("C-7", date(2026, 1, 3))


def test_declared_columns_replace_recognition() -> None:
    """Only declared columns are read; a value that begins with = is a constant."""
    columns = {"number": "Doc", "issue_date": "Posted", "gross": "Sum", "currency": "=JPY"}
    found = one_row("Doc,Posted,Sum,due date\nA,2026-01-02,500,2026-02-02\n", columns)
    assert (found.currency, found.amounts.gross.minor, found.due_date) == ("JPY", 500, None)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"nummer": "Doc"}, RefusalCode.FIELD_UNKNOWN),
        ({"number": "Absent"}, RefusalCode.COLUMN_MISSING),
        ({"number": "Doc", "issue_date": "Posted"}, RefusalCode.COLUMN_MISSING),
        (None, RefusalCode.COLUMN_MISSING),
    ],
)
def test_columns_that_are_not_there(columns: dict[str, str] | None, code: RefusalCode) -> None:
    """Unknown fields, absent headers and missing necessary columns refuse the whole table."""
    with pytest.raises(Refused) as caught:
        rows("Doc,Posted,Sum\nA,2026-01-02,5\n", columns)
    assert caught.value.code is code


def test_sums_of_a_row_are_judged() -> None:
    """Net and tax that do not make the gross are a finding, not a refusal."""
    found = one_row("number,date,currency,net,tax,gross\nA,2026-01-02,CNY,100,13,114\n")
    assert [finding.rule for finding in found.findings] == ["BR-CO-15"]


def test_a_negative_row_is_a_credit_note() -> None:
    """Red-letter rows of an export carry a minus and no type."""
    found = one_row(f"{HEAD}A,2026-01-02,CNY,-5\n")
    assert (found.type_code, found.is_credit) == ("381", True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", RefusalCode.NOT_AN_INVOICE),
        (b" \n,,\n", RefusalCode.NOT_AN_INVOICE),
        (b"number,\xff\xff", RefusalCode.ENCODING_NOT_ACCEPTED),
        (b"number\x00,date", RefusalCode.ENCODING_NOT_ACCEPTED),
        (b'number,date,gross\n"A"B,2026-01-02,1\n', RefusalCode.DOCUMENT_MALFORMED),
        (b"number,date,gross\n" + b"A,,1\n" * MOST_ROWS, RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b"number" + b"," * 300, RefusalCode.DOCUMENT_TOO_COMPLEX),
        (b"x" * (20 * 1024 * 1024 + 1), RefusalCode.BYTES_TOO_LARGE),
    ],
    ids=["empty", "blank", "bytes", "nul", "quote", "rows", "columns", "size"],
)  # fmt: skip
def test_tables_that_are_refused(data: bytes, code: RefusalCode) -> None:
    """Empty, binary, badly quoted, too long, too wide or too large tables."""
    with pytest.raises(Refused) as caught:
        rows(data)
    assert caught.value.code is code


def test_a_long_field_refuses_its_row() -> None:
    """10,000 characters are read, more refuse the row and name the column."""
    head = "number,date,currency,gross,note\nA,2026-01-02,CNY,1,"
    assert one_row(f"{head}{'x' * LONGEST_FIELD}\n").notes
    found = refusal(f"{head}{'x' * (LONGEST_FIELD + 1)}\n")
    assert (found.code, found.place) == (
        RefusalCode.DOCUMENT_TEXT_FORBIDDEN,
        "row 2, column note",
    )


def test_the_keeper_of_a_table_is_the_side_that_no_column_names() -> None:
    """A sales ledger names buyers per row and itself once; a purchase ledger the other way."""
    found = []
    for other, name in (("购方单位代号", "B7"), ("销方单位代号", "A9")):
        header = f"企业代号,发票号码,开票日期,{other},金额,税额,价税合计"
        text = f"{header}\nE1,1,2019-03-01,{name},100,13,113\n"
        (row,) = read(text.encode(), name="t.csv", digits={"CNY": 2}.get)
        assert isinstance(row.outcome, InvoiceDocument)
        found.append((row.outcome.seller.name, row.outcome.buyer.name))
    assert found == [("E1", "B7"), ("A9", "E1")]
