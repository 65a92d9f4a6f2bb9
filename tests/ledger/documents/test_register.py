"""Which documents may not be registered as receivables, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.documents.codes import (
    ACCEPTED_TYPES,
    CREDIT_TYPES,
    FACTORED_TYPES,
    PREPAYMENT_TYPES,
)
from ledger.documents.register import registrability
from ledger.documents.value import DocumentParty, Evidence, Format, InvoiceDocument
from ledger.errors import RefusalCode
from ledger.money import Money
from tests.ledger.documents.samples import document, sample

GOOD = document(sample("ubl-nordlicht-eur.xml"))
ISSUED, DUE = date(2026, 10, 5), date(2027, 1, 29)
TYPES = {
    **dict.fromkeys(sorted(ACCEPTED_TYPES), None),
    **dict.fromkeys(sorted(FACTORED_TYPES), RefusalCode.INVOICE_IS_ALREADY_ASSIGNED),
    **dict.fromkeys(sorted(PREPAYMENT_TYPES), RefusalCode.INVOICE_IS_A_PREPAYMENT),
    **dict.fromkeys(sorted(CREDIT_TYPES), RefusalCode.INVOICE_IS_A_CREDIT_NOTE),
    **dict.fromkeys(["", "325", "SalesInvoice", "999"], RefusalCode.INVOICE_TYPE_NOT_ACCEPTED),
}


def codes(found: InvoiceDocument, due: date | None = None, today: date | None = None) -> list[str]:
    """The names of all reasons."""
    return [reason.code.value for reason in registrability(found, due=due, today=today)]


@pytest.mark.parametrize(("code", "reason"), TYPES.items())
def test_each_type_is_judged(code: str, reason: RefusalCode | None) -> None:
    """Accepted types pass; the first reason against another is its kind, then its assignment."""
    found = registrability(replace(GOOD, type_code=code))
    assert [r.code for r in found][:1] == ([] if reason is None else [reason])
    assigned = RefusalCode.INVOICE_IS_ALREADY_ASSIGNED in {r.code for r in found}
    assert assigned is (code in FACTORED_TYPES)


def test_a_payee_is_an_assignment_unless_it_is_the_seller() -> None:
    """Told by shared identifiers, else by the name; two LEIs are two parties."""
    seller = GOOD.seller
    by_name = DocumentParty(seller.name.upper(), (), "")
    by_id = DocumentParty("Treasury", seller.identifiers[:1], "")
    other_id = DocumentParty(seller.name, (("LEI", "254900JIANGZHOUHV052"),), "")
    other_name = DocumentParty("Factor AB", (), "")
    nameless = DocumentParty("", (), "")
    for payee in (by_name, by_id):
        assert codes(replace(GOOD, payee=payee)) == []
    for payee in (other_id, other_name, nameless):
        assert codes(replace(GOOD, payee=payee)) == ["invoice_is_already_assigned"]


def test_dates_are_judged() -> None:
    """Missing, before the issue, passed, or issued after today; the signer's date goes before."""
    without = replace(GOOD, due_date=None)
    assert codes(without) == ["due_date_missing"]
    assert codes(without, due=DUE) == []
    assert codes(GOOD, due=date(2026, 10, 4)) == ["due_before_issue"]
    assert codes(GOOD, due=ISSUED) == []
    assert codes(GOOD, today=DUE) == []
    assert codes(GOOD, today=date(2027, 1, 30)) == ["due_date_has_passed"]
    assert codes(GOOD, today=ISSUED) == []
    assert codes(GOOD, today=date(2026, 10, 4)) == ["issued_in_the_future"]


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_payable_is_nothing_to_register(minor: int) -> None:
    """The amount due is at least one minor unit."""
    amounts = replace(GOOD.amounts, payable=Money(minor, "EUR"))
    assert codes(replace(GOOD, amounts=amounts)) == ["nothing_is_payable"]


def test_parties_are_two_and_identified() -> None:
    """Each without name and identifier is named; seller and buyer may not be one."""
    bare = DocumentParty("", (), "")
    found = registrability(replace(GOOD, seller=bare))
    assert [(r.code.value, r.place) for r in found] == [("party_identifier_missing", "seller")]
    assert codes(replace(GOOD, seller=bare, buyer=bare)) == [
        "party_identifier_missing",
        "party_identifier_missing",
    ]
    assert codes(replace(GOOD, buyer=GOOD.seller)) == ["seller_is_buyer"]
    assert codes(replace(GOOD, buyer=DocumentParty("Named Ltd", (), ""))) == []


@pytest.mark.parametrize(
    ("number", "carrier", "rounded"),
    [
        ("2.6322E+19", Format.CSV, True),
        ("2.63220000001044E+19", Format.XLSX, True),
        ("26322000000104400000", Format.CSV, True),
        ("26322000000104417728", Format.CSV, False),
        ("26322000000104400000", Format.FAPIAO, False),
        ("INV-1E5", Format.CSV, False),
    ],
)
def test_rounded_numbers_are_found(number: str, carrier: Format, rounded: bool) -> None:  # noqa: FBT001 - a case of the table
    """An exponent, or 20 digits that end in five zeros, in a table; not in the 数电票 itself."""
    evidence = Evidence.of(b"", "x", carrier)
    found = codes(replace(GOOD, number=number, evidence=evidence))
    assert found == (["number_was_rounded"] if rounded else [])


def test_void_goes_first() -> None:
    """Of several reasons the most fundamental is the first, and all are told."""
    found = replace(GOOD, is_void=True, due_date=None)
    assert codes(found) == ["invoice_is_void", "due_date_missing"]
