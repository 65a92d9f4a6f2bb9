"""Drafting: invoices to unsigned commands that can be signed and sent, and quotes that hold."""

from __future__ import annotations

from api.drafting import Draft
from ledger.financing import commands as f
from ledger.money import Money
from ledger.receivables.state import Receivable
from tests.support.served import Served

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>UBL-1</cbc:ID><cbc:IssueDate>2026-01-02</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyLegalEntity><cbc:RegistrationName>Supplier Ltd</cbc:RegistrationName>
<cbc:CompanyID>S-1</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PartyLegalEntity><cbc:RegistrationName>{buyer}</cbc:RegistrationName>
<cbc:CompanyID>C-1</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="CNY">100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="CNY">100.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="CNY">100.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
</Invoice>"""


def _invoice(buyer: str = "Core Ltd", due: str = "2026-04-30") -> bytes:
    return UBL.format(buyer=buyer, due=due).encode()


def test_an_invoice_becomes_a_command_to_sign(served: Served) -> None:
    """The payload and its disclosures, signed here and sent, register the receivable."""
    box = served.box
    answer = served.post("supplier", "/v1/drafts/invoices?name=a.xml", _invoice())
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["data"]
    assert row["document"]["number"] == "UBL-1"
    assert row["document"]["payable"] == {"amount": "100.00", "currency": "CNY"}
    draft = Draft(row["payload"], row["disclosures"])
    assert draft.digest == row["digest"]
    assert box.all(Receivable) == []
    sent = served.post("", "/v1/commands", draft.signed(box.keys["supplier"]))
    assert sent.status_code == 201, sent.text
    (receivable,) = box.all(Receivable)
    assert receivable.face == Money(100_00, "CNY")
    assert receivable.obligor == box.party("core")


def test_reasons_are_given_row_by_row(served: Served) -> None:
    """An unknown buyer, a day that has passed, no invoice at all: problems and no command."""
    cases = {
        _invoice(buyer="Nobody Ltd"): "party_unknown",
        _invoice(due="2026-01-03"): "due_date_has_passed",
        b"<html/>": "not_an_invoice",
    }
    for body, code in cases.items():
        (row,) = served.post("supplier", "/v1/drafts/invoices", body).json()["data"]
        assert "payload" not in row
        assert [problem["code"] for problem in row["problems"]] == [code]
    assert served.post("", "/v1/drafts/invoices", _invoice()).status_code == 401


def test_the_signer_may_state_due_day_and_buyer(served: Served) -> None:
    """`due` and `obligor` stand in for what the document does not say."""
    core = served.box.party("core")
    path = f"/v1/drafts/invoices?due=2026-05-29&obligor={core}"
    (row,) = served.post("supplier", path, _invoice("Nobody Ltd", "2026-01-03")).json()["data"]
    assert row["payload"]["body"]["due"] == "2026-05-29"
    path = "/v1/drafts/invoices?mode=issue"
    (issue,) = served.post("core", path, _invoice()).json()["data"]
    assert issue["payload"]["kind"] == "receivable.issue"


def test_a_quote_is_what_the_acceptance_needs(served: Served) -> None:
    """Price, discount and days before any signature; with them the offer can be accepted."""
    box = served.box
    holding = box.held(1_000_00)
    offer = box.offer(box.programme("financier", "core"))
    asked = {"holding": holding.id, "offer": offer.id, "value_date": box.today.isoformat()}
    answer = served.post("supplier", "/v1/quotes", asked)
    assert answer.status_code == 200, answer.text
    tree = answer.json()
    found = box.quote(holding, offer)
    assert tree["data"]["price"]["amount"] == f"{found.price.minor / 100:.2f}"
    assert tree["data"]["days"] == found.days
    assert tree["expect"] == {holding.id: holding.last_seq, offer.id: offer.last_seq}
    command = f.AcceptOffer(
        holding=holding.id,
        offer=offer.id,
        accepts=tree["accepts"],
        value_date=box.today,
        account=box.account("supplier"),
        price=found.price,
    )
    draft = box.desk("supplier").draft(command, expect=tree["expect"])
    sent = served.post("", "/v1/commands", draft.signed(box.keys["supplier"]))
    assert sent.status_code == 201, sent.text


def test_quotes_are_for_the_holder(served: Served) -> None:
    """Others learn nothing: a stranger does not find the holding, the debtor may not ask."""
    box = served.box
    holding = box.held(1_000_00)
    offer = box.offer(box.programme("financier", "core"))
    asked = {"holding": holding.id, "offer": offer.id, "value_date": box.today.isoformat()}
    expected = {"second": 404, "rival": 404, "financier": 404, "core": 404}
    for name, status in expected.items():
        assert served.post(name, "/v1/quotes", asked).status_code == status, name
    wrong = served.post("supplier", "/v1/quotes", asked | {"price": "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "field_unknown")
    late = served.post("supplier", "/v1/quotes", asked | {"value_date": "2027-01-04"})
    assert (late.status_code, late.json()["code"]) == (422, "value_date_out_of_range")


def test_large_files_are_refused_early(served: Served) -> None:
    """A body beyond the limit is refused before anything reads it."""
    answer = served.post("supplier", "/v1/drafts/invoices", bytes(20 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "bytes_too_large")
