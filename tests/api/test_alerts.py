"""Alerts over HTTP: those concerned see them, a financier that is asked sees those on a holding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ledger.alerts.commands import DispositionAlert, Verdict
from ledger.alerts.state import Alert
from ledger.financing.commands import RequestFinancing
from ledger.receivables.commands import RequestAcknowledgement, Size, Sizes
from ledger.receivables.records import Holding, Receivable
from tests.support.sandbox import Sandbox, digest
from tests.support.served import Served, serve

EVERYBODY = ("operator", "core", "supplier", "second", "financier", "rival", "bank", "auditor")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served ledger with one near-duplicate, on a holding that the supplier wants to sell."""
    folder: Path = tmp_path_factory.mktemp("alerts")
    with serve(folder) as served:
        yield served


@pytest.fixture(scope="module")
def holding(served: Served) -> Holding:
    """The holding with the alert; one financier funds its obligor, the rival funds nobody."""
    box = served.box
    box.register(number="INV45")
    item = box.held(number="INV-45")
    box.programme("financier", "core")
    box.do("supplier", RequestFinancing(holding=item.id, latest=box.today))
    return item


def alert_of(box: Sandbox) -> Alert:
    """The one stored alert."""
    (found,) = box.all(Alert)
    return found


def test_those_concerned_see_an_alert(served: Served, holding: Holding) -> None:
    """Both sides of the invoice, the operator and the auditor; to others it is not there."""
    alert = alert_of(served.box)
    seeing = {name for name in EVERYBODY if served.list(name, "alerts")}
    assert seeing == {"operator", "core", "supplier", "auditor"}
    found = {name: served.get(name, f"/v1/alerts/{alert.id}").status_code for name in EVERYBODY}
    assert {name for name, status in found.items() if status == 200} == seeing
    assert set(found.values()) == {200, 404}
    assert served.ids("auditor", f"alerts?subject={alert.subject}") == {alert.id}
    assert served.ids("auditor", "alerts?kind=near_duplicate&state=open") == {alert.id}
    assert served.ids("auditor", "alerts?kind=circular_trade") == set()


def test_a_financier_that_is_asked_sees_what_is_open_on_the_holding(
    served: Served, holding: Holding
) -> None:
    """With its reasons; who does not see the holding sees nothing."""
    path = f"/v1/holdings/{holding.id}/alerts"
    for name in ("supplier", "core", "financier", "auditor"):
        (tree,) = served.get(name, path).json()["data"]
        assert tree["reasons"] == [
            "number_is_the_same_when_collapsed",
            "amount_is_equal",
            "date_is_equal",
        ]
        assert (tree["kind"], tree["score_ppm"]) == ("near_duplicate", 1_000_000)
    for name in ("rival", "second", "bank"):
        assert served.get(name, path).status_code == 404


def test_a_disposition_is_its_financiers_secret(served: Served, holding: Holding) -> None:
    """The financier and the auditor see it; the operator sees that there is one, and no more."""
    said = DispositionAlert(
        alert=alert_of(served.box).id, verdict=Verdict.DECLINED, evidence=digest("review")
    )
    receipt = served.box.do("financier", said)
    for name in ("financier", "auditor"):
        (tree,) = served.list(name, "dispositions")
        assert tree["verdict"] == "declined"
    (tree,) = served.list("operator", "dispositions")
    assert not {"alert", "verdict", "persons"} & tree.keys()
    for name in ("supplier", "core", "second", "rival", "bank"):
        assert served.list(name, "dispositions") == []
    step = served.get("supplier", f"/v1/entries/{receipt.seq}")
    assert "declined" not in step.text
    assert said.alert not in step.text


def test_what_is_late_concerns_the_same(served: Served, holding: Holding) -> None:
    """A late acknowledgement is listed for both sides and those who see all, in the same shape."""
    box = served.box
    sizes = Sizes(creditor=Size.SMALL, obligor=Size.LARGE)
    claim = replace(box.registration(777_00), sizes=sizes, clause="clause 7")
    box.do("supplier", claim)
    (item,) = (found for found in box.all(Receivable) if found.sizes)
    box.do("supplier", RequestAcknowledgement(receivable=item.id))
    assert served.list("supplier", "alerts/late") == []
    box.clock.advance(days=31)
    for name in ("supplier", "core", "operator", "auditor"):
        (tree,) = served.list(name, "alerts/late")
        assert (tree["kind"], tree["subject"]) == ("acknowledgement_late", item.id)
        assert tree.keys() <= set(Alert.__struct_fields__)
    for name in ("second", "financier", "bank"):
        assert served.list(name, "alerts/late") == []


def _asked(box: Sandbox, minor: int) -> str:
    """A claim whose creditor waits for an answer that the law wants in thirty days."""
    sizes = Sizes(creditor=Size.SMALL, obligor=Size.LARGE)
    known = {item.id for item in box.all(Receivable)}
    box.do("supplier", replace(box.registration(minor), sizes=sizes, clause="clause 7"))
    (fresh,) = (item.id for item in box.all(Receivable) if item.id not in known)
    box.do("supplier", RequestAcknowledgement(receivable=fresh))
    return fresh


def test_what_is_late_is_listed_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once and in order, whatever a page holds and however little is looked at for it."""
    with serve(tmp_path) as served:
        expected = sorted(_asked(served.box, 100_00 + n) for n in range(5))
        served.box.register(900_00)
        served.box.clock.advance(days=31)
        for limit, looked_at, rows in ((1, 2_000, 200), (2, 2_000, 1), (4, 2, 3), (200, 1, 1)):
            monkeypatch.setattr("api.routes.alerts.SCANNED", looked_at)
            monkeypatch.setattr("api.routes.alerts.MOST", rows)
            pages, cursor, more = [], "", True
            while more:
                path = f"/v1/alerts/late?limit={limit}&cursor={cursor}"
                tree = served.get("supplier", path).json()
                more, cursor = tree["has_more"], tree["next_cursor"]
                assert len(tree["data"]) <= min(limit, looked_at)
                pages += [item["subject"] for item in tree["data"]]
            assert pages == expected
        for wrong in ("x", "cmN2"):
            answer = served.get("supplier", f"/v1/alerts/late?cursor={wrong}").json()
            assert answer["code"] == "cursor_invalid"
