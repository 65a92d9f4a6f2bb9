"""Lists, cursors, filters, entries, receipts and history."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from api.routes.reads import KINDS
from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.receipt import verify_receipt
from ledger.envelope import read_disclosure
from tests.support.sandbox import ORIGIN
from tests.support.served import Served
from tests.support.story import PRICE, Story


@given(limit=st.integers(1, 7))
def test_pages_join_without_gap_or_repeat(story: Story, limit: int) -> None:
    """Whatever the page size, following the cursors gives each visible record once, in order."""
    for name, path in (("core", "holdings"), ("supplier", "parties"), ("auditor", "holdings")):
        whole = [item["id"] for item in story.served.list(name, path)]
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            tree = story.served.get(name, f"/v1/{path}?limit={limit}{after}").json()
            assert 0 < len(tree["data"]) <= limit
            assert tree["has_more"] == (tree["next_cursor"] is not None)
            found += [item["id"] for item in tree["data"]]
            cursor = tree["next_cursor"]
        assert found == whole == sorted(whole)


def test_filters_narrow_and_never_widen(story: Story) -> None:
    """A filter gives those of the visible records that fit, and nobody else's."""
    holdings = story.served.list("core", "holdings")
    for state in ("held", "split", "financed", "redeemed"):
        fit = {item["id"] for item in holdings if item["state"] == state}
        assert fit
        assert story.served.ids("core", f"holdings?state={state}") == fit
    holder = story.box.party("second")
    assert story.served.ids("core", f"holdings?holder={holder}") == {story.sold.id}
    assert story.served.ids("rival", f"holdings?holder={holder}") == set()
    assert story.served.ids("core", "holdings?state=no-such") == set()


def test_bodies_name_the_ledger_they_come_from(story: Story) -> None:
    """Size and root beside the data are those of the signed head."""
    signed = open_checkpoint(story.box.service.signed.note, ORIGIN, story.box.embedded.log_keys())
    expected = {"size": signed.size, "root": base64.b64encode(signed.root).decode()}
    for path in [f"/v1/{name}" for name in KINDS] + [
        f"/v1/holdings/{story.sold.id}",
        f"/v1/receivables/{story.sold.receivable}/history",
        "/v1/entries/0",
        "/v1/pending",
        "/v1/ledger",
    ]:
        assert story.served.get("auditor", path).json()["ledger"] == expected


def test_amounts_are_decimal_strings(story: Story) -> None:
    """An amount is read as text with exactly the currency's digits."""
    tree = story.served.get("second", f"/v1/holdings/{story.sold.id}").json()["data"]
    assert tree["amount"] == {"amount": "40.00", "currency": "CNY"}
    assert tree["due"] == story.sold.due.isoformat()


def test_the_two_sides_of_an_act_read_its_sealed_fields(story: Story) -> None:
    """The price of a transfer is disclosed to both sides, and to auditors.

    The debtor hears to whom what it owes was passed on, and nothing of the terms.
    """
    seq = story.transfer.last_seq - 1
    expected = {"supplier": True, "second": True, "auditor": True, "core": False}
    for name, told in expected.items():
        answer = story.served.get(name, f"/v1/entries/{seq}")
        assert answer.status_code == 200
        texts = answer.json()["disclosures"]
        values = {name: value for _, name, value in map(read_disclosure, texts)}
        amount = {"amount": f"{PRICE / 100:.2f}", "currency": "CNY"}
        assert values.get("consideration") == (amount if told else None)
        assert bool(values.keys() - {"to"}) == told
    assert story.served.get("rival", f"/v1/entries/{seq}").status_code == 404
    assert story.served.get("financier", f"/v1/entries/{seq}").status_code == 404


def test_a_split_discloses_each_part_to_its_holder(story: Story) -> None:
    """Of the entry that split a holding, the holder of a part reads its own amount alone."""
    seq = story.whole.last_seq
    texts = story.served.get("second", f"/v1/entries/{seq}").json()["disclosures"]
    (own,) = map(read_disclosure, texts)
    assert own[1:] == ("amount", {"amount": "40.00", "currency": "CNY"})
    assert len(story.served.get("supplier", f"/v1/entries/{seq}").json()["disclosures"]) == 3
    assert story.served.get("rival", f"/v1/entries/{seq}").status_code == 404


def test_the_history_tells_each_party_its_own(story: Story) -> None:
    """All steps for the debtor; for the holder of a part, those that made and moved its own."""
    path = f"/v1/receivables/{story.whole.receivable}/history"
    steps = {
        name: [item["kind"] for item in story.served.get(name, path).json()["data"]]
        for name in ("core", "second")
    }
    assert steps["core"] == [
        "receivable.register",
        "receivable.acknowledge",
        "holding.split",
        "holding.propose_transfer",
        "holding.accept_transfer",
    ]
    assert steps["second"] == [
        "receivable.register",
        "receivable.acknowledge",
        "holding.split",
        "holding.propose_transfer",
        "holding.accept_transfer",
    ]
    assert story.served.get("rival", path).status_code == 404


def test_history_follows_the_log(served: Served) -> None:
    """The history goes on with every later entry."""
    box = served.box
    receivable = box.register(100_00)
    path = f"/v1/receivables/{receivable.id}/history"
    assert len(served.get("core", path).json()["data"]) == 1
    holding = box.acknowledge(receivable)
    box.pay(holding, by="supplier")
    tree = served.get("core", path).json()
    assert [item["kind"] for item in tree["data"]][1:] == [
        "receivable.acknowledge",
        "payment.receive",
    ]
    assert [item["seq"] for item in tree["data"]] == list(
        range(receivable.last_seq, receivable.last_seq + 3)
    )


def test_receipts_prove_every_entry(story: Story) -> None:
    """The proof is public; with the entry and its disclosures only for whom it concerns."""
    keys = story.box.embedded.log_keys()
    for seq in range(story.box.service.signed.size):
        text = story.served.get("", f"/v1/receipts/{seq}").text
        answer = story.served.get("auditor", f"/v1/receipts/{seq}", Accept="application/json")
        tree = answer.json()
        assert tree["proof"] == text
        verify_receipt(text, base64.b64decode(tree["entry"]), ORIGIN, keys)
    seq = story.transfer.last_seq
    accept = {"Accept": "application/json"}
    assert story.served.get("rival", f"/v1/receipts/{seq}", **accept).status_code == 404
    assert story.served.get("", f"/v1/receipts/{seq}", **accept).status_code == 401
