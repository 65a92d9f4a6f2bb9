"""Who reads what: each party what concerns it, and nothing of anybody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.routes.reads import KINDS
from api.visibility import RULES, concerns
from ledger.book import Book
from ledger.envelope import read_disclosure
from ledger.parties.state import Party
from tests.support.served import Served
from tests.support.story import Story

LISTS = tuple(KINDS)
EVERYBODY = (
    "operator core supplier second financier rival bank auditor regulator".split()  # noqa: SIM905 - a table
)
NONE = "0 0 0 0 0 0 0 0 0"
COUNTS = {
    #              op co su se fi ri ba au re
    "parties": "10 10 10 10 9 8 8 10 10",
    "accounts": "1 1 1 1 1 0 1 1 1",
    "invoices": "4 4 4 0 0 0 0 4 4",
    "receivables": "4 4 4 1 1 0 0 4 4",
    "holdings": "6 6 4 1 1 0 0 6 6",
    "transfers": "1 0 1 1 0 0 0 1 1",
    "encumbrances": "0 0 0 0 0 0 0 0 0",
    "freezes": "0 0 0 0 0 0 0 0 0",
    "designations": "0 0 0 0 0 0 0 0 0",
    "notices": "0 0 0 0 0 0 0 0 0",
    "searches": "0 0 0 0 0 0 0 0 0",
    "filings": "0 0 0 0 0 0 0 0 0",
    "interests": "0 0 0 0 0 0 0 0 0",
    "programmes": "2 0 0 0 1 1 0 2 2",
    "requests": "1 0 1 0 1 0 0 1 1",
    "offers": "1 0 1 1 1 0 0 1 1",
    "financings": "1 0 1 0 1 0 0 1 1",
    "payments": "1 1 1 0 0 0 0 1 1",
    "alerts": "0 0 0 0 0 0 0 0 0",
    "dispositions": "0 0 0 0 0 0 0 0 0",
}
"""How many records of each list each of `EVERYBODY` sees; of other lists the story has none."""


@pytest.mark.parametrize("path", LISTS)
def test_each_party_sees_its_own(story: Story, path: str) -> None:
    """Roles by lists: the number of records that each party is shown."""
    seen = {name: len(story.served.list(name, path)) for name in EVERYBODY}
    assert seen == dict(zip(EVERYBODY, map(int, COUNTS.get(path, NONE).split()), strict=True))


@pytest.mark.parametrize("path", LISTS)
def test_what_is_not_listed_is_not_there(story: Story, path: str) -> None:
    """Reading one record agrees with the list; what concerns others answers like what is not."""
    everything = story.served.ids("auditor", path)
    for name in EVERYBODY:
        own = story.served.ids(name, path)
        for record_id in everything:
            status = story.served.get(name, f"/v1/{path}/{record_id}").status_code
            assert status == 200 if record_id in own else status in (200, 404), (name, record_id)
    absent = story.served.get("rival", f"/v1/{path}/rcv_{'a' * 26}")
    assert (absent.status_code, absent.json()["code"]) == (404, "record_not_found")


def test_the_record_of_another_is_404(story: Story) -> None:
    """Nothing tells a stranger whether the id exists."""
    for path, record in (
        ("holdings", story.sold),
        ("transfers", story.transfer),
        ("financings", story.financing),
        ("payments", story.payment),
        ("programmes", story.programme),
    ):
        there = story.served.get("rival", f"/v1/{path}/{record.id}").json()
        missing = story.served.get("rival", f"/v1/{path}/{record.id[:-1]}a").json()
        assert there | {"request_id": ""} == missing | {"request_id": ""}


def test_a_part_tells_nothing_of_its_siblings(story: Story) -> None:
    """All that the holder of a split part can read names no sibling, no whole and no price."""
    seen = _all_that_is_read_by(story, "second")
    assert story.sold.id in seen
    assert '"40.00"' in seen
    for secret in (story.kept.id, story.whole.id, '"60.00"', '"100.00"', "6000", "10000"):
        assert secret not in seen, secret
    (receivable,) = story.served.list("second", "receivables")
    hidden = {"face", "acknowledged", "paid", "merged", "uses", "contract", "open_holdings"}
    assert not hidden & receivable.keys()
    (holding,) = story.served.list("second", "holdings")
    assert not {"parent", "ordinal"} & holding.keys()


def test_the_obligor_sees_holders_and_no_prices(story: Story) -> None:
    """The debtor sees every part and its holder, and what nobody but seller and buyer may know."""
    seen = _all_that_is_read_by(story, "core")
    assert story.kept.id in seen
    assert story.sold.id in seen
    assert "consideration" not in seen
    assert '"39.17"' not in seen
    assert "rate_ppm" not in seen
    assert story.financing.id not in {
        item["id"] for item in story.served.list("core", "receivables")
    }


def test_prices_are_for_seller_and_financier(story: Story) -> None:
    """Both sides of an advance read its price; the transferee of another part does not."""
    for name in ("supplier", "financier"):
        (found,) = story.served.list(name, "financings")
        assert found["price"]["currency"] == "CNY"
    assert story.financing.id not in _all_that_is_read_by(story, "second")


def test_the_operator_sees_what_is_open(story: Story) -> None:
    """The operator reads states and dates of everything, and no amount, price or counterparty."""
    holding = story.served.get("operator", f"/v1/holdings/{story.sold.id}").json()["data"]
    assert holding["state"] == "held"
    assert not {"amount", "holder", "chain", "obligor"} & holding.keys()
    seen = _all_that_is_read_by(story, "operator")
    assert '"amount"' not in seen
    assert "rate_ppm" not in seen
    answer = story.served.get("operator", f"/v1/holdings?holder={story.box.party('second')}")
    assert answer.json()["code"] == "filter_unknown"


def test_a_financier_sees_requests_without_the_least_net(story: Story) -> None:
    """What a holder would accept at least is for matching, not for those who bid."""
    (own,) = story.served.list("supplier", "requests")
    (shown,) = story.served.list("financier", "requests")
    assert own["min_net"] == {"amount": "290.00", "currency": "CNY"}
    assert "min_net" not in shown
    assert story.served.get("financier", f"/v1/holdings/{story.asked.id}").status_code == 200
    assert story.served.get("rival", f"/v1/holdings/{story.asked.id}").status_code == 404


def test_accounts_are_for_who_pays_there(served: Served) -> None:
    """A claim that a party makes on another shows it the other's name, and no account."""
    box = served.box
    box.account("core")
    box.account("supplier")
    box.register(100_00)
    names = {item["id"]: item.get("name") for item in served.list("core", "parties")}
    assert names[box.party("supplier")] == "Supplier Ltd"
    assert box.party("second") not in names
    assert len(served.list("supplier", "accounts")) == 1
    assert len(served.list("core", "accounts")) == 1
    box.acknowledge(box.register(200_00))
    assert len(served.list("core", "accounts")) == 2
    assert len(served.list("supplier", "accounts")) == 1


