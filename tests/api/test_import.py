"""Planning an import: each row becomes a command or names every reason why not."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from api.importing import ImportRow, Mode, Stated, mark_repeats, plan_import, sizes_of
from api.resolving import as_document, resolver_over
from ledger.documents.value import DocumentParty
from ledger.errors import RefusalCode, Refused
from ledger.parties.commands import Identifier
from ledger.receivables.commands import (
    Basis,
    ProposeIssue,
    RegisterReceivable,
    Size,
    Sizes,
    Tranche,
)
from tests.support.cli import CORE, HEADER, STRANGER, SUPPLIER, row, table, today

IDS = {CORE: "pty_" + "c" * 26, SUPPLIER: "pty_" + "s" * 26}


def enrolled(scheme: str, value: str, name: str) -> DocumentParty:
    """A party as the ledger knows it."""
    return as_document(name, [Identifier(scheme=scheme, value=value)], "")


RESOLVE = resolver_over((party, enrolled(*who[0].split(":"), who[1])) for who, party in IDS.items())


def plan(data: bytes, *, by: tuple[str, str] = SUPPLIER, **how: object) -> list[ImportRow]:
    """The plan of a party over a file."""
    settings = {"digits": {"CNY": 2}.get, "resolve": RESOLVE, "today": today()}
    return plan_import(data, "sales.csv", party=IDS[by], **(settings | how))


def codes(rows: list[ImportRow]) -> list[list[RefusalCode]]:
    """The refusal codes of each row."""
    return [[refused.code for refused in row.refusals] for row in rows]


def test_a_sound_row_becomes_a_registration() -> None:
    """The seller registers the whole payable amount, due on the row's day, from its issue date."""
    (planned,) = plan(table([row(7)]))
    command = planned.command
    assert isinstance(command, RegisterReceivable)
    assert planned.place == "row 2"
    assert command.obligor == IDS[CORE]
    (line,) = command.invoices
    assert (line.used.minor, line.used.currency) == (100_750, "CNY")
    assert line.facts.number == "26322000001000000077"
    assert (command.basis, command.basis_date) == (Basis.DELIVERY, today() - timedelta(days=5))
    assert command.due == today() + timedelta(days=90)


def test_the_buyer_proposes_issues() -> None:
    """In mode issue the buyer imports, the seller is the creditor, and the terms are stated."""
    (planned,) = plan(table([row(7)]), by=CORE, mode=Mode.ISSUE)
    assert isinstance(planned.command, ProposeIssue)
    assert planned.command.creditor == IDS[SUPPLIER]
    assert planned.command.terms.consent_to_split


def test_the_signers_word_goes_before_the_documents() -> None:
    """Due date, basis and its day as stated by the signer replace the row's own."""
    day = today() + timedelta(days=30)
    stated = Stated(due=day, basis=Basis.ACCEPTANCE, basis_date=today())
    (planned,) = plan(table([row(7)]), stated=stated)
    assert planned.command is not None
    assert (planned.command.due, planned.command.basis) == (day, Basis.ACCEPTANCE)
    assert planned.command.basis_date == today()


def test_what_the_law_asks_comes_from_the_signer_and_the_document() -> None:
    """Sizes, tranche, clause, reason and rate as stated; contract and delivery as the row says."""
    delivered = today() - timedelta(days=9)
    header = (*HEADER, "合同编号", "交付日期")
    data = io.StringIO()
    csv.writer(data).writerows([header, [*row(7), "HT-1", delivered.isoformat()]])
    stated = Stated(
        sizes=sizes_of("small:large"),
        tranche=Tranche.RETENTION,
        clause="clause 7",
        reason="season",
        late_ppm=500,
    )
    for mode, by in ((Mode.REGISTER, SUPPLIER), (Mode.ISSUE, CORE)):
        (planned,) = plan(data.getvalue().encode(), by=by, mode=mode, stated=stated)
        command = planned.command
        assert command is not None
        assert (command.contract, command.basis_date) == ("HT-1", delivered)
        assert command.sizes == Sizes(creditor=Size.SMALL, obligor=Size.LARGE)
        assert (command.tranche, command.clause) == (Tranche.RETENTION, "clause 7")
        assert (command.long_term_reason, command.late_ppm) == ("season", 500)


