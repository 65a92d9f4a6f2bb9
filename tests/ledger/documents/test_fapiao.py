"""数电票: facts are found by name inside their section, and doubtful ones are refused."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.documents.register import registrability
from ledger.documents.value import Format
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import document, sample

TEXT = sample("fapiao-bailu-1.xml").decode()
NUMBER = "26332000000097730461"


def test_all_facts_are_read() -> None:
    """Parties with their USCC, totals, lines, and the type mapped to UNTDID 1001."""
    found = document(TEXT.encode())
    assert found.evidence.format is Format.FAPIAO
    assert (found.number, found.code, found.type_code, found.currency) == (
        NUMBER,
        None,
        "380",
        "CNY",
    )
    assert found.issue_date == date(2026, 9, 18)
    assert found.seller.name == "白鹭轴承科技有限公司"
    assert found.buyer.identifiers == (("USCC", "91340100MA9BLBT52X"),)
    sums = found.amounts
    assert [m.minor for m in (sums.net, sums.tax, sums.gross)] == [
        44_124_000,
        5_736_120,
        49_860_120,
    ]
    assert (found.lines, found.findings, found.is_red_letter) == (2, (), False)


def test_order_does_not_matter() -> None:
    """Issuers order the sections differently."""
    start, end = TEXT.index("<BasicInformation>"), TEXT.index("<IssuItemInformation>")
    basic = TEXT[start:end]
    moved = TEXT.replace(basic, "").replace(
        "<AdditionalInformation>", f"{basic}<AdditionalInformation>"
    )
    assert document(moved.encode()).amounts == document(TEXT.encode()).amounts


def test_a_red_letter_invoice_names_what_it_reverses() -> None:
    """Negative amounts, or the accounting standard's flag, make a red-letter invoice."""
    red = document(sample("fapiao-bailu-red.xml"))
    assert (red.type_code, red.is_red_letter, red.is_credit) == ("381", True, True)
    assert red.preceding == (NUMBER,)
    flag = "<WhetherEinvoiceIsRedEinvoice>true</WhetherEinvoiceIsRedEinvoice></EInvoice>"
    assert document(TEXT.replace("</EInvoice>", flag).encode()).is_red_letter


@pytest.mark.parametrize(("value", "factored"), [("是", True), ("TRUE", True), ("否", False)])
def test_the_factored_flag_is_read(value: str, factored: bool) -> None:  # noqa: FBT001 - a case of the table
    """An invoice that says it was factored may not be registered."""
    name = "WhetherEinvoiceHasBeenFactoredSoldOrSecuritized"
    found = document(TEXT.replace("</EInvoice>", f"<{name}>{value}</{name}></EInvoice>").encode())
    assert found.already_factored is factored
    codes = [reason.code for reason in registrability(found)]
    assert codes == ([RefusalCode.INVOICE_IS_ALREADY_ASSIGNED] if factored else [])


@pytest.mark.parametrize(
    ("remark", "due"),
    [
        ("付款期限: 2027/1/5", date(2027, 1, 5)),
        ("合同5号 到期日2027年01月05日", date(2027, 1, 5)),
        ("到期日：2027-01-05；付款到期日：2027-02-05", None),
        ("2027-01-05", None),
    ],
)
def test_the_due_date_is_read_from_the_remark(remark: str, due: date | None) -> None:
    """One day after 到期日 or 付款期限; two days, or one without a word before it, are none."""
    found = document(TEXT.replace("付款到期日：2026-12-25", remark).encode())
    assert found.due_date == due


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (f"<InvoiceNumber>{NUMBER}", "<InvoiceNumber>12345678", RefusalCode.DOCUMENT_MALFORMED),
        ("TotalTax-includedAmount", "TotalAmount", RefusalCode.DOCUMENT_INCOMPLETE),
        ("TaxSupervisionInfo", "Supervision", RefusalCode.DOCUMENT_INCOMPLETE),
        ("2026-09-18 09:30:02", "2026-02-30 09:30:02", RefusalCode.DATE_INVALID),
        ("2026-12-25", "2026-11-31", RefusalCode.DATE_INVALID),
        ("<Drawer>", "<TotalTaxAm>1</TotalTaxAm><Drawer>", RefusalCode.DOCUMENT_MALFORMED),
    ],
)
def test_doubtful_documents_are_refused(old: str, new: str, code: RefusalCode) -> None:
    """A number without 20 digits, missing totals or sections, days that are none, doubles."""
    assert old in TEXT
    with pytest.raises(Refused) as caught:
        document(TEXT.replace(old, new).encode())
    assert caught.value.code is code


def test_items_must_make_the_totals() -> None:
    """Σ Amount and Σ ComTaxAm are held to the totals, under the names of EN 16931."""
    changed = TEXT.replace("<Amount>103200.00", "<Amount>103200.01")
    assert changed != TEXT
    assert [f.rule for f in document(changed.encode()).findings] == ["BR-CO-10"]
    taxed = TEXT.replace("<ComTaxAm>13416.00", "<ComTaxAm>13416.10")
    assert taxed != TEXT
    assert [f.rule for f in document(taxed.encode()).findings] == ["BR-CO-14"]