def test_who_was_enrolled_reads_its_own_entry(story: Story) -> None:
    """The enrolment with all that was sealed in it, for the party itself and nobody else."""
    seq = story.box.get(Party, story.box.party("second")).last_seq
    answer = story.served.get("second", f"/v1/entries/{seq}")
    names = {read_disclosure(text)[1] for text in answer.json()["disclosures"]}
    assert {"name", "identifiers"} <= names
    assert story.served.get("rival", f"/v1/entries/{seq}").status_code == 404


def test_every_rule_stands_alone(story: Story) -> None:
    """`concerns` agrees with the lists for a party without special roles, on every record."""
    book = Book(story.box.store.records)
    second = story.box.party("second")
    for path, kind in KINDS.items():
        listed = story.served.ids("second", path)
        for record in story.box.all(kind):
            if record.id in listed:
                assert concerns(record, book, second)
    assert set(RULES) == set(KINDS.values())


def _all_that_is_read_by(story: Story, name: str) -> str:
    """Every list, entry, receipt and history that the party can read, as one text."""
    served = story.served
    found: list[Any] = [served.list(name, path) for path in LISTS]
    found += [
        served.get(name, f"/v1/receivables/{receivable['id']}/history").json()
        for receivable in served.list(name, "receivables")
    ]
    for seq in range(served.box.service.signed.size):
        answer = served.get(name, f"/v1/entries/{seq}")
        if answer.status_code == 200:
            found.append([served_disclosure(text) for text in answer.json()["disclosures"]])
    return json.dumps(found)


def served_disclosure(text: str) -> Any:
    """The name and value of a disclosure text."""
    return read_disclosure(text)[1:]
