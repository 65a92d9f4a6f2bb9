"""The sample files that ship: each is read to exactly what it was made from."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from facturx import xml_check_xsd
from stdnum import lei
from stdnum.cn import uscc
from stdnum.de import vat as german_vat
from stdnum.se import orgnr
from stdnum.se import vat as swedish_vat

from ledger.documents.read import read
from ledger.documents.register import registrability
from ledger.documents.value import InvoiceDocument
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import FILES, SAMPLES, digits, document, sample

TODAY = date(2026, 11, 22)
GOOD = {
    "fapiao-qinglan-1.xml": ("26322000000104417728", "CNY", 117_294_000, date(2027, 1, 15)),
    "fapiao-qinglan-2.xml": ("26322000000118830152", "CNY", 36_499_000, date(2027, 5, 10)),
    "fapiao-bailu-1.xml": ("26332000000097730461", "CNY", 49_860_120, date(2026, 12, 25)),
    "fapiao-bailu-2.xml": ("26332000000101268835", "CNY", 43_355_840, date(2027, 3, 20)),
    "ubl-nordlicht-eur.xml": ("NA-2026-0917", "EUR", 5_394_600, date(2027, 1, 29)),
    "ubl-granhult-sek.xml": ("G10442", "SEK", 44_875_800, date(2026, 12, 21)),
    "ubl-prairie-usd.xml": ("PW-88213", "USD", 18_905_000, date(2027, 3, 31)),
    "cii-nordlicht-eur.xml": ("NA-2026-0944", "EUR", 5_991_650, date(2027, 2, 15)),
    "cii-granhult-eur.xml": ("G10481", "EUR", 10_752_000, date(2027, 5, 3)),
    "factur-x-nordlicht.pdf": ("NA-2026-0960", "EUR", 588_200, date(2027, 3, 9)),
}
NOT_REGISTRABLE = {
    "fapiao-bailu-red.xml": RefusalCode.INVOICE_IS_A_CREDIT_NOTE,
    "ubl-granhult-credit-note.xml": RefusalCode.INVOICE_IS_A_CREDIT_NOTE,
    "broken-assigned.xml": RefusalCode.INVOICE_IS_ALREADY_ASSIGNED,
    "broken-totals.xml": RefusalCode.DOCUMENT_TOTALS_DISAGREE,
}
CHECKS = {
    "USCC": uscc.is_valid,
    "LEI": lei.is_valid,
    "0007": orgnr.is_valid,
    "VAT": lambda value: german_vat.is_valid(value) or swedish_vat.is_valid(value),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_sample_is_read_and_may_be_registered(name: str) -> None:
    """Number, currency, amount due and due date are those it was made with; nothing speaks
    against it on the day the samples were made.
    """
    found = document(sample(name))
    payable = found.amounts.payable
    assert (found.number, payable.currency, payable.minor, found.due_date) == GOOD[name]
    assert registrability(found, today=TODAY) == ()


@pytest.mark.parametrize("name", NOT_REGISTRABLE)
def test_a_bad_sample_is_read_but_not_registered(name: str) -> None:
    """Credit notes, assigned claims and wrong totals are read; the first reason is the main one."""
    reasons = registrability(document(sample(name)), today=TODAY)
    assert reasons[0].code is NOT_REGISTRABLE[name]


def test_the_wrong_total_is_named() -> None:
    """The refusal names the rule, both figures and the file."""
    (reason,) = registrability(document(sample("broken-totals.xml")))
    assert reason.detail == (
        "BR-CO-15: The net amount and tax come to 59916.50, stated is 68916.50."
    )
    assert (reason.place, reason.file) == ("BR-CO-15", "test.xml")


def test_the_entity_bomb_is_refused() -> None:
    """A document type declaration is refused before anything is parsed."""
    with pytest.raises(Refused) as caught:
        document(sample("broken-doctype.xml"))
    assert caught.value.code is RefusalCode.DOCTYPE_FORBIDDEN


@pytest.mark.parametrize(
    ("name", "found"), [("table-gb18030.csv", [2, 3, 4, 5, 6]), ("table-mixed.xlsx", [2, 3, 4])]
)
def test_tables_give_one_result_a_row(name: str, found: list[int]) -> None:
    """Each row is one invoice; only the number that a spreadsheet rounded bars registering."""
    results = read(sample(name), name=name, digits=digits)
    assert [result.row for result in results] == found
    documents = [r.outcome for r in results if isinstance(r.outcome, InvoiceDocument)]
    assert len(documents) == len(found)
    codes = [reason.code for each in documents for reason in registrability(each, today=TODAY)]
    assert codes == ([RefusalCode.NUMBER_WAS_ROUNDED] if name.endswith("csv") else [])


def test_parties_of_the_samples_are_valid_and_shared() -> None:
    """All identifiers have right check digits, all samples have one buyer, and three suppliers
    appear in several carriers under one identifier.
    """
    carriers: dict[tuple[str, str], set[str]] = {}
    for name in FILES:
        for result in read(sample(name), name=name, digits=digits):
            if isinstance(result.outcome, InvoiceDocument):
                found = result.outcome
                for scheme, value in found.seller.identifiers + found.buyer.identifiers:
                    assert CHECKS[scheme](value), (name, scheme, value)
                assert found.buyer.identifiers == (("USCC", "91340100MA9BLBT52X"),)
                carrier = found.evidence.format.value
                carriers.setdefault(found.seller.identifiers[0], set()).add(carrier)
    assert len([seller for seller, seen in carriers.items() if len(seen) > 1]) >= 3


@pytest.mark.parametrize("name", [n for n in FILES if n.startswith(("ubl", "cii", "broken-a"))])
def test_xml_samples_fit_their_schemas(name: str) -> None:
    """The UBL and CII samples are valid against the published schemas."""
    logging.disable(logging.CRITICAL)
    is_cii = name.startswith("cii")
    flavor, level = ("factur-x", "en16931") if is_cii else ("ubl-2.1", "autodetect")
    try:
        assert xml_check_xsd(sample(name), flavor=flavor, level=level)
    finally:
        logging.disable(logging.NOTSET)


def test_the_script_makes_the_same_files(tmp_path: Path) -> None:
    """Running make.py gives the XML and CSV files byte for byte, and the same binary files by
    content (their compression differs between library versions).
    """
    subprocess.run([sys.executable, "-B", SAMPLES / "make.py", tmp_path], check=True, timeout=100)  # noqa: S603 - our own script
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    for name in FILES:
        made = (tmp_path / name).read_bytes()
        if name.endswith((".xml", ".csv")):
            assert made == sample(name), name
        else:
            assert _facts(made, name) == _facts(sample(name), name)


def _facts(data: bytes, name: str) -> list[tuple[object, ...]]:
    results = [result.outcome for result in read(data, name=name, digits=digits)]
    assert all(isinstance(each, InvoiceDocument) for each in results)
    return [
        (each.number, each.due_date, each.amounts, each.seller, each.buyer)
        for each in results
        if isinstance(each, InvoiceDocument)
    ]