@pytest.mark.parametrize("text", ["small", "small:huge", ":large", "small:large:large", ""])
def test_size_classes_are_two_of_the_list(text: str) -> None:
    """Anything else is refused with the list."""
    with pytest.raises(Refused) as caught:
        sizes_of(text)
    assert (caught.value.code, caught.value.place) == (RefusalCode.FIELD_INVALID, "sizes")


@pytest.mark.parametrize(
    ("bad", "code", "place"),
    [
        (row(1, STRANGER), RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY, "row 3, seller"),
        (row(1, number="2.6322E+19"), RefusalCode.NUMBER_WAS_ROUNDED, "row 3, number"),
        (row(1, due="2020-01-01"), RefusalCode.DUE_BEFORE_ISSUE, "row 3, due date"),
        (row(1, gross="1.234,50"), RefusalCode.AMOUNT_INVALID, "row 3, column 价税合计"),
        (row(2), RefusalCode.INVOICE_IS_NAMED_TWICE, "row 3, number"),
    ],
)
def test_a_faulty_row_says_why_and_touches_no_other(
    bad: list[str], code: RefusalCode, place: str
) -> None:
    """The row is named with its reason; its neighbours become commands."""
    rows = plan(table([row(2), bad, row(4)]))
    assert [planned.command is not None for planned in rows] == [True, False, True]
    refused = rows[1].refusals[0]
    assert (refused.code, refused.place, refused.file) == (code, place, "sales.csv")


def test_an_unknown_counterparty_is_named() -> None:
    """A buyer that is not enrolled is refused at the buyer, not at the ledger."""
    only = {SUPPLIER: IDS[SUPPLIER]}
    resolve = resolver_over(
        (party, enrolled(*who[0].split(":"), who[1])) for who, party in only.items()
    )
    rows = plan(table([row(1)]), resolve=resolve)
    assert codes(rows) == [[RefusalCode.PARTY_UNKNOWN]]
    assert rows[0].refusals[0].place == "row 2, buyer"


def test_what_is_no_invoice_is_one_row() -> None:
    """A file that cannot be read gives one row with its reason and no document."""
    (planned,) = plan(b"<html/>")
    assert (planned.document, planned.command, planned.place) == (None, None, "")
    assert planned.refusals[0].code is RefusalCode.NOT_AN_INVOICE


def test_repeats_are_found_across_files() -> None:
    """An invoice that stands in two files is planned once, whatever the files are called."""
    rows = plan(table([row(1)])) + plan(table([row(1), row(2)]))
    marked = mark_repeats(rows, IDS[SUPPLIER])
    assert codes(marked) == [[], [RefusalCode.INVOICE_IS_NAMED_TWICE], []]


def test_a_name_decides_only_where_no_identifier_does() -> None:
    """Same name, other identifier of the scheme: another party. Same name, none: that party."""
    uscc = CORE[0].partition(":")[2]
    assert RESOLVE(DocumentParty("", (("USCC", uscc),), "")) == IDS[CORE]
    assert RESOLVE(DocumentParty(CORE[1], (("ID", "K-77"),), "")) == IDS[CORE]
    assert RESOLVE(DocumentParty(CORE[1], (("USCC", STRANGER[0].split(":")[1]),), "")) is None
    assert RESOLVE(DocumentParty("nobody", (), "")) is None


def test_a_name_of_two_parties_means_neither() -> None:
    """Two enrolled parties of one name are told apart by identifiers alone."""
    twins = [("one", enrolled("lei", "A" * 20, "Twin")), ("two", enrolled("lei", "B" * 20, "Twin"))]
    resolve = resolver_over(twins)
    assert resolve(DocumentParty("Twin", (), "")) is None
    assert resolve(DocumentParty("Twin", (("LEI", "B" * 20),), "")) == "two"
