"""Likeness and sameness, from the bytes of a file to the record: honest batches, one invoice twice.

Twenty equal invoices with consecutive numbers on one day are a good day's work. The same invoice is
the same in any file format and in any digits, for whoever names it; and what is used of it is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.drafting import Draft
from api.embedded import open_folder
from api.target import now_ms
from ledger.alerts.state import Alert
from ledger.receivables import commands as c
from ledger.receivables.records import Invoice as Recorded
from ledger.receivables.records import Receivable
from tests.support.cli import CORE, SUPPLIER, answer, desk, founded, today
from tests.support.invoices import FORMS, Invoice, files
from tests.support.sandbox import Sandbox, cny
from tests.support.served import Served

__all__ = ["desk", "founded"]  # fixtures

FULL_WIDTH = "ＩＮＶ－００１"
DIGITAL = "26322000000120017733"
TAKEN = "taken"


def batch(first: Invoice, count: int = 20) -> list[Invoice]:
    """Equal invoices with consecutive numbers from this one on."""
    around, start = first.number[:-3], int(first.number[-3:])
    return [
        Invoice(
            number=f"{around}{start + step:03}",
            issued=first.issued,
            due=first.due,
            seller=first.seller,
            buyer=first.buyer,
        )
        for step in range(count)
    ]


# -- by the command line ---------------------------------------------------------------------------
def imported(desk: Path, found: dict[str, bytes], status: int = 0) -> Any:
    """What `duebill import` says of these files, signed by the supplier and sent."""
    for name, data in found.items():
        (desk / name).write_bytes(data)
    paths = [desk / name for name in found]
    by = ("--as", SUPPLIER[0], "--dir", desk / "ledger", "--key", desk / "ann.pem", "--yes")
    return answer("import", *paths, *by, status=status)


def recorded(desk: Path) -> tuple[list[Recorded], list[Alert]]:
    """The invoices and the alerts of the ledger."""
    with open_folder(desk / "ledger", now_ms) as embedded:
        records = embedded.store.records
        return list(records.scan(Recorded)), list(records.scan(Alert))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", ["INV-2026-091", "26322000000120017090"])
def test_a_good_days_work_passes_in_silence(desk: Path, form: str, number: str) -> None:
    """Twenty equal consecutive invoices of a day, from a table or one file each: no alert.

    The same files again are refused row by row, and in another format, too.
    """
    due = today() + timedelta(days=90)
    issued = today() - timedelta(days=5)
    invoices = batch(Invoice(number, issued, due, SUPPLIER[1], CORE[1]))
    said = imported(desk, files(form, invoices))
    assert [row["refusals"] for row in said["rows"]] == [[]] * 20
    found, alerts = recorded(desk)
    assert sorted(item.number for item in found) == [item.number for item in invoices]
    assert {item.used.minor for item in found} == {1000_00}
    assert alerts == []
    for other in (form, FORMS[FORMS.index(form) - 1]):
        rows = imported(desk, files(other, invoices[:2]), status=1)["rows"]
        codes = [refusal["code"] for row in rows for refusal in row["refusals"]]
        assert codes == ["invoice_is_used_up"] * 2


# -- by the API ------------------------------------------------------------------------------------
def invoice(box: Sandbox, number: str = "INV-001", seller: str = "Supplier Ltd") -> Invoice:
    """An invoice of 1,000.00 on the core enterprise."""
    issued, due = box.today - timedelta(days=3), box.today + timedelta(days=90)
    return Invoice(number, issued, due, seller, "Core Ltd")


def drafted(served: Served, by: str, form: str, *invoices: Invoice) -> list[Draft | str]:
    """What the server drafts for each invoice as things stand: a command, or why there is none."""
    found: list[Draft | str] = []
    for name, data in files(form, invoices).items():
        answered = served.post(by, f"/v1/drafts/invoices?name={name}", data)
        assert answered.status_code == 200, answered.text
        for row in answered.json()["data"]:
            if "payload" in row:
                found.append(Draft(row["payload"], row["disclosures"]))
            else:
                found += [problem["code"] for problem in row["problems"]]
    return found


def send(served: Served, by: str, drafts: Iterable[Draft | str]) -> list[str]:
    """Each command signed and sent: `taken`, or the code it met, here or when it was drafted."""
    found = []
    for draft in drafts:
        if isinstance(draft, Draft):
            sent = served.post("", "/v1/commands", draft.signed(served.box.keys[by]))
            found.append(TAKEN if sent.status_code == 201 else sent.json()["code"])
        else:
            found.append(draft)
    return found


def register(served: Served, by: str, form: str, *invoices: Invoice) -> list[str]:
    """Each invoice drafted, signed and sent."""
    return send(served, by, drafted(served, by, form, *invoices))


def alerts_of(box: Sandbox) -> list[tuple[str, tuple[str, ...]]]:
    """Kind and reasons of all alerts."""
    return [(item.kind.value, item.reasons) for item in box.all(Alert)]


@pytest.mark.parametrize("form", FORMS)
def test_a_good_days_work_passes_over_http(served: Served, form: str) -> None:
    """The same twenty, drafted by the server and signed by the supplier."""
    box = served.box
    assert register(served, "supplier", form, *batch(invoice(box))) == [TAKEN] * 20
    assert len(box.all(Receivable)) == 20
    assert alerts_of(box) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", FORMS)
def test_one_invoice_is_one_in_every_format(served: Served, first: str, form: str) -> None:
    """Drafted side by side only one is taken; also with another separator, or in full width."""
    box = served.box
    same = [invoice(box), invoice(box, "inv 001"), invoice(box, FULL_WIDTH)]
    drafts = [drafted(served, "supplier", form, item)[0] for item in same]
    assert all(isinstance(draft, Draft) for draft in drafts)
    assert register(served, "supplier", first, invoice(box)) == [TAKEN]
    assert send(served, "supplier", drafts) == ["invoice_is_used_up"] * 3
    assert register(served, "supplier", form, same[2]) == ["invoice_is_used_up"]
    assert len(box.all(Recorded)) == 1
    assert alerts_of(box) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_looks_alike_alerts(served: Served, form: str) -> None:
    """`INV001` is another number by its letters, and looks like `INV-001` once collapsed."""
    box = served.box
    register(served, "supplier", "csv", invoice(box))
    assert register(served, "supplier", form, invoice(box, "ＩＮＶ００１")) == [TAKEN]
    reasons = ("number_is_the_same_when_collapsed", "amount_is_equal", "date_is_equal")
    assert alerts_of(box) == [("near_duplicate", reasons)]


@pytest.mark.parametrize("form", FORMS)
def test_another_applicant_is_refused_or_alerts(served: Served, form: str) -> None:
    """A fully digital number has one seller; another number is each seller's own, and alerts."""
    box = served.box
    register(served, "supplier", "csv", invoice(box), invoice(box, DIGITAL))
    before = alerts_of(box)
    second = invoice(box, DIGITAL, "Second Ltd")
    assert register(served, "second", form, second) == ["invoice_is_of_another_seller"]
    assert alerts_of(box) == before
    assert register(served, "second", form, invoice(box, seller="Second Ltd")) == [TAKEN]
    ((kind, reasons),) = (item for item in alerts_of(box) if item not in before)
    assert (kind, reasons[-1]) == ("near_duplicate", "seller_is_another")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_used_elsewhere_is_not_used_again(served: Served, form: str) -> None:
    """400.00 of 1,000.00 are in use: the file that uses all of it is refused, the rest is free."""
    box = served.box
    part = box.registration(1000_00, number="INV-001")
    (line,) = part.invoices
    box.do("supplier", replace(part, invoices=(replace(line, used=cny(400_00)),)))
    assert register(served, "supplier", form, invoice(box)) == ["invoice_is_used_up"]
    rest = c.InvoiceLine(facts=line.facts, used=cny(600_00))
    box.do("supplier", replace(part, invoices=(rest,)))
    (used,) = box.all(Recorded)
    assert (used.used, used.free) == (cny(1000_00), cny(0))
    assert alerts_of(box) == []
