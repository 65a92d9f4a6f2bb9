"""The contract and the day of delivery, as each kind of document states them."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import Refused
from tests.ledger.documents.samples import document, one_row, sample

UBL_CONTRACT = (
    b"<cac:ContractDocumentReference><cbc:ID>C-7</cbc:ID></cac:ContractDocumentReference>"
)
UBL_DELIVERY = b"<cac:Delivery><cbc:ActualDeliveryDate>%b</cbc:ActualDeliveryDate></cac:Delivery>"


def _ubl(more: bytes) -> bytes:
    """The UBL sample without its own references, with `more` before the seller."""
    data = sample("ubl-nordlicht-eur.xml")
    assert b"ContractDocumentReference" not in data
    assert b"ActualDeliveryDate" not in data
    return data.replace(b"<cac:AccountingSupplierParty>", more + b"<cac:AccountingSupplierParty>")


def test_ubl_states_contract_and_delivery() -> None:
    """BT-12 and BT-72; without them nothing is invented."""
    found = document(_ubl(UBL_CONTRACT + UBL_DELIVERY % b"2026-01-03"))
    assert (found.contract, found.delivered) == ("C-7", date(2026, 1, 3))
    bare = document(_ubl(b""))
    assert (bare.contract, bare.delivered) == ("", None)


def test_cii_states_contract_and_delivery() -> None:
    """The same two facts under the names of CII, each alone and none."""
    data = sample("cii-nordlicht-eur.xml")
    number = b"<ram:IssuerAssignedID>C-8</ram:IssuerAssignedID>"
    contract = b"<ram:ContractReferencedDocument>%b</ram:ContractReferencedDocument>" % number
    seller = b"<ram:SellerTradeParty>"
    found = document(data.replace(seller, contract + seller, 1))
    assert (found.contract, found.delivered) == ("C-8", None)
    day = b'<udt:DateTimeString format="102">20260103</udt:DateTimeString>'
    event = (
        b"<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>"
        + day
        + b"</ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent>"
    )
    empty = b"<ram:ApplicableHeaderTradeDelivery/>"
    assert empty in data
    stated = empty.replace(b"/>", b">") + event + b"</ram:ApplicableHeaderTradeDelivery>"
    found = document(data.replace(empty, stated))
    assert (found.contract, found.delivered) == ("", date(2026, 1, 3))


def test_several_days_of_delivery_are_none() -> None:
    """Parts that came on several days have no one day; the same day twice is one."""
    twice = UBL_DELIVERY % b"2026-01-03" * 2
    assert document(_ubl(UBL_DELIVERY % b"2026-01-03" + twice)).delivered == date(2026, 1, 3)
    other = UBL_DELIVERY % b"2026-01-04"
    assert document(_ubl(UBL_DELIVERY % b"2026-01-03" + other)).delivered is None


def test_a_day_that_is_none_is_refused() -> None:
    """A delivery date that does not exist is no date to count from."""
    with pytest.raises(Refused):
        document(_ubl(UBL_DELIVERY % b"2026-02-30"))


def test_a_table_states_contract_and_delivery() -> None:
    """Under English or Chinese headers."""
    for contract, delivered in (("contract no", "delivery date"), ("合同编号", "交付日期")):
        found = one_row(
            f"number,issue date,gross,currency,{contract},{delivered}\n"
            "1,2026-01-05,10.00,CNY,HT-2026-9,2026-01-02\n"
        )
        assert (found.contract, found.delivered) == ("HT-2026-9", date(2026, 1, 2))
