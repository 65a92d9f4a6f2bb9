"""Real invoices, made by others: each is read as the list beside them says.

The list is the README of the folder that DUEBILL_DATA names: one line a file, with the type, the
currency, the totals and the EN 16931 rules that the file breaks, as the official rules judged it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from ledger.documents import cii, ubl
from ledger.documents.arithmetic import Totals, broken_rules
from ledger.documents.currency import Currency
from ledger.documents.lexical import minor_units
from ledger.documents.party import same_party
from ledger.documents.read import read, read_document, read_rows
from ledger.documents.register import registrability
from ledger.documents.tree import parse_xml
from ledger.documents.value import InvoiceDocument
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import digits

FOLDER = Path(os.environ["DUEBILL_DATA"])
_LINE = re.compile(
    r"- (?P<name>\S+): (?P<syntax>UBL Invoice|UBL CreditNote|CII) type (?P<type>\S+)"
    r" (?P<currency>\S+); (?P<lines>\d+) lines?;(?: gross (?P<gross>[-0-9.]+);)?"
    r" payable (?P<payable>[-0-9.]+)(?P<rest>.*)"
)
INVOICES_LISTED, TWINS_LISTED = 108, 24
SUMS = {f"BR-CO-{number}" for number in range(10, 17)}
LEFT_OUT = {
    "factur-x-minimum.xml",
    "UBL-Invoice-2.1-Example-Trivial.xml",
    "UBL-Invoice-2.0-Example.xml",
}
"""Files that break a sum because a figure is missing, which we do not call a wrong sum."""


def listed() -> dict[Path, re.Match[str]]:
    """The invoices of the list, with what it says about each."""
    found: dict[Path, re.Match[str]] = {}
    folder = FOLDER
    for line in (FOLDER / "README.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            folder = FOLDER / line[3:].split()[0]
        elif line.startswith("### "):
            folder = FOLDER / line[4:].split(":")[0].strip()
        elif match := _LINE.fullmatch(line):
            (path,) = folder.rglob(match["name"])
            found[path] = match
    return found


INVOICES = listed()


def twins() -> list[tuple[Path, Path]]:
    """The pairs of UBL and CII files that are the same invoice."""
    pairs = []
    for path in INVOICES:
        name = path.name.replace("_ubl.", "_uncefact.").replace(".ubl.", ".cii.")
        folder = "cii" if path.parent.name == "ubl" else path.parent.name
        other = path.parent.parent / folder / name
        if name != path.name and other.exists() and "invalid" not in path.parts:
            pairs.append((path, other))
    return pairs


TWINS = twins()


def document(path: Path) -> InvoiceDocument:
    """The file as one invoice."""
    return read_document(path.read_bytes(), name=path.name, digits=digits)


def test_the_list_is_complete() -> None:
    """As many invoices as the list had when this test was written."""
    assert len(INVOICES) == INVOICES_LISTED
    assert len(TWINS) == TWINS_LISTED


@pytest.mark.parametrize(("path", "said"), INVOICES.items(), ids=lambda v: getattr(v, "name", ""))
def test_each_listed_invoice_is_read_as_listed(path: Path, said: re.Match[str]) -> None:
    """Type, currency, lines, totals, due date, payee and references."""
    found, rest = document(path), said["rest"]
    assert found.type_code == said["type"].replace("-", "")
    assert found.currency == said["currency"].replace("-", "") or said["currency"] == "-"
    assert found.lines == int(said["lines"])
    assert found.amounts.payable.minor == minor_units(said["payable"], 2, "")
    if said["gross"]:
        assert found.amounts.gross.minor == minor_units(said["gross"], 2, "")
    prepaid = re.search(r"prepaid ([0-9.]+)", rest)
    assert found.amounts.prepaid.minor == (minor_units(prepaid[1], 2, "") if prepaid else 0)
    due = re.search(r"due (\d{4}-\d{2}-\d{2})", rest)
    assert found.due_date == (date.fromisoformat(due[1]) if due else None)
    assert (found.payee is not None) is ("payee party" in rest)
    assert bool(found.preceding) is ("refers to an earlier invoice" in rest)
    assert found.is_credit is ("CreditNote" in said["syntax"] or said["type"] == "381")


@pytest.mark.parametrize(("path", "said"), INVOICES.items(), ids=lambda v: getattr(v, "name", ""))
def test_exactly_the_listed_sums_are_broken(path: Path, said: re.Match[str]) -> None:
    """Our findings are the arithmetic rules among those that the official rules found broken."""
    broken = re.search(r"BREAKS ([-A-Z0-9, ]+)", said["rest"])
    expected = SUMS & set(broken[1].replace(" ", "").split(",")) if broken else set()
    found = {finding.rule for finding in document(path).findings}
    assert found == (set() if path.name in LEFT_OUT else expected)


@pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda path: path.name)
def test_twins_are_one_invoice(one: Path, other: Path) -> None:
    """The same invoice in UBL and CII gives the same value.

    Apart from evidence and notes, and the seller's identifiers, in which some pairs differ
    themselves: one has another VAT number, many leave the supplier number out of the UBL form.
    """
    left, right = document(one), document(other)
    assert (left.seller.name, left.seller.country) == (right.seller.name, right.seller.country)
    assert same_party(left.seller, right.seller)
    assert left == replace(right, evidence=left.evidence, notes=left.notes, seller=left.seller)


@pytest.mark.parametrize("name", ["EN16931_Einfach", "EN16931_Rabatte"])
def test_the_pdf_holds_the_same_invoice(name: str) -> None:
    """Three carriers, one invoice."""
    corpus = FOLDER / "zugferd"
    (pdf,) = corpus.rglob(f"{name}.pdf")
    inside, plain = document(pdf), document(corpus / "cii" / f"{name}.cii.xml")
    assert (inside.number, inside.amounts, inside.seller) == (
        plain.number,
        plain.amounts,
        plain.seller,
    )


def test_the_damaged_pdf_is_refused() -> None:
    """Its XML declares an encoding whose name is not well-formed."""
    (path,) = FOLDER.rglob("factur-x-invalid-xml-encoding-attribute.pdf")
    with pytest.raises(Refused) as caught:
        document(path)
    assert caught.value.code is RefusalCode.DOCUMENT_MALFORMED


def test_other_documents_are_refused() -> None:
    """Orders, statements, bank messages and invoices of other formats; JSON is no table."""
    nested = sorted(FOLDER.glob("**/not-an-invoice/*.xml"))
    assert len(nested) == 5
    folders = [FOLDER / name for name in ("iso20022", "fatturapa", "cfdi-mx")]
    foreign = [path for folder in folders for path in folder.rglob("*.xml")]
    for path in [*foreign, *nested, *FOLDER.glob("gobl/es/*.json")]:
        (result,) = read(path.read_bytes(), name=path.name, digits=digits)
        assert isinstance(result.outcome, Refused), path
        if path.suffix == ".xml":
            assert result.outcome.code is RefusalCode.NOT_AN_INVOICE, path


def test_assigned_invoices_may_not_be_registered() -> None:
    """Every listed invoice with a payee of another name or identifier is refused registration."""
    refused = [
        path.name
        for path, said in INVOICES.items()
        if "payee party" in said["rest"]
        and RefusalCode.INVOICE_IS_ALREADY_ASSIGNED
        in {reason.code for reason in registrability(document(path))}
    ]
    assert "BIS_Billing_30-Factoring.xml" in refused
    assert len(refused) >= 10


def fragments() -> list[tuple[str, str, bool, bytes]]:
    """(file, rule, kept, fragment) of the rule tests that judge a sum."""
    found = []
    for path in sorted(FOLDER.glob("en16931/invalid/*/BR-CO-1[0356]*.xml")):
        for test in etree.parse(path).getroot().iterfind("{*}test"):
            verdict = test.find("{*}assert/{*}success")
            error = test.find("{*}assert/{*}error")
            said = verdict if verdict is not None else error
            assert said is not None
            assert said.text is not None
            found.append((path.name, said.text, verdict is not None, etree.tostring(test[-1])))
    return found


def totals(data: bytes) -> Totals:
    """The totals of a fragment, in its own currency or in euro."""
    root = parse_xml(data)
    if root.name == cii.ROOT:
        trade = root.all("rsm:SupplyChainTradeTransaction")[0]
        code = trade.text("ram:ApplicableHeaderTradeSettlement", "ram:InvoiceCurrencyCode")
        return cii.read_totals(trade, Currency(code, 2))
    code = root.text("cbc:DocumentCurrencyCode")
    amounts = data.decode().replace('currencyID="NOK"', 'currencyID="EUR"') if not code else ""
    own = parse_xml(amounts.encode()) if amounts else root
    return ubl.read_totals(own, Currency(code or "EUR", 2))


FRAGMENTS = fragments()


@pytest.mark.parametrize(
    ("rule", "kept", "data"),
    [fragment[1:] for fragment in FRAGMENTS],
    ids=[f"{name}-{n}" for n, (name, *_) in enumerate(FRAGMENTS)],
)
def test_official_rule_tests(rule: str, kept: bool, data: bytes) -> None:  # noqa: FBT001 - a case of the table
    """The official fragments for BR-CO-10, 13, 15 and 16 are judged as their authors say."""
    broken = {finding.rule for finding in broken_rules(totals(data), 2)}
    assert (rule not in broken) is kept


def test_real_chinese_tables_are_read_row_by_row() -> None:
    """The sales of twenty firms with declared columns: as many rows, void and negative ones as
    the list says, and net + tax = gross on every row.
    """
    columns = {
        "number": "发票号码", "issue_date": "开票日期", "seller_id": "企业代号",
        "buyer_id": "购方单位代号", "net": "金额", "tax": "税额", "gross": "价税合计",
        "status": "发票状态", "currency": "=CNY",
    }  # fmt: skip
    paths = sorted(FOLDER.glob("receivables/cumcm-2020c-sme-invoices/output_invoice/*.csv"))
    outcomes = [
        result.outcome
        for path in paths
        for result in read_rows(path.read_bytes(), name=path.name, digits=digits, columns=columns)
    ]
    documents = [each for each in outcomes if isinstance(each, InvoiceDocument)]
    assert len(paths) == 20
    assert len(documents) == len(outcomes) == 11_354
    assert sum(found.is_void for found in documents) == 712
    assert sum(found.is_credit for found in documents) == 113
    assert all(found.findings == () for found in documents)
